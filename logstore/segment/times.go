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
func (t *times) keep(b bitmap, n int, spans []filter.Span) {
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
		switch {
		case word == 0:
		case t.ascending:
			var some uint64
			some, spans = t.withinAscending(w, n, spans)
			b[w] = word & some
		default:
			b[w] = word & t.within(w, n, spans)
		}
	}
}

// within returns the records of a block whose time is in one of the spans.
func (t *times) within(block, n int, spans []filter.Span) (word uint64) {
	least, greatest := t.least[block], t.greatest[block]
	at, _ := slices.BinarySearchFunc(spans, least, func(s filter.Span, sec int64) int {
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

// withinAscending is within for times that ascend, and spans of which all before
// those given end before the block. It returns those that the next block needs.
func (t *times) withinAscending(block, n int, spans []filter.Span) (word uint64, rest []filter.Span) {
	least, greatest := t.least[block], t.greatest[block]
	for len(spans) > 0 && spans[0].To < least {
		spans = spans[1:]
	}
	switch {
	case len(spans) == 0 || spans[0].From > greatest:
		return 0, spans
	case spans[0].From <= least && greatest <= spans[0].To:
		return ^uint64(0), spans
	}
	rest = spans
	for i := range min(blockRecords, n-block*blockRecords) {
		sec := t.at(block*blockRecords + i)
		for spans[0].To < sec {
			if spans = spans[1:]; len(spans) == 0 {
				return word, rest
			}
		}
		if spans[0].From <= sec {
			word |= 1 << i
		}
	}
	return word, rest
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
