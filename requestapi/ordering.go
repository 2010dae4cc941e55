package requestapi

import (
	"slices"
	"strings"

	"daybook/filter"
	"daybook/requestlog"
)

// orderingFields are the names by which the list can be ordered, and what they stand
// for. It is never changed.
var orderingFields = map[string]filter.Field{
	"id": requestlog.ID, "user": requestlog.UserID, "ip": requestlog.IP, "device": requestlog.Device,
	"device_type": requestlog.DeviceType, "os": requestlog.OS, "browser": requestlog.Browser,
	"endpoint": requestlog.Endpoint, "method": requestlog.Method, "status_code": requestlog.StatusCode,
	"exception_type": requestlog.ExceptionType, "duration": requestlog.Duration, "created_at": requestlog.CreatedAt,
}

// parseOrdering reads terms of an ordering, most significant first, each with a
// minus where it descends. What is none of them is left out; where nothing is left,
// the newest come first. Ties are broken by id in the direction of the last term.
func parseOrdering(text string) []filter.Term {
	var terms []filter.Term
	last := filter.Term{Field: requestlog.CreatedAt, Desc: true}
	for item := range strings.SplitSeq(text, ",") {
		name, desc := strings.CutPrefix(strings.TrimSpace(item), "-")
		field, ok := orderingFields[name]
		if !ok {
			continue
		}
		last = filter.Term{Field: field, Desc: desc}
		if !orders(terms, field) {
			terms = append(terms, last)
		}
	}
	if len(terms) == 0 {
		terms = append(terms, last)
	}
	return append(terms, filter.Term{Field: requestlog.ID, Desc: last.Desc})
}

// orders reports whether a term orders by field.
func orders(terms []filter.Term, field filter.Field) bool {
	return slices.ContainsFunc(terms, func(t filter.Term) bool { return t.Field == field })
}
