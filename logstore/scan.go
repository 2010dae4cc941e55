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
	store    *Store
	ctx      context.Context // of the query that waits for the scan
	stop     context.CancelFunc
	partial  bool // go on where a source can't be read
	sources  []*source
	program  *filter.Program  // nil: only learn what is not known
	ordering *filter.Ordering // with collect
	collect  *collector       // nil: only count
	flip     position         // inverts ties where the latest position comes first

	scanners []*scanner // by worker; nil where a worker had no part
	next     cursor     // guarded by the pool's mutex, in which units are made

	mu      sync.Mutex // guards what units bring together
	learnt  []lesson   // by source
	skipped int64      // matches in sources that need not be read
	failed  []failure
}

// A lesson is what a scan learns of one source.
type lesson struct {
	fresh     facts // of whole lines behind what was known
	torn      facts // of the last line, without its newline
	end       int64 // end of the last whole line
	malformed int64 // offset of the first malformed line, when there is one
}

// A failure is a source that can't be read.
type failure struct {
	source *source
	err    error
}

// regionSize is how much of a plain file one unit reads, in bytes: a
// millisecond or less.
const regionSize = 2 << 20

// A cursor walks over the regions that a scan has yet to read.
type cursor struct {
	source  int // how many came before
	at      int64
	program *filter.Program // for the known stretch of the present source; nil skips it
	begun   bool
}

// newScan prepares a pass over sources.
func (s *Store) newScan(ctx context.Context, sources []*source, partial bool) *scan {
	ctx, stop := context.WithCancel(ctx)
	return &scan{
		store: s, ctx: ctx, stop: stop, sources: sources, partial: partial,
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
	if len(s.failed) > 0 && !s.partial {
		return nil
	}
	if err != nil {
		return err
	}
	s.remember()
	return nil
}

// unit makes the next unit of work. Where ties are won by the latest position,
// as in the default order, the latest sources come first, else the earliest:
// the sooner the page's entries are known, the fewer others need a look.
func (s *scan) unit() (unit, bool) {
	c := &s.next
	for ; c.source < len(s.sources); *c = (cursor{source: c.source + 1}) {
		i := c.source
		if s.flip != 0 {
			i = len(s.sources) - 1 - i
		}
		src := s.sources[i]
		if !c.begun {
			c.begun = true
			c.program = s.plan(src)
			if c.program == nil {
				c.at = src.known.Covered
			}
		}
		if src.enc != plain {
			if c.at > 0 || src.whole && c.program == nil {
				continue
			}
			c.at = 1
			return s.streamUnit(i, c.program), true
		}
		if u, ok := s.region(c, i, src); ok {
			return u, true
		}
	}
	return nil, false
}

// plan returns the program for the known stretch of a source: nil where it
// need not be read, because nothing matches, or because everything does and
// none of it is on the page.
func (s *scan) plan(src *source) *filter.Program {
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
	case verdict == filter.AllMatch && s.offPage(&src.known):
		s.mu.Lock()
		s.skipped += src.known.records()
		s.mu.Unlock()
		return nil
	}
	return program
}

// offPage reports whether none of the records that f describes can be on the
// page. They are counted then as matches that the collector has seen.
func (s *scan) offPage(f *facts) bool {
	if s.collect == nil {
		return true
	}
	desc, byTime := s.ordering.ByTimeOnly()
	cut := s.collect.cut.Load()
	if !byTime || cut == nil || s.collect.window != (window{}) {
		return false
	}
	best := f.First
	if desc {
		best = f.Last
	}
	key := s.ordering.AppendKey(nil, &filter.Record{Time: best}, nil)
	return binary.BigEndian.Uint64(key) > cut.prefix
}

// region makes the unit for the next region of a plain file: known stretches
// are matched, the rest is measured as well.
func (s *scan) region(c *cursor, i int, src *source) (unit, bool) {
	size := src.stamp.Size
	if c.at >= size {
		return nil, false
	}
	from := c.at
	to := min((from/regionSize+1)*regionSize, size)
	r := region{source: i, from: from, limit: to + 1, within: from > 0, program: c.program}
	if known := src.known.Covered; from >= known {
		r.fresh, r.program = true, s.program
		r.within = from > known
	} else if to >= known {
		to, r.limit = known, known // what is known ends with a line
	}
	c.at = to
	return func(w *worker) unit {
		s.readRegion(w, r)
		return nil
	}, true
}

// A region is a stretch of a plain file: the lines that begin in
// [from, limit). Where it begins within a line, or where one might begin, that
// line is the region's before it, whose limit is one byte behind.
type region struct {
	source      int
	from, limit int64
	within      bool
	program     *filter.Program
	fresh       bool // not known yet: to be measured
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
			}
			return
		}
		if len(b.data) > 0 {
			sc.block(b, w.masks)
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
