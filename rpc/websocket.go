package rpc

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"daybook/auth"

	"github.com/sourcegraph/jsonrpc2"
	"go.uber.org/zap"
)

// A wsConn is one WebSocket connection. It costs three goroutines while it is
// idle: one reads, one writes, one waits for the server's end.
type wsConn struct {
	server     *Server
	socket     socket
	peer       *peer
	seat       *seat
	lane       *lane
	writer     *writer
	readerGone chan struct{} // closed when nothing is read any more
}

// serveUpgrade makes r's connection a WebSocket connection, or says why not.
func (s *Server) serveUpgrade(w http.ResponseWriter, r *http.Request, foreign bool) {
	if !isUpgrade(r) {
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket")
		refuse(w, http.StatusUpgradeRequired, errNotRequest("GET is for WebSocket connections; send requests with POST"))
		return
	}
	if foreign {
		refuse(w, http.StatusForbidden, errNoRights("this origin may not connect"))
		return
	}
	p := &peer{server: s, addr: remoteAddr(r), transport: "ws", token: bearer(r.Header)}
	if p.token != "" {
		if _, err := s.offered(p.token, p.addr); err != nil {
			s.refuseToken(w, r, err)
			return
		}
	}
	seat := s.seats.take(p.known())
	if seat == nil {
		s.refuseFull(w)
		return
	}
	c := &wsConn{server: s, peer: p, seat: seat, readerGone: make(chan struct{})}
	socket, err := s.upgrader.upgrade(w, r, func(payload []byte) { c.writer.answerPing(payload) })
	if err != nil {
		seat.leave() // the client has been answered
		return
	}
	p.session = c
	c.socket = socket
	c.writer = newWriter(socket, s.budget, &s.limits)
	c.lane = s.newLane(s.ctx, p, c.writer.ready)
	c.lane.gone = socket.Gone
	c.serve()
}

// refuseToken answers an upgrade that came with a token that does not help.
func (s *Server) refuseToken(w http.ResponseWriter, r *http.Request, err error) {
	e, cause := s.tell(r.Context(), err)
	status := http.StatusInternalServerError
	switch {
	case e.Code == CodeNoToken:
		w.Header().Set("WWW-Authenticate", "Bearer")
		status = http.StatusUnauthorized
	case e.Code == CodeTooFrequent:
		status = http.StatusTooManyRequests
	case cause != nil:
		s.log.Error("upgrade", zap.Error(cause))
	}
	refuse(w, status, e)
}

// serve starts the goroutines of c, which end with the connection.
func (c *wsConn) serve() {
	s := c.server
	s.mu.Lock()
	s.conns[c] = struct{}{}
	s.mu.Unlock()
	go c.write()
	st := &stream{conn: c, items: make(map[uint64]*envelope)}
	jsonrpc2.NewConn(s.ctx, st, st, jsonrpc2.SetLogger(s.stdLog))
	if s.Draining() { // since there was a seat; Drain may not have seen c
		go c.drain(s.ctx)
	}
}

// write writes until the connection ends, and then clears up.
func (c *wsConn) write() {
	s := c.server
	err := c.writer.run()
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		s.counters.stalled.Add(1)
		s.log.Info("connection closed: its peer does not read", zap.Stringer("addr", c.peer.addr))
	}
	<-c.readerGone
	c.lane.leave(errClosed)
	c.lane.jobs.Wait()
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	c.seat.leave()
}

// Bind implements Session.
func (c *wsConn) Bind(token auth.Secret) {
	c.peer.bind(token)
	c.seat.authenticate()
}

// messageLimit returns how long the next message may be. When one is longer
// than strangers' messages may be, it first waits for an Authenticate that was
// sent before it.
func (c *wsConn) messageLimit(full bool) int64 {
	if full {
		c.lane.settle()
	}
	return c.server.messageLimit(c.peer.known())
}

// send hands a reply to the writer.
func (c *wsConn) send(r *reply) {
	defer r.release()
	if r.empty() || c.lane.ctx.Err() != nil {
		return // nobody waits for it
	}
	text, err := r.encode()
	if err != nil {
		fault, cause := c.server.tell(c.lane.ctx, err)
		c.server.log.Error("write answer", zap.Error(cause))
		text = r.encodeFault(fault)
	}
	r.parts = nil                   // text holds it all, perhaps for long
	c.writer.send(c.lane.ctx, text) // fails if the connection ends first
}

// sendFault answers a message that could not be taken apart.
func (c *wsConn) sendFault(e *Error) error {
	text, err := contiguous(errorResponse([]byte(null), e))
	if err != nil {
		return err
	}
	return c.writer.send(c.lane.ctx, text)
}

// part ends the connection after reading has ended with err, in such order as
// err allows. It returns err.
func (c *wsConn) part(err error) error {
	var b *breach
	var p *peerClose
	switch {
	case errors.As(err, &b):
		if b.fault != nil {
			c.server.observeFault(c.peer, nil, time.Now(), b.fault)
			c.sendFault(b.fault) // what can't be sent now never can
		}
		c.writer.finish(b)
		c.lane.leave(errClosed)
		c.socket.Discard()
		<-c.writer.closed
	case errors.As(err, &p):
		c.writer.finish(&breach{code: p.code})
		c.lane.leave(errClosed)
		<-c.writer.closed
	}
	return err
}

// drain closes the connection once its calls have been answered. It takes no
// new ones from now on.
func (c *wsConn) drain(ctx context.Context) {
	c.lane.closing.Store(true)
	c.lane.idle(ctx)
	c.writer.finish(goingAway())
}

// goingAway is the breach of a server that ends.
func goingAway() *breach {
	return &breach{code: closeGoingAway, reason: "the server is shutting down"}
}
