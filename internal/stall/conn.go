package stall

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
)

// net/http writes a connection through 4 KiB of memory. An answer a little longer,
// as a page of ten records is, goes out in two writes, each of which takes a system
// call and wakes its client. A conn holds such an answer back until it is whole.

// heldMost is how much is held back: a piece, and its head.
const heldMost = PieceSize + 4<<10 // bytes

// heldMemory is what is held back in: few answers are written at one time.
var heldMemory = sync.Pool{New: func() any { return new([heldMost]byte) }}

// Listener returns l with connections that Writer.Hold can hold. The server they are
// for has ConnContext as its http.Server.ConnContext.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

// Accept implements net.Listener.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return &conn{TCPConn: tcp}, err
	}
	return c, err
}

type connKey struct{}

// ConnContext fits http.Server.ConnContext.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if secure, ok := c.(interface{ NetConn() net.Conn }); ok { // a *tls.Conn
		c = secure.NetConn()
	}
	if c, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// A conn is a connection whose writes may be held back. One goroutine at a time
// writes, but under TLS another may while Hold or release is called: the one that
// reads answers a client who asks for new keys.
type conn struct {
	*net.TCPConn

	mu     sync.Mutex // guards what follows; who waits for a client without a deadline does not have it
	holds  bool
	memory *[heldMost]byte // nil: nothing is held back
	held   int             // bytes
}

// Write implements net.Conn. What is held back was not written yet: the error of
// that is release's.
func (c *conn) Write(p []byte) (int, error) {
	switch held, err := c.hold(p); {
	case err != nil:
		return 0, err
	case held:
		return len(p), nil
	}
	return c.TCPConn.Write(p)
}

// hold holds p back, where it is to be and fits. Where it does not fit, what was held
// back before is written.
func (c *conn) hold(p []byte) (held bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !c.holds:
		return false, nil
	case c.held+len(p) > heldMost:
		return false, c.releaseLocked()
	}
	if c.memory == nil {
		c.memory = heldMemory.Get().(*[heldMost]byte)
	}
	c.held += copy(c.memory[c.held:], p)
	return true, nil
}

// ReadFrom implements io.ReaderFrom, for net/http.
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	if err := c.release(); err != nil {
		return 0, err
	}
	return c.TCPConn.ReadFrom(r)
}

// release writes what is held back, and holds nothing any more.
func (c *conn) release() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.releaseLocked()
}

func (c *conn) releaseLocked() error {
	c.holds = false
	if c.memory == nil {
		return nil
	}
	_, err := c.TCPConn.Write(c.memory[:c.held])
	heldMemory.Put(c.memory)
	c.memory, c.held = nil, 0
	return err
}

// Hold keeps back what is written of an answer to r until the next Flush, or until
// it is more than a piece: then it is one write of the connection, with its head. It
// does nothing where r came by none of a Listener.
func (s *Writer) Hold(r *http.Request) {
	if c, ok := r.Context().Value(connKey{}).(*conn); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		s.conn, c.holds = c, true
	}
}

// release writes what is held back.
func (s *Writer) release() error {
	if s.conn == nil {
		return nil
	}
	c := s.conn
	s.conn = nil
	return c.release()
}
