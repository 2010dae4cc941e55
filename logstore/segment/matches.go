package segment

import (
	"math/bits"
	"slices"
)

// Matches are records of a segment: those that a program matches, or some of
// them. Until Resolve, more may join that only their lines can tell of. They are
// one goroutine's at a time.
type Matches struct {
	s        *Segment
	sure     bitmap // those within [from, to) match; nil: all of them
	from, to int
	count    int
	maybe    bitmap // and of these, some may; nil: none
	pending  int    // of maybe
	shared   bool   // the bitmaps are another's
}

// Count returns how many records are known to match.
func (f *Matches) Count() int { return f.count }

// Pending returns how many records may match, as far as the segment knows.
func (f *Matches) Pending() int { return f.pending }

// PendingBlocks returns in how many blocks of 64 records some are pending.
func (f *Matches) PendingBlocks() int { return f.maybe.used() }

// AppendPending appends the pending records, ascending.
func (f *Matches) AppendPending(dst []uint32) []uint32 {
	f.maybe.each(func(i uint32) { dst = append(dst, i) })
	return dst
}

// Resolve says which of the pending records match. None is pending afterwards.
func (f *Matches) Resolve(matched []uint32, m *Memory) {
	for _, i := range matched {
		f.sure.set(i)
	}
	f.count += len(matched)
	m.give(f.maybe)
	f.maybe, f.pending = nil, 0
}

// Release takes back the memory of f, which is of no use afterwards.
func (m *Memory) Release(f *Matches) {
	if !f.shared {
		m.give(f.sure)
		m.give(f.maybe)
	}
	f.sure, f.maybe = nil, nil
}

// Has reports whether a record is known to match.
func (f *Matches) Has(record int) bool {
	return f.from <= record && record < f.to && (f.sure == nil || f.sure.has(uint32(record)))
}

// word returns the matches of block w.
func (f *Matches) word(w int) uint64 {
	word := ^uint64(0)
	if f.sure != nil {
		word = f.sure[w]
	}
	first := w * blockRecords
	if first < f.from {
		word &= ^uint64(0) << (f.from - first)
	}
	if rest := f.to - first; rest < blockRecords {
		word &= 1<<rest - 1
	}
	return word
}

// words returns the blocks [first, last) that f is within.
func (f *Matches) words() (first, last int) {
	if f.from >= f.to {
		return 0, 0
	}
	return f.from / blockRecords, blocks(f.to)
}

// Each calls visit with each match, ascending, until that returns false.
func (f *Matches) Each(visit func(record int) bool) {
	first, last := f.words()
	for w := first; w < last; w++ {
		for word := f.word(w); word != 0; word &= word - 1 {
			if !visit(w*blockRecords + bits.TrailingZeros64(word)) {
				return
			}
		}
	}
}

// At returns the match that has rank others before it, in ascending order, or
// as many behind it where backwards. rank is less than Count.
func (f *Matches) At(rank int, backwards bool) int {
	if f.sure == nil {
		if backwards {
			return f.to - 1 - rank
		}
		return f.from + rank
	}
	if rank > f.count/2 { // the other end is nearer
		rank, backwards = f.count-1-rank, !backwards
	}
	first, last := f.words()
	for i := range last - first {
		w := first + i
		if backwards {
			w = last - 1 - i
		}
		word := f.word(w)
		n := bits.OnesCount64(word)
		if rank >= n {
			rank -= n
			continue
		}
		if backwards {
			rank = n - 1 - rank
		}
		for range rank {
			word &= word - 1
		}
		return w*blockRecords + bits.TrailingZeros64(word)
	}
	return -1
}

// counted returns how many matches there are in [from, to).
func (f *Matches) counted(from, to int) int {
	part := *f
	part.from, part.to = max(f.from, from), min(f.to, to)
	first, last := part.words()
	if f.sure == nil {
		return max(0, part.to-part.from)
	}
	n := 0
	for w := first; w < last; w++ {
		if w == first || w == last-1 {
			n += bits.OnesCount64(part.word(w))
		} else {
			n += bits.OnesCount64(f.sure[w])
		}
	}
	return n
}

// CountBefore returns how many matches are of a time before sec.
func (f *Matches) CountBefore(sec int64) int {
	t := &f.s.times
	switch {
	case sec <= t.first || f.count == 0:
		return 0
	case sec > t.last:
		return f.count
	case t.ascending:
		at := t.lower(sec, f.s.n)
		if at < (f.from+f.to)/2 {
			return f.counted(f.from, at)
		}
		return f.count - f.counted(at, f.to)
	}
	n := 0
	first, last := f.words()
	for w := first; w < last; w++ {
		word := f.word(w)
		switch {
		case word == 0 || t.least[w] >= sec:
		case t.greatest[w] < sec:
			n += bits.OnesCount64(word)
		default:
			for ; word != 0; word &= word - 1 {
				if t.at(w*blockRecords+bits.TrailingZeros64(word)) < sec {
					n++
				}
			}
		}
	}
	return n
}

