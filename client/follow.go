package client

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Follow yields events of rows that match, as they are written, until ctx ends.
// When the connection is lost, it makes another one and continues behind the last
// event, without gap or duplicate, across restarts of the server; see
// Options.Notify. Until the server has answered once, nothing is tried again, so
// that a wrong address is told at once. Each event has the cursor of the place
// behind it, by which a program that was restarted continues: SubscribeParams.After.
//
// An error ends the sequence and is its last value: ctx's own, ErrClosed, an
// *[Error] where the server refuses for good, an *[EndedError] where the token no
// longer holds and Options.Token has no other. Where the server cannot continue at
// a cursor, the error is one of [ErrBadParams] with the param "after": rows may be
// missing then.
//
// Each use of the sequence is a subscription of its own that begins as p says.
func (c *Client) Follow(ctx context.Context, p SubscribeParams) iter.Seq2[*LogEvent, error] {
	return func(yield func(*LogEvent, error) bool) {
		f := &following{client: c, params: p, backoff: c.newBackoff(), yield: yield}
		if err := f.run(ctx); err != nil {
			yield(nil, err)
		}
	}
}

// settled is when the backfill of a subscription has begun to come, if it has a
// match.
const settled = 30 * time.Second

// A following is one use of Follow's sequence.
type following struct {
	client  *Client
	params  SubscribeParams // of the next subscription
	backoff backoff
	yield   func(*LogEvent, error) bool
	paused  bool // there was no subscription
	left    bool // whoever takes the events has enough
}

// run follows over as many connections as it takes. The error is nil when the
// events' taker has enough.
func (f *following) run(ctx context.Context) error {
	c := f.client
	for {
		began := time.Now()
		token, err := f.follow(ctx)
		switch {
		case f.left:
			return nil
		case ctx.Err() != nil || c.life.Err() != nil:
			return c.ended(ctx, err)
		case !c.worked.Load() || f.over(ctx, err, token):
			return err
		}
		if !f.paused && time.Since(began) > f.backoff.next {
			f.backoff.reset() // it had worked for a while
		}
		pause := f.backoff.pause() + retryAfter(err)
		c.opts.Notify(Change{Err: err, Lost: !f.paused, Wait: pause})
		f.paused = true
		if err := c.wait(ctx, pause); err != nil {
			return err
		}
	}
}

// follow subscribes, and yields events until that ends. It returns why, and the
// token by which it had been begun.
func (f *following) follow(ctx context.Context) (token string, err error) {
	began := time.Now()
	s, err := f.client.SubscribeLogs(ctx, f.params)
	if err != nil {
		return "", err
	}
	defer s.Close()
	if f.paused {
		f.paused = false
		f.client.opts.Notify(Change{})
	}
	if f.params.Backfill == 0 && f.params.After == "" {
		f.params.After = s.Cursor
	}
	for {
		e, err := s.Next(ctx)
		if err != nil {
			if time.Since(began) > settled && f.params.Backfill > 0 {
				f.params.After, f.params.Backfill = s.Cursor, 0 // it had no match
			}
			return s.conn.token(), err
		}
		if e.Cursor != "" {
			// What is left of a backfill stands behind the cursors of its events.
			f.params.After, f.params.Backfill = e.Cursor, 0
		}
		if !f.yield(e, nil) {
			f.left = true
			return "", nil
		}
	}
}

// over reports whether there is no point in another attempt. The subscription that
// ended with err had the token given.
func (f *following) over(ctx context.Context, err error, token string) bool {
	var own *Error
	var ended *EndedError
	switch {
	case errors.As(err, &own):
		return own.lasting()
	case errors.As(err, &ended) && ended.Reason == EndedRights:
		return true
	case errors.As(err, &ended) && ended.Reason == EndedToken:
		next, err := f.client.token(ctx)
		return err == nil && next == token
	}
	return false
}
