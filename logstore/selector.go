package logstore

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sort"

	"daybook/filter"
	"daybook/logstore/segment"
)

// A selector finds the records of a page among matches by their rank, without
// sorting what the page does not show. It takes one term of the order after the
// other: the value at the page's first rank and the one at its last divide the
// matches in three. Those between are all on the page; of those that hold
// either value, the next term decides.
type selector struct {
	schema   *filter.Schema
	ordering *filter.Ordering
	time     filter.Field
	terms    []filter.Term
	flip     position
	mem      *segment.Memory
	page     []position
	key      []byte // scratch
	number   []byte // scratch
	counted  countedNumbers
}

// A matchSet is matches of which the values of some terms are known.
type matchSet struct {
	runs   []run   // by position
	raw    []entry // matches outside of segments, in order
	prefix []byte  // what the known values make of each one's key
}

func (q *query) newSelector() *selector {
	schema := q.store.opts.Schema
	s := &selector{schema: schema, ordering: q.ordering, time: schema.TimeField(), terms: q.ordering.Terms(), mem: q.memory()}
	if q.ordering.TiesDesc() {
		s.flip = ^position(0)
	}
	return s
}

func (m *matchSet) size() int64 {
	n := int64(len(m.raw))
	for _, r := range m.runs {
		n += int64(r.found.Count())
	}
	return n
}

// fewMatches are sorted rather than divided.
const fewMatches = 256

// keyRoom is how much of a key is kept mostly, behind its first eight bytes: of a time
// and a number or a short text.
const keyRoom = 24 // bytes

// take adds the matches from rank from up to, but not, rank to, by the terms
// from the given one on, which differ at most in those.
func (s *selector) take(m matchSet, term int, from, to int64) {
	size := m.size()
	switch {
	case from >= to:
		return
	case size <= fewMatches, to-from == size:
		s.sort(m, from, to)
		return
	case term == len(s.terms):
		s.byPosition(m, from, to)
		return
	}
	m = s.near(m, term, to)
	size = m.size()
	first := s.groupAt(m, term, from, size)
	if to <= first.before+first.size {
		s.take(s.holding(m, term, first), term+1, from-first.before, to-first.before)
		return
	}
	last := s.groupAt(m, term, to-1, size)
	m = s.window(m, term, first, last)
	if last.before+last.size-first.before <= fewMatches {
		s.sort(s.through(m, term, first, last), from-first.before, to-first.before)
		return
	}
	s.take(s.holding(m, term, first), term+1, from-first.before, first.size)
	s.sort(s.between(m, term, first, last), 0, last.before-first.before-first.size)
	s.take(s.holding(m, term, last), term+1, 0, to-last.before)
}

// A rankGroup is the matches of a set that have one value of a term.
type rankGroup struct {
	before, size int64  // matches that come before, and in it
	prefix       []byte // of their keys
	low, high    []int  // of a dictionary: the ranks of the value in each run, low = high where it is not
	sec          int64  // of the time, or of a field that is Ranged: the value
	rawFrom      int    // matches outside of segments
	rawTo        int
}

// groupAt returns the group that holds the match of that rank.
func (s *selector) groupAt(m matchSet, term int, rank, size int64) rankGroup {
	switch f := s.terms[term].Field; {
	case f == s.time:
		return s.timeAt(m, term, rank, size)
	case s.schema.Ranged(f):
		return s.numberAt(m, term, rank, size)
	}
	return s.textAt(m, term, rank, size)
}

// timeAt is groupAt for the time: the least time, or where the term descends
// the greatest, with more than rank matches up to it.
func (s *selector) timeAt(m matchSet, term int, rank, size int64) rankGroup {
	desc := s.terms[term].Desc
	ascending := rank // the rank in ascending order
	if desc {
		ascending = size - 1 - rank
	}
	sec, ok := s.timeApart(m, term, ascending)
	if !ok {
		// The number of matches up to a time grows with it.
		low, high := s.times(m, term)
		for low < high {
			if middle := low + (high-low)/2; s.countBefore(m, term, middle+1) > ascending {
				high = middle
			} else {
				low = middle + 1
			}
		}
		sec = low
	}
	g := rankGroup{sec: sec, before: s.countBefore(m, term, sec)}
	g.size = s.countBefore(m, term, sec+1) - g.before
	if desc {
		g.before = size - g.before - g.size
	}
	g.prefix = s.ordering.AppendTerm(bytes.Clone(m.prefix), term, sec, nil)
	g.rawFrom, g.rawTo = rawRange(m.raw, g.prefix)
	return g
}

