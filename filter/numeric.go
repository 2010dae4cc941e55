package filter

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// Values of numeric fields are eight bytes that sort as the numbers do, so that
// what holds, sorts and looks up values need not know what they are.

// NumberSize is the size of a number as a value, in bytes.
const NumberSize = 8

// AppendNumber appends n as the value of a numeric field.
func AppendNumber(dst []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(n)^1<<63)
}

// Number returns the number that a value of a numeric field is; v has NumberSize
// bytes.
func Number(v []byte) int64 { return int64(binary.BigEndian.Uint64(v) ^ 1<<63) }

// appendShown appends a number of a field of that kind as it is shown.
func (k Kind) appendShown(dst []byte, n int64) []byte {
	switch k {
	case Boolean:
		return strconv.AppendBool(dst, n != 0)
	case Decimal:
		return AppendDecimal(dst, n)
	case Instant:
		return AppendInstant(dst, n)
	}
	return strconv.AppendInt(dst, n, 10)
}

// AppendShown appends the time t as it is shown: as AppendTime does it, or as
// AppendInstant where the unit is the microsecond.
func (s *Schema) AppendShown(dst []byte, t int64) []byte {
	if s.unit == Second {
		return AppendInstant(dst, t)
	}
	return AppendTime(dst, t)
}

// AppendTimeText appends the time t as text operators see it: Unix seconds, or
// as it is shown where the unit is the microsecond.
func (s *Schema) AppendTimeText(dst []byte, t int64) []byte {
	if s.unit == Second {
		return AppendInstant(dst, t)
	}
	return strconv.AppendInt(dst, t, 10)
}

// newNumericStep is newStep for a numeric field. What it finds in texts, it finds
// in numbers as they are shown.
func newNumericStep(c *Condition, kind Kind) (s step, constant, all bool) {
	op, negated := c.op.positive()
	if op.isPattern() {
		inner, constant, all := newStep(c, textOnly)
		inner.test, inner.pieces = shownTest{kind, inner.test}, Pieces{}
		return inner, constant, all
	}
	s.negate = negated
	if op == Present {
		s.test, s.cost = notNull{}, costRange
		return s, false, false
	}
	set, _ := numbersOf(c)
	set = set.widened(MinNumber, MaxNumber)
	s.test, s.cost = numberTest{set}, costRange
	return s, len(set) == 0 || set.isAll(), (len(set) > 0) != negated
}

// textOnly stands for the schema where the field does not matter.
var textOnly = NewSchema(FieldSpec{Kind: Time})

// A numberTest matches numbers of a set.
type numberTest struct{ set spanSet }

func (t numberTest) match(_ *Matcher, v []byte, _ bool) bool { return t.set.has(Number(v)) }

// values returns the numbers of the set as values, if they are a list.
func (t numberTest) values() (values []string, ok bool) {
	for _, s := range t.set {
		if s.From != s.To {
			return nil, false
		}
		values = append(values, string(AppendNumber(nil, s.From)))
	}
	return values, true
}

// A shownTest evaluates a test on numbers as they are shown.
type shownTest struct {
	kind  Kind
	shown tester
}

func (t shownTest) match(m *Matcher, v []byte, _ bool) bool {
	m.digits = t.kind.appendShown(m.digits[:0], Number(v))
	return t.shown.match(m, m.digits, true)
}

// notNull matches every value; null is none.
type notNull struct{}

func (notNull) match(*Matcher, []byte, bool) bool { return true }

// notEmpty matches every text but the empty one.
type notEmpty struct{}

func (notEmpty) match(_ *Matcher, v []byte, _ bool) bool { return len(v) > 0 }

// shownBytes are the bytes that numbers of a kind are shown with; folded, as
// foldString has it.
func (k Kind) shownBytes() string {
	switch k {
	case Boolean:
		return "TRUEFALSE"
	case Decimal:
		return "-.0123456789"
	case Time:
		return "-:TZ0123456789"
	case Instant:
		return "-:.TZ0123456789"
	}
	return "-0123456789"
}

// mayShow reports whether text, case folded, can be a part of a number of the
// kind as it is shown.
func (k Kind) mayShow(text string) bool { return strings.Trim(foldString(text), k.shownBytes()) == "" }
