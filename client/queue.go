package client

import (
	"context"
	"encoding/json"
	"sync"
)

// queuedBytes is how much a subscription keeps of events that were not taken.
// Beyond it nothing more is read of its connection, and so the server notices. One
// event that is larger fits alone.
const queuedBytes = 1 << 20

// eventCost is what an event takes besides its text, about.
const eventCost = 64

// An eventQueue holds events, as they came, from the goroutine that reads to the
// one that takes them.
type eventQueue struct {
	filled chan struct{} // has room for one: there is something to take
	freed  chan struct{} // has room for one: something was taken

	mu      sync.Mutex // guards what follows
	events  []json.RawMessage
	bytes   int
	discard bool // nobody takes any more
}

func newEventQueue() *eventQueue {
	return &eventQueue{filled: make(chan struct{}, 1), freed: make(chan struct{}, 1)}
}

// put waits for room. It gives e up when done is closed.
func (q *eventQueue) put(e json.RawMessage, done <-chan struct{}) {
	for !q.tryPut(e) {
		select {
		case <-q.freed:
		case <-done:
			return
		}
	}
	signal(q.filled)
}

func (q *eventQueue) tryPut(e json.RawMessage) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.discard:
		return true
	case len(q.events) > 0 && q.bytes+eventCost+len(e) > queuedBytes:
		return false
	}
	q.events = append(q.events, e)
	q.bytes += eventCost + len(e)
	return true
}

// take waits for the next event of a connection. When it has ended, what came
// before is still there to be taken.
func (q *eventQueue) take(ctx context.Context, from *conn) (json.RawMessage, error) {
	for {
		alive := from.alive() // before the look: nothing comes afterwards
		if e := q.tryTake(); e != nil {
			signal(q.freed)
			return e, nil
		}
		if !alive {
			return nil, from.lost()
		}
		select {
		case <-q.filled:
		case <-from.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (q *eventQueue) tryTake() json.RawMessage {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.events) == 0 {
		return nil
	}
	e := q.events[0]
	q.events[0] = nil
	q.events = q.events[1:]
	q.bytes -= eventCost + len(e)
	return e
}

// close throws away what is there and whatever comes.
func (q *eventQueue) close() {
	q.mu.Lock()
	q.discard, q.events, q.bytes = true, nil, 0
	q.mu.Unlock()
	signal(q.freed)
}

// signal wakes whoever waits, or will.
func signal(to chan<- struct{}) {
	select {
	case to <- struct{}{}:
	default:
	}
}
