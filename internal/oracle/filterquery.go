package oracle

import (
	"encoding/json"
	"slices"
	"strings"
)

// maxOrder is the bound of contract 2.2 on terms of orderBy.
const maxOrder = 16

// A query is a decoded request.
type query struct {
	conditions    []condition
	order         []term // empty for the default
	limit, offset int64
	group         int // the field counted by GetLogTop or, unless it is fieldTime, by GetLogHistogram
	asked         asked
	answer        func(o *Oracle) (*answer, *Error)
}

// A term is one key of orderBy.
type term struct {
	field int
	desc  bool
}

// decodeGetLogsByFilter decodes the params of GetLogsByFilter: "unknown names
// first, then the first fault in the order of the tables".
func decodeGetLogsByFilter(raw json.RawMessage) (*query, *Error) {
	p, err := parseParams(raw)
	if err != nil {
		return nil, err
	}
	names := slices.Concat([]string{"limit", "offset", "orderBy"}, conditionKeys(), askedNames())
	if err := p.only(names...); err != nil {
		return nil, err
	}
	q := new(query)
	q.answer = q.answerGetLogsByFilter
	if q.limit, err = p.count("limit", maxLimit); err != nil {
		return nil, err
	}
	if q.offset, err = p.count("offset", maxOffset); err != nil {
		return nil, err
	}
	if err := q.decodeKeys(p); err != nil {
		return nil, err
	}
	if err := q.decodeOrder(p.raw("orderBy")); err != nil {
		return nil, err
	}
	q.asked, err = p.asked()
	return q, err
}

// A form is one condition or term as sent.
type form struct {
	path string
	raw  json.RawMessage
}

// decodeForms takes the value of a key apart: "A key's value is null, []
// (both: not given) or an array: first element a string → one condition,
// otherwise every element is a condition."
func decodeForms(key string, raw json.RawMessage) ([]form, *Error) {
	if raw == nil || jsonKind(raw) == 'n' {
		return nil, nil
	}
	if jsonKind(raw) != '[' {
		return nil, fault(key, "must be an array")
	}
	elements := jsonElements(raw)
	if len(elements) > 0 && jsonKind(elements[0]) == '"' {
		return []form{{path: key, raw: raw}}, nil
	}
	var forms []form
	for i, e := range elements {
		forms = append(forms, form{path: at(key, i), raw: e})
	}
	return forms, nil
}

// elements returns the elements of a form: "Anything else ({}, "", [[]], …) is
// -32602."
func (f form) elements() ([]json.RawMessage, *Error) {
	elements := jsonElements(f.raw)
	if len(elements) == 0 {
		return nil, fault(f.path, "must be an array with elements")
	}
	return elements, nil
}

// decodeKeys decodes the conditions of all keys, in the order of the table.
func (q *query) decodeKeys(p params) *Error {
	for _, key := range conditionKeys() {
		if err := q.decodeKey(key, p.raw(key)); err != nil {
			return err
		}
	}
	return nil
}

// decodeKey decodes the conditions of one key.
func (q *query) decodeKey(key string, raw json.RawMessage) *Error {
	forms, err := decodeForms(key, raw)
	if err != nil {
		return err
	}
	for _, f := range forms {
		elements, err := f.elements()
		if err != nil {
			return err
		}
		if len(q.conditions) == maxConditions {
			return fault(f.path, "more than %d conditions", maxConditions)
		}
		c, err := decodeCondition(key, elements, f.path)
		if err != nil {
			return err
		}
		q.conditions = append(q.conditions, c)
	}
	return nil
}

// decodeOrder decodes orderBy: a list of terms, "most significant first, at
// most 16".
func (q *query) decodeOrder(raw json.RawMessage) *Error {
	forms, err := decodeForms("orderBy", raw)
	if err != nil {
		return err
	}
	for i, f := range forms {
		elements, err := f.elements()
		if err != nil {
			return err
		}
		if i == maxOrder {
			return fault(f.path, "more than %d terms", maxOrder)
		}
		t, err := decodeTerm(elements, f.path)
		if err != nil {
			return err
		}
		q.order = append(q.order, t)
	}
	return nil
}

// decodeTerm decodes [field, "ASC"│"DESC"], "direction in any case, ASC when
// left out".
func decodeTerm(elements []json.RawMessage, path string) (term, *Error) {
	if len(elements) > 2 {
		return term{}, fault(path, "must be [field, direction]")
	}
	field, err := decodeField(elements[0], path)
	if err != nil {
		return term{}, err
	}
	if len(elements) == 1 {
		return term{field: field}, nil
	}
	switch strings.ToUpper(jsonString(elements[1])) {
	case "ASC":
		return term{field: field}, nil
	case "DESC":
		return term{field: field, desc: true}, nil
	}
	return term{}, fault(at(path, 1), "must be ASC or DESC")
}

// bounds returns what the conditions say of the times to read: "all are
// intersected"; nil if none says anything.
func (q *query) bounds() *bounds {
	var all *bounds
	for _, c := range q.conditions {
		if c.bounds == nil {
			continue
		}
		b := *c.bounds
		if all != nil {
			b = all.intersect(b)
		}
		all = &b
	}
	return all
}

// matches reports whether r satisfies every condition: "All conditions combine
// with AND."
func (q *query) matches(r *record) bool {
	for _, c := range q.conditions {
		if !c.match(r) {
			return false
		}
	}
	return true
}
