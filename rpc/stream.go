package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/sourcegraph/jsonrpc2"
	"go.uber.org/zap"
)

// A stream is the jsonrpc2.ObjectStream, and the jsonrpc2.Handler, of one
// connection. The package reads, dispatches and ends the connection;
// what it cannot do stays on this side of it: batches, ids that are no uint64,
// errors for what is no request, and params in their own bytes. So each item
// of a message goes through it as a request of our own making, with a number
// by which Handle finds the item again. Answers go straight to the writer.
type stream struct {
	conn *conn

	// Of the goroutine that reads.
	message message
	next    int // index of the first item of message not yet read
	reply   *reply
	arrived time.Time // when message did
	number  uint64
	items   map[uint64]*envelope // by number, between ReadObject and Handle
}

var (
	_ jsonrpc2.ObjectStream = (*stream)(nil)
	_ jsonrpc2.Handler      = (*stream)(nil)
)

// A numbered is an item as the package sees it.
type numbered struct {
	Method string `json:"method"` // of the method table; "" if it is not in there
	ID     uint64 `json:"id"`
}

// ReadObject implements jsonrpc2.ObjectStream: it stores the next item. Its
// only error is io.EOF, for which the package has no comment.
func (s *stream) ReadObject(v any) (err error) {
	defer func() {
		if err == nil {
			return
		}
		var p *panicError
		if errors.As(err, &p) {
			s.conn.server.log.Error("read message", zap.Error(err))
		}
		close(s.conn.readerGone)
		err = io.EOF
	}()
	defer recovered(&err)
	for s.next == len(s.message.items) {
		s.message, s.next, s.reply = message{}, 0, nil
		if err := s.readMessage(); err != nil {
			return s.conn.part(err)
		}
	}
	item := &s.message.items[s.next]
	s.next++
	s.number++
	s.items[s.number] = item
	n := numbered{ID: s.number}
	if m := s.conn.server.method(item); m != nil {
		n.Method = m.Name
	}
	text, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

// readMessage reads the next message. Of one that is no JSON, or too much of
// it, it tells the client, and leaves no items.
func (s *stream) readMessage() error {
	c := s.conn
	text, err := c.socket.Read(c.messageLimit)
	if err != nil {
		return err
	}
	s.arrived = time.Now()
	c.heard.Store(s.arrived.UnixNano())
	m, fault := c.protocol.parse(text, &c.server.limits)
	if fault != nil {
		return c.sendFault(&m, text, s.arrived, fault)
	}
	s.message = m
	s.reply = c.lane.open(&m, c.send)
	return nil
}

// Handle implements jsonrpc2.Handler. It hands the item over, and returns
// unless as much is in flight as may be.
func (s *stream) Handle(_ context.Context, _ *jsonrpc2.Conn, req *jsonrpc2.Request) {
	item := s.items[req.ID.Num]
	delete(s.items, req.ID.Num)
	s.conn.lane.start(item, s.reply, s.arrived)
}

// WriteObject implements jsonrpc2.ObjectStream, for messages that begin here.
// It waits for room in the queue, not for the peer.
func (s *stream) WriteObject(obj any) error {
	text, err := json.Marshal(obj)
	if err != nil {
		return err
	}
	return s.conn.writer.send(s.conn.lane.ctx, text)
}

// Close implements jsonrpc2.ObjectStream: it ends the connection at once, and
// all work for it.
func (s *stream) Close() error {
	s.conn.writer.stop() // first, so that the calls' ends are not written
	s.conn.lane.leave(errClosed)
	return nil
}
