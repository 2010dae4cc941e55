package oracle

import (
	"encoding/json"
	"slices"
	"strings"
)

// decodeGetLogs decodes the params of GetLogs (contract 2.1), whose order is
// the order of its text.
func decodeGetLogs(raw json.RawMessage) (*query, *Error) {
	p, err := parseParams(raw)
	if err != nil {
		return nil, err
	}
	exact := fieldNames()[1:fieldDetail]
	names := append([]string{"from", "to", "limit", "offset", "detail", "filter", "partial"}, exact...)
	if err := p.only(names...); err != nil {
		return nil, err
	}
	q := new(query)
	q.answer = q.answerGetLogs
	if err := q.decodeSpan(p); err != nil {
		return nil, err
	}
	if q.limit, err = p.count("limit", maxLimit); err != nil {
		return nil, err
	}
	if q.offset, err = p.count("offset", maxOffset); err != nil {
		return nil, err
	}
	for _, name := range append(exact, "detail", "filter") {
		text, err := p.text(name)
		if err != nil {
			return nil, err
		}
		if text != "" { // "An empty string means not given."
			q.conditions = append(q.conditions, searchCondition(name, text))
		}
	}
	q.asked.partial, err = p.flag("partial")
	return q, err
}

// decodeSpan decodes from and to, "times, both inclusive, required".
func (q *query) decodeSpan(p params) *Error {
	from, err := p.time("from")
	if err != nil {
		return err
	}
	to, err := p.time("to")
	if err != nil {
		return err
	}
	q.conditions = append(q.conditions, condition{
		key:    "from",
		field:  fieldTime,
		match:  func(r *record) bool { return from <= r.time && r.time <= to },
		bounds: &bounds{from: from, to: to},
	})
	return nil
}

// searchCondition returns the condition of one of the text params: "actor_type,
// actor_id, action, status, source (exact, case-sensitive), detail (substring
// of detail, case folded), filter (substring of any of the seven values as
// shown to the client, the time string included, case folded)".
func searchCondition(name, text string) condition {
	c := condition{key: name, field: slices.Index(fieldNames(), name)}
	contains := func(folded string) bool { return strings.Contains(folded, fold(text)) }
	switch name {
	case "detail":
		c.matchFolded(contains)
	case "filter":
		c.match = matchAny(contains)
	default:
		c.matchText(func(v string) bool { return v == text })
	}
	return c
}

// matchAny returns a condition on all seven values as GetLogs shows them, case
// folded.
func matchAny(match func(folded string) bool) func(*record) bool {
	var fields [fieldCount]condition
	for i := range fields {
		fields[i].field = i
		fields[i].matchFolded(match)
	}
	fields[fieldTime].matchValue(func(v *value) bool {
		sec, _ := parseTime(v.text) // it is the text of a time
		return match(fold(formatTime(sec)))
	})
	return func(r *record) bool {
		return slices.ContainsFunc(fields[:], func(c condition) bool { return c.match(r) })
	}
}
