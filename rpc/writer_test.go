package rpc

import (
	"bytes"
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

// startWriter returns a writer that runs, and what its run will return.
func startWriter(s socket, l Limits) (*writer, chan error) {
	l = l.withDefaults()
	w := newWriter(s, newBudget(&l), &l)
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

// TestWriterPush checks that what is pushed leaves room for answers.
func TestWriterPush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFakeSocket()
		s.block = make(chan struct{})
		w, ended := startWriter(s, Limits{Queue: 400})
		event := func(c string) []byte { return bytes.Repeat([]byte(c), 50) }
		pushed := make(chan error, 4)
		go func() {
			for _, c := range []string{"1", "2", "3"} {
				pushed <- w.push(t.Context(), event(c))
			}
		}()
		synctest.Wait()
		if len(pushed) != 2 {
			t.Errorf("%d events were queued at once, want 2", len(pushed))
		}
		for _, c := range []string{"a", "b", "c", "d", "e", "f"} { // all that fits
			if err := w.send(t.Context(), event(c)); err != nil {
				t.Errorf("send: %v", err)
			}
		}
		if len(pushed) != 2 {
			t.Errorf("%d events were queued before the answers, want 2", len(pushed))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := w.push(ctx, event("x")); !errors.Is(err, context.Canceled) {
			t.Errorf("push after the end of its context: %v, want %v", err, context.Canceled)
		}
		close(s.block)
		synctest.Wait()
		w.stop()
		<-ended
		var want []string
		for _, c := range []string{"1", "2", "a", "b", "c", "d", "e", "f", "3"} {
			want = append(want, string(event(c)))
		}
		s.check(t, want...)
	})
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

// TestPatientConnWrite checks that writing goes on while the peer takes
// anything at all, and no longer.
func TestPatientConnWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		c := newPatientConn(ours, &Limits{Stall: 5 * time.Second})
		go func() {
			one := make([]byte, 1)
			for range 20 {
				time.Sleep(4 * time.Second)
				theirs.Read(one)
			}
		}()
		if n, err := c.Write(make([]byte, 10)); n != 10 || err != nil {
			t.Errorf("slow peer: wrote %d, %v; want all 10", n, err)
		}
		start := time.Now()
		n, err := c.Write(make([]byte, 100))
		if n != 10 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("peer that stops: wrote %d, %v; want 10 and a time-out", n, err)
		}
		if d := time.Since(start) - 40*time.Second; d < 5*time.Second || d > 6*time.Second {
			t.Errorf("gave up %v after the last byte, want 5 s", d)
		}
	})
}
