package filter

import (
	"fmt"
	"regexp"
)

// An Op is what a condition does with its values.
type Op uint8

const (
	Equal Op = iota
	NotEqual
	Greater // this and the next three: by bytes or as numbers, as the value was sent
	GreaterEqual
	Less
	LessEqual
	Like // with % for any run of characters; a substring if there is none
	NotLike
	ILike // Like, case folded
	NotILike
	Regexp // RE2 syntax, unanchored
	NotRegexp
	In // one of a list
	NotIn
	Between    // an inclusive range
	NotBetween // each negated operator matches exactly what its positive one does not
	Contains   // a substring, case folded; only constructors make it
	Present    // neither null nor the empty text; only constructors make it
	Absent
)

// opNames holds the canonical name of each operator of a where condition, in
// the order in which they are listed to clients.
var opNames = [...]string{
	Equal:        "=",
	NotEqual:     "!=",
	Greater:      ">",
	GreaterEqual: ">=",
	Less:         "<",
	LessEqual:    "<=",
	Like:         "like",
	NotLike:      "not like",
	ILike:        "ilike",
	NotILike:     "not ilike",
	Regexp:       "regexp",
	NotRegexp:    "not regexp",
	In:           "in",
	NotIn:        "not in",
	Between:      "between",
	NotBetween:   "not between",
	Contains:     "contains",
	Present:      "present",
	Absent:       "absent",
}

// String returns the operator's name in a where condition; a word for those
// that are keys of their own.
func (op Op) String() string {
	if int(op) < len(opNames) {
		return opNames[op]
	}
	return fmt.Sprintf("Op(%d)", uint8(op))
}

// Operators returns the operators of a where condition as clients may write
// them, in lower case.
func Operators() []string {
	return []string{
		"=", "==", "!=", "<>", ">", ">=", "<", "<=",
		"like", "not like", "ilike", "not ilike", "regexp", "not regexp",
	}
}

// parseOp finds an operator of a where condition by its name in any case.
func parseOp(name string) (Op, bool) {
	switch name = lowerASCII(name); name {
	case "==":
		return Equal, true
	case "<>":
		return NotEqual, true
	}
	for op := Equal; op <= NotRegexp; op++ {
		if opNames[op] == name {
			return op, true
		}
	}
	return 0, false
}

// positive returns the operator that op is the complement of, or op itself.
func (op Op) positive() (positive Op, negated bool) {
	switch op {
	case NotEqual, NotLike, NotILike, NotRegexp, NotIn, NotBetween, Absent:
		return op - 1, true
	}
	return op, false
}

// isPattern reports whether op reads its value as a text to find, whatever the
// kind of the field.
func (op Op) isPattern() bool { return Like <= op && op <= NotRegexp || op == Contains }

// A Condition is one predicate on one field, or on each field in turn.
type Condition struct {
	field  Field    // of the schema, or timeField or anyField
	among  fieldSet // with anyField, which fields; 0: all
	op     Op
	values []operand      // one; any number, ascending, for lists; two for ranges; none for presence
	re     *regexp.Regexp // of the regexp operators
}

// EqualText matches records whose text field f is v.
func EqualText(f Field, v string) Condition {
	return Condition{field: f, op: Equal, values: []operand{{text: v}}}
}

// ContainsFolded matches records whose text field f contains v, case folded.
func ContainsFolded(f Field, v string) Condition {
	return Condition{field: f, op: Contains, values: []operand{{text: v}}}
}

// AnyContainsFolded matches records of which at least one field contains v,
// case folded. The time is searched as AppendTime shows it.
func AnyContainsFolded(v string) Condition { return ContainsFolded(anyField, v) }

// ContainsFoldedIn matches records of which at least one of these fields, of
// Text or Integer, contains v, case folded: a number as its decimal digits, null
// never. An empty v matches every record.
func ContainsFoldedIn(v string, fields ...Field) Condition {
	c := AnyContainsFolded(v)
	for _, f := range fields {
		c.among |= 1 << f
	}
	return c
}

// TimeBetween matches records from one time to another, both included, in the
// schema's unit; none if from is after to.
func TimeBetween(from, to int64) Condition { return NumberBetween(timeField, from, to) }

// EqualNumber matches records whose numeric field f is n.
func EqualNumber(f Field, n int64) Condition {
	return Condition{field: f, op: Equal, values: []operand{{kind: numericOperand, n: n}}}
}

// NumberBetween matches records whose numeric field f is from one number to
// another, both included; none if from is greater than to. An end that is open
// is MinNumber or MaxNumber; null is in no range.
func NumberBetween(f Field, from, to int64) Condition {
	return Condition{field: f, op: Between, values: []operand{
		{kind: numericOperand, n: from}, {kind: numericOperand, n: to},
	}}
}

// HasValue matches records whose field f is neither null nor the empty text, or
// with present false all others. f must not be the time.
func HasValue(f Field, present bool) Condition {
	if present {
		return Condition{field: f, op: Present}
	}
	return Condition{field: f, op: Absent}
}

// fieldIn returns the field of s that c is about; anyField stays as it is.
func (c *Condition) fieldIn(s *Schema) Field {
	if c.field == timeField {
		return s.time
	}
	return c.field
}

// onTime reports whether c compares the time itself, not its text.
func (c *Condition) onTime(s *Schema) bool {
	return c.fieldIn(s) == s.time && !c.op.isPattern()
}

// lowerASCII lowers the ASCII letters of s and leaves the rest: the Kelvin sign
// is no letter of an operator.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + ('a' - 'A')
		}
	}
	return string(b)
}