// timeApart returns the time of the match of that rank, in ascending order,
// where it is in a run whose times ascend, and that no other match is among.
func (s *selector) timeApart(m matchSet, term int, rank int64) (sec int64, ok bool) {
	type stretch struct {
		first, last int64
		size        int64
		run         *segment.Matches // nil: outside of segments
	}
	all := make([]stretch, 0, len(m.runs)+1)
	for _, r := range m.runs {
		first, last := r.found.Times()
		all = append(all, stretch{first, last, int64(r.found.Count()), r.found})
	}
	if n := len(m.raw); n > 0 {
		one, other := s.timeOf(&m.raw[0], len(m.prefix), term), s.timeOf(&m.raw[n-1], len(m.prefix), term)
		all = append(all, stretch{min(one, other), max(one, other), int64(n), nil})
	}
	slices.SortFunc(all, func(a, b stretch) int { return cmp.Compare(a.first, b.first) })
	latest := filter.MinNumber
	for i, one := range all {
		if rank >= one.size {
			rank -= one.size
			latest = max(latest, one.last)
			continue
		}
		if one.run == nil || !one.run.Segment().Ascending() || latest >= one.first || i+1 < len(all) && all[i+1].first <= one.last {
			return 0, false
		}
		return one.run.Segment().Time(one.run.At(int(rank), false)), true
	}
	return 0, false
}

// times returns the least and the greatest time of the matches, or wider.
func (s *selector) times(m matchSet, term int) (low, high int64) {
	low, high = filter.MaxNumber, filter.MinNumber
	for _, r := range m.runs {
		first, last := r.found.Times()
		low, high = min(low, first), max(high, last)
	}
	if n := len(m.raw); n > 0 {
		for _, e := range []*entry{&m.raw[0], &m.raw[n-1]} {
			sec := s.timeOf(e, len(m.prefix), term)
			low, high = min(low, sec), max(high, sec)
		}
	}
	return low, high
}

// timeOf reads the time out of a key, where it begins at an offset.
func (s *selector) timeOf(e *entry, at, term int) int64 {
	s.key = e.appendKey(s.key[:0])
	word := binary.BigEndian.Uint64(s.key[at:])
	if s.terms[term].Desc {
		word = ^word
	}
	return int64(word ^ 1<<63)
}

// countBefore returns how many matches are of a time before sec.
func (s *selector) countBefore(m matchSet, term int, sec int64) (n int64) {
	for _, r := range m.runs {
		n += int64(r.found.CountBefore(sec))
	}
	if len(m.raw) > 0 {
		s.key = s.ordering.AppendTerm(append(s.key[:0], m.prefix...), term, sec, nil)
		from, to := rawRange(m.raw, s.key)
		if s.terms[term].Desc {
			n += int64(len(m.raw) - to)
		} else {
			n += int64(from)
		}
	}
	return n
}

// rawRange returns which entries, in order, have keys that begin with prefix.
func rawRange(raw []entry, prefix []byte) (from, to int) {
	from = sort.Search(len(raw), func(i int) bool { return raw[i].comparePrefix(prefix) >= 0 })
	to = from + sort.Search(len(raw)-from, func(i int) bool { return raw[from+i].comparePrefix(prefix) > 0 })
	return from, to
}

// holding returns the matches of a group.
func (s *selector) holding(m matchSet, term int, g rankGroup) matchSet {
	part := s.through(m, term, g, g)
	part.prefix = g.prefix
	return part
}

// through returns the matches of one group, of another that is not before it, and of
// all between.
func (s *selector) through(m matchSet, term int, first, last rankGroup) matchSet {
	part := matchSet{runs: make([]run, 0, len(m.runs)), raw: m.raw[first.rawFrom:last.rawTo], prefix: m.prefix}
	if s.terms[term].Desc {
		first, last = last, first
	}
	f := s.terms[term].Field
	for i, r := range m.runs {
		if f == s.time {
			part.add(r.source, r.found.Within(first.sec, last.sec, s.mem))
		} else if s.schema.Ranged(f) {
			part.add(r.source, r.found.WithNumbers(int(f), first.sec, last.sec, s.mem))
		} else if first.low[i] < last.high[i] {
			part.add(r.source, r.found.Between(int(f), first.low[i], last.high[i], s.mem))
		}
	}
	return part
}

