package logstore

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"sort"
)

// A textSearch finds the value of a text field at a rank among the matches of
// several segments, each with a dictionary of its own, and of others outside of
// segments. It narrows the ranges of values in which the rank can be, in all of
// them at once, by the median of their medians (Frederickson and Johnson, "The
// complexity of selection and ranking in X+Y and matrices with sorted columns",
// 1982).
type textSearch struct {
	*selector
	m      matchSet
	term   int
	field  int
	before [][]uint32 // by run and rank of a value: matches of lesser values
	low    []int      // the values that are left in each run
	high   []int
	// Of the raw entries, counted so that their values ascend:
	rawLow  int
	rawHigh int
	passed  int64 // matches below those that are left
}

// textAt is groupAt for a text field.
func (s *selector) textAt(m matchSet, term int, rank, size int64) rankGroup {
	desc := s.terms[term].Desc
	if desc {
		rank = size - 1 - rank
	}
	t := &textSearch{selector: s, m: m, term: term, field: int(s.terms[term].Field), rawHigh: len(m.raw)}
	for _, r := range m.runs {
		t.before = append(t.before, r.found.Before(t.field, new([]uint32)))
		t.low = append(t.low, 0)
		t.high = append(t.high, r.found.Segment().Values(t.field))
	}
	g := t.find(rank)
	g.rawFrom, g.rawTo = rawRange(m.raw, g.prefix)
	if desc {
		g.before = size - g.before - g.size
	}
	return g
}

// find returns the group with the match of that rank in ascending order; before
// is counted in that order.
func (t *textSearch) find(rank int64) rankGroup {
	for last := int64(math.MaxInt64); ; {
		v, left := t.pivot()
		switch {
		case left == 0:
			return t.rawAt(int(rank - t.passed))
		case left >= last:
			// The values of an index that was changed under its mapping need not
			// be in order, and without that this might go on for ever.
			panic("logstore: a dictionary is not in order")
		}
		last = left
		g := t.group(v)
		switch {
		case rank < g.before:
			t.cutAbove(g)
		case rank < g.before+g.size:
			return g
		default:
			t.cutBelow(g)
		}
	}
}

// left returns how many matches of run i are left.
func (t *textSearch) left(i int) int64 {
	return int64(t.before[i][t.high[i]]) - int64(t.before[i][t.low[i]])
}

// pivot returns the median of the runs' medians, by the matches that are left
// in each, and how many these are. There is no median of none.
func (t *textSearch) pivot() (value []byte, left int64) {
	type median struct {
		value  []byte
		weight int64
	}
	var all []median
	total := int64(0)
	for i, r := range t.m.runs {
		n := t.left(i)
		if n == 0 {
			continue
		}
		middle := t.before[i][t.low[i]] + uint32(n/2)
		code := t.low[i] + sort.Search(t.high[i]-t.low[i]-1, func(j int) bool { return t.before[i][t.low[i]+j+1] > middle })
		all = append(all, median{r.found.Segment().Value(t.field, code), n})
		total += n
	}
	if total == 0 {
		return nil, 0
	}
	slices.SortFunc(all, func(a, b median) int { return compareNullable(a.value, b.value) })
	n := int64(0)
	at := slices.IndexFunc(all, func(m median) bool { n += m.weight; return 2*n >= total })
	return all[at].value, total
}

// group returns the group of a value. What comes before counts those passed.
func (t *textSearch) group(v []byte) rankGroup {
	g := rankGroup{before: t.passed, low: make([]int, len(t.m.runs)), high: make([]int, len(t.m.runs))}
	for i, r := range t.m.runs {
		low, found := r.found.Segment().Find(t.field, v)
		high := low
		if found {
			high++
		}
		low, high = clamp(low, t.low[i], t.high[i]), clamp(high, t.low[i], t.high[i])
		g.low[i], g.high[i] = low, high
		g.before += int64(t.before[i][low]) - int64(t.before[i][t.low[i]])
		g.size += int64(t.before[i][high]) - int64(t.before[i][low])
	}
	g.prefix = t.ordering.AppendTerm(bytes.Clone(t.m.prefix), t.term, 0, v)
	from, to := t.rawAscending(g.prefix)
	g.before += int64(clamp(from, t.rawLow, t.rawHigh) - t.rawLow)
	g.size += int64(to - from)
	return g
}

// rawAscending is rawRange, counted so that values ascend.
func (t *textSearch) rawAscending(prefix []byte) (from, to int) {
	from, to = rawRange(t.m.raw, prefix)
	if t.terms[t.term].Desc {
		from, to = len(t.m.raw)-to, len(t.m.raw)-from
	}
	return from, to
}

// cutAbove leaves only what comes before the group.
func (t *textSearch) cutAbove(g rankGroup) {
	copy(t.high, g.low)
	from, _ := t.rawAscending(g.prefix)
	t.rawHigh = clamp(from, t.rawLow, t.rawHigh)
}

// cutBelow leaves only what comes behind the group.
func (t *textSearch) cutBelow(g rankGroup) {
	copy(t.low, g.high)
	_, to := t.rawAscending(g.prefix)
	t.rawLow = clamp(to, t.rawLow, t.rawHigh)
	t.passed = g.before + g.size
}

// rawAt returns the group of the entry with so many that are left below it.
func (t *textSearch) rawAt(below int) rankGroup {
	i := t.rawLow + below
	if t.terms[t.term].Desc {
		i = len(t.m.raw) - 1 - i
	}
	key := t.m.raw[i].appendKey(nil)
	at := len(t.m.prefix)
	g := rankGroup{low: slices.Clone(t.low), high: slices.Clone(t.low)}
	g.prefix = key[:at+t.ordering.TermLength(key[at:], t.term)]
	from, to := t.rawAscending(g.prefix)
	g.before, g.size = t.passed+int64(from-t.rawLow), int64(to-from)
	return g
}

// compareNullable compares two values; null, which is nil, is the least.
func compareNullable(a, b []byte) int {
	switch {
	case a == nil && b != nil:
		return -1
	case a != nil && b == nil:
		return 1
	}
	return bytes.Compare(a, b)
}

func clamp[T cmp.Ordered](v, low, high T) T { return min(max(v, low), high) }
