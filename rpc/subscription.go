package rpc

import (
	"context"
	"errors"

	"daybook/auth"
	"daybook/logstore"

	"go.uber.org/zap"
)

// An endedError is why a subscription ends, in words for the client.
type endedError struct{ reason string }

func (e *endedError) Error() string { return e.reason }

// A subscription sends the rows that one request asked for, as long as the
// connection takes them.
type subscription struct {
	of     *subscriptions
	id     string
	source *logstore.Subscription
	format *pushFormat

	// principal returns who subscribed, as is known at this moment.
	principal func() (auth.Principal, error)

	ctx    context.Context // ends by unsubscribe, with the token or the connection
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when nothing of it is sent any more

	started bool // guarded by of.mu
	leaving bool // unsubscribe was called; guarded by of.mu

	cursor string // of the last event sent
}

// check returns who has the subscription, or why it ends.
func (one *subscription) check() (who auth.Principal, ended string) {
	who, err := one.principal()
	switch {
	case isRefusal(err):
		return who, endedToken
	case err != nil:
		one.of.server.log.Error("check the token of a subscription", zap.Error(err))
		return who, endedFailed
	case !who.May(auth.ReadLogs):
		return who, endedRights
	}
	return who, ""
}

// Answered begins or drops the subscription: see Awaiting.
func (one *subscription) Answered(sent bool) {
	if sent {
		one.of.start(one)
		return
	}
	one.of.mu.Lock()
	defer one.of.mu.Unlock()
	one.of.discardLocked(one)
}

// run sends events until the subscription ends, and says why it does.
func (one *subscription) run() {
	s := one.of
	defer close(one.done)
	defer s.left(one)
	defer one.source.Close()
	err := one.sendAll()
	reason := endedFailed
	var ended *endedError
	var unreadable *logstore.ReadError
	var gone *logstore.CursorError
	switch {
	case errors.As(err, &ended):
		reason = ended.reason
	case one.ctx.Err() != nil, errors.Is(err, errClosed):
		return // nobody wants to hear it
	case errors.As(err, &unreadable):
		reason = "cannot read " + unreadable.File + ": " + unreadable.Reason
	case errors.As(err, &gone):
		reason = gone.Reason
	default:
		s.server.log.Error("subscription ended", zap.Error(err))
	}
	last := &logstore.Event{Cursor: one.cursor}
	one.deliver(s.ctx, last, reason) // fails if the connection ends first
}

// deliver hands e to the connection when it has room, or returns ctx's cause.
func (one *subscription) deliver(ctx context.Context, e *logstore.Event, ended string) error {
	s := one.of
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return s.send(ctx, one.format.event(nil, one.id, e, one.cursor, ended))
}

// sendAll sends events until it no longer can. A bug becomes an error.
func (one *subscription) sendAll() (err error) {
	defer recovered(&err)
	s := one.of
	for {
		e, err := one.source.Next(one.ctx)
		if err != nil {
			return one.cause(err)
		}
		if err := one.deliver(one.ctx, e, ""); err != nil {
			return one.cause(err)
		}
		one.cursor = e.Cursor
		s.server.counters.events.Add(1)
		s.server.counters.eventRows.Add(int64(len(e.Rows)))
	}
}

// cause returns why the subscription was ended, or err if it was not.
func (one *subscription) cause(err error) error {
	if one.ctx.Err() != nil {
		return context.Cause(one.ctx)
	}
	return err
}