// Within returns the matches whose time is from first to last.
func (f *Matches) Within(first, last int64, m *Memory) *Matches {
	t := &f.s.times
	part := *f
	part.shared = true
	switch {
	case first <= t.first && t.last <= last:
		return &part
	case last < t.first || t.last < first:
		part.to, part.count = part.from, 0
		return &part
	case t.ascending:
		part.from = max(f.from, t.lower(first, f.s.n))
		part.to = max(part.from, min(f.to, t.lower(last+1, f.s.n)))
		part.count = f.counted(part.from, part.to)
		return &part
	}
	b := m.empty(f.s.n)
	from, to := f.words()
	for w := from; w < to; w++ {
		if word := f.word(w); word != 0 && t.least[w] <= last && t.greatest[w] >= first {
			for ; word != 0; word &= word - 1 {
				i := w*blockRecords + bits.TrailingZeros64(word)
				if sec := t.at(i); first <= sec && sec <= last {
					b.set(uint32(i))
				}
			}
		}
	}
	return f.restricted(b)
}

// restricted returns the matches that are in b as well.
func (f *Matches) restricted(b bitmap) *Matches {
	part := &Matches{s: f.s, sure: b, from: f.from, to: f.to}
	if f.sure != nil {
		b.and(f.sure)
	}
	part.count = part.counted(f.from, f.to)
	return part
}

// Between returns the matches whose value of an Ordered field has a rank from
// low up to, but not, high.
func (f *Matches) Between(field, low, high int, m *Memory) *Matches {
	c := &f.s.fields[field]
	b := m.empty(f.s.n)
	postings := 0
	if low < high {
		postings = int(c.before[high] - c.before[low])
	}
	if high-low == 1 || postings < f.count {
		for code := low; code < high; code++ {
			c.or(b, uint32(code))
		}
		return f.restricted(b)
	}
	f.Each(func(i int) bool {
		if code := int(c.codes.at(i)); low <= code && code < high {
			b.set(uint32(i))
		}
		return true
	})
	part := &Matches{s: f.s, sure: b, from: f.from, to: f.to}
	part.count = b.count()
	return part
}

// Before returns, for each rank of a value of an Ordered field and for the rank
// behind the last, how many matches have a value of a lesser one. It must not be
// changed, and is good until scratch, which may be used for it, is used again.
func (f *Matches) Before(field int, scratch *[]uint32) (before []uint32) {
	c := &f.s.fields[field]
	if f.sure == nil && f.count == f.s.n {
		return c.before
	}
	before = slices.Grow((*scratch)[:0], c.len()+1)[:c.len()+1]
	*scratch = before
	clear(before)
	switch {
	case c.codes.of1 != nil:
		countCodes(f, c.codes.of1, before[1:])
	case c.codes.of2 != nil:
		countCodes(f, c.codes.of2, before[1:])
	default:
		countCodes(f, c.codes.of4, before[1:])
	}
	for i := 1; i < len(before); i++ {
		before[i] += before[i-1]
	}
	return before
}

// countCodes counts the matches by code.
func countCodes[T uint8 | uint16 | uint32](f *Matches, codes []T, counts []uint32) {
	first, last := f.words()
	for w := first; w < last; w++ {
		word := f.word(w)
		if word == 0 {
			continue
		}
		of := codes[w*blockRecords : min((w+1)*blockRecords, len(codes))]
		if word == ^uint64(0) {
			for _, code := range of {
				counts[code]++
			}
			continue
		}
		for ; word != 0; word &= word - 1 {
			counts[of[bits.TrailingZeros64(word)]]++
		}
	}
}

// AppendRanks appends the matches of rank from up to, but not, to, in ascending
// order of records. Both are at most Count.
func (f *Matches) AppendRanks(dst []uint32, from, to int) []uint32 {
	if from >= to {
		return dst
	}
	part := *f
	part.from = f.At(from, false)
	part.Each(func(i int) bool {
		dst = append(dst, uint32(i))
		to--
		return from < to
	})
	return dst
}

// Segment returns the segment that the records are of.
func (f *Matches) Segment() *Segment { return f.s }

// Times returns a time that no match is before, and one that none is after.
func (f *Matches) Times() (first, last int64) {
	t := &f.s.times
	if !t.ascending || f.count == 0 {
		return t.first, t.last
	}
	return t.at(f.from), t.at(f.to - 1)
}
