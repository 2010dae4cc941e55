package rpc

import (
	"context"
	"testing"
	"testing/synctest"

	"daybook/logstore"
)

// A pushing is a writer whose socket takes nothing until it is let go, and the
// subscriptions of its connection.
type pushing struct {
	*subscriptions
	writer *writer
	socket *fakeSocket
}

func newPushing(t *testing.T) *pushing {
	p := &pushing{socket: newFakeSocket()}
	p.socket.block = make(chan struct{})
	var ended chan error
	p.writer, ended = startPushing(p.socket, Limits{}, func(dst []byte) ([]byte, error) {
		return p.next(dst), nil
	})
	p.subscriptions = newSubscriptions(t.Context(), &Server{}, p.writer)
	t.Cleanup(func() {
		p.writer.stop()
		<-ended
		p.close()
	})
	p.send(t, "first") // which keeps the writer busy
	synctest.Wait()
	return p
}

func (p *pushing) send(t *testing.T, text string) {
	t.Helper()
	if err := p.writer.send(t.Context(), []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// enter enters a subscription that was not answered yet and has no rows.
func (p *pushing) enter(id string) *subscription {
	one := &subscription{
		of: p.subscriptions, id: id,
		source:  new(logstore.Subscription),
		reading: true, // which leaves source alone
		format: &pushFormat{event: func(dst []byte, id string, _ *logstore.Event, _, ended string) []byte {
			return append(dst, id+": "+ended...)
		}},
	}
	one.ctx, one.cancel = context.WithCancel(p.ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all[id] = one
	return one
}

// Subscriptions that end at the same time share a place in the queue; each still
// has its last event.
func TestSubscriptionsEndTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPushing(t)
		for _, id := range []string{"a", "b", "c"} {
			one := p.enter(id)
			one.started = true
			p.end(one, endedToken)
		}
		close(p.socket.block)
		synctest.Wait()
		p.socket.check(t, "first", "a: token expired", "b: token expired", "c: token expired")
		if n := p.count(); n != 0 {
			t.Errorf("%d subscriptions left, want none", n)
		}
	})
}

// A place that another subscription has in the queue is none for events of one
// whose answer stands behind it; and one that ended before it was answered tells
// that nevertheless.
func TestSubscriptionWaitsForItsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPushing(t)
		other := p.enter("other")
		other.started = true
		p.wake(other)
		one := p.enter("one")
		p.end(one, endedToken)
		p.send(t, "answer")
		one.Answered(true)
		synctest.Wait()
		close(p.socket.block)
		synctest.Wait()
		p.socket.check(t, "first", "answer", "one: token expired")
	})
}
