package filter

import (
	"math"
	"strings"
)

// newStep compiles a condition on text, or on the numbers of a field, all but its
// field. A condition that no value can change comes back as constant, with what
// it says of every value.
func newStep(c *Condition, schema *Schema) (s step, constant, all bool) {
	if f := c.fieldIn(schema); f != anyField && schema.Numeric(f) {
		return newNumericStep(c, schema.Kind(f))
	}
	op, negated := c.op.positive()
	s.negate = negated
	switch op {
	case Equal:
		s.setEqual(c.values[0].text)
	case In:
		constant = s.setList(c.values)
	case Like:
		s.cost = costLike
		pieces := splitLike(c.values[0].text)
		p := newPattern(pieces, false)
		s.test, constant, all = likeTest{p}, p.matchesAll(), true
		s.pieces = newPieces(pieces, false)
	case ILike, Contains:
		s.cost = costFolded
		pieces := []string{c.values[0].text}
		if op == ILike {
			pieces = splitLike(c.values[0].text)
		}
		t := newFoldedTest(pieces)
		s.test, constant, all = t, t.folded.matchesAll(), true
		s.pieces = newPieces(pieces, true)
	case Regexp:
		s.cost = costRegexp
		s.test, s.pieces = newRegexpTest(c.re)
	case Present:
		s.test = notEmpty{}
	default:
		constant = s.setRange(op, c.values)
	}
	return s, constant, all != negated
}

// setEqual makes s compare with one text.
func (s *step) setEqual(want string) {
	s.want = want
	s.pieces = Pieces{Texts: []string{want}, Start: true, End: true, Enough: true}
	s.plain = !strings.ContainsAny(want, "\\\t\n\r\uFFFD")
	s.cost = costEqual
	if s.negate {
		s.cost = costNotEqual
	}
}

// setList makes s look up a list. It reports true for an empty one, which
// matches nothing.
func (s *step) setList(values []operand) (never bool) {
	if len(values) == 1 {
		s.setEqual(values[0].text)
		return false
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = v.text
	}
	s.test, s.cost = newTextSet(texts), costSet
	if s.negate {
		s.cost = costNotSet
	}
	return len(values) == 0
}

// setRange makes s compare by order. It reports true for a range that is empty.
func (s *step) setRange(op Op, values []operand) (never bool) {
	low, high := &values[0], &values[len(values)-1]
	switch op {
	case Greater, GreaterEqual:
		high = nil
	case Less, LessEqual:
		low = nil
	}
	open := op == Greater || op == Less
	s.cost = costRange
	if low != nil && high != nil && low.kind != high.kind {
		s.cost = costNumber
		s.test = bothTest{newRange(low, nil, open), newRange(nil, high, open)}
		return false
	}
	s.test = newRange(low, high, open)
	switch t := s.test.(type) {
	case *numberRange:
		s.cost = costNumber
		return t.low > t.high
	case *textRange:
		s.pieces.Monotone = t.noLow || t.noHigh
	}
	return low != nil && high != nil && low.text > high.text
}

// newRange makes the test for a range with one or two ends of the same kind; a
// nil end is none.
func newRange(low, high *operand, open bool) tester {
	if low != nil && low.kind == numberOperand || high != nil && high.kind == numberOperand {
		t := &numberRange{low: math.Inf(-1), high: math.Inf(1), open: open}
		if low != nil {
			t.low = low.number
		}
		if high != nil {
			t.high = high.number
		}
		return t
	}
	t := &textRange{open: open, noLow: low == nil, noHigh: high == nil}
	if low != nil {
		t.low = []byte(low.text)
	}
	if high != nil {
		t.high = []byte(high.text)
	}
	return t
}

// A bothTest is a range whose ends are of different kinds.
type bothTest struct{ low, high tester }

func (t bothTest) match(m *Matcher, v []byte, ascii bool) bool {
	return t.low.match(m, v, ascii) && t.high.match(m, v, ascii)
}
