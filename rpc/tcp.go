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
		seat := s.seats.take(false)
		if seat == nil {
			s.counters.refused.Add(1)
			go s.refuseTCP(conn)
			continue
		}
		go s.serveTCP(conn, seat)
	}
}

// refuseTCP tells a client, in the dialect that most of them understand, that
// there is no seat for it.
func (s *Server) refuseTCP(conn net.Conn) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(s.limits.Farewell))
	text, err := contiguous(newTCPProtocol().frame(platform.errorResponse(nil, errTooFrequent("too many connections", s.limits.Retry))))
	if err == nil {
		conn.Write(text) // a peer that does not take it learns nothing
	}
}

// serveTCP serves one connection, which costs three goroutines from then on.
func (s *Server) serveTCP(conn net.Conn, seat *seat) {
	if secure, ok := conn.(*tls.Conn); ok {
		ctx, cancel := context.WithTimeout(s.ctx, handshakeTimeout)
		err := secure.HandshakeContext(ctx)
		cancel()
		if err != nil {
			conn.Close()
			seat.leave()
			return
		}
	}
	p := &peer{server: s, addr: connAddr(conn), transport: "tcp"}
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
