package segment

import "math/bits"

// Matches are records of a segment: those that a program matches, or some of
// them. Until Resolve, more may join that only their lines can tell of. They are
// one goroutine's at a time.
type Matches struct {
	s        *Segment
	from, to int // all of them are within [from, to)
	count    int

	// Which they are: those of a list, where there is one, or else of a joint.
	list    lazyList
	joint   joint
	own     bitmap // of the joint, if that is one bitmap which is nobody else's
	maybe   bitmap // which of the others may match; nil: none
	pending int    // of maybe
	shared  bool   // the bitmaps are another's
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
		f.own.set(i)
	}
	f.count += len(matched)
	m.give(f.maybe)
	f.maybe, f.pending = nil, 0
}

// Release takes back the memory of f, which is of no use afterwards.
func (m *Memory) Release(f *Matches) {
	if f.shared {
		return // the memory is another's
	}
	m.give(f.own)
	m.give(f.maybe)
	f.own, f.maybe, f.joint = nil, nil, joint{}
}

// ownMatches returns the records of b, which is theirs from now on, within
// [from, to).
func (s *Segment) ownMatches(b bitmap, from, to int) *Matches {
	f := &Matches{s: s, from: from, to: to, own: b}
	f.joint.add(b)
	f.count = f.joint.count(from, to)
	return f
}

// Has reports whether a record is known to match.
func (f *Matches) Has(record int) bool {
	if record < f.from || record >= f.to {
		return false
	}
	if f.list.is() {
		return f.list.has(uint32(record))
	}
	return f.joint.has(uint32(record))
}

// word returns the matches of block w, of a joint.
func (f *Matches) word(w int) uint64 {
	return f.joint.word(w) & within(w, f.from, f.to)
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
	if f.list.is() {
		for _, i := range f.list.records() {
			if !visit(int(i)) {
				return
			}
		}
		return
	}
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
	if f.list.is() {
		if backwards {
			rank = f.count - 1 - rank
		}
		return int(f.list.records()[rank])
	}
	if f.joint.all() {
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
	from, to = max(f.from, from), min(f.to, to)
	if from >= to {
		return 0
	}
	if f.list.is() {
		return len(f.list.between(from, to))
	}
	return f.joint.count(from, to)
}
