package segment

import "math/bits"

// What follows is about matches by a field that the schema has Ranged.

// Null stands for null where numbers are ordered: it comes before all of them.
const Null int64 = nullNumber

// Number returns the number of a record, or Null.
func (s *Segment) Number(field, record int) int64 { return s.fields[field].ranged.number(record) }

// Numbers returns a number that none of the matches is below, and one that none is
// above; null is neither. The first is greater where all are null.
func (f *Matches) Numbers(field int) (low, high int64) {
	r := f.s.fields[field].ranged
	if r.ascending && f.count > 0 {
		return r.at(f.At(0, false)), r.at(f.At(0, true))
	}
	return r.first, r.last
}

// CountNull returns how many matches are null.
func (f *Matches) CountNull(field int) (n int) {
	r := f.s.fields[field].ranged
	if r.nulls == nil {
		return 0
	}
	f.eachWord(func(w int, word uint64) { n += bits.OnesCount64(word & r.nulls[w]) })
	return n
}

// CountNumbers counts matches by their numbers: those from low on, 2^shift of
// them in the first element of counts, and so on. Others are not counted.
func (f *Matches) CountNumbers(field int, low int64, shift uint, counts []int64) {
	r := f.s.fields[field].ranged
	switch o := &r.offsets; {
	case o.of1 != nil:
		countNumbers(f, r, o.of1, low, shift, counts)
	case o.of2 != nil:
		countNumbers(f, r, o.of2, low, shift, counts)
	case o.of4 != nil:
		countNumbers(f, r, o.of4, low, shift, counts)
	default:
		countNumbers(f, r, o.of8, low, shift, counts)
	}
}

// countNumbers is CountNumbers for offsets of one width.
func countNumbers[T uint8 | uint16 | uint32 | uint64](f *Matches, r *ranged, offsets []T, low int64, shift uint, counts []int64) {
	high := low + int64(len(counts))<<shift - 1
	f.eachWord(func(w int, word uint64) {
		least, greatest := r.least[w], r.greatest[w]
		if least > high || greatest < low {
			return
		}
		word &^= r.null(w)
		of := blockOf(offsets, w)
		base := least - low
		switch {
		case base >= 0 && greatest <= high && base>>shift == (greatest-low)>>shift:
			counts[base>>shift] += int64(bits.OnesCount64(word))
		case word == ^uint64(0):
			for _, offset := range of {
				// What is below low is a large number without its sign.
				if at := uint64(base+int64(offset)) >> shift; at < uint64(len(counts)) {
					counts[at]++
				}
			}
		default:
			for ; word != 0; word &= word - 1 {
				if at := uint64(base+int64(of[bits.TrailingZeros64(word)])) >> shift; at < uint64(len(counts)) {
					counts[at]++
				}
			}
		}
	})
}

// Extremes calls visit with the least and the greatest number of each block of
// records that all match, unless all of them are null: there are matches with these.
func (f *Matches) Extremes(field int, visit func(least, greatest int64)) {
	r := f.s.fields[field].ranged
	f.eachWord(func(w int, word uint64) {
		if all := within(w, 0, f.s.n); word == all && r.null(w)&all != all {
			visit(r.least[w], r.greatest[w])
		}
	})
}

// WithNumbers returns the matches whose number is from first to last. Both may be
// Null, which is below all numbers.
func (f *Matches) WithNumbers(field int, first, last int64, m *Memory) *Matches {
	r := f.s.fields[field].ranged
	if first > last || f.count == 0 {
		return f.s.none
	}
	var list []uint32
	f.eachWord(func(w int, word uint64) {
		found := uint64(0)
		if first == Null {
			found = word & r.null(w)
		}
		if r.least[w] <= last && r.greatest[w] >= first {
			found |= r.among(w, word&^r.null(w), first, last)
		}
		for ; found != 0; found &= found - 1 {
			list = append(list, uint32(w*blockRecords+bits.TrailingZeros64(found)))
		}
	})
	return f.listed(list)
}

// among returns which records of word, of block w, have a number from first to
// last, null not told apart.
func (r *ranged) among(w int, word uint64, first, last int64) (found uint64) {
	if bits.OnesCount64(word) > blockRecords/4 {
		return word & r.between(w, first, last)
	}
	for rest := word; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		if n := r.at(w*blockRecords + i); first <= n && n <= last {
			found |= 1 << i
		}
	}
	return found
}

// between returns which records of block w have a number from first to last, null
// not told apart.
func (r *ranged) between(w int, first, last int64) uint64 {
	// In terms of offsets: from low on, so many.
	low, high := max(first, r.least[w])-r.least[w], min(last, r.greatest[w])-r.least[w]
	if low > high {
		return 0
	}
	switch o := &r.offsets; {
	case o.of1 != nil:
		return offsetsBetween(blockOf(o.of1, w), uint64(low), uint64(high-low))
	case o.of2 != nil:
		return offsetsBetween(blockOf(o.of2, w), uint64(low), uint64(high-low))
	case o.of4 != nil:
		return offsetsBetween(blockOf(o.of4, w), uint64(low), uint64(high-low))
	default:
		return offsetsBetween(blockOf(o.of8, w), uint64(low), uint64(high-low))
	}
}

// offsetsBetween returns which of at most 64 offsets are from low to low+span.
func offsetsBetween[T uint8 | uint16 | uint32 | uint64](offsets []T, low, span uint64) (found uint64) {
	for i, offset := range offsets {
		_, outside := bits.Sub64(span, uint64(offset)-low, 0) // without a branch that can't be foretold
		found |= (outside ^ 1) << i
	}
	return found
}

func blockOf[T any](all []T, w int) []T {
	return all[w*blockRecords : min((w+1)*blockRecords, len(all))]
}

// eachWord calls visit with each block that holds matches, and with these.
func (f *Matches) eachWord(visit func(w int, word uint64)) {
	if f.list.is() {
		at, word := -1, uint64(0)
		for _, i := range f.list.records() {
			if w := int(i / blockRecords); w != at {
				if word != 0 {
					visit(at, word)
				}
				at, word = w, 0
			}
			word |= 1 << (i % blockRecords)
		}
		if word != 0 {
			visit(at, word)
		}
		return
	}
	first, last := f.words()
	for w := first; w < last; w++ {
		if word := f.word(w); word != 0 {
			visit(w, word)
		}
	}
}
