package rpc

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"daybook/auth"

	"github.com/sourcegraph/jsonrpc2"
	"go.uber.org/zap"
)

// A conn is one connection over which messages come at any time: a WebSocket
// connection. It costs three goroutines while it is idle: one reads, one writes,
// one waits for the server's end.
type conn struct {
	server     *Server
	socket     socket
	protocol   protocol
	peer       *peer
	seat       *seat
	lane       *lane
	writer     *writer
	readerGone chan struct{} // closed when nothing is read any more
	ended      chan struct{} // closed when the seat is left
	heard      atomic.Int64  // when the last message came, or the connection; Unix nanoseconds
}

// A protocol is what is spoken over the socket of a connection: how messages
// are taken apart, and what goes around an answer.
type protocol interface {
	// parse takes a message apart. An error is the only answer to it, in the
	// dialect and with the id of the message that is returned with it. It is
	// called by the goroutine that reads.
	parse(text []byte, l *Limits) (message, *Error)

	// refused returns in which dialect and with which id to answer a message
	// that was too long; text is the beginning of it. It is called by the
	// goroutine that reads.
	refused(text []byte) message

	// frame returns a as it goes over the wire.
	frame(a Answer) Answer
}

// newConn returns the connection of p over a socket.
func (s *Server) newConn(p *peer, seat *seat, so socket, pr protocol) *conn {
	c := &conn{server: s, socket: so, protocol: pr, peer: p, seat: seat, readerGone: make(chan struct{}), ended: make(chan struct{})}
	c.heard.Store(time.Now().UnixNano())
	p.session, p.seat = c, seat
	c.writer = newWriter(so, s.budget, &s.limits, c.event)
	c.lane = s.newLane(s.ctx, p, c.writer.ready)
	c.lane.gone = so.Gone
	p.push = newSubscriptions(c.lane.ctx, s, c.writer)
	return c
}

// serve starts the goroutines of c, which end with the connection.
func (c *conn) serve() {
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
func (c *conn) write() {
	s := c.server
	err := c.writer.run()
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		s.counters.stalled.Add(1)
		s.log.Info("connection closed: its peer does not read", zap.Stringer("addr", c.peer.addr))
	}
	var bug *panicError
	if errors.As(err, &bug) {
		s.log.Error("write to a connection", zap.Error(err))
	}
	<-c.readerGone
	c.lane.leave(errClosed)
	c.lane.jobs.Wait()
	c.peer.push.close()
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	c.seat.leave()
	close(c.ended)
}

// Bind implements Session.
func (c *conn) Bind(token auth.Secret) {
	c.peer.bind(token)
	c.seat.authenticate()
}

// messageLimit returns how long the next message may be. When one is longer
// than strangers' messages may be, it first waits for an Authenticate that was
// sent before it.
func (c *conn) messageLimit(full bool) int64 {
	if full {
		c.lane.settle()
	}
	return c.server.messageLimit(c.peer.known())
}

// send hands a reply to the writer.
func (c *conn) send(r *reply) {
	sent := false
	defer func() { r.release(sent) }()
	if r.empty() || c.lane.ctx.Err() != nil {
		return // nobody waits for it
	}
	text, err := r.encode(c.protocol)
	if err != nil {
		fault, cause := c.server.tell(c.lane.ctx, err)
		c.server.log.Error("write answer", zap.Error(cause))
		text = r.encodeFault(c.protocol, fault)
	}
	r.parts = nil // text holds it all, perhaps for long
	sent = c.writer.send(c.lane.ctx, text) == nil
}

// event appends to dst, which is empty, what the server sends next by itself, and
// returns dst as it was if there is nothing.
func (c *conn) event(dst []byte) ([]byte, error) {
	text := c.peer.push.next(dst)
	if len(text) == 0 {
		return text, nil
	}
	framed := c.protocol.frame(Bytes(text))
	if b, ok := framed.(Bytes); ok {
		return b, nil
	}
	return contiguous(framed)
}

// sendFault tells the observers of a message that could not be taken apart, and
// answers it. m says how.
func (c *conn) sendFault(m *message, text []byte, arrived time.Time, e *Error) error {
	c.server.observeFault(c.peer, m.dialect, text, arrived, e, nil)
	text, err := contiguous(c.protocol.frame(m.dialect.errorResponse(m.id, e)))
	if err != nil {
		return err
	}
	return c.writer.send(c.lane.ctx, text)
}

// part ends the connection after reading has ended with err, in such order as
// err allows. It returns err.
func (c *conn) part(err error) error {
	var b *breach
	var p *peerClose
	switch {
	case errors.As(err, &b):
		if b.patient {
			c.finishJobs()
		}
		if b.fault != nil {
			m := c.protocol.refused(b.text)
			c.sendFault(&m, nil, time.Now(), b.fault) // what can't be sent now never can
		}
		c.writer.finish(b)
		c.lane.leave(errClosed)
		c.socket.Discard()
		<-c.writer.closed
	case errors.As(err, &p):
		c.writer.finish(&breach{code: p.code})
		c.lane.leave(errClosed)
		<-c.writer.closed
	case errors.Is(err, errHalfClosed):
		c.finishJobs()
		c.writer.finish(&breach{code: closeNormal})
		<-c.writer.closed
	}
	return err
}

// finishJobs waits until what is in flight has been answered, or the peer is
// lost.
func (c *conn) finishJobs() {
	stop := c.lane.lookout()
	defer stop()
	c.lane.idle(c.lane.ctx)
}

// drain closes the connection once its calls have been answered. It takes no
// new ones from now on.
func (c *conn) drain(ctx context.Context) {
	c.lane.closing.Store(true)
	c.lane.idle(ctx)
	c.peer.push.close()
	c.writer.finish(goingAway())
}

// goingAway is the breach of a server that ends.
func goingAway() *breach {
	return &breach{code: closeGoingAway, reason: "the server is shutting down"}
}
