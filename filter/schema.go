package filter

import (
	"fmt"
	"slices"
)

// A Kind is the type of a field's values.
type Kind uint8

const (
	Text    Kind = iota // UTF-8, compared by bytes
	Time                // the record's time: Unix seconds from MinTime to MaxTime, or microseconds
	Integer             // a whole number from MinNumber to MaxNumber
	Boolean             // 0 for false, 1 for true
	Decimal             // a number of millionths
	Instant             // microseconds since 1970 from MinTime to MaxTime
)

// String returns the name of a kind, such as "integer".
func (k Kind) String() string {
	switch k {
	case Text:
		return "text"
	case Time:
		return "time"
	case Integer:
		return "integer"
	case Boolean:
		return "boolean"
	case Decimal:
		return "decimal"
	case Instant:
		return "instant"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

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
	Name   string
	Kind   Kind
	Null   bool // records may have no value; not of a Time
	Unique bool // of an Integer: hardly any two records have the same
	Micro  bool // of a Time: its unit is the microsecond
}

// A Schema is the list of a journal's fields. It never changes and may be used
// by any number of goroutines.
type Schema struct {
	fields  []FieldSpec
	byName  map[string]Field
	time    Field
	unit    int64    // of the time, in a second
	null    fieldSet // those that may be null
	numeric fieldSet // those whose values are numbers, but for the time
}

// NewSchema makes a schema of fields, in that order. It panics unless exactly
// one field is a Time, which is never null, the names differ, and there are at
// most 32 of them: a schema is part of a program, not of its input.
func NewSchema(fields ...FieldSpec) *Schema {
	if len(fields) > MaxFields {
		panic(fmt.Sprintf("filter: schema of %d fields, at most %d", len(fields), MaxFields))
	}
	s := &Schema{fields: slices.Clone(fields), byName: make(map[string]Field, len(fields)), unit: 1}
	times := 0
	for i, spec := range fields {
		if _, twice := s.byName[spec.Name]; twice {
			panic(fmt.Sprintf("filter: schema with two fields %q", spec.Name))
		}
		s.byName[spec.Name] = Field(i)
		switch {
		case spec.Kind == Time:
			s.time = Field(i)
			times++
			if spec.Micro {
				s.unit = Second
			}
		case spec.Kind != Text:
			s.numeric |= 1 << i
		}
		if spec.Null {
			s.null |= 1 << i
		}
	}
	if times != 1 || s.null.has(s.time) {
		panic(fmt.Sprintf("filter: schema with %d time fields, needs one that is never null", times))
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

// Fields returns all fields in order. The slice is the caller's.
func (s *Schema) Fields() []Field {
	fields := make([]Field, len(s.fields))
	for i := range fields {
		fields[i] = Field(i)
	}
	return fields
}

// TimeField returns the one field that is a Time.
func (s *Schema) TimeField() Field { return s.time }

// Unit returns how many units of the time a second has: 1, or Second.
func (s *Schema) Unit() int64 { return s.unit }

// Nullable reports whether a value of f can be null.
func (s *Schema) Nullable(f Field) bool { return s.null.has(f) }

// Numeric reports whether values of f are numbers, as AppendNumber has them. The
// time's are not: they are in Record.Time.
func (s *Schema) Numeric(f Field) bool { return s.numeric.has(f) }

// Ranged reports whether f is Numeric and its values hardly repeat: what there is
// to know of them are ranges.
func (s *Schema) Ranged(f Field) bool {
	spec := &s.fields[f]
	return spec.Kind == Decimal || spec.Kind == Instant || spec.Kind == Integer && spec.Unique
}

// minTime and maxTime return the first and the last time that there is.
func (s *Schema) minTime() int64 { return MinTime * s.unit }
func (s *Schema) maxTime() int64 { return MaxTime*s.unit + s.unit - 1 }

// allFields is the set of all fields of s, the time among them.
func (s *Schema) allFields() fieldSet { return fieldSet(1<<len(s.fields) - 1) }

// A fieldSet holds fields of one schema, as bits.
type fieldSet uint32

func (set fieldSet) has(f Field) bool { return set>>f&1 != 0 }
