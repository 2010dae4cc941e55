package logstore

import (
	"fmt"
	"slices"
	"strings"

	"daybook/filter"
)

// A Member says which member of a line's object holds a field.
type Member struct {
	// Path is its name; with a point, that of an object and of a member of it.
	Path string
	// Presence makes the field, a Boolean that is never null, tell whether the
	// member has a value: whether it is there, and neither null nor an empty
	// string, array or object.
	Presence bool
}

// JSONLines returns the format of lines that hold an object each, by RFC 8259 to
// the letter, which members hold the fields of the schema, in their order. Other
// members are ignored; of several with one name, the last counts.
//
// A Text is a string. An Integer is a number without point and exponent, a
// Boolean true or false. A Decimal is a number, or a string of one. A Time or an
// Instant is a string, as ParseInstant reads it, or a number of Unix seconds.
// What is missing, or another value, is null. A line that is no such object, or
// that has null where the schema allows none, is malformed.
func JSONLines(members ...Member) Format { return &jsonLines{members} }

type jsonLines struct{ members []Member }

func (f *jsonLines) terms(s *filter.Schema) string {
	text := "json lines"
	for i, m := range f.members {
		field := filter.Field(i)
		text += fmt.Sprintf(" %q %v", m.Path, s.Kind(field))
		if m.Presence {
			text += " presence"
		}
		if s.Nullable(field) {
			text += " null"
		}
		if s.Ranged(field) {
			text += " ranged"
		}
		if field == s.TimeField() && s.Unit() == filter.Second {
			text += " micro"
		}
	}
	return text
}

func (f *jsonLines) check(s *filter.Schema) error {
	if len(f.members) != s.Len() {
		return fmt.Errorf("logstore: %d members of lines for %d fields", len(f.members), s.Len())
	}
	for i, m := range f.members {
		field := filter.Field(i)
		switch {
		case strings.Count(m.Path, ".") > 1:
			return fmt.Errorf("logstore: member %q is too deep", m.Path)
		case m.Presence && (s.Kind(field) != filter.Boolean || s.Nullable(field)):
			return fmt.Errorf("logstore: whether there is a %q is a boolean that is never null", m.Path)
		}
	}
	return nil
}

func (f *jsonLines) unescape() filter.Unescape { return nil }

func (f *jsonLines) parser(s *filter.Schema) recordParser {
	p := &jsonParser{
		schema: s, time: s.TimeField(), top: &jsonObject{},
		numbers: make([]byte, filter.NumberSize*s.Len()),
		scratch: filter.Record{Columns: make([][]byte, s.Len())},
	}
	for i, m := range f.members {
		field := filter.Field(i)
		o, name := p.top, m.Path
		if outer, inner, nested := strings.Cut(m.Path, "."); nested {
			o, name = o.member(outer).inner(), inner
		}
		target := o.member(name)
		if m.Presence {
			target.presence = append(target.presence, field)
			p.present = append(p.present, field)
			continue
		}
		target.fields = append(target.fields, field)
		if field != p.time && !s.Nullable(field) {
			p.required = append(p.required, field)
		}
	}
	return p
}

// A jsonObject is what is wanted of an object.
type jsonObject struct{ members []*jsonMember }

// A jsonMember is what is wanted of a member.
type jsonMember struct {
	name     string
	fields   []filter.Field
	presence []filter.Field
	object   *jsonObject // what is wanted of it, if that is an object; nil: nothing
}

// member returns the member of a name, which it adds.
func (o *jsonObject) member(name string) *jsonMember {
	at := slices.IndexFunc(o.members, func(m *jsonMember) bool { return m.name == name })
	if at < 0 {
		at = len(o.members)
		o.members = append(o.members, &jsonMember{name: name})
	}
	return o.members[at]
}

func (m *jsonMember) inner() *jsonObject {
	if m.object == nil {
		m.object = &jsonObject{}
	}
	return m.object
}

// find returns the wanted member of a name, nil if there is none, and where to
// look for the next one first: programs write members in one order.
func (o *jsonObject) find(name []byte, next int) (*jsonMember, int) {
	if next < len(o.members) && string(name) == o.members[next].name {
		return o.members[next], next + 1
	}
	for i, m := range o.members {
		if len(m.name) == len(name) && m.name == string(name) {
			return m, i + 1
		}
	}
	return nil, next
}
