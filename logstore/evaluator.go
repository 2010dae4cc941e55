package logstore

import (
	"math/bits"

	"daybook/filter"
	"daybook/filter/bytescan"
)

// An evaluator is a program with what one worker needs to evaluate it.
type evaluator struct {
	program *filter.Program
	matcher *filter.Matcher
	steps   []evalStep
	whole   bool // conditions that are no steps read all of the line

	// A literal that every clean match holds is looked for in whole blocks,
	// if it is rare enough. Which one is chosen by the first block of each
	// source.
	required []*bytescan.Literal
	literal  *bytescan.Literal
	excluded *bytescan.Literal // a clean line without it matches
	source   int
	chosen   bool
}

// An evalStep is what the scanner knows of a step of the program.
type evalStep struct {
	column int
	equals string // a raw column that is this matches, whatever else may; "" for none
}

func newEvaluator(p *filter.Program) *evaluator {
	e := &evaluator{program: p, matcher: p.Matcher(unescapeTSV), required: p.Required(), source: -1}
	for i := range p.Steps() {
		e.steps = append(e.steps, evalStep{int(p.StepField(i)), p.StepEquals(i)})
	}
	e.whole = p.AnyField()
	e.excluded = p.Excluded()
	return e
}

// enter begins a region of a source.
func (e *evaluator) enter(source int) {
	if source != e.source {
		e.source, e.chosen, e.literal = source, false, nil
	}
}

// A literal in more than every third line or so costs more to look for than
// it saves; lines are taken to be this long.
const typicalLine = 128

// choose reports whether there is a literal worth looking for.
func (e *evaluator) choose(data []byte) bool {
	if e.chosen {
		return e.literal != nil
	}
	few := len(data) / typicalLine / 3
	if few == 0 {
		return false // too little to choose by
	}
	e.chosen = true
	for _, l := range e.required {
		if n := count(l, data, few); n < few {
			e.literal, few = l, n
		}
	}
	return e.literal != nil
}

// count returns how often l occurs in data, or most if that is less.
func count(l *bytescan.Literal, data []byte, most int) int {
	n := 0
	for n < most {
		at := l.Index(data)
		if at < 0 {
			break
		}
		n++
		data = data[at+l.Len():]
	}
	return n
}

// candidates looks at the lines that hold the evaluator's literal, and at those
// that are not clean, where it may be hidden. Of these, lines from start on.
func (sc *scanner) candidates(start, words int) {
	data, masks := sc.split.data, sc.split.masks[:words]
	hit, odd := start-1, start-1
	for start < len(data) {
		if hit < start {
			if hit = sc.eval.literal.Index(data[start:]); hit < 0 {
				hit = len(data)
			} else {
				hit += start
			}
		}
		if odd < start {
			odd = nextOdd(masks, start, len(data))
		}
		at := min(hit, odd)
		if at == len(data) {
			return
		}
		begin, end := lineAround(masks, at, start)
		sc.line(begin, end, &sc.lesson.fresh)
		start = end + 1
	}
}

// others looks at the lines that hold the evaluator's excluded literal, and at
// those that are not clean. All others match, and there is no more to them.
func (sc *scanner) others(start, words int) {
	s := &sc.split
	hit := start - 1
	for w := range s.masks[:words] {
		for newlines := s.masks[w].Newline; newlines != 0; newlines &= newlines - 1 {
			end := w*64 + bits.TrailingZeros64(newlines)
			if hit < start {
				if hit = sc.eval.excluded.Index(s.data[start:]); hit < 0 {
					hit = len(s.data)
				} else {
					hit += start
				}
			}
			if hit < end || end-start <= len("\r") || s.odd(start, end) {
				sc.line(start, end, &sc.lesson.fresh)
			} else {
				sc.lines++
				sc.match()
			}
			start = end + 1
		}
	}
}

// nextOdd returns the first odd byte from at on, or end if there is none
// before.
func nextOdd(masks []bytescan.Mask, at, end int) int {
	w := at >> 6
	m := masks[w].Odd & (^uint64(0) << (at & 63))
	for m == 0 {
		if w++; w == len(masks) {
			return end
		}
		m = masks[w].Odd
	}
	return min(w<<6+bits.TrailingZeros64(m), end)
}

// lineAround returns the line that holds the byte at, whose beginning is not
// before first. There is a newline from at on.
func lineAround(masks []bytescan.Mask, at, first int) (begin, end int) {
	w, here := at>>6, ^uint64(0)<<(at&63)
	i, m := w, masks[w].Newline&here
	for m == 0 {
		i++
		m = masks[i].Newline
	}
	end = i<<6 + bits.TrailingZeros64(m)

	i, m = w, masks[w].Newline&^here
	for m == 0 && i<<6 > first {
		i--
		m = masks[i].Newline
	}
	return max(first, i<<6+bits.Len64(m)), end
}
