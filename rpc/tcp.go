package rpc

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"time"

	"go.uber.org/zap"
)

const (
	handshakeTimeout = 10 * time.Second       // for a TLS handshake
	acceptPause      = 100 * time.Millisecond // after a failure to accept that passes, such as too many open files
)

// ServeTCP serves connections that come over l until l is closed, which is no
// error. What l hands out may be TLS connections. It returns without waiting for
// the connections: these end by themselves, or by Drain.
func (s *Server) ServeTCP(l net.Listener) error {
	for {
		conn, err := l.Accept()
		var passing interface{ Temporary() bool }
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case errors.As(err, &passing) && passing.Temporary():
			s.log.Warn("accept", zap.Error(err))
			time.Sleep(acceptPause)
			continue
		case err != nil:
			return err
		}
		go s.serveTCP(conn)
	}
}

// tcpSeat returns a seat for a connection, nil where there is none. A token comes
// with a message, so every connection begins as a stranger's, and those that
// never send anything could keep all others out: where there is no room, the one
// gives way that has been idle longest.
func (s *Server) tcpSeat() *seat {
	seat := s.seats.take(false)
	if seat != nil {
		return seat
	}
	c := s.idleStranger()
	if c == nil {
		return nil
	}
	c.writer.stop()
	<-c.ended
	return s.seats.take(false)
}

// idleStranger returns the TCP connection that has been idle longest of those
// that never proved anything and that nothing runs for; nil if there is none.
func (s *Server) idleStranger() *conn {
	var longest *conn
	for _, c := range s.connections() {
		inFlight, _ := c.lane.stats()
		if c.peer.transport != "tcp" || c.peer.known() || inFlight > 0 {
			continue
		}
		if longest == nil || c.heard.Load() < longest.heard.Load() {
			longest = c
		}
	}
	return longest
}

// refuseTCP tells a client, in the dialect that most of them understand, that
// there is no seat for it.
func (s *Server) refuseTCP(conn net.Conn) {
	s.counters.refused.Add(1)
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(s.limits.Farewell))
	text, err := contiguous(newTCPProtocol().frame(platform.errorResponse(nil, errTooFrequent("too many connections", s.limits.Retry))))
	if err == nil {
		conn.Write(text) // a peer that does not take it learns nothing
	}
}

// serveTCP serves one connection, which costs three goroutines from then on.
func (s *Server) serveTCP(conn net.Conn) {
	seat := s.tcpSeat()
	if seat == nil {
		s.refuseTCP(conn)
		return
	}
	secure, isSecure := conn.(*tls.Conn)
	if isSecure {
		ctx, cancel := context.WithTimeout(s.ctx, handshakeTimeout)
		err := secure.HandshakeContext(ctx)
		cancel()
		if err != nil {
			conn.Close()
			seat.leave()
			return
		}
	}
	p := &peer{server: s, addr: connAddr(conn), transport: "tcp", via: &Via{Secure: isSecure}}
	pr := newTCPProtocol()
	s.newConn(p, seat, newTCPSocket(conn, pr, &s.limits), pr).serve()
}

// connAddr returns the address of conn's peer, the zero Addr if it has none.
func connAddr(conn net.Conn) netip.Addr {
	if a, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return a.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// method returns the method that item asks for, nil if there is none.
func (s *Server) method(item *envelope) *Method {
	if m := s.methods[item.method]; m != nil || item.dialect == jsonRPC {
		return m
	}
	return s.platformMethods[item.method]
}
