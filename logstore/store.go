package logstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

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
	twins    *twins
	pool     *pool
	running  *semaphore.Weighted
	counters counters
}

// Open opens the journal that opts describe. It returns once queries can be
// answered: the folder can be listed, and the data folder belongs to it.
func Open(opts Options) (*Store, error) {
	opts = opts.withDefaults()
	if opts.Schema == nil || opts.Dir == "" || opts.DataDir == "" {
		return nil, errors.New("logstore: Options need a Dir, a DataDir and a Schema")
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
		lister:  &lister{dir: opts.Dir, pattern: pattern},
		twins:   newTwins(),
		running: semaphore.NewWeighted(int64(opts.MaxRunning)),
	}
	l, err := s.lister.list()
	if err != nil {
		return nil, err
	}
	s.reportListing(l)
	if err := claim(opts.DataDir, opts.Dir); err != nil {
		return nil, err
	}
	if s.memory, err = loadMemory(filepath.Join(opts.DataDir, factsName)); err != nil {
		s.log.Warn("what was known of day files is read anew", zap.Error(err))
	}
	s.pool = newPool(opts.Workers, opts.MaxLine)
	return s, nil
}

// reportListing logs what the folder holds that is not read.
func (s *Store) reportListing(l *listing) {
	for _, r := range l.refused {
		s.log.Warn("not read", zap.String("file", r.File), zap.String("reason", r.Reason))
	}
	s.log.Info("journal opened", zap.String("folder", s.opts.Dir),
		zap.Int("parts", len(l.parts)), zap.Int("ignored", len(l.ignored)))
}

// Close waits for running queries, and writes down what was learnt. No query
// may begin afterwards.
func (s *Store) Close() error {
	s.pool.close()
	if err := s.memory.save(filepath.Join(s.opts.DataDir, factsName)); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}

// Ready reports whether the journal folder can be read, which is what it
// takes to answer queries.
func (s *Store) Ready() error {
	_, err := os.Stat(s.opts.Dir)
	return err
}

// admit waits until the query may run. Too many waiting queries are refused.
func (s *Store) admit(ctx context.Context) (release func(), err error) {
	c := &s.counters
	if !s.running.TryAcquire(1) {
		if c.waiting.Add(1) > int64(s.opts.MaxWaiting) {
			c.waiting.Add(-1)
			return nil, ErrBusy
		}
		err := s.running.Acquire(ctx, 1)
		c.waiting.Add(-1)
		if err != nil {
			return nil, err
		}
	}
	c.running.Add(1)
	return func() {
		c.running.Add(-1)
		s.running.Release(1)
	}, nil
}
