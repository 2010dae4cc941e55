package logstore

import (
	"context"
	"errors"
	"math"
	"runtime/debug"
	"slices"
	"sync"

	"daybook/filter"
	"daybook/logstore/segment"
)

// A run is the matches of one segment in a query.
type run struct {
	source int // of the snapshot
	found  *segment.Matches
}

// An indexedSearch answers a query from segments, and from a scan of the sources
// that have none.
type indexedSearch struct {
	*query
	ctx  context.Context
	snap *snapshot

	mu       sync.Mutex // guards what follows, while units run
	runs     []run
	matchers []*filter.Matcher // by worker
	gaveUp   []int             // sources whose index does not help
	failed   []failure
}

// errNotIndexed means that a query is one for the scan.
var errNotIndexed = errors.New("the index does not help")

// findIndexed is find with the help of the index. The error is errNotIndexed
// where there is none for these sources, or it does not help.
func (q *query) findIndexed(ctx context.Context, snap *snapshot, offset, limit int64) (page []position, count int64, failed []failure, err error) {
	s := &indexedSearch{query: q, ctx: ctx, snap: snap, matchers: make([]*filter.Matcher, q.store.opts.Workers)}
	if !s.helps(offset, limit) {
		return nil, 0, nil, errNotIndexed
	}
	defer s.release()
	err = s.guard(func() (err error) {
		page, count, failed, err = s.find(offset, limit)
		return err
	})
	if err != nil {
		return nil, 0, nil, err
	}
	return page, count, failed, nil
}

// guard is guarded for a query, which is counted.
func (s *indexedSearch) guard(use func() error) error {
	err := s.guarded(use)
	if err == nil {
		s.store.counters.indexed.Add(1)
	}
	return err
}

// guarded calls use, which uses the index. The error is errNotIndexed where the
// index turned out not to be what was checked when it was opened, be it by a
// fault in its memory; what use has found is of no use then.
func (s *indexedSearch) guarded(use func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if v := recover(); v != nil {
			s.intact(&panicError{v, debug.Stack()})
			err = errNotIndexed
		}
	}()
	if err := use(); err != nil {
		return err
	}
	if !s.intact(nil) {
		return errNotIndexed
	}
	return nil
}

// find finds the page.
func (s *indexedSearch) find(offset, limit int64) (page []position, count int64, failed []failure, err error) {
	s.judge(limit > 0)
	if err := s.search(); err != nil || len(s.failed) > 0 {
		return nil, 0, s.failed, err
	}
	if err := s.explain(); err != nil {
		return nil, 0, nil, err
	}
	count = s.judged()
	for _, r := range s.runs {
		count += int64(r.found.Count())
	}
	s.trace.add(searching, tracedMatches, count)
	raw, n, failed, err := s.listed(offset, limit)
	if err != nil || len(failed) > 0 {
		return nil, 0, failed, err
	}
	count += n
	if limit == 0 || offset >= count {
		return nil, count, nil, nil
	}
	end := min(offset+limit, count)
	before := s.open(offset, end, n, count)
	sel := s.newSelector()
	sel.take(matchSet{runs: s.runs, raw: raw}, 0, offset-before, end-before)
	s.store.segments.Put(sel.mem)
	return sel.page, count, nil, nil
}

// intact reports whether the indexes that were used are still what they were
// when they were checked. Others are set aside; so are all, where none of them
// explains a fault.
func (s *indexedSearch) intact(fault error) bool {
	changed := false
	for _, src := range s.snap.sources {
		if src.index != nil && !src.unread && !src.index.unchanged() {
			s.store.index.discard(src.name, src.index, errChanged)
			src.index, changed = nil, true
		}
	}
	if changed || fault == nil {
		return !changed
	}
	for _, src := range s.snap.sources {
		if src.index != nil && !src.unread {
			s.store.index.discard(src.name, src.index, fault)
			src.index = nil
		}
	}
	return false
}

