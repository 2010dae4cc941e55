package rpc

import (
	"errors"
	"net"
	"os"
	"time"
)

// A guardedConn is the network connection under a WebSocket: what comes in is
// watched by a frameGuard, and writing goes on as long as the peer takes
// anything at all.
type guardedConn struct {
	net.Conn
	frames *frameGuard
	stall  time.Duration // without a byte written, after which Write gives up
}

// Read implements net.Conn. After a breach it delivers what stood before it.
func (c *guardedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	fine, wrong := c.frames.feed(p[:n])
	if wrong != nil {
		return fine, wrong
	}
	return n, err
}

// Write implements net.Conn. A large answer may take a slow client minutes;
// only a client that takes nothing for the time of stall is given up.
func (c *guardedConn) Write(p []byte) (int, error) {
	written := 0
	for {
		if err := c.Conn.SetWriteDeadline(time.Now().Add(c.stall)); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(p[written:min(len(p), written+pieceSize)])
		written += n
		switch {
		case n > 0 && errors.Is(err, os.ErrDeadlineExceeded):
			// Slow, but not stalled. (After TLS the next write fails for good.)
		case err != nil:
			return written, err
		}
		if written == len(p) {
			return written, nil
		}
	}
}

// SetWriteDeadline does nothing: Write has deadlines of its own.
func (c *guardedConn) SetWriteDeadline(time.Time) error { return nil }

// SetDeadline sets the deadline of Read only.
func (c *guardedConn) SetDeadline(t time.Time) error { return c.Conn.SetReadDeadline(t) }
