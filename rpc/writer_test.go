package rpc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A fakeSocket notes what is written to it.
type fakeSocket struct {
	mu      sync.Mutex
	written []string
	block   chan struct{} // if not nil, writing texts waits for it
	fail    error
	closed  chan struct{}
}

func newFakeSocket() *fakeSocket { return &fakeSocket{closed: make(chan struct{})} }

func (s *fakeSocket) note(format string, args ...any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written = append(s.written, fmt.Sprintf(format, args...))
	return s.fail
}

func (s *fakeSocket) Read(func(bool) int64) ([]byte, error) { <-s.closed; return nil, net.ErrClosed }
func (s *fakeSocket) Gone() bool                            { return false }
func (s *fakeSocket) Discard()                              { <-s.closed }
func (s *fakeSocket) WritePing() error                      { return s.note("ping") }
func (s *fakeSocket) WritePong(p []byte) error              { return s.note("pong %s", p) }
func (s *fakeSocket) WriteClose(code int, _ string) error   { return s.note("close %d", code) }

func (s *fakeSocket) WriteText(text []byte) error {
	if s.block != nil {
		<-s.block
	}
	return s.note("%s", text)
}

func (s *fakeSocket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	return nil
}

// check compares what was written.
func (s *fakeSocket) check(t *testing.T, want ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if diff := cmp.Diff(want, s.written); diff != "" {
		t.Errorf("written mismatch (-want +got):\n%s", diff)
	}
}

// startWriter returns a writer that runs, and what its run will return. It sends
// nothing by itself.
func startWriter(s socket, l Limits) (*writer, chan error) {
	return startPushing(s, l, func(dst []byte) ([]byte, error) { return dst, nil })
}

// startPushing is startWriter with what the writer sends by itself.
func startPushing(s socket, l Limits, event func([]byte) ([]byte, error)) (*writer, chan error) {
	l = l.withDefaults()
	w := newWriter(s, newBudget(&l), &l, event)
	ended := make(chan error, 1)
	go func() { ended <- w.run() }()
	return w, ended
}

func TestWriterKeepsOrderAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFakeSocket()
		w, ended := startWriter(s, Limits{})
		for _, text := range []string{"a", "b", "c"} {
			if err := w.send(t.Context(), []byte(text)); err != nil {
				t.Errorf("send: %v", err)
			}
		}
		w.finish(&breach{code: closeTooBig})
		w.finish(&breach{code: closePolicy}) // too late
		if err := w.send(t.Context(), []byte("d")); !errors.Is(err, errClosed) {
			t.Errorf("send after finish: %v, want %v", err, errClosed)
		}
		start := time.Now()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
		if d := time.Since(start); d != w.linger {
			t.Errorf("waited %v for the peer, want %v", d, w.linger)
		}
		<-s.closed
		s.check(t, "a", "b", "c", "close 1009")
	})
}

func TestWriterPings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFakeSocket()
		w, ended := startWriter(s, Limits{Ping: 20 * time.Second})
		time.Sleep(61 * time.Second)
		w.answerPing([]byte("x"))
		synctest.Wait()
		w.stop()
		if err := <-ended; !errors.Is(err, errClosed) {
			t.Errorf("run: %v, want %v", err, errClosed)
		}
		s.check(t, "ping", "ping", "ping", "pong x")
	})
}

// TestWriterAnswersLastPing checks that pings that come while a long message
// is written are not kept.
func TestWriterAnswersLastPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFakeSocket()
		s.block = make(chan struct{})
		w, ended := startWriter(s, Limits{})
		w.send(t.Context(), []byte("long"))
		w.send(t.Context(), []byte("next"))
		synctest.Wait()
		for i := range 1000 {
			w.answerPing(fmt.Append(nil, i))
		}
		close(s.block)
		synctest.Wait()
		w.stop()
		<-ended
		s.check(t, "long", "pong 999", "next")
	})
}

func TestWriterQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFakeSocket()
		s.block = make(chan struct{})
		w, ended := startWriter(s, Limits{Queue: 10})
		ctx, cancel := context.WithCancelCause(t.Context())
		send := func(text string) chan error {
			c := make(chan error, 1)
			go func() { c <- w.send(ctx, []byte(text)) }()
			synctest.Wait()
			return c
		}
		if err := <-send("longer than the queue"); err != nil {
			t.Errorf("into the empty queue: %v", err)
		}
		second, ready := send("b"), make(chan error, 1)
		go func() { ready <- w.ready(ctx) }()
		synctest.Wait()
		if len(second) > 0 || len(ready) > 0 {
			t.Error("there is no room for more")
		}
		if held, _ := w.budget.stats(); held != w.size() || held != 21 {
			t.Errorf("holds %d, queue of %d; want 21", held, w.size())
		}
		s.block <- struct{}{}
		if err := errors.Join(<-second, <-ready); err != nil {
			t.Errorf("with room: %v", err)
		}
		third := send("another long message")
		cancel(errCancelled)
		if err := <-third; !errors.Is(err, errCancelled) {
			t.Errorf("cancelled: %v, want %v", err, errCancelled)
		}
		w.stop()
		close(s.block)
		<-ended
		if held, _ := w.budget.stats(); held != 0 || w.size() != 0 {
			t.Errorf("after the end: holds %d, queue of %d", held, w.size())
		}
		if err := w.ready(t.Context()); !errors.Is(err, errClosed) {
			t.Errorf("ready after the end: %v, want %v", err, errClosed)
		}
	})
}

// TestWriterEvents checks that events take turns with answers, and are made when
// their turn has come.
func TestWriterEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFakeSocket()
		s.block = make(chan struct{})
		made := 0
		var w *writer
		w, ended := startPushing(s, Limits{}, func(dst []byte) ([]byte, error) {
			if made++; made == 3 {
				return dst, nil // there was nothing, after all
			}
			if made < 5 {
				w.ask()
			}
			return fmt.Appendf(dst, "event %d", made), nil
		})
		send := func(texts ...string) {
			for _, text := range texts {
				if err := w.send(t.Context(), []byte(text)); err != nil {
					t.Errorf("send: %v", err)
				}
			}
			synctest.Wait()
		}
		send("a", "b")
		w.ask()
		w.ask() // has a place already
		send("c", "d")
		if made > 0 {
			t.Errorf("%d events were made before their turn", made)
		}
		if held, _ := w.budget.stats(); held != 4 {
			t.Errorf("holds %d bytes, want 4", held)
		}
		for range 3 {
			s.block <- struct{}{}
		}
		synctest.Wait() // at c, with room behind it for the next event
		send("e")
		close(s.block)
		synctest.Wait()
		w.ask()
		synctest.Wait()
		w.finish(&breach{code: closeNormal})
		w.ask() // too late
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
		s.check(t, "a", "b", "event 1", "c", "d", "event 2", "e", "event 4", "event 5", "close 1000")
		if held, _ := w.budget.stats(); held != 0 {
			t.Errorf("holds %d bytes after the end", held)
		}
	})
}

// TestWriterEventFails checks that the connection ends when an event can't be made.
func TestWriterEventFails(t *testing.T) {
	for name, event := range map[string]func([]byte) ([]byte, error){
		"error": func([]byte) ([]byte, error) { return nil, os.ErrInvalid },
		"panic": func([]byte) ([]byte, error) { panic("a bug") },
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newFakeSocket()
			w, ended := startPushing(s, Limits{}, event)
			w.ask()
			if err := <-ended; err == nil {
				t.Errorf("%s: the writer went on", name)
			}
			<-s.closed
		})
	}
}

func TestWriterFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFakeSocket()
		s.fail = os.ErrDeadlineExceeded
		w, ended := startWriter(s, Limits{})
		w.send(t.Context(), []byte("a"))
		if err := <-ended; !errors.Is(err, s.fail) {
			t.Errorf("run: %v, want %v", err, s.fail)
		}
		<-s.closed
		if err := w.send(t.Context(), []byte("b")); !errors.Is(err, errClosed) {
			t.Errorf("send: %v, want %v", err, errClosed)
		}
	})
}
