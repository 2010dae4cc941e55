package rpc

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"slices"
	"sync"
	"time"

	"daybook/logstore"
)

// checkInterval is how often it is looked up whether who subscribed still may.
const checkInterval = time.Second

// Why subscriptions end before they are unsubscribed, as their last event says.
const (
	endedToken  = "token expired" // or revoked
	endedRights = "not permitted"
	endedFailed = "internal error"
)

// A pushFormat is how a dialect shows live rows.
type pushFormat struct {
	// name tells formats of rows apart, and render makes a row, as in a
	// logstore.SubscribeRequest.
	name   string
	render func(dst []byte, row *logstore.Row) []byte

	// event appends what is sent for the next rows of subscription id. before is
	// the cursor in front of them; ended says why they are the last, "" if they
	// are not.
	event func(dst []byte, id string, e *logstore.Event, before, ended string) []byte
}

// subscriptions are those of one connection. They end with it, at the latest.
type subscriptions struct {
	server *Server
	ctx    context.Context // of the connection

	// send hands the connection what is to be sent, as soon as there is room
	// for it, in the order of the calls.
	send func(ctx context.Context, text []byte) error

	// turn holds an element while one of the subscriptions makes a message and
	// waits for room: all others wait without having made theirs.
	turn chan struct{}

	mu       sync.Mutex // guards what follows
	all      map[string]*subscription
	reserved int           // places taken by subscriptions that begin
	closed   bool          // no further ones
	watching bool          // watch runs
	idle     chan struct{} // wakes watch when the last subscription has gone
	running  sync.WaitGroup
}

// newSubscriptions returns the subscriptions of a connection to server that lasts
// as long as ctx.
func newSubscriptions(ctx context.Context, server *Server, send func(context.Context, []byte) error) *subscriptions {
	return &subscriptions{
		server: server,
		ctx:    ctx,
		send:   send,
		turn:   make(chan struct{}, 1),
		all:    make(map[string]*subscription),
		idle:   make(chan struct{}, 1),
	}
}

// open begins a subscription of from to what r asks for. Nothing is sent before
// start. The error is one of the store's, or an *Error where there are too many.
func (s *subscriptions) open(ctx context.Context, from *Caller, store Store, r *logstore.SubscribeRequest) (*subscription, error) {
	if err := s.reserve(); err != nil {
		return nil, err
	}
	r.Format, r.Render, r.Queue = from.events.name, from.events.render, s.server.limits.EventQueue
	source, err := store.Subscribe(ctx, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reserved--
	if err != nil {
		return nil, err
	}
	if s.closed {
		source.Close()
		return nil, errClosed
	}
	one := &subscription{
		of: s, id: newSubscriptionID(), source: source, cursor: source.Cursor(),
		format: from.events, principal: from.principal, done: make(chan struct{}),
	}
	one.ctx, one.cancel = context.WithCancelCause(s.ctx)
	s.all[one.id] = one
	return one, nil
}

// newSubscriptionID returns an id that no other subscription has and nobody can
// guess.
func newSubscriptionID() string {
	id := make([]byte, 12)
	rand.Read(id) // never fails
	return hex.EncodeToString(id)
}

// reserve takes a place for one more subscription.
func (s *subscriptions) reserve() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	n, most := len(s.all)+s.reserved, s.server.limits.Subscriptions
	if n >= most {
		return errTooLarge("number of subscriptions of this connection", int64(most), int64(n+1))
	}
	s.reserved++
	return nil
}

// start lets a subscription send, unless it has ended meanwhile.
func (s *subscriptions) start(one *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.all[one.id] != one {
		s.discardLocked(one)
		return
	}
	one.started = true
	s.running.Go(one.run)
	if !s.watching {
		s.watching = true
		s.running.Go(s.watch)
	}
}

// discardLocked ends a subscription that has not been started.
func (s *subscriptions) discardLocked(one *subscription) {
	if _, there := s.all[one.id]; !there {
		return
	}
	delete(s.all, one.id)
	one.cancel(errClosed)
	one.source.Close()
	close(one.done)
}

// unsubscribe ends the subscription id. It reports whether there was one.
// Nothing of it is sent after that.
func (s *subscriptions) unsubscribe(id string) bool {
	s.mu.Lock()
	one := s.all[id]
	if one == nil || one.leaving {
		s.mu.Unlock()
		return false
	}
	one.leaving = true
	if !one.started {
		s.discardLocked(one)
	}
	s.mu.Unlock()
	one.cancel(errClosed)
	<-one.done
	return true
}

// left takes out a subscription that has ended.
func (s *subscriptions) left(one *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, one.id)
	if len(s.all) == 0 {
		select {
		case s.idle <- struct{}{}:
		default:
		}
	}
}

// close ends all subscriptions, and waits until they have. There are no
// further ones.
func (s *subscriptions) close() {
	s.mu.Lock()
	s.closed = true
	for _, one := range s.all {
		if one.started {
			one.cancel(errClosed)
		} else {
			s.discardLocked(one)
		}
	}
	select {
	case s.idle <- struct{}{}:
	default:
	}
	s.mu.Unlock()
	s.running.Wait()
}

// watch ends the subscriptions when who has them may have them no more. It
// looks each second, and when the token expires.
func (s *subscriptions) watch() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-s.idle:
			s.mu.Lock()
			if s.closed || len(s.all) == 0 {
				s.watching = false
				s.mu.Unlock()
				return
			}
			s.mu.Unlock()
			continue
		case <-s.ctx.Done():
			return
		}
		timer.Reset(s.check())
	}
}

// check ends the subscriptions of those who may have them no more. It returns
// when it is to be called next.
func (s *subscriptions) check() (next time.Duration) {
	s.mu.Lock()
	all := slices.Collect(maps.Values(s.all))
	s.mu.Unlock()
	next = checkInterval
	for _, one := range all {
		who, ended := one.check()
		if ended != "" {
			one.cancel(&endedError{ended})
		} else if !who.Expires.IsZero() {
			next = min(next, max(time.Until(who.Expires), time.Millisecond))
		}
	}
	return next
}

// count returns how many subscriptions there are.
func (s *subscriptions) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all)
}
