package oracle

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// The bounds of contract 2.6 on conditions.
const (
	maxConditions = 64
	maxList       = 10000
	maxPattern    = 4 << 10 // bytes
)

// A condition is one decoded condition.
type condition struct {
	key    string // the params key it was sent under
	field  int
	op     string // the operator of where in its canonical spelling; "" for other keys
	match  func(r *record) bool
	bounds *bounds // what it says of the times to read, nil for nothing
}

// conditionKeys returns the keys that hold conditions, in table order.
func conditionKeys() []string {
	return []string{"where", "whereNot", "whereIn", "whereNotIn", "whereBetween", "whereNotBetween"}
}

// decodeCondition decodes the elements of one condition, which stands at path.
func decodeCondition(key string, elements []json.RawMessage, path string) (condition, *Error) {
	want := 2
	if key == "where" {
		want = 3
	}
	if len(elements) != want {
		return condition{}, fault(path, "must have %d elements", want)
	}
	field, err := decodeField(elements[0], path)
	if err != nil {
		return condition{}, err
	}
	c := condition{key: key, field: field}
	value, valuePath := elements[want-1], at(path, want-1)
	switch key {
	case "where":
		err = c.decodeWhere(elements[1], at(path, 1), value, valuePath)
	case "whereNot":
		err = c.decodeEqual(value, valuePath)
	case "whereIn", "whereNotIn":
		err = c.decodeList(value, valuePath)
	default:
		err = c.decodeRange(value, valuePath)
	}
	if strings.HasPrefix(key, "whereNot") {
		c.negate()
	}
	return c, err
}

// decodeField reads the name of a field, in a condition or term at path.
func decodeField(raw json.RawMessage, path string) (int, *Error) {
	field := -1
	if jsonKind(raw) == '"' {
		field = slices.Index(fieldNames(), jsonString(raw))
	}
	if field < 0 {
		return 0, fault(path, "unknown field %s", raw)
	}
	return field, nil
}

// negate turns c around: a negated key matches "exactly the rows its positive
// twin does not match", and "the negated keys … bound nothing".
func (c *condition) negate() {
	if match := c.match; match != nil {
		c.match = func(r *record) bool { return !match(r) }
	}
	c.bounds = nil
}

// canonicalOperator returns the one spelling of an operator, "names in any
// case, one blank in not like"; ok is false if there is no such operator.
func canonicalOperator(name string) (op string, ok bool) {
	switch op = strings.ToLower(name); op {
	case "==":
		return "=", true
	case "<>":
		return "!=", true
	case "=", "!=", ">", ">=", "<", "<=",
		"like", "not like", "ilike", "not ilike", "regexp", "not regexp":
		return op, true
	}
	return "", false
}

// decodeWhere decodes operator and value of where.
func (c *condition) decodeWhere(op json.RawMessage, opPath string, value json.RawMessage, valuePath string) *Error {
	name, ok := canonicalOperator(jsonString(op))
	if !ok {
		return fault(opPath, "unknown operator %s", op)
	}
	c.op = name
	switch name {
	case "=", "!=":
		err := c.decodeEqual(value, valuePath)
		if name == "!=" {
			c.negate()
		}
		return err
	case ">", ">=", "<", "<=":
		return c.decodeOrdered(name, value, valuePath)
	}
	positive, negated := strings.CutPrefix(name, "not ")
	err := c.decodePattern(positive, value, valuePath)
	if negated {
		c.negate()
	}
	return err
}

// decodeEqual decodes the value of = and its negations.
func (c *condition) decodeEqual(value json.RawMessage, path string) *Error {
	if c.field == fieldTime {
		sec, err := timeValue(value, path)
		c.match = func(r *record) bool { return r.time == sec }
		c.bounds = &bounds{from: sec, to: sec}
		return err
	}
	text, err := textValue(value, path)
	c.matchText(func(v string) bool { return v == text })
	return err
}

// decodeOrdered decodes the value of > >= < <=.
func (c *condition) decodeOrdered(op string, value json.RawMessage, path string) *Error {
	if c.field != fieldTime {
		match, err := orderedText(op, value, path)
		c.matchText(match)
		return err
	}
	sec, err := timeValue(value, path)
	c.match = func(r *record) bool { return holds(op, cmp.Compare(r.time, sec)) }
	b := unbounded()
	switch op { // times are whole seconds: > t is >= t+1
	case ">":
		b.from = sec + 1
	case ">=":
		b.from = sec
	case "<":
		b.to = sec - 1
	case "<=":
		b.to = sec
	}
	c.bounds = &b
	return err
}

// holds reports whether a comparison with the result order satisfies op.
func holds(op string, order int) bool {
	switch op {
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "<":
		return order < 0
	}
	return order <= 0
}

// orderedText decodes a value that a string field is compared with: "a JSON
// string compares by bytes; a JSON number compares numerically, as IEEE
// doubles, with rows whose value matches …; other rows do not match".
func orderedText(op string, value json.RawMessage, path string) (func(string) bool, *Error) {
	switch jsonKind(value) {
	case '"':
		text := jsonString(value)
		return func(v string) bool { return holds(op, strings.Compare(v, text)) }, nil
	case '0':
		if x, ok := numberDouble(string(value)); ok {
			return func(v string) bool {
				y, ok := textNumber(v)
				return ok && holds(op, cmp.Compare(y, x))
			}, nil
		}
	}
	return nil, fault(path, "must be a string or a number")
}

// decodePattern decodes the value of like, ilike and regexp. "On timestamp,
// the text operators see the decimal Unix seconds", so the pattern is text for
// every field.
func (c *condition) decodePattern(op string, value json.RawMessage, path string) *Error {
	pattern, err := textValue(value, path)
	if err != nil {
		return err
	}
	if len(pattern) > maxPattern {
		return fault(path, "pattern longer than %d bytes", maxPattern)
	}
	switch op {
	case "like":
		c.matchText(parseLike(pattern).match)
	case "ilike":
		folded := parseLike(pattern).fold()
		c.matchFolded(folded.match)
	case "regexp":
		// "RE2 syntax on the decoded value, unanchored, case-sensitive unless
		// (?i); ^ and $ are the value's ends, . does not match a line break."
		re, err := regexp.Compile(pattern)
		if err != nil {
			return fault(path, "%v", err)
		}
		c.matchText(re.MatchString)
	}
	return nil
}

// matchText makes c a condition on the text of its field: "On timestamp, the
// text operators see the decimal Unix seconds".
func (c *condition) matchText(match func(text string) bool) {
	c.matchValue(func(v *value) bool { return match(v.text) })
}

// matchFolded makes c a condition on the folded text of its field.
func (c *condition) matchFolded(match func(folded string) bool) {
	c.matchValue(func(v *value) bool { return match(v.folded) })
}

// matchValue makes c a condition on the value of its field.
func (c *condition) matchValue(match func(*value) bool) {
	field, holds := c.field, verdicts(match)
	c.match = func(r *record) bool { return holds(r.values[field]) }
}
