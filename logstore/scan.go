package logstore

import (
	"context"
	"encoding/binary"
	"io"
	"sync"

	"daybook/filter"
)

// A scan is one pass over sources: it finds what matches a program and, on
// the way, learns of the stretches that are not known yet. Its regions are
// units of the pool.
type scan struct {
	store     *Store
	ctx       context.Context // of the query that waits for the scan; units begin when workers say so
	stop      context.CancelFunc
	unindexed bool // leave out sources that have an index
	partial   bool // go on where a source can't be read
	sources   []*source
	program   *filter.Program  // nil: only learn what is not known
	ordering  *filter.Ordering // with collect
	collect   *collector       // nil: only count
	counting  *counting        // nil: no counts by value or time
	trace     *trace           // nil unless it is part of an answer that is explained
	flip      position         // inverts ties where the latest position comes first

	query    context.Context // ends when nobody waits any more; then what is found is of no use
	scanners []*scanner      // by worker; nil where a worker had no part
	next     walk            // guarded by the pool's mutex, in which units are made

	mu      sync.Mutex // guards what units bring together
	learnt  []lesson   // by source
	skipped int64      // matches in sources that need not be read
	unread  *tally     // of these, with counting
	failed  []failure
}

// A lesson is what a scan learns of one source.
type lesson struct {
	fresh facts  // of whole lines behind what was known
	torn  facts  // of the last line, without its newline
	end   int64  // end of the last whole line; of a compressed file the content's
	print uint32 // fingerprint of a compressed file's content
}

// A failure is a source that can't be read.
type failure struct {
	source *source
	err    error
}

// newScan prepares a pass over sources.
func (s *Store) newScan(ctx context.Context, sources []*source, partial bool) *scan {
	query := ctx
	ctx, stop := context.WithCancel(ctx)
	return &scan{
		store: s, ctx: ctx, stop: stop, query: query, sources: sources, partial: partial,
		learnt:   make([]lesson, len(sources)),
		scanners: make([]*scanner, s.opts.Workers),
	}
}

// run reads all regions and waits for them. It returns the error of the
// query's context if that ended first. What could not be read is in failed;
// unless the scan is partial, it ends with the first failure.
func (s *scan) run() error {
	defer s.stop()
	defer func() {
		for _, src := range s.sources {
			src.endStream()
		}
	}()
	err := s.store.pool.run(s.ctx, s.unit)
	if err == nil {
		err = s.query.Err() // which is a moment sooner than that of a context below it
	}
	if len(s.failed) > 0 && !s.partial {
		return nil
	}
	if err != nil {
		return err
	}
	s.remember()
	return nil
}

// plan returns the program for the known stretch of a source: nil where it
// need not be read, because nothing matches, or because everything does and
// none of it is on the page.
func (s *scan) plan(src *source) *filter.Program {
	part := s.unindexed && src.index != nil
	if part && !src.index.live {
		return nil
	}
	if s.program == nil || src.known.Lines == 0 {
		return s.program
	}
	if src.known.records() == 0 {
		return nil
	}
	verdict, program := s.program.Prune(filter.Summary{First: src.known.First, Last: src.known.Last})
	switch {
	case verdict == filter.NoneMatch:
		return nil
	case part:
		return program // what is known is of the indexed stretch as well
	case verdict == filter.AllMatch && s.offPage(&src.known):
		s.skip(&src.known)
		return nil
	}
	return program
}

// skip counts records that all match and need not be read.
func (s *scan) skip(f *facts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skipped += f.records()
	if s.counting != nil {
		if s.unread == nil {
			s.unread = s.counting.newTally()
		}
		s.unread.addStretch(f)
	}
}

// offPage reports whether none of the records that f describes can be on the
// page. They are counted then as matches that the collector has seen.
func (s *scan) offPage(f *facts) bool {
	if s.collect == nil {
		return s.counting == nil || s.counting.counts(f)
	}
	desc, byTime := s.ordering.ByTimeOnly()
	cut := s.collect.cut.Load()
	if !byTime || cut == nil || s.collect.window.high != nil {
		return false
	}
	best := f.First
	if desc {
		best = f.Last
	}
	key := s.ordering.AppendKey(nil, &filter.Record{Time: best}, nil)
	return binary.BigEndian.Uint64(key) > cut.prefix
}

func (s *scan) readRegion(w *worker, g region) {
	src := s.sources[g.source]
	file, release, err := src.acquire(s.store.opts.Dir)
	if err != nil {
		s.fail(src, err)
		return
	}
	defer release()
	content := &fileRange{file: file, at: g.from, end: src.stamp.Size}
	r := newLineReader(content, w.buf, g.from, g.limit, g.within, src.closed, s.store.opts.MaxLine)
	sc := s.scanner(w)
	sc.begin(g.source, g.program, g.fresh)
	for {
		b, err := r.block()
		if err == nil {
			err = s.ctx.Err()
		}
		if err != nil {
			sc.end(r)
			if err != io.EOF {
				s.fail(src, err)
			} else if !sc.tally && s.query.Err() == nil {
				sc.spans.learn(g.source, g.from, g.limit, sc.span)
			}
			return
		}
		if len(b.data) > 0 {
			sc.block(b, w)
		}
	}
}

// fail notes that a source can't be read, once, and that the query is over
// where that is why.
func (s *scan) fail(src *source, err error) {
	if contextError(err) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.failed {
		if f.source == src {
			return
		}
	}
	s.failed = append(s.failed, failure{src, err})
	if !s.partial {
		s.stop()
	}
}

// scanner returns the worker's scanner of this scan.
func (s *scan) scanner(w *worker) *scanner {
	sc := s.scanners[w.id]
	if sc == nil {
		sc = newScanner(s)
		s.scanners[w.id] = sc
	}
	return sc
}

// count returns the number of matches.
func (s *scan) count() int64 {
	n := s.skipped
	for _, sc := range s.scanners {
		if sc != nil {
			n += sc.matches
		}
	}
	return n
}

// shards returns what was collected. Matches that were skipped count as seen.
func (s *scan) shards() []*shard {
	all := []*shard{{c: s.collect, inside: s.skipped}}
	for _, sc := range s.scanners {
		if sc != nil {
			all = append(all, sc.shard)
		}
	}
	return all
}
