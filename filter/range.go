package filter

import "bytes"

// A textRange matches values within bounds, compared by bytes.
type textRange struct {
	low, high     []byte
	noLow, noHigh bool // there is no such bound
	open          bool // the bounds themselves are outside
}

func (t *textRange) match(_ *Matcher, v []byte, _ bool) bool {
	return (t.noLow || t.inside(bytes.Compare(t.low, v))) &&
		(t.noHigh || t.inside(bytes.Compare(v, t.high)))
}

// inside reports whether a value that compares with a bound as c, below 0 on
// the inner side, is within it.
func (t *textRange) inside(c int) bool { return c < 0 || c == 0 && !t.open }

// A numberRange matches values that are numbers within bounds, compared as
// IEEE doubles. Other values do not match. A bound that is infinite is none,
// because the numbers are finite.
type numberRange struct {
	low, high float64
	open      bool // the bounds themselves are outside
}

func (t *numberRange) match(_ *Matcher, v []byte, _ bool) bool {
	n, ok := parseNumber(v)
	if !ok {
		return false
	}
	if t.open {
		return t.low < n && n < t.high
	}
	return t.low <= n && n <= t.high
}
