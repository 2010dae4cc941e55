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

// mostUnsent is how much of what is written waits to be sent: a client has taken half
// of that, rather than a third of megabytes, when a write that waited for it goes on.
const mostUnsent = 128 << 10 // bytes

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
		bound(tcp)
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
// reads, to a client who asks for new keys, and one that closes.
type conn struct {
	*net.TCPConn
	writing sync.Mutex // of who writes what is held back

	mu     sync.Mutex // guards what follows; who has it does not wait for the client
	holds  bool
	memory *[heldMost]byte // nil: nothing is held back, nor just written
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

// hold holds p back, where that is to be or what is held back is just written, and it
// fits. Where it does not fit, all before it is written.
func (c *conn) hold(p []byte) (held bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !c.holds && c.memory == nil:
		return false, nil
	case c.held+len(p) > heldMost:
		c.mu.Unlock()
		defer c.mu.Lock()
		return false, c.release()
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
func (c *conn) release() (err error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holds = false
	if c.memory == nil {
		return nil
	}
	for from := 0; from < c.held && err == nil; {
		piece := c.memory[from:c.held]
		from = c.held
		c.mu.Unlock()
		_, err = c.TCPConn.Write(piece)
		c.mu.Lock()
	}
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