func (m *matchSet) add(source int, found *segment.Matches) {
	if found.Count() > 0 {
		m.runs = append(m.runs, run{source, found})
	}
}

// between returns the matches that come behind one group and before another.
func (s *selector) between(m matchSet, term int, first, last rankGroup) matchSet {
	part := matchSet{raw: m.raw[first.rawTo:last.rawFrom], prefix: m.prefix}
	if s.terms[term].Desc {
		first, last = last, first
	}
	f := s.terms[term].Field
	for i, r := range m.runs {
		if f == s.time {
			part.add(r.source, r.found.Within(first.sec+1, last.sec-1, s.mem))
		} else if s.schema.Ranged(f) {
			part.add(r.source, r.found.WithNumbers(int(f), first.sec+1, last.sec-1, s.mem))
		} else if first.high[i] < last.low[i] {
			part.add(r.source, r.found.Between(int(f), first.high[i], last.low[i], s.mem))
		}
	}
	return part
}

// sort adds the matches of those ranks by sorting all of them.
func (s *selector) sort(m matchSet, from, to int64) {
	if from >= to {
		return
	}
	all := append(make([]entry, 0, m.size()), m.raw...)
	var keys []byte
	for _, r := range m.runs {
		seg := r.found.Segment()
		r.found.Each(func(i int) bool {
			s.key = s.key[:0]
			for t, term := range s.terms {
				var text []byte
				if term.Field != s.time {
					text = s.value(seg, term.Field, i)
				}
				s.key = s.ordering.AppendTerm(s.key, t, seg.Time(i), text)
			}
			e := makeEntry(s.key, uint64(positionOf(r.source, seg.Start(i))^s.flip))
			// What of the key is kept shares memory.
			if cap(keys)-len(keys) < len(e.rest) {
				keys = make([]byte, 0, max(len(e.rest), min(cap(all)-len(all), fewMatches)*keyRoom))
			}
			at := len(keys)
			keys = append(keys, e.rest...)
			e.rest = keys[at:]
			all = append(all, e)
			return true
		})
	}
	slices.SortFunc(all, func(a, b entry) int { return a.compare(&b) })
	for _, e := range all[from:to] {
		s.page = append(s.page, position(e.tie)^s.flip)
	}
}

// byPosition adds matches that no term tells apart.
func (s *selector) byPosition(m matchSet, from, to int64) {
	raw := m.raw
	runs := slices.Clone(m.runs)
	if s.flip != 0 {
		slices.Reverse(runs)
	}
	// take adds what is on the page of n matches that come next.
	take := func(n int, add func(from, to int)) {
		if lo, hi := max(from, 0), min(to, int64(n)); lo < hi {
			add(int(lo), int(hi))
		}
		from, to = from-int64(n), to-int64(n)
	}
	takeRaw := func(before func(p position) bool) {
		n := 0
		for n < len(raw) && before(position(raw[n].tie)^s.flip) {
			n++
		}
		some := raw[:n]
		raw = raw[n:]
		take(n, func(from, to int) {
			for _, e := range some[from:to] {
				s.page = append(s.page, position(e.tie)^s.flip)
			}
		})
	}
	for _, r := range runs {
		// None of the others stands within a segment's stretch.
		begin := positionOf(r.source, r.found.Segment().Start(0))
		takeRaw(func(p position) bool { return p < begin == (s.flip == 0) })
		n := r.found.Count()
		take(n, func(from, to int) {
			if s.flip != 0 {
				from, to = n-to, n-from
			}
			records := r.found.AppendRanks(nil, from, to)
			if s.flip != 0 {
				slices.Reverse(records)
			}
			for _, i := range records {
				s.page = append(s.page, positionOf(r.source, r.found.Segment().Start(int(i))))
			}
		})
	}
	takeRaw(func(position) bool { return true })
}
