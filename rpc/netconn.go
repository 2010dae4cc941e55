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
}

// newPatientConn returns conn with the patience of l.
func newPatientConn(conn net.Conn, l *Limits) *patientConn {
	c := &patientConn{Conn: conn, stall: l.Stall, look: l.Stall / 5, piece: math.MaxInt}
	if _, ok := conn.(*tls.Conn); ok {
		// A time-out is the end of a TLS connection, so there must be none as
		// long as the peer takes a little.
		c.look, c.piece = c.stall, pieceSize
	}
	return c
}

// Write implements net.Conn. A large answer may take a slow client minutes;
// only a client that takes nothing for the time of stall is given up.
func (c *patientConn) Write(p []byte) (int, error) {
	written, last := 0, time.Now() // last is when the peer was last seen to take something
	for {
		if err := c.Conn.SetWriteDeadline(time.Now().Add(c.look)); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(p[written : written+min(len(p)-written, c.piece)])
		written += n
		now := time.Now()
		if n > 0 {
			last = now
		}
		if err != nil && (!errors.Is(err, os.ErrDeadlineExceeded) || now.Sub(last) >= c.stall) {
			return written, err
		}
		if written == len(p) {
			return written, nil
		}
	}
}

// SetWriteDeadline does nothing: Write has deadlines of its own.
func (c *patientConn) SetWriteDeadline(time.Time) error { return nil }

// SetDeadline sets the deadline of Read only.
func (c *patientConn) SetDeadline(t time.Time) error { return c.Conn.SetReadDeadline(t) }
