package logstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"daybook/filter"
)

// An ExportRequest asks for all rows of a query, or for those of its page,
// however many these are.
type ExportRequest struct {
	Query   *filter.Query // its Limit may be filter.NoLimit
	Partial bool          // as in Request
	At      *Cursor       // likewise

	// Render appends the encoding of one row. It is called as in Request.
	Render func(dst []byte, row *Row) []byte
}

// An Export gives the rows of one snapshot of the journal in order, some at a
// time. Between calls of Next it holds files open and some memory, but takes no
// part in anything that others wait for. It is for one goroutine at a time.
type Export struct {
	Count  int64   // matches before paging
	Total  int64   // raw lines in the selected parts, malformed ones included
	Cursor *Cursor // of the snapshot

	*query
	snap   *snapshot
	search *indexedSearch
	raw    harvested

	inRuns   int64 // matches in segments
	fromRuns int64 // of these, how many were passed
	last     position
	passed   bool // last is the last match that was passed

	skip, left int64      // matches to be passed over, and rows to give
	given      int64      // rows
	lossy      bool       // a file was left out on the way
	page       []position // next to be read
	chunk      int        // how many of them at once
	closed     bool
}

// harvested is what an export knows of the matches outside of segments.
type harvested struct {
	entries []entry // the next ones, in order
	more    bool    // others follow them
	low     *entry  // the last one that was passed; nil for none
	buffer  []entry // what backs entries, for the next ones
	spans   *keySpans
}

const (
	// harvestMemory is what the matches take that are found in one pass.
	harvestMemory = 16 << 20 // bytes

	// exportPage is how many matches are taken from segments and the harvest at
	// once, and firstChunk and mostChunk bound how many rows are read at once.
	exportPage = 64 << 10
	firstChunk = 1 << 10
	mostChunk  = 16 << 10

	// chunkBytes is how much the rows take that are read at once, packedBytes the
	// same where a compressed file has to be read from its beginning for them.
	chunkBytes  = 4 << 20
	packedBytes = 24 << 20

	// exportHeld is how many of the latest files an export holds open, so that
	// they may be deleted meanwhile.
	exportHeld = 400
)

// Export finds and counts all rows that r asks for, and returns where they can be
// read. That takes about as long as a Search for their first page. The Export
// must be closed. It returns ErrManyExports, and the errors of Search.
func (s *Store) Export(ctx context.Context, r *ExportRequest) (x *Export, err error) {
	if !s.exports.TryAcquire(1) {
		return nil, ErrManyExports
	}
	defer func() {
		if x == nil {
			s.exports.Release(1)
		}
	}()
	q := &query{
		store:    s,
		request:  &Request{Query: r.Query, Partial: r.Partial, Cursor: true, At: r.At, Render: r.Render, held: exportHeld},
		program:  r.Query.Compile(),
		ordering: r.Query.Ordering(),
	}
	err = q.overSnapshots(ctx, func(snap *snapshot) error {
		opened, err := q.export(ctx, snap)
		if err != nil {
			snap.close()
			return err
		}
		x = opened
		return nil
	})
	return x, err
}

// export begins an export of a snapshot.
func (q *query) export(ctx context.Context, snap *snapshot) (*Export, error) {
	for {
		x := &Export{
			query: q, snap: snap, chunk: firstChunk,
			skip: q.request.Query.Offset, left: int64(q.request.Query.Limit),
			search: &indexedSearch{query: q, ctx: ctx, snap: snap, matchers: make([]*filter.Matcher, q.store.opts.Workers)},
		}
		if terms := q.ordering.Terms(); len(terms) > 0 && terms[0].Field == q.store.opts.Schema.TimeField() {
			x.raw.spans = &keySpans{}
		}
		failed, err := x.find(ctx)
		if err == nil && len(failed) == 0 {
			x.Total = snap.lines()
			x.Cursor, err = q.cursor(ctx, snap)
		}
		if err == nil && len(failed) > 0 {
			if err = q.leaveOut(snap, failed); err == nil {
				x.search.release()
				continue
			}
		}
		if err != nil {
			x.search.release()
			return nil, err
		}
		q.store.counters.exports.Add(1)
		return x, nil
	}
}

// find finds and counts the matches: all of those in segments, and the first of
// the others.
func (x *Export) find(ctx context.Context) (failed []failure, err error) {
	s := x.search
	for _, src := range x.snap.sources {
		if src.index != nil && !x.ranks(src.index) {
			src.index = nil
		}
	}
	if x.snap.indexed() {
		err := s.guard(s.search)
		switch {
		case err == errNotIndexed:
			x.forgetIndex()
		case err != nil || len(s.failed) > 0:
			return s.failed, err
		}
	}
	for _, r := range s.runs {
		x.inRuns += int64(r.found.Count())
	}
	count, failed, err := x.harvest(ctx)
	x.Count = x.inRuns + count
	if len(x.raw.entries) == 0 { // ranks tell where the page begins
		x.fromRuns = min(x.skip, x.inRuns)
		x.skip -= x.fromRuns
	}
	return failed, err
}

// ranks reports whether all terms of the order have ranks in an index.
func (x *Export) ranks(index *fileIndex) bool {
	return !slices.ContainsFunc(x.ordering.Terms(), func(t filter.Term) bool {
		return t.Field != x.store.opts.Schema.TimeField() && !index.ordered(t.Field)
	})
}

// forgetIndex leaves all matches to the harvest.
func (x *Export) forgetIndex() {
	for _, src := range x.snap.sources {
		src.index = nil
	}
	x.search.release()
	x.search.runs, x.inRuns, x.fromRuns = nil, 0, 0
}

