package logstore

import (
	"context"
	"errors"
	"slices"

	"daybook/filter"
)

// A GroupRequest asks how many records match, by the time they bear, by the
// value of a field, or both.
type GroupRequest struct {
	// Query holds the conditions; its order and its page are not read.
	Query *filter.Query

	// Partial asks for an answer from the rest where a file can't be read.
	Partial bool

	Cursor  bool    // as in Request
	Explain bool    // as in Request
	At      *Cursor // as in Request

	// Interval is the length of a bucket of time in seconds, at least 1; 0
	// asks for no buckets.
	Interval int64

	// Values is how many of the most frequent values of Field are wanted; 0
	// asks for none, and Field is not read then. A time counts under the text
	// that text operators see of it.
	Values int
	Field  filter.Field
}

// Check returns a *BucketsError if too many buckets are asked for, as far as
// the request alone can tell.
func (r *GroupRequest) Check() error {
	if r.Interval == 0 {
		return nil
	}
	// How many buckets the default window has does not depend on its days, as
	// long as there are about as many as are allowed.
	g := newGrid(r, selection{bounds: r.Query.Bounds(), first: 0, last: defaultDays - 1})
	const noMatch = 0
	return g.check(noMatch, noMatch-1)
}

// Groups are the answer to a GroupRequest.
type Groups struct {
	Count    int64     // matches
	Total    int64     // raw lines in the selected parts, malformed ones included
	Problems []Problem // unreadable files, when the request was Partial
	Cursor   *Cursor   // of the snapshot, when the request was for one
	Explain  *Explanation

	Values  []ValueCount // the most frequent, most frequent first, ties by their bytes, null last
	More    bool         // there are matches with other values than these
	Buckets []Bucket     // ascending, without gaps
}

// A ValueCount is a decoded value, and how many matches have it.
type ValueCount struct {
	Value string // of a numeric field, as filter.Number reads it
	Count int64
	Null  bool // the value is null; Value is empty then
}

// nullValue stands for null while values are counted. No text is that, being valid
// UTF-8, and no number.
const nullValue = "\xff"

// A Bucket is a stretch of time as long as the interval.
type Bucket struct {
	Start  int64   // Unix seconds, a multiple of the interval
	Counts []int64 // matches by value, as in Groups.Values
	Total  int64   // matches, those with other values included
}

// Group answers one request for counts. It returns the errors of Search, a
// *BucketsError where there would be too many buckets, and a *TooLargeError
// where the values alone do not fit into a query's memory.
func (s *Store) Group(ctx context.Context, r *GroupRequest) (*Groups, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	q := &query{store: s, request: &Request{Query: r.Query, Partial: r.Partial, Cursor: r.Cursor, Explain: r.Explain, At: r.At}, program: r.Query.Compile()}
	var groups *Groups
	err := q.overSnapshots(ctx, func(snap *snapshot) (err error) {
		defer snap.close()
		g := &groupSearch{query: q, wanted: r, snap: snap}
		for {
			if groups, err = g.answer(ctx); err != errLeftOut {
				return err
			}
		}
	})
	return groups, err
}

// errLeftOut means that sources were unreadable and left out of the snapshot,
// from the rest of which a partial answer is to be made.
var errLeftOut = errors.New("sources were left out")

// A groupSearch is one request for counts over one snapshot.
type groupSearch struct {
	*query
	wanted *GroupRequest
	snap   *snapshot
	grid   *grid // nil where no buckets are wanted
	count  int64 // matches, as each pass counts them
}

// answer counts in as many passes as it takes: one where all values fit into
// memory; otherwise further ones, until no value that is left can be as
// frequent as those that are wanted. Buckets are counted with the values where those are few, otherwise in a last
// pass, for those values that are wanted.
func (g *groupSearch) answer(ctx context.Context) (*Groups, error) {
	if g.wanted.Interval > 0 {
		g.grid = newGrid(g.wanted, g.snap.chosen)
	}
	c := g.newCounting()
	t, err := g.pass(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := g.grid.check(t.begin, t.end); err != nil {
		return nil, err
	}
	best := newRanking(g.wanted.Values, g.store.opts.QueryMemory)
	for {
		for v, found := range t.groups {
			if !best.add(ValueCount{Value: v, Count: found.count}) {
				return nil, &TooLargeError{Limit: best.memory, Actual: best.bytes}
			}
		}
		next := c.next(t)
		if next == nil || best.settled(next.first.bound()) {
			break
		}
		c = next
		if t, err = g.pass(ctx, c); err != nil {
			return nil, err
		}
	}
	values := best.ranked()
	if g.grid != nil && !t.timed {
		if t, err = g.pass(ctx, g.countingOf(values)); err != nil {
			return nil, err
		}
	}
	answer := g.groups(t, values)
	if answer.Cursor, err = g.cursor(ctx, g.snap); err != nil {
		return nil, err
	}
	answer.Explain = g.explanation()
	return answer, nil
}

// pass counts all matches as c says: those in files with an index from their
// segments, and those in others by a scan.
func (g *groupSearch) pass(ctx context.Context, c *counting) (*tally, error) {
	g.trace.again()
	counted, err := g.countIndexed(ctx, c)
	if err != nil && err != errNotIndexed {
		return nil, err
	}
	scan := g.store.newScan(ctx, g.snap.sources, g.request.Partial)
	scan.program, scan.unindexed, scan.trace = g.program, err == nil, g.trace
	if c.wanted() {
		scan.counting = c
	}
	done := g.trace.time(scanning)
	if err := scan.run(); err != nil {
		return nil, err
	}
	done()
	g.trace.add(scanning, tracedMatches, scan.count())
	if len(scan.failed) > 0 {
		if err := g.leaveOut(g.snap, scan.failed); err != nil {
			return nil, err
		}
		return nil, errLeftOut
	}
	g.count = scan.count() + counted.matches
	return c.merge(append(scan.tallies(), counted.tallies...)), nil
}

// groups makes the answer of what the last pass counted.
func (g *groupSearch) groups(t *tally, values []ValueCount) *Groups {
	answer := &Groups{Count: g.count, Total: g.snap.lines(), Problems: g.snap.problems, Values: slices.Clone(values)}
	shown := int64(0)
	for i, v := range values {
		shown += v.Count
		if v.Value == nullValue {
			answer.Values[i] = ValueCount{Count: v.Count, Null: true}
		}
	}
	answer.More = shown < g.count
	if g.grid == nil {
		return answer
	}
	all := t.rest.series
	for _, found := range t.groups {
		all.addAll(&found.series)
	}
	first, n := g.grid.span(t.begin, t.end)
	for bucket := first; bucket < first+n; bucket++ {
		b := Bucket{Start: bucket * (g.grid.interval / g.grid.unit), Counts: make([]int64, len(values)), Total: all.at(bucket)}
		for i, v := range values {
			b.Counts[i] = t.groups[v.Value].series.at(bucket)
		}
		answer.Buckets = append(answer.Buckets, b)
	}
	return answer
}
