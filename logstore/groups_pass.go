package logstore

import (
	"hash/maphash"
	"slices"
	"sync/atomic"

	"daybook/filter"
)

// A counting is what one pass over all matches counts. Each worker counts in a
// tally of its own.
//
// Where the values of a field do not fit into memory, the first pass becomes
// a sketch of their counts, which gives each value a place. Each further pass
// counts the values in a range of places, and the next begins behind it. How
// many fit is found out on the way: when a tally has outgrown its share, it
// lowers the end of the range for all workers. Whatever lies within the range
// that is left has been counted from the pass's beginning, so every count is
// exact.
type counting struct {
	grid   *grid // nil where no buckets are wanted
	kind   countingKind
	field  filter.Field // unless the kind is noValues
	time   bool         // the field is the schema's time
	null   bool         // the field may be null
	values []ValueCount // of the kind knownValues

	memory int64         // bytes that one tally of the kind rankedValues, or its sketch, may use
	seed   maphash.Seed  // of all passes of the request
	bounds *sketch       // nil in the first pass
	first  place         // least place in the range
	last   atomic.Uint64 // greatest
}

// A countingKind says which values a pass tells apart.
type countingKind uint8

const (
	noValues     countingKind = iota // none
	rankedValues                     // all whose places are in the range
	knownValues                      // a few
)

// newCounting returns what the first pass counts.
func (g *groupSearch) newCounting() *counting {
	c := &counting{grid: g.grid, seed: maphash.MakeSeed()}
	c.last.Store(uint64(lastPlace))
	if g.wanted.Values > 0 {
		c.kind, c.field = rankedValues, g.wanted.Field
		c.time, c.null = c.field == g.store.opts.Schema.TimeField(), g.store.opts.Schema.Nullable(c.field)
		// A third is for tallies; to merge them takes as much again; and so
		// do the sketches of the first pass, and the one of all others.
		c.memory = g.store.opts.QueryMemory / int64(3*g.store.opts.Workers)
	}
	return c
}

// countingOf returns what the last pass counts: the buckets of these values.
func (g *groupSearch) countingOf(values []ValueCount) *counting {
	c := g.newCounting()
	c.kind, c.values = knownValues, values
	return c
}

// next returns what the pass after c counts, of which t is the outcome; nil
// if there is nothing left.
func (c *counting) next(t *tally) *counting {
	next := &counting{grid: c.grid, kind: c.kind, field: c.field, time: c.time, null: c.null, memory: c.memory, seed: c.seed}
	next.last.Store(uint64(lastPlace))
	if t.sketch != nil {
		next.bounds = t.sketch
		return next
	}
	last := place(c.last.Load())
	if last == lastPlace {
		return nil
	}
	next.bounds, next.first = c.bounds, last+1
	// The range that was left of c's holds half as many values as fit, or more.
	if width := last - c.first + 1; width < (lastPlace-last)/2 {
		next.last.Store(uint64(last + 2*width))
	}
	return next
}

// wanted reports whether more is wanted than the number of matches.
func (c *counting) wanted() bool { return c.grid != nil || c.kind != noValues }

// usesTime reports whether the times of matches are wanted. A nil counting
// wants none.
func (c *counting) usesTime() bool {
	return c != nil && (c.grid != nil || c.kind != noValues && c.time)
}

// hash returns the hash of a value.
func (c *counting) hash(value []byte) uint64 { return maphash.Bytes(c.seed, value) }

// place returns the place of a value.
func (c *counting) place(value []byte) place { return c.bounds.place(c.hash(value)) }

// mine reports whether a value is of this pass.
func (c *counting) mine(value []byte) bool {
	if c.bounds == nil {
		return true
	}
	p := c.place(value)
	return c.first <= p && p <= place(c.last.Load())
}

// lower lowers the greatest place of the range, for all workers. It returns
// what that is now.
func (c *counting) lower(last place) place {
	for {
		now := place(c.last.Load())
		if now <= last {
			return now
		}
		if c.last.CompareAndSwap(uint64(now), uint64(last)) {
			return last
		}
	}
}

// merge returns the sum of what workers have counted. It uses their tallies.
func (c *counting) merge(tallies []*tally) *tally {
	if len(tallies) == 0 {
		return c.newTally()
	}
	sketched := slices.ContainsFunc(tallies, func(t *tally) bool { return t.sketch != nil })
	for _, t := range tallies {
		if sketched && t.sketch == nil {
			t.startSketch()
		}
		t.drop(place(c.last.Load()))
	}
	// Into the largest: the fewest values move.
	slices.SortFunc(tallies, func(a, b *tally) int { return len(b.groups) - len(a.groups) })
	sum := tallies[0]
	for _, t := range tallies[1:] {
		sum.merge(t)
	}
	return sum
}

// counts reports whether every record of a stretch counts in the same place,
// so that it need not be read to be counted.
func (c *counting) counts(f *facts) bool {
	return c.kind == noValues && (c.grid == nil || c.grid.bucket(f.First) == c.grid.bucket(f.Last))
}

// addStretch counts a stretch of which counts has said so.
func (t *tally) addStretch(f *facts) {
	n := f.records()
	t.add(f.First, nil, n)
	if t.grid != nil {
		t.reach(f.Last)
	}
}

// countLine counts a match.
func (sc *scanner) countLine() {
	t, s, r := sc.groups, &sc.split, &sc.record
	var value []byte
	switch {
	case t.kind == noValues:
	case t.time:
		sc.key = sc.store.opts.Schema.AppendTimeText(sc.key[:0], r.Time)
		value = sc.key
	case sc.parser != nil:
		value = sc.eval.matcher.Text(r, t.field)
	default:
		if !s.find(int(t.field)) {
			return
		}
		r.Columns[t.field], r.Clean = s.bytes(), s.clean()
		value = sc.eval.matcher.Text(r, t.field)
	}
	t.add(r.Time, value, 1)
}

// tallies returns what was counted.
func (s *scan) tallies() []*tally {
	var all []*tally
	if s.unread != nil {
		all = append(all, s.unread)
	}
	for _, sc := range s.scanners {
		if sc != nil && sc.groups != nil {
			all = append(all, sc.groups)
		}
	}
	return all
}