// helps reports whether some source has an index that its matches can be ordered
// by. Of others, it is left out: they are scanned, as if they had none.
func (s *indexedSearch) helps(offset, limit int64) bool {
	if limit > 0 {
		for _, src := range s.snap.sources {
			if src.index != nil && !s.orders(src.index, offset, limit) {
				src.index = nil
			}
		}
	}
	return s.snap.indexed()
}

// orders reports whether matches can be ordered by an index: by ranks, or where
// one term is free text, by making its values.
func (s *indexedSearch) orders(x *fileIndex, offset, limit int64) bool {
	spelled := s.spelled(x)
	if spelled == 0 {
		return true
	}
	for _, term := range s.ordering.Terms() {
		if !x.ordered(term.Field) && !x.spells(term.Field) {
			return false
		}
	}
	return spelled == 1 && offset <= mostSpelled && limit <= mostSpelled
}

// spelled returns how many terms of the order are free text in an index.
func (s *indexedSearch) spelled(x *fileIndex) (n int) {
	for _, term := range s.ordering.Terms() {
		if term.Field != s.store.opts.Schema.TimeField() && !x.ordered(term.Field) {
			n++
		}
	}
	return n
}

// scanned reports whether some of the source is not covered by an index.
func (s *source) scanned() bool {
	return s.index == nil || s.index.live && (s.enc != plain || s.index.to < s.stamp.Size)
}

// indexed reports whether some source has an index.
func (s *snapshot) indexed() bool {
	return slices.ContainsFunc(s.sources, func(src *source) bool { return src.index != nil })
}

// counted reports whether matches can be counted by the values of a field that is
// not the time. Nil can, since others count.
func (x *fileIndex) counted(s *filter.Schema, f filter.Field) bool {
	return x == nil || !s.Ranged(f) && x.ordered(f)
}

// ordered reports whether records can be ordered by a field that is not the
// time. Nil can, since others order.
func (x *fileIndex) ordered(f filter.Field) bool {
	return x == nil || x.sum.unordered>>f&1 == 0
}

// search searches all segments. Sources whose index does not help are scanned
// afterwards, as if they had none.
func (s *indexedSearch) search() error {
	defer s.trace.time(searching)()
	var units []unit
	for i, src := range s.snap.sources {
		if src.index == nil {
			continue
		}
		s.trace.add(searching, tracedFiles, 1)
		if src.unread {
			continue
		}
		for _, seg := range src.index.segments {
			units = append(units, s.searchUnit(i, seg))
		}
	}
	if err := s.store.pool.runAll(s.ctx, units); err != nil {
		return err
	}
	s.trace.add(searching, tracedSegments, int64(len(units)))
	s.trace.add(searching, tracedSkipped, int64(len(s.gaveUp)))
	for _, i := range s.gaveUp {
		s.snap.sources[i].index = nil
	}
	s.runs = slices.DeleteFunc(s.runs, func(r run) bool { return s.snap.sources[r.source].index == nil })
	s.sortRuns() // units end in any order
	return nil
}

// sortRuns sorts the runs by position.
func (s *indexedSearch) sortRuns() {
	slices.SortFunc(s.runs, func(a, b run) int {
		if a.source != b.source {
			return a.source - b.source
		}
		return compareStarts(a.found.Segment(), b.found.Segment())
	})
}

func compareStarts(a, b *segment.Segment) int {
	switch x, y := a.Start(0), b.Start(0); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// giveUp leaves a source to the scan. With a reason, its index is set aside.
func (s *indexedSearch) giveUp(source int, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.gaveUp, source) {
		s.gaveUp = append(s.gaveUp, source)
		if src := s.snap.sources[source]; why != nil {
			s.store.index.discard(src.name, src.index, why)
		}
	}
}

// searchUnit makes the unit that searches a segment of a source.
func (s *indexedSearch) searchUnit(source int, seg *segment.Segment) unit {
	return func(w *worker) unit { s.searchSegment(w, source, seg); return nil }
}

