package logstore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"daybook/logstore/segment"

	"go.uber.org/zap"
	"golang.org/x/sync/semaphore"
)

// A Store answers queries over one journal. Its methods may be called
// concurrently.
type Store struct {
	opts     Options
	log      *zap.Logger
	lister   *lister
	memory   *memory
	saver    *saver
	twins    *twins
	pins     *pins
	pool     *pool
	running  *semaphore.Weighted
	exports  *semaphore.Weighted
	counters counters
	entries  entryMemory
	segments sync.Pool // of *segment.Memory
	parsers  sync.Pool // of recordParser, of fetches
	index    *index    // nil: none is used
	indexer  *indexer  // nil: nothing is built in the background

	incidents *incidents
	ownership *ownership
	copies    copies
	follower  *follower // nil: the journal is not followed
	hub       *hub      // of the follower; nil likewise

	mu      sync.Mutex // guards closed, and that queries is not added to afterwards
	closed  bool
	queries sync.WaitGroup
}

// Open opens the journal that opts describe. It returns once queries can be
// answered: the folder can be listed, and the data folder does not belong to
// another journal. A data folder that can't be written to is only warned of:
// what is learnt is then forgotten at the end.
func Open(opts Options) (*Store, error) {
	opts = opts.withDefaults()
	if opts.Schema == nil || opts.Dir == "" || opts.DataDir == "" {
		return nil, errors.New("logstore: Options need a Dir, a DataDir and a Schema")
	}
	if err := opts.Format.check(opts.Schema); err != nil {
		return nil, err
	}
	pattern, err := parsePattern(opts.Pattern)
	if err != nil {
		return nil, err
	}
	// Names in errors are of the folder itself, whatever the process's
	// working folder becomes.
	if opts.Dir, err = filepath.Abs(opts.Dir); err != nil {
		return nil, fmt.Errorf("journal folder: %w", err)
	}
	s := &Store{
		opts:    opts,
		log:     opts.Log,
		lister:  newLister(opts.Dir, pattern),
		memory:  newMemory(terms{MaxLine: opts.MaxLine, Fields: opts.Schema.Names(), Format: opts.Format.terms(opts.Schema)}),
		twins:   newTwins(),
		pins:    newPins(),
		running: semaphore.NewWeighted(int64(opts.MaxRunning)),
		exports: semaphore.NewWeighted(int64(opts.MaxExports)),
	}
	l, refused, err := s.lister.list()
	if err != nil {
		return nil, err
	}
	if opts.Index != IndexOff && segment.Supported() {
		s.index = newIndex(opts.disk, opts.DataDir, s.memory.terms, !opts.NoMmap, s.log)
	}
	if err := s.openData(); err != nil {
		return nil, err
	}
	s.incidents = newIncidents(opts.disk, opts.DataDir, s.log)
	s.log.Info("journal opened", zap.String("folder", opts.Dir),
		zap.Int("parts", len(l.parts)), zap.Int("ignored", len(l.ignored)))
	s.reportRefused(refused)
	s.saver = newSaver(s.save, opts.SaveDelay, s.log)
	s.pool = newPool(opts.Workers, opts.MaxLine)
	if opts.Follow != FollowOff {
		if keepsHandles(opts.Dir) { // the follower sees when they are to be given back
			s.lister.keepAfter = settleTime
		}
		s.follower = s.startFollower()
		s.hub = newHub(s.follower, &s.opts)
	}
	if s.index != nil && opts.Index == IndexAuto {
		s.indexer = s.startIndexer()
	}
	return s, nil
}

