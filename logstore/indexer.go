package logstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
)

const (
	// builderMemory is about how many bytes one builder takes at most: the text
	// of a segment, its words, and the image.
	builderMemory = 256 << 20

	// indexDelay is how long after the start building begins: whoever waits for
	// the service asks something first.
	indexDelay = time.Second

	// indexPoll is how often the indexer looks whether there is a new day file.
	indexPoll = 5 * time.Second
)

// An indexer builds the indexes of day files that are done, the newest first.
type indexer struct {
	store *Store
	stop  context.CancelFunc
	done  sync.WaitGroup
}

// startIndexer begins to index in the background.
func (s *Store) startIndexer() *indexer {
	ctx, stop := context.WithCancel(context.Background())
	x := &indexer{store: s, stop: stop}
	x.done.Go(func() { x.run(ctx) })
	return x
}

// close stops building, and waits for that.
func (x *indexer) close() {
	x.stop()
	x.done.Wait()
}

func (x *indexer) run(ctx context.Context) {
	var seen *listing
	var seenDay Day
	delay := indexPoll
	live := x.store.newIndexBuilder(x.throttle())
	// What was built before is opened at once.
	if _, _, err := x.store.unindexed(ctx); err == nil && pause(ctx, indexDelay) != nil {
		return
	}
	for {
		// The file that is written to first: the others are done once.
		grew, err := x.store.indexLive(ctx, live)
		if err != nil && ctx.Err() == nil {
			x.store.log.Debug("live file is not indexed this time", zap.Error(err))
		}
		l, err := x.store.list()
		today := dayOf(x.store.opts.Now().Add(-x.store.opts.Grace).Unix())
		woken := false
		if err == nil && (l != seen || today != seenDay) {
			woken = true
		}
		if woken {
			open, err := x.build(ctx)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				x.store.log.Warn("day files can't be indexed; they are read instead", zap.Error(err), zap.Duration("again_in", delay))
				delay = min(2*delay, mostDelay)
			default:
				delay = indexPoll
			}
			if seen, seenDay = l, today; open || err != nil {
				seen = nil // look again
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-x.store.index.woken:
			seen = nil
		case <-time.After(pollAfter(grew, delay)):
			x.store.index.review()
		}
	}
}

// pollAfter returns how long to wait before looking again, where that is no more
// than a delay.
func pollAfter(grew bool, delay time.Duration) time.Duration {
	if grew {
		return min(livePoll, delay)
	}
	return delay
}

// build builds the indexes that are missing, if that is this store's to do.
// Otherwise it opens those that another process has built. It reports whether it
// is to be called again soon.
func (x *indexer) build(ctx context.Context) (again bool, err error) {
	if x.store.own() {
		return x.store.buildIndexes(ctx, buildPlan{throttle: x.throttle})
	}
	files, soon, err := x.store.unindexed(ctx)
	if err == nil {
		x.store.index.owe(len(files))
	}
	return soon || len(files) > 0, err
}

// throttle returns a pause for a builder: while queries run, it leaves them the
// processor for as long as it had it.
func (x *indexer) throttle() func() {
	last := time.Now()
	return func() {
		now := time.Now()
		if x.store.counters.running.Load() > 0 {
			const most = 50 * time.Millisecond
			time.Sleep(min(time.Duration(float64(now.Sub(last))*(1/x.store.opts.IndexShare-1)), most))
			now = time.Now()
		}
		last = now
	}
}

// BuildIndex builds the indexes of all day files that are over and have none,
// and returns when that is done. It waits for files that were changed a moment
// ago. report, unless nil, is called before the first file, and after each; never
// twice at once.
//
// If there is something to build, the data folder is this store's until it is
// closed, so that no server builds the same. Where it is another process's, that
// one begins with the newest day file, and this one with the oldest, and leaves
// out what is there when it comes to it.
func (s *Store) BuildIndex(ctx context.Context, report func(IndexProgress)) error {
	if s.index == nil {
		return errNoIndex
	}
	const tries = 5 // a file that keeps changing is left to the next time
	var missing []*source
	for range tries {
		files, soon, err := s.unindexed(ctx)
		if missing = files; err != nil || !soon {
			break // building meets the error again
		}
		if err := pause(ctx, settleTime/(tries-1)); err != nil {
			return err
		}
	}
	plan := buildPlan{throttle: func() func() { return func() {} }, report: report}
	if len(missing) > 0 {
		if err := s.opts.disk.makeFolder(s.opts.DataDir); err != nil {
			return err
		}
		plan.shared = !s.own()
	}
	_, err := s.buildIndexes(ctx, plan)
	return err
}

