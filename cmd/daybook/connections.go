package main

import (
	"container/list"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
)

// Connections bounds the HTTP connections of a server. An idle one is kept as
// long as its peer is there, because clients may come back at any time; only
// when there is no room for a new one does the longest idle one give way. A
// connection that became a WebSocket is no longer counted here: the rpc server
// bounds those itself.
type connections struct {
	most int

	mu   sync.Mutex // guards what follows
	open map[net.Conn]*list.Element
	idle *list.List // of net.Conn, the longest idle first
}

func newConnections(most int) *connections {
	return &connections{most: most, open: make(map[net.Conn]*list.Element), idle: list.New()}
}

// Track follows one connection; it fits http.Server.ConnState.
func (c *connections) Track(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		c.open[conn] = nil
		if len(c.open) > c.most {
			c.makeRoomLocked(conn)
		}
	case http.StateActive:
		c.setLocked(conn, false)
	case http.StateIdle:
		c.setLocked(conn, true)
	case http.StateHijacked, http.StateClosed:
		c.setLocked(conn, false)
		delete(c.open, conn)
	}
}

// Len returns the number of connections.
func (c *connections) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// setLocked moves conn in or out of the idle ones.
func (c *connections) setLocked(conn net.Conn, idle bool) {
	element, tracked := c.open[conn]
	if !tracked {
		return
	}
	if element != nil {
		c.idle.Remove(element)
		element = nil
	}
	if idle {
		element = c.idle.PushBack(conn)
	}
	c.open[conn] = element
}

// makeRoomLocked closes the longest idle connection, or newcomer where all
// others are at work. The closed one leaves through StateClosed.
func (c *connections) makeRoomLocked(newcomer net.Conn) {
	victim := newcomer
	if oldest := c.idle.Front(); oldest != nil {
		victim = c.idle.Remove(oldest).(net.Conn)
		c.open[victim] = nil
	}
	// A TLS connection says farewell when it is closed, and a stuck peer would
	// make that wait: what is below it is closed instead.
	if secure, ok := victim.(*tls.Conn); ok {
		victim = secure.NetConn()
	}
	victim.Close()
}
