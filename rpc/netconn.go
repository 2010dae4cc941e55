package rpc

import (
	"crypto/tls"
	"errors"
	"math"
	"net"
	"os"
	"time"
)

// A guardedConn is the network connection under a WebSocket: what comes in is
// watched by a frameGuard.
type guardedConn struct {
	*patientConn
	frames *frameGuard
}

// newGuardedConn returns conn within the limits of l.
func newGuardedConn(conn net.Conn, l *Limits) *guardedConn {
	return &guardedConn{
		patientConn: newPatientConn(conn, l),
		frames:      &frameGuard{maxFragments: l.Fragments, maxControl: l.ControlFrames, now: time.Now},
	}
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

// A patientConn is a network connection on which writing goes on as long as the
// peer takes anything at all.
type patientConn struct {
	net.Conn
	stall time.Duration // without a byte written, after which Write gives up
	look  time.Duration // how often Write looks whether bytes were written
	piece int           // bytes that are written under one deadline
	fixed bool          // a deadline must not pass while Write waits
	until time.Time     // the deadline that is set; of the goroutine that writes

	// waiting returns how many bytes wait in the system that the peer has not
	// taken, and whether that can be told.
	waiting func() (bytes int, ok bool)
}

// newPatientConn returns conn with the patience of l.
func newPatientConn(conn net.Conn, l *Limits) *patientConn {
	c := &patientConn{Conn: conn, stall: l.Stall, look: l.Stall / 5, piece: math.MaxInt}
	if _, ok := conn.(*tls.Conn); ok {
		// A time-out is the end of a TLS connection, so there must be none as
		// long as the peer takes a little.
		c.look, c.piece, c.fixed = c.stall, pieceSize, true
	}
	c.waiting = func() (int, bool) { return unacknowledged(conn) }
	boundUnsent(conn)
	return c
}

// Write implements net.Conn. A large answer may take a slow client minutes;
// only a client that takes nothing for the time of stall is given up. The system
// may take nothing for longer than that, because it waits until it can take a lot:
// so it counts as well that the peer takes what the system has already.
func (c *patientConn) Write(p []byte) (int, error) {
	written, now := 0, time.Now()
	last := now // when the peer was last seen to take something
	before, known := 0, false
	for {
		// A deadline costs more than most messages do. One that passes sooner than
		// it might is only a look at how things stand.
		if c.fixed || c.until.Sub(now) < c.look/2 {
			c.until = now.Add(c.look)
			if err := c.Conn.SetWriteDeadline(c.until); err != nil {
				return written, err
			}
		}
		n, err := c.Conn.Write(p[written : written+min(len(p)-written, c.piece)])
		written += n
		now = time.Now()
		if err == nil && written == len(p) {
			return written, nil
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return written, err
		}
		waiting, ok := c.waiting()
		if n > 0 || ok && known && waiting < before {
			last = now
		}
		before, known = waiting, ok
		if err != nil && (c.fixed || now.Sub(last) >= c.stall) {
			return written, err
		}
	}
}

// SetWriteDeadline does nothing: Write has deadlines of its own.
func (c *patientConn) SetWriteDeadline(time.Time) error { return nil }

// SetDeadline sets the deadline of Read only.
func (c *patientConn) SetDeadline(t time.Time) error { return c.Conn.SetReadDeadline(t) }
