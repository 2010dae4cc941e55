package filter

import (
	"fmt"
	"slices"
)

// A Kind is the type of a field's values.
type Kind uint8

const (
	Text Kind = iota // UTF-8, compared by bytes
	Time             // Unix seconds from MinTime to MaxTime
)

// A Field is the index of a field in its schema.
type Field uint8

// Fields that stand for others in a condition. No schema has that many.
const (
	timeField Field = 0xff - iota // the schema's time field, whichever it is
	anyField                      // each field in turn
)

// MaxFields bounds a schema, so that a set of fields fits a machine word.
const MaxFields = 32

// A FieldSpec names a field and its kind.
type FieldSpec struct {
	Name string
	Kind Kind
}

// A Schema is the list of a journal's fields. It never changes and may be used
// by any number of goroutines.
type Schema struct {
	fields []FieldSpec
	byName map[string]Field
	time   Field
}

// NewSchema makes a schema of fields, in that order. It panics unless exactly
// one field is a Time, the names differ, and there are at most 32 of them: a
// schema is part of a program, not of its input.
func NewSchema(fields ...FieldSpec) *Schema {
	if len(fields) > MaxFields {
		panic(fmt.Sprintf("filter: schema of %d fields, at most %d", len(fields), MaxFields))
	}
	s := &Schema{fields: slices.Clone(fields), byName: make(map[string]Field, len(fields))}
	times := 0
	for i, spec := range fields {
		if _, twice := s.byName[spec.Name]; twice {
			panic(fmt.Sprintf("filter: schema with two fields %q", spec.Name))
		}
		s.byName[spec.Name] = Field(i)
		if spec.Kind == Time {
			s.time = Field(i)
			times++
		}
	}
	if times != 1 {
		panic(fmt.Sprintf("filter: schema with %d time fields, needs one", times))
	}
	return s
}

// Lookup finds a field by its exact name.
func (s *Schema) Lookup(name string) (Field, bool) {
	f, ok := s.byName[name]
	return f, ok
}

// Len returns the number of fields.
func (s *Schema) Len() int { return len(s.fields) }

// Name returns the name of f, which must be a field of s.
func (s *Schema) Name(f Field) string { return s.fields[f].Name }

// Kind returns the kind of f, which must be a field of s.
func (s *Schema) Kind(f Field) Kind { return s.fields[f].Kind }

// Names returns the names of all fields in order. The slice is the caller's.
func (s *Schema) Names() []string {
	names := make([]string, len(s.fields))
	for i, spec := range s.fields {
		names[i] = spec.Name
	}
	return names
}

// TimeField returns the one field that is a Time.
func (s *Schema) TimeField() Field { return s.time }

// allText is the set of all text fields of s.
func (s *Schema) allText() fieldSet {
	return fieldSet(1<<len(s.fields)-1) &^ (1 << s.time)
}

// A fieldSet holds fields of one schema, as bits.
type fieldSet uint32

func (set fieldSet) has(f Field) bool { return set>>f&1 != 0 }
