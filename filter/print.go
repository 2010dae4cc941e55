package filter

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// String prints q as the params object that Decode reads it from, in one
// canonical form: nested lists, lists of values sorted, numbers that count as
// text as strings, times in Unix seconds, operators and directions in one
// spelling, no member that says nothing. Conditions made by ContainsFolded,
// AnyContainsFolded and ContainsFoldedIn are printed with the operator "contains",
// the latter two with the field "*" and with a list of fields, and those by
// HasValue with "present" or "absent"; Decode does not know them.
func (q *Query) String() string {
	b := []byte{'{'}
	if q.Limit != NoLimit {
		b = strconv.AppendInt(append(b, `"limit":`...), int64(q.Limit), 10)
		b = append(b, ',')
	}
	b = strconv.AppendInt(append(b, `"offset":`...), q.Offset, 10)
	for _, key := range conditionKeys {
		b = q.appendKey(b, key.name)
	}
	for i, term := range q.Order {
		b = openItem(b, orderKey, i == 0)
		b = appendString(b, q.Schema.Name(term.Field))
		direction := `,"ASC"]`
		if term.Desc {
			direction = `,"DESC"]`
		}
		b = append(b, direction...)
	}
	if len(q.Order) > 0 {
		b = append(b, ']')
	}
	return string(append(b, '}'))
}

// appendKey appends the member of the conditions that are printed under name.
func (q *Query) appendKey(b []byte, name string) []byte {
	first := true
	for i := range q.Where {
		c := &q.Where[i]
		if c.op.key() != name {
			continue
		}
		b = openItem(b, name, first)
		first = false
		b = c.append(b, q.Schema)
		b = append(b, ']')
	}
	if !first {
		b = append(b, ']')
	}
	return b
}

// openItem appends what stands before an item's field.
func openItem(b []byte, key string, first bool) []byte {
	if !first {
		return append(b, `,[`...)
	}
	b = append(b, ',')
	return append(appendString(b, key), `:[[`...)
}

// key returns the param under which a condition with op is printed.
func (op Op) key() string {
	switch op {
	case In:
		return "whereIn"
	case NotIn:
		return "whereNotIn"
	case Between:
		return "whereBetween"
	case NotBetween:
		return "whereNotBetween"
	}
	return "where"
}

// append appends the elements of c, without the brackets around them.
func (c *Condition) append(b []byte, s *Schema) []byte {
	b = append(c.appendField(b, s), ',')
	if c.op == Present || c.op == Absent {
		return appendString(b, c.op.String())
	}
	if c.op.key() == "where" {
		b = append(appendString(b, c.op.String()), ',')
		return c.appendValue(b, 0, s)
	}
	b = append(b, '[')
	for i := range c.values {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.appendValue(b, i, s)
	}
	return append(b, ']')
}

// appendField appends the name of c's field, or a list of those that it is about.
func (c *Condition) appendField(b []byte, s *Schema) []byte {
	switch f := c.fieldIn(s); {
	case f != anyField:
		return appendString(b, s.Name(f))
	case c.among == 0:
		return append(b, `"*"`...)
	}
	before := byte('[')
	for _, f := range s.Fields() {
		if c.among.has(f) {
			b = appendString(append(b, before), s.Name(f))
			before = ','
		}
	}
	return append(b, ']')
}

// appendValue appends a value of c as a client may write it.
func (c *Condition) appendValue(b []byte, i int, s *Schema) []byte {
	v := &c.values[i]
	switch v.kind {
	case numberOperand:
		if v.number == math.Trunc(v.number) && math.Abs(v.number) < 1<<53 {
			return strconv.AppendInt(b, int64(v.number), 10)
		}
		return strconv.AppendFloat(b, v.number, 'g', -1, 64)
	case numericOperand:
		return s.appendNumber(b, c.fieldIn(s), v.n)
	}
	return appendString(b, v.text)
}

// appendNumber appends a number of field f, or a time, so that number reads it.
func (s *Schema) appendNumber(b []byte, f Field, n int64) []byte {
	kind := s.Kind(f)
	if kind == Time && s.unit == Second {
		kind = Instant
	}
	if kind != Instant {
		return kind.appendShown(b, n)
	}
	n = min(max(n, MinTime*Second), MaxTime*Second+Second-1) // an end may be open
	return append(AppendInstant(append(b, '"'), n), '"')
}

// appendString appends s as a JSON string, without the escapes that only HTML
// needs.
func appendString(b []byte, s string) []byte {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return append(b, `""`...) // a string always has an encoding
	}
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}
