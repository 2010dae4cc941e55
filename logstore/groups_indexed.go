package logstore

import (
	"cmp"
	"context"
	"slices"

	"daybook/filter"
	"daybook/logstore/segment"
)

// indexCounts is what one pass has counted in segments.
type indexCounts struct {
	matches int64
	tallies []*tally
}

// countIndexed counts the matches in files with an index. The error is
// errNotIndexed where there are none, or errLeftOut.
func (g *groupSearch) countIndexed(ctx context.Context, c *counting) (counted indexCounts, err error) {
	for _, src := range g.snap.sources {
		if c.kind != noValues && !c.time && !src.index.counted(g.store.opts.Schema, c.field) {
			src.index = nil // the values are in its lines only
		}
	}
	if !g.snap.indexed() {
		return indexCounts{}, errNotIndexed
	}
	s := &indexedSearch{query: g.query, ctx: ctx, snap: g.snap, matchers: make([]*filter.Matcher, g.store.opts.Workers)}
	defer s.release()
	err = s.guard(func() error {
		if err := s.search(); err != nil || len(s.failed) > 0 {
			return err
		}
		if err := s.explain(); err != nil {
			return err
		}
		defer g.trace.time(searching)()
		for _, r := range s.runs {
			counted.matches += int64(r.found.Count())
		}
		g.trace.add(searching, tracedMatches, counted.matches)
		if !c.wanted() {
			return nil
		}
		counted.tallies, err = s.tallies(c, g.wanted.Values)
		return err
	})
	if err == nil && len(s.failed) > 0 {
		if err = g.leaveOut(g.snap, s.failed); err == nil {
			err = errLeftOut
		}
	}
	if err != nil {
		return indexCounts{}, err
	}
	return counted, nil
}

// tallies counts the matches that were found; of one worker each.
func (s *indexedSearch) tallies(c *counting, values int) ([]*tally, error) {
	tallies := make([]*tally, s.store.opts.Workers)
	faults := make([]any, s.store.opts.Workers)
	// Where there is one run and nothing else, only its most frequent values
	// can be wanted.
	single := len(s.runs) == 1 && c.kind == rankedValues && c.grid == nil &&
		!slices.ContainsFunc(s.snap.sources, (*source).scanned)
	var units []unit
	for _, r := range s.runs {
		units = append(units, func(w *worker) unit {
			defer func() {
				if v := recover(); v != nil {
					faults[w.id] = v
				}
			}()
			if tallies[w.id] == nil {
				tallies[w.id] = c.newTally()
			}
			t := &runTally{tally: tallies[w.id], found: r.found, mem: s.memory(), schema: s.store.opts.Schema}
			defer s.store.segments.Put(t.mem)
			if single {
				t.top = values
			}
			t.count()
			return nil
		})
	}
	if err := s.store.pool.runAll(s.ctx, units); err != nil {
		return nil, err
	}
	for _, fault := range faults {
		if fault != nil {
			panic(fault) // guard's
		}
	}
	return slices.DeleteFunc(tallies, func(t *tally) bool { return t == nil }), nil
}

// A runTally counts the matches of one segment.
type runTally struct {
	*tally
	found  *segment.Matches
	mem    *segment.Memory
	schema *filter.Schema
	top    int      // values that can be wanted; 0: all
	before []uint32 // scratch
	key    []byte   // scratch
}

// count counts all matches of the run: at once where they share a bucket and
// have values with codes, otherwise bucket by bucket, or one by one.
func (t *runTally) count() {
	switch first, last := t.found.Times(); {
	case t.found.Count() == 0:
	case t.tally.time:
		t.each(t.found)
	case t.grid == nil || t.grid.bucket(first) == t.grid.bucket(last):
		t.values(t.found)
	case !t.found.Segment().Ascending():
		t.each(t.found)
	default:
		t.buckets(first, last)
	}
}

// buckets counts matches that ascend, bucket by bucket.
func (t *runTally) buckets(first, last int64) {
	for sec := first; sec <= last; {
		to := (t.grid.bucket(sec) + 1) * t.grid.interval // the bucket's end
		if t.grid.bucket(last) < floorDiv(to, t.grid.interval) {
			to = last + 1
		}
		part := t.found.Within(sec, to-1, t.mem)
		if part.Count() > 0 {
			t.values(part)
		}
		left := t.found.Within(to, last, t.mem)
		if left.Count() == 0 {
			return
		}
		sec, _ = left.Times()
	}
}

// values counts matches of one bucket by their values.
func (t *runTally) values(part *segment.Matches) {
	s := part.Segment()
	if t.grid != nil {
		first, last := exactTimes(part)
		t.reach(first)
		t.reach(last)
	}
	sec := s.Time(part.At(0, false))
	if t.kind == noValues {
		t.add(sec, nil, int64(part.Count()))
		return
	}
	field := int(t.field)
	if part.Count() < s.Values(field)/8 {
		t.each(part)
		return
	}
	before := part.Before(field, &t.before)
	least := t.least(before)
	for code := range s.Values(field) {
		if n := before[code+1] - before[code]; n > 0 && n >= least {
			t.add(sec, s.Value(field, code), int64(n))
		}
	}
}

// exactTimes returns the least and the greatest time of matches.
func exactTimes(part *segment.Matches) (first, last int64) {
	s := part.Segment()
	if s.Ascending() {
		return s.Time(part.At(0, false)), s.Time(part.At(0, true))
	}
	first, last = filter.MaxNumber, filter.MinNumber
	part.Each(func(i int) bool {
		first, last = min(first, s.Time(i)), max(last, s.Time(i))
		return true
	})
	return first, last
}

// least returns a count below which no value can be wanted.
func (t *runTally) least(before []uint32) uint32 {
	if t.top == 0 {
		return 0
	}
	best := make([]uint32, 0, t.top+1) // descending
	for i := 1; i < len(before); i++ {
		n := before[i] - before[i-1]
		if len(best) == t.top && n <= best[t.top-1] {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, n, func(have, n uint32) int { return cmp.Compare(n, have) })
		if best = slices.Insert(best, at, n); len(best) > t.top {
			best = best[:t.top]
		}
	}
	if len(best) < t.top {
		return 0
	}
	return best[t.top-1]
}

// each counts matches one by one.
func (t *runTally) each(part *segment.Matches) {
	s := part.Segment()
	part.Each(func(i int) bool {
		sec := s.Time(i)
		var value []byte
		switch {
		case t.kind == noValues:
		case t.tally.time:
			t.key = t.schema.AppendTimeText(t.key[:0], sec)
			value = t.key
		default:
			value = s.Value(int(t.field), s.Code(int(t.field), i))
		}
		t.add(sec, value, 1)
		return true
	})
}
