package oracle

import (
	"encoding/json"
	"slices"
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
	switch name {
	case "detail":
		c.matchText(func(v string) bool { return containsFolded(v, text) })
	case "filter":
		c.match = func(r *record) bool {
			if containsFolded(formatTime(r.time), text) {
				return true
			}
			return slices.ContainsFunc(r.values[1:], func(v string) bool { return containsFolded(v, text) })
		}
	default:
		c.matchText(func(v string) bool { return v == text })
	}
	return c
}
