package logstore

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

func TestCloseWaits(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 3000))
	s := j.open(func(o *Options) { o.Workers = 1 })
	var closing sync.WaitGroup
	var closed atomic.Bool
	r := request(t, everything)
	render := r.Render
	var once sync.Once
	r.Render = func(dst []byte, row *Row) []byte {
		once.Do(func() {
			closing.Go(func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
				closed.Store(true)
			})
		})
		if closed.Load() {
			t.Error("Close does not wait")
		}
		return render(dst, row)
	}
	result, err := s.Search(t.Context(), r)
	if err != nil || len(result.Rows) != 3000 {
		t.Errorf("Search = %d rows, %v", len(result.Rows), err)
	}
	closing.Wait()
	if _, err := s.Search(t.Context(), request(t, totals)); !errors.Is(err, ErrClosed) {
		t.Errorf("Search after Close: %v, want %v", err, ErrClosed)
	}
	j.must(s.Close()) // again
}

// Queries beyond those that may run wait, and beyond those that may wait they

// are refused; a cancelled one does not wait.

func TestTooManyQueries(t *testing.T) {
	j := newJournal(t)
	j.withOther()
	s := j.open(func(o *Options) { o.MaxRunning, o.MaxWaiting = 1, 1 })
	started, finish := make(chan struct{}), make(chan struct{})
	slow := request(t, everything)
	slow.Render = func(dst []byte, _ *Row) []byte {
		close(started)
		<-finish
		return dst
	}
	var queries sync.WaitGroup
	ask := func(ctx context.Context, r *Request, want error) {
		queries.Go(func() {
			if _, err := s.Search(ctx, r); !errors.Is(err, want) {
				t.Errorf("Search: %v, want %v", err, want)
			}
		})
	}
	ask(t.Context(), slow, nil)
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	ask(ctx, request(t, totals), context.Canceled)
	for s.Stats().Waiting == 0 {
		runtime.Gosched()
	}
	if got := s.Stats(); got.Running != 1 || got.Waiting != 1 {
		t.Errorf("running %d, waiting %d; want 1, 1", got.Running, got.Waiting)
	}
	if _, err := s.Search(t.Context(), request(t, totals)); !errors.Is(err, ErrBusy) {
		t.Errorf("a third query: %v, want %v", err, ErrBusy)
	}
	cancel()
	for s.Stats().Waiting == 1 {
		runtime.Gosched()
	}
	ask(t.Context(), request(t, totals), nil)
	close(finish)
	queries.Wait()
	if got := s.Stats(); got.Running != 0 || got.Waiting != 0 {
		t.Errorf("in the end, running %d, waiting %d", got.Running, got.Waiting)
	}
}

// An answer that grows too large ends there.

func TestAnswerTooLarge(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 5000))
	s := j.open()
	r := request(t, everything)
	whole, err := s.Search(t.Context(), r)
	j.must(err)
	size := int64(0)
	for _, row := range whole.Rows {
		size += int64(len(row))
	}
	for _, limit := range []int64{size, size - 1, 100, 1} {
		r.MaxBytes = limit
		result, err := s.Search(t.Context(), r)
		var large *TooLargeError
		switch {
		case limit == size && (err != nil || len(result.Rows) != 5000):
			t.Errorf("limit %d of %d: %v", limit, size, err)
		case limit < size && (!errors.As(err, &large) || large.Limit != limit || large.Actual <= limit || large.Actual > size):
			t.Errorf("limit %d of %d: %v", limit, size, err)
		}
	}
}

// A query whose context ends stops, whatever it is reading.

func TestCancelledQuery(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 5000))
	s := j.open(func(o *Options) { o.Workers = 1 })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Search(ctx, request(t, everything)); !errors.Is(err, context.Canceled) {
		t.Errorf("Search: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	r := request(t, everything)
	r.Render = func(dst []byte, _ *Row) []byte { cancel(); return dst }
	if _, err := s.Search(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("Search cancelled while rows are rendered: %v", err)
	}
	if r := search(t, s, everything); r.Count != 5000 {
		t.Errorf("afterwards, count = %d", r.Count)
	}
}

// Errors are told to people in words, whatever they come from.
