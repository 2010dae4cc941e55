package stall

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// held returns a connection that is held, and its peer.
func held(t *testing.T) (*conn, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l = Listener(l)
	t.Cleanup(func() { l.Close() })
	peer, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { peer.Close() })
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.(*conn).holds = true
	return c.(*conn), peer
}

// nothingCame makes sure that nothing was written to a connection.
func nothingCame(t *testing.T, peer net.Conn) {
	t.Helper()
	if err := peer.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := peer.Read(make([]byte, 1)); n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%d bytes came, %v", n, err)
	}
	if err := peer.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
}

func TestHeldBack(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []int // bytes
		held   bool  // all of them, until release
	}{
		{"one", []int{100}, true},
		{"head and body", []int{4096, 440}, true},
		{"as much as is held", []int{heldMost - 1, 1}, true},
		{"more", []int{4096, heldMost, 100}, false},
		{"more at once", []int{heldMost + 1}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, peer := held(t)
			var want []byte
			for i, n := range tt.pieces {
				piece := bytes.Repeat([]byte{byte('a' + i)}, n)
				want = append(want, piece...)
				if got, err := c.Write(piece); got != n || err != nil {
					t.Fatalf("Write of %d = %d, %v", n, got, err)
				}
				if tt.held {
					nothingCame(t, peer)
				}
			}
			if err := c.release(); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, len(want))
			if _, err := io.ReadFull(peer, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes came, %v, want %d", len(got), err, len(want))
			}
			nothingCame(t, peer)
			if c.memory != nil || c.holds {
				t.Error("something is still held")
			}
		})
	}
}

// What is held and can't be written is an error, then or at the next write.
func TestHeldBackIsLost(t *testing.T) {
	for _, more := range []int{0, heldMost} {
		c, _ := held(t)
		if _, err := c.Write([]byte("lost")); err != nil {
			t.Fatal(err)
		}
		c.Close()
		_, err := c.Write(make([]byte, more))
		if last := c.release(); (err != nil) == (last != nil) {
			t.Errorf("Write of %d = %v, release = %v; want one error", more, err, last)
		}
	}
}

// Under TLS the goroutine that reads writes too, at any time: nothing is lost, comes
// twice or is exchanged for it.
func TestHeldBackWhileAnotherWrites(t *testing.T) {
	c, peer := held(t)
	const writes = 2000
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := range writes {
			if _, err := c.Write([]byte{byte(i)}); err != nil {
				t.Error(err)
			}
		}
	})
	for range writes {
		to := NewWriter(nil, time.Minute)
		to.Hold(httptest.NewRequestWithContext(context.WithValue(t.Context(), connKey{}, c), "GET", "/", nil))
		if err := to.release(); err != nil {
			t.Error(err)
		}
	}
	writing.Wait()
	for _, end := range []func() error{c.release, c.CloseWrite} {
		if err := end(); err != nil {
			t.Error(err)
		}
	}
	got, err := io.ReadAll(peer)
	if err != nil || len(got) != writes {
		t.Fatalf("%d bytes came, %v, want %d", len(got), err, writes)
	}
	for i := range got {
		if got[i] != byte(i) {
			t.Fatalf("byte %d is %d", i, got[i])
		}
	}
}

// A connection whose client takes nothing is closed at once, though under TLS a
// farewell is written first.
func TestHeldBackIsStuck(t *testing.T) {
	c, _ := held(t)
	c.holds = false
	for full := 0; full < 3; { // times that nothing was taken
		if err := c.SetWriteDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		switch n, err := c.Write(make([]byte, 1<<20)); {
		case !errors.Is(err, os.ErrDeadlineExceeded) && err != nil:
			t.Fatal(err)
		case n == 0:
			full++
		default:
			full = 0
		}
	}
	if err := c.SetWriteDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	c.holds = true
	if _, err := c.Write(make([]byte, PieceSize)); err != nil {
		t.Fatal(err)
	}
	released, closed := make(chan error, 1), make(chan error, 1)
	go func() { released <- c.release() }()
	for begun, end := false, time.Now().Add(10*time.Second); !begun; time.Sleep(time.Millisecond) {
		if c.mu.TryLock() {
			begun = !c.holds
			c.mu.Unlock()
		}
		if time.Now().After(end) {
			t.Fatal("it is not released, or who does that keeps others waiting")
		}
	}
	go func() {
		_, err := c.Write([]byte("farewell"))
		closed <- errors.Join(err, c.Close())
	}()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the farewell waits for the client")
	}
	if err := <-released; err == nil {
		t.Error("what the client did not take was written")
	}
}

// Answers of every size come whole over one connection, with and without TLS.
func TestHold(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Context().Value(connKey{}) == nil {
				t.Error("no connection to be held")
			}
			to := NewWriter(w, time.Minute)
			to.Hold(r)
			body := strings.Repeat("x", int(r.ContentLength))
			for len(body) > 0 {
				n := min(len(body), PieceSize)
				if _, err := to.Write([]byte(body[:n])); err != nil {
					t.Error(err)
				}
				body = body[n:]
			}
			for _, end := range []func() error{to.Flush, to.Finish} {
				if err := end(); err != nil {
					t.Error(err)
				}
			}
		}))
		s.Listener = Listener(s.Listener)
		s.Config.ConnContext = ConnContext
		if secure {
			s.StartTLS()
		} else {
			s.Start()
		}
		for _, size := range []int{0, 1, 4000, 5000, PieceSize, PieceSize + 1, heldMost, 10 * PieceSize} {
			resp, err := s.Client().Post(s.URL, "text/plain", bytes.NewReader(make([]byte, size)))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || len(body) != size {
				t.Errorf("TLS %v: %d bytes, %v, want %d", secure, len(body), err, size)
			}
		}
		s.Close()
	}
}
