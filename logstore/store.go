package logstore

import (
	"context"
	"errors"
)

// A Store answers queries over one journal. Its methods may be called
// concurrently.
type Store struct {
	opts Options
}

// Open opens the journal that opts describe. It returns once queries can be
// answered.
func Open(opts Options) (*Store, error) {
	return &Store{opts: opts.withDefaults()}, nil
}

// Close waits for running queries, and writes down what was learnt.
func (s *Store) Close() error { return nil }

// Search answers one request. It returns context.Cause(ctx) when ctx ends
// first, ErrBusy when too many queries wait, a *ReadError or a
// *TooLargeError.
func (s *Store) Search(ctx context.Context, r *Request) (*Result, error) {
	return nil, errors.New("search")
}