// harvest finds the matches outside of segments that come next, and counts those
// that it meets.
func (x *Export) harvest(ctx context.Context) (count int64, failed []failure, err error) {
	x.raw.entries, x.raw.more = nil, false
	if !slices.ContainsFunc(x.snap.sources, (*source).scanned) {
		return 0, nil, nil
	}
	sc := x.store.newScan(ctx, x.snap.sources, x.request.Partial)
	sc.program, sc.ordering, sc.flip, sc.unindexed = x.program, x.ordering, x.flip(), true
	terms := x.ordering.Terms()
	sc.collect = newHarvest(x.raw.low, addCounts(x.skip, x.left), x.store.opts.harvestMemory, len(terms) > 0 && terms[0].Desc, x.raw.spans, x.raw.buffer)
	if err := sc.run(); err != nil || len(sc.failed) > 0 {
		return 0, sc.failed, err
	}
	shards := sc.shards()
	x.raw.entries, x.raw.more = sc.collect.harvest.finish(shards)
	x.raw.buffer = x.raw.entries[:0]
	for _, s := range shards {
		x.store.entries.give(s.entries)
	}
	return sc.count(), nil, nil
}

// addCounts adds counts, of which either may be without bound.
func addCounts(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// flip is what inverts ties where the latest position comes first.
func (x *Export) flip() position {
	if x.ordering.TiesDesc() {
		return math.MaxUint64
	}
	return 0
}

// Problems returns the files that can't be read, where the request was Partial:
// those that were found out so far.
func (x *Export) Problems() []Problem { return x.snap.problems }

// Missing reports whether rows that were counted could not be read, so that they
// were left out: of files among Problems.
func (x *Export) Missing() bool { return x.lossy }

// Next returns the next rows, rendered; they are the caller's. The error is io.EOF
// after the last of them; otherwise the export is over and not complete: ctx's
// error, ErrClosed, or a *ReadError.
func (x *Export) Next(ctx context.Context) ([][]byte, error) {
	leave, err := x.store.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	// Others wait at most for what one step takes.
	if err := x.store.running.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer x.store.running.Release(1)
	x.store.counters.running.Add(1)
	defer x.store.counters.running.Add(-1)
	rows, err := x.step(ctx)
	return rows, x.store.counted(err)
}

// step is Next in its turn.
func (x *Export) step(ctx context.Context) (rows [][]byte, err error) {
	x.search.ctx = ctx
	for len(rows) == 0 && err == nil {
		switch {
		case x.left == 0:
			return nil, x.end()
		case len(x.page) == 0:
			if err = x.turn(ctx); err == io.EOF {
				err = x.end()
			}
		default:
			rows, err = x.read(ctx)
		}
	}
	return rows, err
}

// end returns io.EOF, if as many rows were given as there should be.
func (x *Export) end() error {
	q := x.request.Query
	want := min(max(x.Count-q.Offset, 0), int64(q.Limit))
	if x.given != want && !x.lossy {
		return fmt.Errorf("export of %d rows found %d", want, x.given)
	}
	return io.EOF
}

// read reads the next rows of the page; none where there is a reason to try again.
func (x *Export) read(ctx context.Context) ([][]byte, error) {
	n := min(int64(len(x.page)), int64(x.chunk), x.left)
	size := x.chunkSize()
	if x.request.MaxBytes = 2 * size; n == 1 {
		x.request.MaxBytes = 0 // one row, however long
	}
	rows, failed, err := x.fetch(ctx, x.snap, x.page[:n])
	var large *TooLargeError
	switch {
	case errors.As(err, &large):
		x.chunk = max(1, int(n)/4)
		return nil, nil
	case err != nil:
		return nil, err
	case len(failed) > 0:
		return nil, x.leaveOut(failed)
	}
	x.page = x.page[n:]
	x.left -= n
	x.given += n
	bytes := int64(0)
	for _, row := range rows {
		bytes += int64(len(row))
	}
	x.chunk = int(min(size*n/max(bytes, 1), 4*n, x.mostRows()))
	x.chunk = max(x.chunk, 1)
	return rows, nil
}

// chunkSize returns how many bytes of rows are read at once.
func (x *Export) chunkSize() int64 {
	if x.packed() {
		return packedBytes
	}
	return chunkBytes
}

// mostRows returns how many rows are read at once at most.
func (x *Export) mostRows() int64 {
	if x.packed() {
		return int64(x.store.opts.exportPage)
	}
	return mostChunk
}

// packed reports whether some source is compressed.
func (x *Export) packed() bool {
	return slices.ContainsFunc(x.snap.sources, func(src *source) bool { return src.enc != plain })
}

// leaveOut goes on without sources that can't be read, if that is wanted.
func (x *Export) leaveOut(failed []failure) error {
	slices.SortFunc(failed, func(a, b failure) int { return strings.Compare(a.source.name, b.source.name) })
	for _, f := range failed {
		report := readError(f.source.name, f.err)
		if !x.request.Partial {
			return report
		}
		x.store.counters.problem(report.Reason)
		x.snap.problems = append(x.snap.problems, Problem{report.File, report.Reason})
		f.source.left = true
	}
	x.lossy = true
	x.page = slices.DeleteFunc(x.page, x.lost)
	return nil
}

// lost reports whether the source of a match was left out.
func (x *Export) lost(p position) bool { return x.snap.sources[p.source()].left }

// Close gives back what the export holds. It may be called twice.
func (x *Export) Close() {
	if x.closed {
		return
	}
	x.closed = true
	x.search.release()
	x.search.runs, x.raw, x.page = nil, harvested{}, nil
	x.snap.close()
	x.store.exports.Release(1)
	x.store.counters.exports.Add(-1)
}