// A buildPlan says how indexes are built.
type buildPlan struct {
	throttle func() func()       // makes a pause for each builder
	report   func(IndexProgress) // nil for nobody
	shared   bool                // another process builds the newest first: begin with the oldest
}

// unindexed returns the day files that can be indexed and are not, the newest
// first, and whether there are others that will be soon.
func (s *Store) unindexed(ctx context.Context) (files []*source, soon bool, err error) {
	l, err := s.list()
	if err != nil {
		return nil, false, err
	}
	for i := len(l.parts) - 1; i >= 0; i-- {
		if ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		sources, err := s.resolve(ctx, &l.parts[i])
		if err != nil {
			continue // queries report it
		}
		for _, src := range sources {
			switch {
			case !src.closed, src.stamp.Size < s.opts.IndexFrom, src.whole && src.known.records() == 0:
			case !s.memory.settled(src.stamp):
				soon = true
			case !s.index.load(src.name, src.stamp):
				files = append(files, src)
			default:
				s.adopt(src)
			}
		}
	}
	return files, soon, nil
}

// buildIndexes builds the indexes that are missing. It reports whether there is
// more to be done soon. What can't be written ends it; a day file that can't be
// read is left out.
func (s *Store) buildIndexes(ctx context.Context, plan buildPlan) (more bool, err error) {
	s.index.sweep()
	files, soon, err := s.unindexed(ctx)
	if err == nil {
		s.index.owe(len(files))
	}
	if err != nil || len(files) == 0 {
		return soon, err
	}
	t := &indexTally{store: s, report: plan.report, p: IndexProgress{Of: len(files), Shared: plan.shared}}
	if plan.shared {
		slices.Reverse(files)
		t.p.Owner = s.ownership.holder()
	}
	for _, src := range files {
		t.p.From += src.stamp.Size
	}
	builders := s.builders(len(files))
	work, ctx := errgroup.WithContext(ctx)
	next := make(chan *source)
	work.Go(func() error {
		defer close(next)
		for _, src := range files {
			select {
			case next <- src:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	begin := time.Now()
	t.begin(builders)
	for range builders {
		work.Go(func() error { return s.buildEach(ctx, s.newIndexBuilder(plan.throttle()), next, t) })
	}
	err = work.Wait()
	if err == nil {
		t.end(time.Since(begin))
	}
	return soon, err
}

// buildEach builds the indexes of files, one after the other, but for those that
// another process has built meanwhile.
func (s *Store) buildEach(ctx context.Context, b *indexBuilder, files <-chan *source, t *indexTally) error {
	for src := range files {
		if s.index.open(src.name, src.stamp) == nil {
			s.adopt(src)
			t.elsewhere(src)
			continue
		}
		size, err := s.buildIndex(ctx, b, src)
		if err != nil {
			return err
		}
		t.done(src, size)
	}
	return nil
}

// builders returns how many builders may work at once on so many files.
func (s *Store) builders(files int) int {
	return max(1, min(int(s.opts.IndexMemory/builderMemory), s.opts.Workers, files))
}

// buildIndex builds and opens the index of one day file, and learns on the way
// what is in it. The error is about writing; where reading is what fails, there
// is no index.
func (s *Store) buildIndex(ctx context.Context, b *indexBuilder, src *source) (size int64, err error) {
	size, err = b.build(ctx, src)
	var damage *damagedError
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case moved(err), errors.Is(err, errTruncated), errors.As(err, &damage):
		s.log.Info("day file is not indexed: it can't be read", zap.String("file", src.name), zap.Error(err))
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("index of %s: %w", src.name, err)
	case size > 0 && !s.index.load(src.name, src.stamp):
		return 0, fmt.Errorf("index of %s: it can't be read back", src.name)
	}
	s.adopt(src)
	return size, nil
}

// endsLine reports whether a plain file ends with a whole line.
func (s *Store) endsLine(src *source) bool {
	file, release, err := src.acquire(s.opts.Dir)
	if err != nil {
		return false
	}
	defer release()
	return endsLine(file, src.stamp.Size)
}

// adopt lets the store's memory know what the index knows of a day file: unless its
// last line has no ending, which counts in the index, but not where the clock steps
// back into its day.
func (s *Store) adopt(src *source) {
	if src.whole {
		return
	}
	f, ok := s.index.facts(src.name, src.stamp)
	if !ok || src.enc == plain && !s.endsLine(src) {
		return
	}
	met := src.known.Malformed
	src.known, src.whole = f, true
	if err := s.confirm(src, true); err != nil {
		src.known, src.whole = facts{}, false
		return
	}
	if f.Malformed > met { // whoever builds an index may be the first to read a file
		s.reportMalformed(src.name, src.stamp, &f, f.Bad-1)
	}
}
