package filter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Params are the members of a params object in the order sent. They do not
// change and may be used by any number of goroutines.
type Params struct {
	members []member
}

type member struct {
	name string
	raw  json.RawMessage
}

// ParseParams reads params as a request has them: nothing is the empty object,
// an array that holds one object is that object, and anything else that is no
// object, null included, is a *ParamError. Depth and size of raw are for the
// caller to bound.
func ParseParams(raw []byte) (*Params, error) {
	if len(raw) == 0 {
		return &Params{}, nil
	}
	var list []json.RawMessage
	if raw[0] != '{' && json.Unmarshal(raw, &list) == nil && len(list) == 1 {
		raw = list[0]
	}
	members, err := parseMembers(raw)
	if err != nil {
		return nil, badParam("params", "%v; must be an object, or an array that holds one object", err)
	}
	return &Params{members: members}, nil
}

// parseMembers reads the members of an object, repeated ones too.
func parseMembers(raw []byte) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	open, err := d.Token()
	if err != nil {
		return nil, err
	}
	if open != json.Delim('{') {
		return nil, fmt.Errorf("is %s", describe(raw))
	}
	var members []member
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: name.(string)} // the decoder lets nothing else stand before a colon
		if err := d.Decode(&m.raw); err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows it")
	}
	return members, nil
}

const unknownParam = "unknown param"

// Only returns a *ParamError for the first member, in the order sent, that is
// none of names or that repeats an earlier one.
func (p *Params) Only(names ...string) error {
	for i, m := range p.members {
		if !slices.Contains(names, m.name) {
			return &ParamError{Param: clip(m.name), Reason: unknownParam, Allowed: slices.Clone(names)}
		}
		for _, earlier := range p.members[:i] {
			if earlier.name == m.name {
				return badParam(m.name, "given twice")
			}
		}
	}
	return nil
}

// Has reports whether a member of that name was sent, be it null.
func (p *Params) Has(name string) bool { return p.Raw(name) != nil }

// Raw returns the value of a member as sent, nil if there is none. The bytes
// are not the caller's to change.
func (p *Params) Raw(name string) json.RawMessage {
	for _, m := range p.members {
		if m.name == name {
			return m.raw
		}
	}
	return nil
}

// Count returns a required whole number from 0 to max: a JSON integer, a float
// without fraction or a string of digits. With max math.MaxInt64 there is no
// upper bound, and larger values come back as math.MaxInt64.
func (p *Params) Count(name string, max int64) (int64, error) {
	raw := p.Raw(name)
	if raw == nil {
		return 0, badParam(name, "missing; must be %s", countUpTo(max))
	}
	n, ok := parseCount(raw)
	if !ok || n > max {
		return 0, badParam(name, "must be %s", countUpTo(max))
	}
	return n, nil
}

// countUpTo says what Count takes.
func countUpTo(max int64) string {
	if max == math.MaxInt64 {
		return "a whole number of 0 or more"
	}
	return fmt.Sprintf("a whole number from 0 to %d", max)
}

// Time returns a required time: an integer or a float without fraction, in
// Unix seconds, or a string that is a time.
func (p *Params) Time(name string) (int64, error) {
	raw := p.Raw(name)
	if raw == nil {
		return 0, &ParamError{Param: name, Reason: "missing; must be a time", Allowed: timeForms[:]}
	}
	sec, fault := timeValue(raw)
	if fault != nil {
		return 0, fault.in(name)
	}
	return sec, nil
}

// Text returns an optional text, "" if there is none. A number is taken as
// text.
func (p *Params) Text(name string) (string, error) {
	raw := p.Raw(name)
	if raw == nil {
		return "", nil
	}
	text, fault := textValue(raw)
	if fault != nil {
		return "", fault.in(name)
	}
	return text, nil
}

// Bool returns an optional boolean, false if there is none.
func (p *Params) Bool(name string) (bool, error) {
	switch raw := p.Raw(name); string(raw) {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, &ParamError{Param: name, Reason: "must be true or false", Allowed: []string{"true", "false"}}
}
