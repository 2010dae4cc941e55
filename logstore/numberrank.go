package logstore

import (
	"bytes"
	"math/bits"
	"slices"

	"daybook/filter"
	"daybook/logstore/segment"
)

// Numbers that hardly repeat have no dictionary to find a rank by. They are
// counted by the leading bits of what they are above the least; then, of those
// that share them with the number of that rank, by the next.

// rankBits is how many bits one pass decides.
const rankBits = 12

// numberAt is groupAt for a field that is Ranged. Null comes before all numbers.
func (s *selector) numberAt(m matchSet, term int, rank, size int64) rankGroup {
	t := s.terms[term]
	ascending := rank
	if t.Desc {
		ascending = size - 1 - rank
	}
	raw, g := s.rawNumbers(m, term)
	for _, r := range m.runs {
		g.size += int64(r.found.CountNull(int(t.Field)))
	}
	if ascending < g.size {
		g.sec = segment.Null
	} else {
		g = s.narrow(m, int(t.Field), raw, ascending, g.size)
	}
	if t.Desc {
		g.before = size - g.before - g.size
	}
	g.prefix = s.ordering.AppendTerm(bytes.Clone(m.prefix), term, 0, s.numberValue(g.sec))
	g.rawFrom, g.rawTo = rawRange(m.raw, g.prefix)
	return g
}

// rawNumbers returns the numbers of the matches outside of segments, and counts
// those that are null.
func (s *selector) rawNumbers(m matchSet, term int) (raw []int64, nulls rankGroup) {
	for i := range m.raw {
		s.key = m.raw[i].appendKey(s.key[:0])
		if n, null := s.ordering.TermNumber(s.key[len(m.prefix):], term); null {
			nulls.size++
		} else {
			raw = append(raw, n)
		}
	}
	return raw, nulls
}

// narrow finds the group of the match of that rank, in ascending order, among
// numbers before which so many matches come.
func (s *selector) narrow(m matchSet, field int, raw []int64, rank, before int64) rankGroup {
	low, high := filter.MaxNumber, filter.MinNumber
	for _, r := range m.runs {
		if least, greatest := r.found.Numbers(field); least <= greatest {
			low, high = min(low, least), max(high, greatest)
		}
	}
	for _, n := range raw {
		low, high = min(low, n), max(high, n)
	}
	counts := make([]int64, 1<<rankBits)
	for {
		if low > high {
			panic("logstore: numbers are out of their range") // an index was changed under its mapping
		}
		shift := uint(max(0, bits.Len64(uint64(high-low))-rankBits))
		some := counts[:(high-low)>>shift+1]
		if !s.counted.recall(m, field, low, shift, some) {
			clear(some)
			for _, r := range m.runs {
				r.found.CountNumbers(field, low, shift, some)
			}
			for _, n := range raw {
				if low <= n && n <= high {
					some[(n-low)>>shift]++
				}
			}
			s.counted.keep(m, field, low, shift, some)
		}
		at := 0
		for at < len(some) && before+some[at] <= rank {
			before += some[at]
			at++
		}
		if at == len(some) {
			panic("logstore: numbers are out of their range")
		}
		low += int64(at) << shift
		high = min(high, low+1<<shift-1)
		if shift == 0 {
			return rankGroup{before: before, size: some[at], sec: low}
		}
	}
}

// countedNumbers is the outcome of the passes over some matches: the ranks of a
// page's beginning and its end are found among the same ones, and mostly near by.
type countedNumbers struct {
	runs   []run
	field  int
	passes []countedPass
}

type countedPass struct {
	low    int64
	shift  uint
	counts []int64
}

func (c *countedNumbers) of(m matchSet, field int) bool {
	return len(m.runs) > 0 && len(m.runs) == len(c.runs) && &m.runs[0] == &c.runs[0] && c.field == field
}

// recall copies the counts of a pass into some, if they are known.
func (c *countedNumbers) recall(m matchSet, field int, low int64, shift uint, some []int64) bool {
	if !c.of(m, field) {
		return false
	}
	at := slices.IndexFunc(c.passes, func(p countedPass) bool {
		return p.low == low && p.shift == shift && len(p.counts) == len(some)
	})
	if at < 0 {
		return false
	}
	copy(some, c.passes[at].counts)
	return true
}

// keep remembers a pass.
func (c *countedNumbers) keep(m matchSet, field int, low int64, shift uint, some []int64) {
	if !c.of(m, field) {
		*c = countedNumbers{runs: m.runs, field: field}
	}
	c.passes = append(c.passes, countedPass{low, shift, slices.Clone(some)})
}

// window returns m without the matches before one group and behind another.
func (s *selector) window(m matchSet, term int, first, last rankGroup) matchSet {
	f := s.terms[term].Field
	if !s.schema.Ranged(f) {
		return m
	}
	part := matchSet{raw: m.raw, prefix: m.prefix}
	for _, r := range m.runs {
		part.add(r.source, r.found.WithNumbers(int(f), min(first.sec, last.sec), max(first.sec, last.sec), s.mem))
	}
	return part
}

// numberValue returns a number, or Null, as a value, until the next call.
func (s *selector) numberValue(n int64) []byte {
	if n == segment.Null {
		return nil
	}
	s.number = filter.AppendNumber(s.number[:0], n)
	return s.number
}

// value returns the value of a record, until the next call.
func (s *selector) value(seg *segment.Segment, f filter.Field, record int) []byte {
	if s.schema.Ranged(f) {
		return s.numberValue(seg.Number(int(f), record))
	}
	return seg.Value(int(f), seg.Code(int(f), record))
}
