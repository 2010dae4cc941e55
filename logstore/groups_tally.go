package logstore

import (
	"cmp"
	"math"
	"slices"
)

// A tally is what one worker has counted in one pass: matches by value and
// bucket. Tallies of one pass are merged at its end.
type tally struct {
	*counting
	groups map[string]*group // by decoded value
	rest   group             // matches whose value is not counted: all, where no field is
	begin  int64             // least time of a match, where there are buckets
	end    int64             // greatest; less than begin where there is no match
	timed  bool              // the groups' series are complete
	used   int64             // bytes of groups
	limit  place             // no group's value has a greater place, where places are known
	sketch *sketch           // in place of groups, where the first pass has too many

	// Of the last match's bucket:
	bucket   int64
	from, to int64 // times that count in it, to not included; equal where there was no match
}

// A group is the matches of one value.
type group struct {
	count  int64
	series series // where the tally is timed
}

const (
	// groupSize is what a group takes in memory besides its value and its
	// series: itself, its pointer, the value's header, and the map's slack.
	groupSize = 128

	// fewValues is how many values are counted by bucket while they are
	// counted at all. Where there are more, a pass of its own counts those
	// that are wanted.
	fewValues = 64
)

// newTally returns an empty tally.
func (c *counting) newTally() *tally {
	t := &tally{
		counting: c,
		begin:    math.MaxInt64,
		end:      math.MinInt64,
		timed:    c.grid != nil && (c.kind != rankedValues || c.bounds == nil),
		limit:    place(c.last.Load()),
		groups:   make(map[string]*group),
	}
	for _, v := range c.values {
		t.groups[v.Value] = new(group)
	}
	return t
}

// add counts n matches at that time with that decoded value, where the pass
// wants to know of either.
func (t *tally) add(sec int64, value []byte, n int64) {
	if t.grid != nil {
		t.reach(sec)
	}
	if value == nil && t.null {
		value = []byte(nullValue)
	}
	g := t.group(value)
	switch {
	case t.sketch != nil:
		t.sketch.add(t.hash(value), n)
		return
	case g == nil:
		return
	}
	g.count += n
	if t.timed {
		t.used += 8 * int64(g.series.add(t.bucket, n))
		t.bound()
	}
}

// reach makes the bucket of that time the present one. When there are more
// buckets than any answer has, they are no longer counted, only how far they
// reach.
func (t *tally) reach(sec int64) {
	if t.from <= sec && sec < t.to {
		t.begin, t.end = min(t.begin, sec), max(t.end, sec)
		return
	}
	t.bucket = t.grid.bucket(sec)
	t.from = t.bucket * t.grid.interval
	t.to = t.from + t.grid.interval
	t.spread(sec, sec)
}

// spread notes matches at these times.
func (t *tally) spread(begin, end int64) {
	t.begin, t.end = min(t.begin, begin), max(t.end, end)
	if t.timed && t.grid.bucket(t.end)-t.grid.bucket(t.begin) >= MaxBuckets {
		t.untime()
	}
}

// untime gives up counting by bucket.
func (t *tally) untime() {
	t.timed = false
	t.rest.series = series{}
	for _, g := range t.groups {
		t.used -= 8 * int64(len(g.series.counts))
		g.series = series{}
	}
}

// group returns the group in which that value counts; nil where it is not of
// this pass.
func (t *tally) group(value []byte) *group {
	if t.kind == noValues {
		return &t.rest
	}
	if t.sketch != nil || !t.mine(value) {
		return nil
	}
	if g := t.groups[string(value)]; g != nil {
		return g
	}
	if t.kind == knownValues {
		return &t.rest
	}
	size := groupSize + int64(len(value))
	if t.used+size > t.memory && len(t.groups) > 0 && !t.makeRoom(value, size) {
		return nil
	}
	g := new(group)
	t.groups[string(value)] = g
	t.used += size
	return g
}

// bound gives up counting by bucket where that takes too much.
func (t *tally) bound() {
	if t.kind == rankedValues && (len(t.groups) > fewValues || t.used > t.memory) {
		t.untime()
	}
}

// makeRoom makes room for a value and its group. It reports false where that
// value is left to later passes.
func (t *tally) makeRoom(value []byte, size int64) bool {
	if t.timed {
		t.untime()
	}
	if t.used+size <= t.memory {
		return true
	}
	if t.bounds == nil {
		t.startSketch()
		return false
	}
	t.shrink(value, size)
	return t.mine(value)
}

// startSketch makes a sketch of the groups.
func (t *tally) startSketch() {
	t.untime()
	t.sketch = newSketch(t.memory)
	for v, g := range t.groups {
		t.sketch.add(t.hash([]byte(v)), g.count)
	}
	t.groups, t.used = nil, 0
}

// shrink leaves the values with the greatest places to later passes: half of
// what fits is kept, and one value in any case.
func (t *tally) shrink(value []byte, size int64) {
	type held struct {
		place place
		size  int64
	}
	all := append(make([]held, 0, len(t.groups)+1), held{t.place(value), size})
	for v := range t.groups {
		all = append(all, held{t.place([]byte(v)), groupSize + int64(len(v))})
	}
	slices.SortFunc(all, func(a, b held) int { return cmp.Compare(a.place, b.place) })
	last, kept := all[0].place, all[0].size
	for _, h := range all[1:] {
		if kept += h.size; kept > t.memory/2 {
			break
		}
		last = h.place
	}
	t.drop(t.lower(last))
}

// drop leaves values with greater places to later passes.
func (t *tally) drop(limit place) {
	if t.limit <= limit {
		return
	}
	t.limit = limit
	for v, g := range t.groups {
		if t.place([]byte(v)) > limit {
			t.used -= groupSize + int64(len(v)) + 8*int64(len(g.series.counts))
			delete(t.groups, v)
		}
	}
}

// merge adds another tally of the same pass, whose groups it takes over.
func (t *tally) merge(other *tally) {
	if other.begin <= other.end {
		t.spread(other.begin, other.end)
	}
	if t.timed && !other.timed {
		t.untime()
	}
	if t.sketch != nil {
		t.sketch.merge(other.sketch)
	}
	t.rest.merge(&other.rest, t.timed)
	for v, g := range other.groups {
		if mine := t.groups[v]; mine != nil {
			mine.merge(g, t.timed)
			continue
		}
		if !t.timed {
			g.series = series{}
		}
		t.groups[v] = g
	}
}

// merge adds another group, and its series if wanted.
func (g *group) merge(other *group, timed bool) {
	g.count += other.count
	if timed {
		g.series.addAll(&other.series)
	}
}
