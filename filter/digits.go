package filter

import "math/bits"

// TimeTextSpans returns the times from first to last that match condition i on
// the digits of the time, ascending. It reports false where only a look at each
// time tells, by MatchTimeText: before 1970, for regular expressions, and where
// there would be too many spans to find.
func (p *Program) TimeTextSpans(i int, first, last int64) (spans []Span, ok bool) {
	s := &p.timeText[i]
	if p.schema.unit != 1 || !s.pieces.Enough || first < 0 || first > last {
		return nil, false
	}
	d := newDigitPattern(s.pieces)
	var set spanSet
	if d.length <= mostDigits {
		set = d.numbers(first, last)
	}
	if d.visits > mostVisits {
		return nil, false
	}
	if s.negate {
		return set.complement().intersect(spanSet{{first, last}}), true
	}
	return set, true
}

// mostDigits is how many digits a time has at most, in Unix seconds.
const mostDigits = 12

// mostVisits is how many beginnings of numbers are looked at: what a pattern that
// asks for one digit takes for some days.
const mostVisits = 256 << 10

// A digitPattern is a like pattern that decimal numbers are held against, all at
// once: numbers that begin alike are in the same states, as long as they do. In
// state n, n characters of the pattern have been met.
type digitPattern struct {
	length int        // of the pattern, in characters that must be met
	wants  [10]uint64 // by digit: the states in which it is the next character
	loops  uint64     // the states in which any other digit may come as well
	first  int64      // what numbers are wanted
	last   int64
	found  spanSet
	visits int
}

func newDigitPattern(p Pieces) *digitPattern {
	d := &digitPattern{}
	for i, text := range p.Texts {
		if d.length += len(text); d.length > mostDigits {
			return d
		}
		at := d.length - len(text)
		if i > 0 || !p.Start {
			d.loops |= 1 << at
		}
		for k, c := range []byte(text) {
			if '0' <= c && c <= '9' {
				d.wants[c-'0'] |= 1 << (at + k)
			}
		}
	}
	if !p.End {
		d.loops |= 1 << d.length
	}
	return d
}

// numbers returns those from first to last, neither of which is negative, that
// match.
func (d *digitPattern) numbers(first, last int64) spanSet {
	d.first, d.last, d.found = first, last, nil
	const start = 1 // state 0
	size := int64(1)
	for range mostDigits {
		for digit := range int64(10) {
			if digit > 0 || size == 1 {
				d.visit(d.next(start, digit), digit, size)
			}
		}
		size *= 10
	}
	return d.found.merged()
}

// visit adds the numbers that match and begin with the digits of prefix, which
// have led to these states. There are size such numbers.
func (d *digitPattern) visit(states uint64, prefix, size int64) {
	from, to := max(d.first, prefix*size), min(d.last, prefix*size+size-1)
	end := uint64(1) << d.length
	d.visits++
	switch {
	case d.visits > mostVisits, from > to || states == 0:
	case states&d.loops&end != 0, size == 1 && states&end != 0:
		d.found = append(d.found, Span{from, to})
	case size == 1:
	default:
		left := int64(1) // numbers with as many digits as the pattern asks for yet
		for range d.length - (bits.Len64(states) - 1) {
			left *= 10
		}
		if left > size {
			return
		}
		for digit := range int64(10) {
			d.visit(d.next(states, digit), 10*prefix+digit, size/10)
		}
	}
}

// next returns the states that a digit leads to.
func (d *digitPattern) next(states uint64, digit int64) uint64 {
	return states&d.wants[digit]<<1 | states&d.loops
}
