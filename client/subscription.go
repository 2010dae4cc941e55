package client

import (
	"context"
	"encoding/json"
	"fmt"
)

// eventMethod is the notification that brings the rows of a subscription.
const eventMethod = "LogEvent"

// SubscribeParams are the params of SubscribeLogs.
type SubscribeParams struct {
	Conditions
	Backfill int64  `json:"backfill,omitempty"` // so many of the last matches come first, 10,000 at most
	After    string `json:"after,omitempty"`    // a cursor: every match behind it comes first; excludes Backfill
}

// A LogEvent is rows that match, in the order in which they stand in their
// files.
type LogEvent struct {
	Table
	Subscription string `json:"subscription"`
	Dropped      int64  `json:"dropped"` // matches that were lost before these rows, because the server had no more room for them
	Cursor       string `json:"cursor"`  // the place behind the last row that was considered
	Ended        string `json:"ended"`   // why this is the last event; "" if it is not
}

// A Subscription receives the rows that match as they are written, over a
// connection of its own: who does not take them holds up nobody's answers. Its
// methods are for one goroutine, except Close.
//
// Events that were not taken yet are kept up to 1 MiB; beyond it nothing is read,
// and the server waits. It too keeps 1 MiB of rows, then drops further ones and
// counts them in Dropped, and closes the connection when nothing at all is read for
// some seconds.
type Subscription struct {
	ID     string
	Cursor string // the place at which the subscription begins, after its backfill

	conn  *conn
	queue *eventQueue
	ended *EndedError // after the last event
}

// SubscribeLogs begins a subscription, which ends with its connection: see
// [Client.Follow] for what continues over another one. It must be closed.
func (c *Client) SubscribeLogs(ctx context.Context, p SubscribeParams) (*Subscription, error) {
	params, err := encodeParams("SubscribeLogs", p)
	if err != nil {
		return nil, err
	}
	queue := newEventQueue()
	on, err := c.dial(ctx, queue)
	if err != nil {
		return nil, err
	}
	s := &Subscription{conn: on, queue: queue}
	if err := s.begin(ctx, params); err != nil {
		s.Close()
		return nil, err
	}
	c.worked.Store(true)
	return s, nil
}

// begin calls SubscribeLogs and waits for the answer, as long as for a
// connection.
func (s *Subscription) begin(ctx context.Context, params json.RawMessage) error {
	c := s.conn.client
	inner, cancel := context.WithTimeout(ctx, c.opts.ConnectTimeout)
	defer cancel()
	answer, err := s.conn.call(inner, "SubscribeLogs", params)
	if err != nil && inner.Err() != nil && ctx.Err() == nil {
		err = &ConnectionError{c.socket, fmt.Errorf("no answer to SubscribeLogs within %v", c.opts.ConnectTimeout)}
	}
	if err != nil {
		return c.ended(ctx, err)
	}
	var begun struct {
		Subscription string `json:"subscription"`
		Cursor       string `json:"cursor"`
	}
	if err := json.Unmarshal(answer, &begun); err != nil || begun.Cursor == "" {
		return &ConnectionError{c.socket, &ProtocolError{"the answer to SubscribeLogs has no cursor"}}
	}
	s.ID, s.Cursor = begun.Subscription, begun.Cursor
	return nil
}

// Next waits for the next event. After one that has Ended, the error is an
// *[EndedError]; a *[ConnectionError] says that the connection was lost. An end of
// ctx ends the waiting, not the subscription.
func (s *Subscription) Next(ctx context.Context) (*LogEvent, error) {
	if s.ended != nil {
		return nil, s.ended
	}
	text, err := s.queue.take(ctx, s.conn)
	if err != nil {
		return nil, err
	}
	e := new(LogEvent)
	if err := decode("an event", text, e); err != nil {
		return nil, &ConnectionError{s.conn.client.socket, err}
	}
	if e.Ended != "" {
		s.ended = &EndedError{Reason: e.Ended, Cursor: e.Cursor}
	}
	return e, nil
}

// UnsubscribeLogs ends the subscription, and reports whether the server knew it.
// Events that were not taken are gone. The connection remains until Close.
func (s *Subscription) UnsubscribeLogs(ctx context.Context) (bool, error) {
	s.queue.close()
	params, err := encodeParams("UnsubscribeLogs", struct {
		Subscription string `json:"subscription"`
	}{s.ID})
	if err != nil {
		return false, err
	}
	answer, err := s.conn.call(ctx, "UnsubscribeLogs", params)
	if err != nil {
		return false, err
	}
	var known bool
	err = decode("the answer to UnsubscribeLogs", answer, &known)
	return known, err
}

// Close ends the connection, and with it the subscription. The error is always
// nil.
func (s *Subscription) Close() error {
	s.conn.hangUp()
	<-s.conn.ended
	return nil
}
