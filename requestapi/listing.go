package requestapi

import (
	"math"
	"strings"

	"daybook/filter"
	"daybook/requestlog"
)

// The page where nothing else is asked for, and the largest one, in records.
const (
	defaultLimit = 10
	maxLimit     = 1000
)

// A listing is what a request for the list asks for.
type listing struct {
	query  *filter.Query
	format string // "" for JSON
}

// parseListing reads the parameters of the list. What is wrong with them is said
// of all that are at fault.
func parseListing(sent parameterValues) (*listing, faults) {
	q := &filter.Query{
		Schema: requestlog.Schema(),
		// Without this, only the days of a default window would be read.
		Where:  []filter.Condition{filter.TimeBetween(firstMoment, lastMoment)},
		Order:  parseOrdering(sent.text("ordering")),
		Limit:  parseLimit(sent.text("limit")),
		Offset: parseOffset(sent.text("offset")),
	}
	var wrong faults
	for _, p := range parameters {
		value := sent.text(p.name)
		if value == "" {
			continue
		}
		c, fault := p.read(value)
		if fault != "" {
			wrong = append(wrong, fieldFault{p.name, fault})
		}
		q.Where = append(q.Where, c...)
	}
	l := &listing{query: q, format: sent.text("format")}
	if fault := checkFormat(l.format); fault != "" {
		wrong = append(wrong, fieldFault{"format", fault})
	}
	return l, wrong
}

// parseLimit reads how many records a page has.
func parseLimit(text string) int {
	if n := parseCount(text); n > 0 {
		return int(min(n, maxLimit))
	}
	return defaultLimit
}

// parseOffset reads how many records stand before the page.
func parseOffset(text string) int64 { return parseCount(text) }

// parseCount reads a whole number that is not negative, perhaps with a plus before
// it; anything else is 0. What is too large is as large as possible.
func parseCount(text string) int64 {
	text = strings.TrimPrefix(strings.TrimSpace(text), "+")
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0
	}
	n := int64(0)
	for _, c := range []byte(text) {
		if n > (math.MaxInt64-9)/10 {
			return math.MaxInt64
		}
		n = 10*n + int64(c-'0')
	}
	return n
}
