package main

import (
	"net"
	"net/http"
	"testing"
)

// A trackedConn is a connection that knows whether it was closed.
type trackedConn struct {
	net.Conn
	closed bool
}

func (c *trackedConn) Close() error {
	c.closed = true
	return nil
}

func TestConnectionsMakeRoom(t *testing.T) {
	c := newConnections(2)
	var a, b, d, e trackedConn
	c.Track(&a, http.StateNew)
	c.Track(&a, http.StateActive)
	c.Track(&a, http.StateIdle)
	c.Track(&b, http.StateNew)
	c.Track(&b, http.StateActive)
	c.Track(&b, http.StateIdle)
	if a.closed || b.closed {
		t.Fatal("an idle connection was closed while there was room")
	}

	c.Track(&a, http.StateActive) // comes back, so that b is the longest idle
	c.Track(&a, http.StateIdle)
	c.Track(&d, http.StateNew)
	if a.closed || !b.closed || d.closed {
		t.Errorf("closed a %v, b %v, newcomer %v; want b alone, the longest idle", a.closed, b.closed, d.closed)
	}
	c.Track(&b, http.StateClosed)
	if n := c.Len(); n != 2 {
		t.Errorf("Len() = %d, want 2", n)
	}

	c.Track(&a, http.StateActive)
	c.Track(&d, http.StateActive)
	c.Track(&e, http.StateNew)
	if a.closed || d.closed || !e.closed {
		t.Errorf("closed a %v, d %v, newcomer %v; want the newcomer alone, the others are at work", a.closed, d.closed, e.closed)
	}
	c.Track(&e, http.StateClosed)

	c.Track(&a, http.StateHijacked) // a WebSocket now, which is counted elsewhere
	c.Track(&d, http.StateIdle)
	c.Track(&d, http.StateClosed)
	if n, idle := c.Len(), c.idle.Len(); n != 0 || idle != 0 {
		t.Errorf("Len() = %d with %d idle, want none", n, idle)
	}
}
