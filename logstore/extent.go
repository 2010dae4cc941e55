package logstore

import (
	"cmp"
	"slices"
	"sort"

	"daybook/filter"
)

// An extent is some matches, and an interval that the values of all of them are in:
// of the time, where it is what the order begins with, or where nothing but the
// position orders, of the source.
type extent struct {
	first, last int64
	size        int64
}

// extents tell how many matches are certain to come before some, or behind.
type extents struct {
	desc    bool
	byFirst []extent
	byLast  []extent
	from    []int64 // how many matches the extent at that index of byFirst and all behind it have
	upTo    []int64 // how many those before that index of byLast have
}

// extents returns those of all matches: of runs, of the sources that are counted,
// and raw outside of segments, of which nothing is known. Nil means that the order
// begins with something else.
func (s *indexedSearch) extents(counted []int, raw int64) *extents {
	terms := s.ordering.Terms()
	if len(terms) > 0 && terms[0].Field != s.store.opts.Schema.TimeField() {
		return nil
	}
	all := make([]extent, 0, len(s.runs)+len(counted)+1)
	for _, r := range s.runs {
		first, last := r.found.Times()
		all = append(all, s.extent(r.source, first, last, int64(r.found.Count())))
	}
	for _, i := range counted {
		all = append(all, s.extentOf(i))
	}
	if raw > 0 {
		all = append(all, extent{filter.MinNumber, filter.MaxNumber, raw})
	}
	sums := make([]int64, 2*(len(all)+1))
	x := &extents{byFirst: all, byLast: all, from: sums[:len(all)+1], upTo: sums[len(all)+1:]}
	x.desc = s.ordering.TiesDesc()
	if len(terms) > 0 {
		x.desc = terms[0].Desc
	}
	slices.SortFunc(x.byFirst, func(a, b extent) int { return cmp.Compare(a.first, b.first) })
	if last := func(a, b extent) int { return cmp.Compare(a.last, b.last) }; !slices.IsSortedFunc(x.byLast, last) {
		x.byLast = slices.SortedFunc(slices.Values(x.byFirst), last)
	}
	for i := range all {
		x.upTo[i+1] = x.upTo[i] + x.byLast[i].size
	}
	for i := len(all) - 1; i >= 0; i-- {
		x.from[i] = x.from[i+1] + x.byFirst[i].size
	}
	return x
}

// extent returns the extent of so many matches in a source, of those times.
func (s *indexedSearch) extent(source int, first, last, size int64) extent {
	if len(s.ordering.Terms()) == 0 {
		first, last = int64(source), int64(source)
	}
	return extent{first, last, size}
}

// extentOf returns the extent of all records in the index of a source.
func (s *indexedSearch) extentOf(source int) extent {
	sum := &s.snap.sources[source].index.sum
	return s.extent(source, sum.first, sum.last, sum.records)
}

// around returns how many matches are certain to come before all of an extent, and
// how many behind.
func (x *extents) around(of extent) (sooner, later int64) {
	less := x.upTo[sort.Search(len(x.byLast), func(i int) bool { return x.byLast[i].last >= of.first })]
	more := x.from[sort.Search(len(x.byFirst), func(i int) bool { return x.byFirst[i].first > of.last })]
	if x.desc {
		return more, less
	}
	return less, more
}
