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

	// ask makes the connection's writer call next, in its turn; after has it call
	// something behind all that was queued before.
	ask   func()
	after func(call func())

	dueMu sync.Mutex // guards due
	due   []*subscription

	mu       sync.Mutex // guards what follows; before dueMu
	all      map[string]*subscription
	reserved int           // places taken by subscriptions that begin
	closed   bool          // no further ones
	watching bool          // watch runs
	idle     chan struct{} // wakes watch when the last subscription has gone
	running  sync.WaitGroup
}

// newSubscriptions returns the subscriptions of a connection to server that lasts
// as long as ctx and has the writer w.
func newSubscriptions(ctx context.Context, server *Server, w *writer) *subscriptions {
	return &subscriptions{
		server: server,
		ctx:    ctx,
		ask:    w.ask,
		after:  w.after,
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
	one := &subscription{
		of: s, id: newSubscriptionID(), format: from.events, principal: from.principal,
		taken: make(chan struct{}, 1),
	}
	r.Format, r.Render, r.Queue = from.events.name, from.events.render, s.server.limits.EventQueue
	r.Wake = func() { s.wake(one) }
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
	one.source, one.cursor = source, source.Cursor()
	one.ctx, one.cancel = context.WithCancel(s.ctx)
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
	if s.all[one.id] != one {
		return
	}
	one.started = true
	if one.over != nil { // before it began
		s.wake(one)
		return
	}
	one.reading = true
	s.running.Go(one.read)
	if !s.watching {
		s.watching = true
		s.running.Go(s.watch)
	}
}

// wake tells that one may have something to send. It never waits for long.
func (s *subscriptions) wake(one *subscription) {
	s.dueMu.Lock()
	first := !one.due
	if first {
		one.due = true
		s.due = append(s.due, one)
	}
	s.dueMu.Unlock()
	if first {
		s.ask()
	}
}

// next appends the next event to dst, which is empty; it returns dst as it was if
// there is none. Others that may have something to send share the place that this
// one had in the queue, so there has to be another one for them. All subscriptions take turns. It is called by the goroutine that
// writes, which writes what it returns before it looks for anything else: so
// nothing of a subscription is sent behind an answer that says that it has ended.
func (s *subscriptions) next(dst []byte) []byte {
	for len(dst) == 0 {
		one, more := s.firstDue()
		if one == nil {
			break
		}
		if dst = s.event(dst, one); len(dst) > 0 && more {
			s.ask()
		}
	}
	return dst
}

// firstDue takes the first one out that may have something to send, nil if there
// is none, and reports whether there are more.
func (s *subscriptions) firstDue() (one *subscription, more bool) {
	s.dueMu.Lock()
	defer s.dueMu.Unlock()
	if len(s.due) == 0 {
		return nil, false
	}
	one = s.due[0]
	one.due = false
	s.due = slices.Delete(s.due, 0, 1) // which are few: they are of one connection
	return one, len(s.due) > 0
}

// event appends the next event of one subscription, if there is one.
func (s *subscriptions) event(dst []byte, one *subscription) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[one.id] != one {
		return dst
	}
	e := one.nextLocked()
	if e == nil {
		return dst
	}
	reason := ""
	if one.over != nil {
		reason = one.over.reason
	}
	dst = one.format.event(dst, one.id, e, one.cursor, reason)
	one.cursor = e.Cursor
	if one.over != nil {
		s.removeLocked(one)
		return dst
	}
	s.server.counters.events.Add(1)
	s.server.counters.eventRows.Add(int64(len(e.Rows)))
	s.wake(one) // there may be more
	return dst
}

// unsubscribe ends the subscription id. It reports whether there was one.
// Nothing of it is sent after that.
func (s *subscriptions) unsubscribe(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.all[id]
	if one == nil {
		return false
	}
	s.removeLocked(one)
	return true
}

// end makes the next event of one the last, which tells the reason.
func (s *subscriptions) end(one *subscription, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[one.id] != one || one.over != nil {
		return
	}
	one.over = &endedError{reason}
	s.releaseLocked(one)
	s.wake(one)
}

// remove takes out a subscription, if it is still there.
func (s *subscriptions) remove(one *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[one.id] == one {
		s.removeLocked(one)
	}
}

// removeLocked takes out a subscription, which is there.
func (s *subscriptions) removeLocked(one *subscription) {
	delete(s.all, one.id)
	s.releaseLocked(one)
	if len(s.all) == 0 {
		select {
		case s.idle <- struct{}{}:
		default:
		}
	}
}

// releaseLocked gives up what a subscription comes from. It may be called more
// than once.
func (s *subscriptions) releaseLocked(one *subscription) {
	one.cancel()
	if !one.reading { // or whoever reads does it
		one.source.Close()
	}
}

// close ends all subscriptions, and waits until they have. There are no
// further ones.
func (s *subscriptions) close() {
	s.mu.Lock()
	s.closed = true
	for _, one := range s.all {
		s.removeLocked(one)
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
			s.end(one, ended)
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