// searchSegment searches one segment of a source, and verifies what may match.
func (s *indexedSearch) searchSegment(w *worker, source int, seg *segment.Segment) {
	src := s.snap.sources[source]
	mem := s.memory()
	defer s.store.segments.Put(mem)
	defer s.caught(source)
	if s.matchers[w.id] == nil {
		s.matchers[w.id] = s.program.Matcher(s.store.opts.Format.unescape())
		s.matchers[w.id].StopOn(s.ctx.Done())
	}
	found := seg.Search(s.program, s.matchers[w.id], mem)
	if found.Pending() > 0 {
		blocks := (seg.Records() + 63) / 64
		if src.enc != plain || scanShare*found.PendingBlocks() > blocks {
			s.giveUp(source, nil)
			return
		}
		v := &verification{ctx: s.ctx, store: s.store, src: src, matcher: s.matchers[w.id], buf: w.buf, trace: s.trace}
		s.trace.add(searching, tracedCandidates, int64(found.Pending()))
		err := v.verify(found, mem)
		if err == nil {
			err = src.unchanged()
		}
		if err != nil {
			s.fail(src, err)
			return
		}
	}
	if found.Count() == 0 {
		mem.Release(found)
		return
	}
	s.mu.Lock()
	s.runs = append(s.runs, run{source, found})
	s.mu.Unlock()
}

// caught, deferred, gives up a source after a panic. What an image holds was
// checked when it was opened; this is about one that was changed since, or cut
// short under its mapping.
func (s *indexedSearch) caught(source int) {
	if v := recover(); v != nil {
		s.giveUp(source, &panicError{v, debug.Stack()})
	}
}

// fail notes that a source can't be read.
func (s *indexedSearch) fail(src *source, err error) {
	if contextError(err) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.failed, func(f failure) bool { return f.source == src }) {
		s.failed = append(s.failed, failure{src, err})
	}
}

// memory returns memory for searches.
func (q *query) memory() *segment.Memory {
	if m, ok := q.store.segments.Get().(*segment.Memory); ok {
		return m
	}
	return &segment.Memory{}
}

// release gives the memory of the matches back.
func (s *indexedSearch) release() {
	mem := s.memory()
	for _, r := range s.runs {
		mem.Release(r.found)
	}
	s.store.segments.Put(mem)
}

// listed finds the matches that are not found by rank: in sources without index,
// and in segments of which the order takes free text. It returns their entries up
// to the page's end, in order, and the number of those without index.
func (s *indexedSearch) listed(offset, limit int64) (raw []entry, count int64, failed []failure, err error) {
	flip := position(0)
	if s.ordering.TiesDesc() {
		flip = math.MaxUint64
	}
	var collect *collector
	var shards []*shard
	if limit > 0 {
		search := &pageSearch{offset: offset, limit: limit, memory: s.store.opts.QueryMemory, shards: s.store.opts.Workers}
		if slices.ContainsFunc(s.runs, func(r run) bool { return s.spelling(r.found.Segment()) >= 0 }) {
			search.shards *= 2 // theirs, and those of the scan
		}
		collect = search.collector()
		if shards, err = s.spell(collect, flip); err != nil {
			return nil, 0, nil, err
		}
	}
	if slices.ContainsFunc(s.snap.sources, (*source).scanned) {
		sc := s.store.newScan(s.ctx, s.snap.sources, s.request.Partial)
		sc.program, sc.ordering, sc.flip, sc.unindexed, sc.collect = s.program, s.ordering, flip, true, collect
		sc.trace = s.trace
		done := s.trace.time(scanning)
		if err := sc.run(); err != nil || len(sc.failed) > 0 {
			return nil, 0, sc.failed, err
		}
		done()
		count = sc.count()
		s.trace.add(scanning, tracedMatches, count)
		if limit > 0 {
			shards = append(shards, sc.shards()...)
		}
	}
	for _, shard := range shards {
		if shard.sampled {
			return nil, 0, nil, errNotIndexed // more than fits into memory
		}
		raw = append(raw, shard.entries...)
		s.store.entries.give(shard.entries)
	}
	slices.SortFunc(raw, func(a, b entry) int { return a.compare(&b) })
	return raw, count, nil, nil
}