// openData makes sure that the data folder is this journal's, and reads what
// is in it.
func (s *Store) openData() error {
	take := claim
	if s.opts.Index == IndexManual {
		take = checkClaim
	}
	if err := take(s.opts.disk, s.opts.DataDir, s.opts.Dir); unwritable(err) {
		s.log.Warn("nothing will be remembered: the data folder can't be written to", zap.Error(err))
	} else if err != nil {
		return err
	}
	s.ownership = newOwnership(s.opts.DataDir)
	if (s.opts.Index == IndexAuto || s.opts.Follow != FollowOff) && !s.own() {
		s.log.Info("data folder is another process's: that one builds the index and keeps incidents; this one uses what it builds, and takes over when it ends",
			zap.String("data", s.opts.DataDir), zap.Int("owner", s.ownership.holder()))
	}
	if s.opts.Index != IndexManual {
		own := func(name string) bool {
			return name == claimName || name == factsName || name == incidentsName || name == checkpointName
		}
		if err := sweep(s.opts.disk, s.opts.DataDir, own); err != nil {
			s.log.Warn("unfinished files in the data folder can't be removed", zap.Error(err))
		}
	}
	if err := s.memory.load(s.opts.disk, s.factsFile()); err != nil {
		s.log.Warn("what was known of day files is read anew", zap.Error(err))
	}
	return nil
}

func (s *Store) factsFile() string { return filepath.Join(s.opts.DataDir, factsName) }

// reportRefused logs and counts entries of the journal folder that are named
// like day files, but are no files.
func (s *Store) reportRefused(refused []Problem) {
	for _, r := range refused {
		s.counters.problem(r.Reason)
		s.log.Warn("not read", zap.String("file", r.File), zap.String("reason", r.Reason))
	}
}

// save forgets files that are gone, and writes down what is known of the
// others. With IndexManual, that is left to a store that owns the data folder.
func (s *Store) save() error {
	if s.opts.Index == IndexManual {
		return nil
	}
	// A folder without day files is rather one that is not mounted.
	if l, err := s.list(); err == nil && len(l.parts) > 0 {
		there := make(map[string]bool)
		for i := range l.parts {
			for e := range encodings {
				there[l.parts[i].file(e)] = l.parts[i].has[e]
			}
		}
		keep := func(name string) bool { return there[name] }
		s.memory.retain(keep)
		s.twins.retain(keep)
		if s.index != nil {
			if err := s.index.retain(keep); err != nil {
				s.log.Warn("indexes of day files that are gone can't be removed", zap.Error(err))
			}
		}
	}
	err := s.memory.save(func(text []byte) error { return replaceFile(s.opts.disk, s.factsFile(), text) })
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}

// Close waits for running queries, and writes down what was learnt; where the
// data folder can't be written to, that is only warned of. Queries that begin
// later are answered ErrClosed.
func (s *Store) Close() error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if again {
		return nil
	}
	if s.hub != nil {
		s.hub.close()
	}
	s.queries.Wait()
	if s.follower != nil {
		s.follower.close()
	}
	if s.indexer != nil {
		s.indexer.close()
	}
	s.pool.close()
	s.lister.close()
	s.saveIncidents(true)
	err := s.saver.close()
	s.ownership.release()
	if unwritable(err) {
		s.log.Warn("what is known of day files is not written down", zap.Error(err))
		return nil
	}
	return err
}

// Ready reports whether the journal folder can be read, which is what it
// takes to answer queries.
func (s *Store) Ready() error {
	_, err := s.list()
	return err
}

// admit waits until the query may run. Too many waiting queries are refused.
// The query calls release when it is done.
func (s *Store) admit(ctx context.Context) (release func(), err error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, ErrClosed
	}
	s.queries.Add(1)
	s.mu.Unlock()
	if err := s.takeTurn(ctx); err != nil {
		s.queries.Done()
		return nil, err
	}
	s.counters.running.Add(1)
	return func() {
		s.counters.running.Add(-1)
		s.running.Release(1)
		s.queries.Done()
	}, nil
}

// enter is admit for what does not count as a query, because it is short and
// often.
func (s *Store) enter() (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	s.queries.Add(1)
	return s.queries.Done, nil
}

// takeTurn waits, among as many others as may, until fewer queries run.
func (s *Store) takeTurn(ctx context.Context) error {
	if s.running.TryAcquire(1) {
		return nil
	}
	waiting := &s.counters.waiting
	defer waiting.Add(-1)
	if waiting.Add(1) > int64(s.opts.MaxWaiting) {
		return ErrBusy
	}
	return s.running.Acquire(ctx, 1)
}
