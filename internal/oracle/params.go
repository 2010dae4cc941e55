package oracle

import (
	"bytes"
	"encoding/json"
	"math"
	"regexp"
	"slices"
)

// The bounds of contract 2.6 on limit and offset; an offset has none.
const (
	maxLimit  = 50000
	maxOffset = math.MaxInt64
)

// A member is one param as sent.
type member struct {
	name string
	raw  json.RawMessage
}

// params are the members of a params object in the order sent.
type params []member

// parseParams takes params apart: "Params are by name; absent is {}; an array
// holding one object is taken as that object; anything else is -32602."
func parseParams(raw json.RawMessage) (params, *Error) {
	if len(raw) == 0 {
		return nil, nil
	}
	if jsonKind(raw) == '[' {
		elements := jsonElements(raw)
		if len(elements) != 1 {
			return nil, fault("params", "an array must hold one object")
		}
		raw = elements[0]
	}
	if jsonKind(raw) != '{' {
		return nil, fault("params", "must be an object")
	}
	var p params
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil { // the brace
		return nil, fault("params", "%v", err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, fault("params", "%v", err)
		}
		m := member{name: name.(string)}
		if err := d.Decode(&m.raw); err != nil {
			return nil, fault("params", "%v", err)
		}
		p = append(p, m)
	}
	return p, nil
}

// only finds "an unknown param, a param named twice": the first one in the
// order sent.
func (p params) only(names ...string) *Error {
	for i, m := range p {
		if !slices.Contains(names, m.name) {
			return fault(m.name, "unknown param")
		}
		if slices.ContainsFunc(p[:i], func(e member) bool { return e.name == m.name }) {
			return fault(m.name, "named twice")
		}
	}
	return nil
}

// raw returns the value of a param, nil if it was not sent.
func (p params) raw(name string) json.RawMessage {
	for _, m := range p {
		if m.name == name {
			return m.raw
		}
	}
	return nil
}

// digits is the string form of limit and offset.
var digits = regexp.MustCompile(`^[0-9]+$`)

// count returns limit or offset: "both take a JSON integer, an integral float
// or a string of digits", 0 to most. What is beyond math.MaxInt64 becomes it,
// which makes that an unbounded most.
func (p params) count(name string, most int64) (int64, *Error) {
	raw := p.raw(name)
	if raw == nil {
		return 0, fault(name, "required")
	}
	n := countValue(raw)
	if n < 0 || n > most {
		return 0, fault(name, "must be an integer from 0 to %d", most)
	}
	return n, nil
}

// countValue reads "a JSON integer, an integral float or a string of digits";
// -1 if it is none.
func countValue(raw json.RawMessage) int64 {
	switch jsonKind(raw) {
	case '"':
		if text := jsonString(raw); digits.MatchString(text) {
			return clampedInt64(text)
		}
	case '0':
		if n, integral := numberInt(string(raw)); integral {
			return n
		}
	}
	return -1
}

// time returns a required time.
func (p params) time(name string) (int64, *Error) {
	raw := p.raw(name)
	if raw == nil {
		return 0, fault(name, "required")
	}
	return timeValue(raw, name)
}

// text returns an optional text, "" if it was not sent. "Numbers are taken as
// text."
func (p params) text(name string) (string, *Error) {
	raw := p.raw(name)
	if raw == nil {
		return "", nil
	}
	return textValue(raw, name)
}

// flag returns an optional true or false.
func (p params) flag(name string) (bool, *Error) {
	raw := p.raw(name)
	if raw == nil {
		return false, nil
	}
	var b bool
	if kind := jsonKind(raw); kind != 't' && kind != 'f' {
		return false, fault(name, "must be true or false")
	}
	return b, unmarshal(raw, &b)
}
