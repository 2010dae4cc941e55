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

// A subscription is the rows that one request asked for. The connection's writer
// takes the next event when it can write it, so that none is made before; only
// what is behind is read by a goroutine of the subscription's own.
type subscription struct {
	of     *subscriptions
	id     string
	source *logstore.Subscription
	format *pushFormat

	// principal returns who subscribed, as is known at this moment.
	principal func() (auth.Principal, error)

	ctx    context.Context // of reading what is behind; ends with the subscription
	cancel context.CancelFunc
	taken  chan struct{} // holds an element when behind was taken

	due bool // in of.due, and guarded with it

	// The others are guarded by of.mu.
	started bool
	reading bool            // a goroutine reads what is behind, and closes source
	behind  *logstore.Event // that it has read, and that is to be sent next
	over    *endedError     // why the next event is the last one; nil: it is not
	cursor  string          // of the last event sent
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

// Answered begins or drops the subscription: see Awaiting. It begins only when the
// answer has left the queue: events may have a place there in front of it.
func (one *subscription) Answered(sent bool) {
	if sent {
		one.of.after(func() { one.of.start(one) })
	} else {
		one.of.remove(one)
	}
}

// read hands what is behind to the writer, event by event, until the
// subscription follows the journal.
func (one *subscription) read() {
	s := one.of
	err := one.readAll()
	s.mu.Lock()
	defer s.mu.Unlock()
	one.reading = false
	if s.all[one.id] != one || one.over != nil {
		one.source.Close()
		return
	}
	if err != nil {
		one.over = one.ending(err)
		one.source.Close()
	}
	s.wake(one)
}

// readAll is read, as far as something can fail. A bug becomes an error.
func (one *subscription) readAll() (err error) {
	defer recovered(&err)
	s := one.of
	for {
		e, err := one.source.Past(one.ctx)
		if e == nil || err != nil {
			return err
		}
		s.mu.Lock()
		one.behind = e
		s.mu.Unlock()
		s.wake(one)
		select {
		case <-one.taken:
		case <-one.ctx.Done():
			return one.ctx.Err()
		}
	}
}

// nextLocked returns what is to be sent next, nil if there is nothing. The event
// is the last one if over is set then.
func (one *subscription) nextLocked() *logstore.Event {
	if !one.started {
		return nil
	}
	if e := one.behind; e != nil && one.over == nil {
		one.behind = nil
		one.taken <- struct{}{}
		return e
	}
	if one.over == nil && !one.reading {
		e, err := one.source.Take()
		if err == nil {
			return e
		}
		one.over = one.ending(err)
		one.source.Close()
	}
	if one.over == nil {
		return nil
	}
	return &logstore.Event{Cursor: one.cursor}
}

// ending returns what to tell the client that a subscription ends by err.
func (one *subscription) ending(err error) *endedError {
	var unreadable *logstore.ReadError
	var gone *logstore.CursorError
	switch {
	case errors.As(err, &unreadable):
		return &endedError{"cannot read " + unreadable.File + ": " + unreadable.Reason}
	case errors.As(err, &gone):
		return &endedError{gone.Reason}
	}
	one.of.server.log.Error("subscription ended", zap.Error(err))
	return &endedError{endedFailed}
}
