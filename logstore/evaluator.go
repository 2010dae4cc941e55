package logstore

import (
	"encoding/binary"
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

	separators int // before and behind the columns that the steps read

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

	// A step that compares with one plain text is decided by the raw column.
	plain  bool
	negate bool
	text   string
	first  uint64 // the first eight bytes of text, or all of them
	mask   uint64 // of these
}

func newEvaluator(p *filter.Program, f Format) *evaluator {
	e := &evaluator{program: p, matcher: p.Matcher(f.unescape()), required: p.Required(), source: -1}
	last := p.Schema().Len() - 1
	for i := range p.Steps() {
		step := evalStep{column: int(p.StepField(i))}
		step.text, step.negate, step.plain = p.StepEquals(i)
		for j := range min(len(step.text), 8) {
			step.first |= uint64(step.text[j]) << (8 * j)
			step.mask |= 0xff << (8 * j)
		}
		e.steps = append(e.steps, step)
		e.separators = max(e.separators, min(step.column+1, last))
	}
	e.whole = p.AnyField()
	e.excluded = p.Excluded()
	return e
}

// is reports whether the raw column is the text. data must have eight bytes
// from the column's beginning on.
func (e *evalStep) is(data []byte, column span) bool {
	n := len(e.text)
	return column.to-column.from == n &&
		binary.LittleEndian.Uint64(data[column.from:])&e.mask == e.first &&
		(n <= 8 || string(data[column.from+8:column.to]) == e.text[8:])
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
func (sc *scanner) candidates(start int, marks []uint64) {
	data, masks, literal := sc.split.data, sc.split.masks[:len(marks)], sc.eval.literal
	literal.Mark(marks, data[:64*len(marks)+bytescan.MarkAhead])
	// A mark where the literal does not stand costs as much as comparing it.
	// When that was wasted too often, lines are looked at instead.
	budget := len(data)/8 + 8*literal.Len()
	w := start >> 6
	here := ^uint64(0) << (start & 63)
	for {
		m := (marks[w] | masks[w].Odd) & here
		for m == 0 {
			if w++; w == len(marks) {
				return
			}
			m = marks[w] | masks[w].Odd
		}
		at := w<<6 + bits.TrailingZeros64(m)
		if at >= len(data) {
			return
		}
		here = ^uint64(0) << (at & 63) << 1
		if masks[w].Odd>>(at&63)&1 == 0 && budget >= 0 && !literal.Marked(data, at) {
			budget -= literal.Len()
			continue
		}
		begin, end := lineAround(masks, at, start)
		sc.line(begin, end, &sc.lesson.fresh)
		if start = end + 1; start == len(data) {
			return
		}
		w, here = start>>6, ^uint64(0)<<(start&63)
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
