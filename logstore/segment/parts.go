package segment

import (
	"math/bits"
	"slices"
)

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
	f.eachWithin(t.first, sec-1, func(int) { n++ })
	return n
}

// eachWithin calls visit with each match whose time is from first to last. It
// passes over blocks that hold none.
func (f *Matches) eachWithin(first, last int64, visit func(record int)) {
	t := &f.s.times
	if f.list.is() {
		for _, i := range f.list.records() {
			if sec := t.at(int(i)); first <= sec && sec <= last {
				visit(int(i))
			}
		}
		return
	}
	from, to := f.words()
	for w := from; w < to; w++ {
		if t.least[w] > last || t.greatest[w] < first {
			continue
		}
		for word := f.word(w); word != 0; word &= word - 1 {
			i := w*blockRecords + bits.TrailingZeros64(word)
			if sec := t.at(i); first <= sec && sec <= last {
				visit(i)
			}
		}
	}
}

// Within returns the matches whose time is from first to last. In a segment that
// ascends, their Times are as well.
func (f *Matches) Within(first, last int64, m *Memory) *Matches {
	t := &f.s.times
	switch {
	case first <= t.first && t.last <= last:
		part := *f
		part.shared = true
		return &part
	case last < t.first || t.last < first:
		return f.s.none
	case t.ascending:
		return f.stretch(max(f.from, t.lower(first, f.s.n)), min(f.to, t.lower(last+1, f.s.n)))
	}
	if f.list.is() {
		var list []uint32
		f.eachWithin(first, last, func(i int) { list = append(list, uint32(i)) })
		return f.listed(list)
	}
	b := m.empty(f.s.n)
	f.eachWithin(first, last, func(i int) { b.set(uint32(i)) })
	return f.s.ownMatches(b, f.from, f.to)
}

// stretch returns the matches in [from, to).
func (f *Matches) stretch(from, to int) *Matches {
	if from >= to {
		return f.s.none
	}
	if f.list.is() {
		part := f.listed(f.list.between(from, to))
		part.from, part.to = from, to
		return part
	}
	part := *f
	part.shared = true
	part.from, part.to = from, to
	part.count = f.joint.count(from, to)
	return &part
}

// listed returns those of a list, which all match.
func (f *Matches) listed(list []uint32) *Matches {
	return &Matches{s: f.s, from: f.from, to: f.to, count: len(list), list: listOf(list)}
}

// Between returns the matches whose value of an Ordered field has a rank from
// low up to, but not, high.
func (f *Matches) Between(field, low, high int, m *Memory) *Matches {
	c := &f.s.fields[field]
	if low >= high {
		return f.s.none
	}
	if f.list.is() {
		var list []uint32
		for _, i := range f.list.records() {
			if code := int(c.codes.at(int(i))); low <= code && code < high {
				list = append(list, i)
			}
		}
		return f.listed(list)
	}
	if high-low == 1 {
		return f.holding(c, uint32(low))
	}
	b := m.empty(f.s.n)
	if postings := int(c.before[high] - c.before[low]); postings < f.count {
		for code := low; code < high; code++ {
			c.or(b, uint32(code))
		}
		f.joint.narrow(b, f.from, f.to)
	} else {
		f.Each(func(i int) bool {
			if code := int(c.codes.at(i)); low <= code && code < high {
				b.set(uint32(i))
			}
			return true
		})
	}
	return f.s.ownMatches(b, f.from, f.to)
}

// holding returns the matches of a joint that hold one value.
func (f *Matches) holding(c *column, code uint32) *Matches {
	if b, ok := c.bitmapOf(code); ok {
		part := *f
		part.shared = true
		part.joint.add(b)
		part.count = part.joint.count(f.from, f.to)
		return &part
	}
	if f.joint.all() && f.from == 0 && f.to == f.s.n {
		return &Matches{s: f.s, to: f.to, count: c.count(code), list: listFrom(func() []uint32 { return c.records(code) })}
	}
	var list []uint32
	c.each(code, func(i uint32) {
		if f.Has(int(i)) {
			list = append(list, i)
		}
	})
	return f.listed(list)
}

// Before returns, for each rank of a value of an Ordered field and for the rank
// behind the last, how many matches have a value of a lesser one. It must not be
// changed, and is good until scratch, which may be used for it, is used again.
func (f *Matches) Before(field int, scratch *[]uint32) (before []uint32) {
	c := &f.s.fields[field]
	if f.count == f.s.n {
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
	case c.codes.bits != nil:
		countBits(f, c.codes.bits, before[1:])
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
	if f.list.is() {
		for _, i := range f.list.records() {
			counts[codes[i]]++
		}
		return
	}
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

// countBits is countCodes for codes of one bit.
func countBits(f *Matches, codes bitmap, counts []uint32) {
	f.eachWord(func(w int, word uint64) {
		second := bits.OnesCount64(word & codes[w])
		counts[0] += uint32(bits.OnesCount64(word) - second)
		if second > 0 {
			counts[1] += uint32(second)
		}
	})
}

// AppendRanks appends the matches of rank from up to, but not, to, in ascending
// order of records. Both are at most Count.
func (f *Matches) AppendRanks(dst []uint32, from, to int) []uint32 {
	if from >= to {
		return dst
	}
	if f.list.is() {
		return append(dst, f.list.records()[from:to]...)
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
	if !t.ascending || f.count == 0 || f.to-f.from == f.s.n {
		return t.first, t.last
	}
	return t.at(f.from), t.at(f.to - 1)
}
