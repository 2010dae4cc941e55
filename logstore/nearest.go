package logstore

import (
	"cmp"
	"slices"

	"daybook/filter"
	"daybook/logstore/segment"
)

// The first page in the order of a number is found without counting all numbers:
// the blocks of records tell their least and greatest, and where so many blocks as
// the page has rows, and those before it, reach a number, no match beyond it can be
// on the page.

// A nearest keeps the greatest of many numbers.
type nearest struct {
	most  int
	all   []int64
	bound int64 // no number up to it is among the greatest; least while there are too few
}

func newNearest(most int) *nearest {
	return &nearest{most: most, all: make([]int64, 0, 2*most), bound: segment.Null}
}

func (g *nearest) add(n int64) {
	if n <= g.bound {
		return
	}
	if g.all = append(g.all, n); len(g.all) == 2*g.most {
		g.cut()
	}
}

// cut leaves the greatest, the greatest first.
func (g *nearest) cut() {
	slices.SortFunc(g.all, func(a, b int64) int { return cmp.Compare(b, a) })
	g.all = g.all[:g.most]
	g.bound = g.all[g.most-1]
}

// last returns the least of the greatest, if there are as many as wanted.
func (g *nearest) last() (n int64, ok bool) {
	if len(g.all) < g.most {
		return 0, false
	}
	g.cut()
	return g.bound, true
}

// mostNear is how many rows before a page's end are found by near.
const mostNear = 10_000

// near returns m without matches that come behind rank to, as far as blocks tell
// that, where it orders by a number.
func (s *selector) near(m matchSet, term int, to int64) matchSet {
	t := s.terms[term]
	if !s.schema.Ranged(t.Field) || to > mostNear {
		return m
	}
	found := newNearest(int(to))
	for _, r := range m.runs {
		if !t.Desc && r.found.CountNull(int(t.Field)) > 0 {
			return m // they come first, and may be many
		}
		if 2*r.found.Count() < r.found.Segment().Records() {
			continue // hardly a block of which all match
		}
		r.found.Extremes(int(t.Field), func(least, greatest int64) {
			if t.Desc {
				found.add(greatest)
			} else {
				found.add(^least) // in the other direction
			}
		})
	}
	bound, ok := found.last()
	if !ok {
		return m
	}
	low, high := bound, filter.MaxNumber
	if !t.Desc {
		low, high = segment.Null, ^bound
	}
	part := matchSet{raw: m.raw, prefix: m.prefix}
	listed, size := int64(0), m.size()
	for _, r := range m.runs {
		found := r.found.WithNumbers(int(t.Field), low, high, s.mem)
		if listed += int64(found.Count()); listed > size/4 {
			return m // nearly all numbers are the same: to count them takes less than to list them
		}
		part.add(r.source, found)
	}
	return part
}
