package logstore

import (
	"context"
	"math"
	"slices"
	"strings"

	"daybook/filter"
)

// searchTries is how often a search begins anew because a file was replaced,
// or one that is not held open deleted, while it ran.
const searchTries = 3

// Search answers one request. It returns ctx's error when that ends first,
// ErrBusy when too many queries wait, ErrClosed after Close, a *ReadError or a
// *TooLargeError.
func (s *Store) Search(ctx context.Context, r *Request) (result *Result, err error) {
	q := &query{store: s, request: r, program: r.Query.Compile(), ordering: r.Query.Ordering()}
	err = q.overSnapshots(ctx, func(snap *snapshot) error {
		result, err = q.run(ctx, snap)
		return err
	})
	return result, err
}

// overSnapshots waits for the query's turn and calls run with a snapshot,
// which run closes; with a new one where files moved meanwhile.
func (q *query) overSnapshots(ctx context.Context, run func(*snapshot) error) error {
	release, err := q.store.admit(ctx)
	if err != nil {
		return err
	}
	defer release()
	for try := 1; ; try++ {
		if q.request.Explain {
			q.trace = newTrace()
		}
		done := q.trace.time(selecting)
		snap, err := q.store.snapshot(ctx, q.request)
		if err != nil {
			return q.store.counted(err)
		}
		done()
		q.trace.selected(snap)
		q.final = try == searchTries
		if err = run(snap); err == nil || q.final || !moved(err) {
			return q.store.counted(err)
		}
	}
}

// counted counts err, if it is about an unreadable file.
func (s *Store) counted(err error) error {
	if report, ok := err.(*ReadError); ok {
		s.counters.problem(report.Reason)
	}
	return err
}

// A query is one request on its way.
type query struct {
	store    *Store
	request  *Request
	program  *filter.Program
	ordering *filter.Ordering
	final    bool   // the search will not begin anew
	trace    *trace // nil unless the answer is to be explained
}

// run answers from a snapshot, and closes it.
func (q *query) run(ctx context.Context, snap *snapshot) (*Result, error) {
	defer snap.close()
	for {
		result, err := q.answer(ctx, snap)
		if result != nil || err != nil {
			return result, err
		}
	}
}

// answer answers from a snapshot. The result is nil when sources turned out
// to be unreadable and a partial answer is to be made from the rest, which is
// what the snapshot holds then.
func (q *query) answer(ctx context.Context, snap *snapshot) (*Result, error) {
	page, count, failed, err := q.find(ctx, snap, q.request.Query.Offset, int64(q.request.Query.Limit))
	if err != nil {
		return nil, err
	}
	var rows [][]byte
	if len(failed) == 0 {
		done := q.trace.time(fetching)
		rows, failed, err = q.fetch(ctx, snap, page)
		done()
	}
	switch {
	case err != nil:
		return nil, err
	case len(failed) > 0:
		return nil, q.leaveOut(snap, failed)
	}
	cursor, err := q.cursor(ctx, snap)
	if err != nil {
		return nil, err
	}
	return &Result{Count: count, Total: snap.lines(), Rows: rows, Problems: snap.problems, Cursor: cursor, Explain: q.explanation()}, nil
}

// leaveOut takes failed sources out of the snapshot, if a partial answer is
// wanted and a new snapshot would not help.
func (q *query) leaveOut(snap *snapshot, failed []failure) error {
	slices.SortFunc(failed, func(a, b failure) int { return strings.Compare(a.source.name, b.source.name) })
	for _, f := range failed {
		if !q.request.Partial || moved(f.err) && !q.final {
			return readError(f.source.name, f.err)
		}
	}
	for _, f := range failed {
		report := readError(f.source.name, f.err)
		q.store.counters.problem(report.Reason)
		snap.problems = append(snap.problems, Problem{report.File, report.Reason})
		f.source.left = true
	}
	snap.drop(func(src *source) bool { return src.left })
	return nil
}

// find returns the page's places, in order, and the number of matches. Where
// the keys of a whole page do not fit into memory, it finds one half of the
// page after the other.
func (q *query) find(ctx context.Context, snap *snapshot, offset, limit int64) (page []position, count int64, failed []failure, err error) {
	q.trace.again()
	if page, count, failed, err := q.findIndexed(ctx, snap, offset, limit); err != errNotIndexed {
		return page, count, failed, err
	}
	search := &pageSearch{
		offset: offset,
		limit:  limit,
		memory: q.store.opts.QueryMemory,
		shards: q.store.opts.Workers,
	}
	flip := position(0)
	if q.ordering.TiesDesc() {
		flip = math.MaxUint64
	}
	for pass := 0; ; pass++ {
		q.trace.again()
		scan := q.store.newScan(ctx, snap.sources, q.request.Partial)
		scan.program, scan.ordering, scan.flip, scan.trace = q.program, q.ordering, flip, q.trace
		if limit > 0 {
			scan.collect = search.collector()
		}
		done := q.trace.time(scanning)
		if err := scan.run(); err != nil || len(scan.failed) > 0 {
			return nil, 0, scan.failed, err
		}
		done()
		if pass == 0 {
			count = scan.count()
			q.trace.add(scanning, tracedMatches, count)
		}
		if limit == 0 {
			return nil, count, nil, nil
		}
		shards := scan.shards()
		entries, state := search.finish(shards)
		for i := range entries {
			page = append(page, position(entries[i].tie)^flip)
		}
		for _, s := range shards {
			q.store.entries.give(s.entries)
		}
		switch state {
		case pageFound:
			return page, count, nil, nil
		case pageTooLarge:
			return q.findHalves(ctx, snap, offset, limit)
		}
	}
}

// findHalves is find for a page that is too large to be found at once.
func (q *query) findHalves(ctx context.Context, snap *snapshot, offset, limit int64) (page []position, count int64, failed []failure, err error) {
	half := limit / 2
	if half == 0 {
		return nil, 0, nil, &TooLargeError{Limit: q.store.opts.QueryMemory, Actual: q.store.opts.QueryMemory + 1} // one record's key
	}
	page, count, failed, err = q.find(ctx, snap, offset, half)
	if err != nil || len(failed) > 0 {
		return nil, 0, failed, err
	}
	rest, _, failed, err := q.find(ctx, snap, offset+half, limit-half)
	return append(page, rest...), count, failed, err
}
