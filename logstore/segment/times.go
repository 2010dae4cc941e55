package segment

import (
	"slices"
	"sort"

	"daybook/filter"
)

// times are the records' times.
type times struct {
	first, last int64 // the least and the greatest
	ascending   bool
	least       []int64 // by block
	greatest    []int64 // by block
	offsets     numbers // from the block's least
}

func (t *times) at(record int) int64 {
	return t.least[record/blockRecords] + int64(t.offsets.at(record))
}

// lower returns the first record of n ascending ones whose time is at least sec.
func (t *times) lower(sec int64, n int) int {
	block := sort.Search(len(t.greatest), func(i int) bool { return t.greatest[i] >= sec })
	from, to := block*blockRecords, min((block+1)*blockRecords, n)
	if from >= n {
		return n
	}
	return from + sort.Search(to-from, func(i int) bool { return t.at(from+i) >= sec })
}

// keep drops the records of b whose time is in none of the spans, which ascend.
func (t *times) keep(b bitmap, n int, spans []filter.TimeSpan) {
	if len(spans) == 1 && spans[0].From <= t.first && t.last <= spans[0].To {
		return
	}
	if t.ascending && len(spans) == 1 {
		from, to := 0, n
		if spans[0].From > t.first {
			from = t.lower(spans[0].From, n)
		}
		if spans[0].To < t.last {
			to = t.lower(spans[0].To+1, n)
		}
		b.keep(from, to)
		return
	}
	for w, word := range b {
		if word != 0 {
			b[w] = word & t.within(w, n, spans)
		}
	}
}

// within returns the records of a block whose time is in one of the spans.
func (t *times) within(block, n int, spans []filter.TimeSpan) (word uint64) {
	least, greatest := t.least[block], t.greatest[block]
	at, _ := slices.BinarySearchFunc(spans, least, func(s filter.TimeSpan, sec int64) int {
		if s.To < sec {
			return -1
		}
		return 1
	})
	for _, s := range spans[at:] {
		if s.From > greatest {
			break
		}
		if s.From <= least && greatest <= s.To {
			return ^uint64(0)
		}
		for i := range min(blockRecords, n-block*blockRecords) {
			if sec := t.at(block*blockRecords + i); s.From <= sec && sec <= s.To {
				word |= 1 << i
			}
		}
	}
	return word
}

// keepIf drops the records of b for whose time match is false. It is asked once
// for each run of equal times.
func (t *times) keepIf(b bitmap, match func(sec int64) bool) {
	known, matched, last := false, false, int64(0)
	b.each(func(i uint32) {
		if sec := t.at(int(i)); !known || sec != last {
			known, matched, last = true, match(sec), sec
		}
		if !matched {
			b.unset(i)
		}
	})
}
