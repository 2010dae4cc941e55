package logstore

import (
	"context"
	"sync"

	"daybook/filter"
)

// DefaultQueue is how many bytes of rows wait for one subscriber.
const DefaultQueue = 1 << 20

// A SubscribeRequest says what one subscriber wants to see.
type SubscribeRequest struct {
	Query *filter.Query // of which only the conditions count

	// Backfill is how many matches that are there already come first: the last
	// ones, in file order, of the files that the same query would read.
	Backfill int

	// After is the cursor of an event: every match behind it comes first. It
	// excludes Backfill. Empty means that there is none.
	After string

	// Render appends the encoding of one row, as that of a Request does; it is
	// called by one goroutine at a time. Subscribers with the same conditions and
	// the same Format, which names what Render makes, share rows.
	Render func(dst []byte, row *Row) []byte
	Format string

	// Wake is called when Take has something to return, once or more often, by
	// goroutines that others wait for: it must not wait, nor call the
	// Subscription, which may not have been returned yet.
	Wake func()

	// Queue is how many bytes of rows may wait for Take; the newest are dropped
	// beyond it. Zero means DefaultQueue. Matches that the subscription begins
	// with are never dropped: they are read as Past asks for them.
	Queue int64
}

// An Event is what Past and Take return: rows in file order.
type Event struct {
	// Rows are shared with other subscribers: they must not be changed.
	Rows [][]byte

	// Dropped is how many matches stood between the rows of the event before
	// and these, and were dropped. An event without rows reports such that no
	// row has followed yet.
	Dropped int64

	// Cursor names the position behind the last row that was considered, a row
	// of this event or a later one that does not match.
	Cursor string
}

// A Subscription is one subscriber's view of a journal that grows: first what
// Past returns, then what Take does. Its methods other than Cursor must not be
// called at the same time.
type Subscription struct {
	hub      *hub
	audience *audience // nil until it follows the hub
	admitted bool      // counted among those with its key
	key      audienceKey
	begin    string
	past     past // nil when nothing is left of it
	queue    queue
	closed   bool

	// While it is behind, guarded by the hub's mutex:
	noted []partSpan            // what was read since
	ahead map[partPlace]advance // parts of which it has seen more than the follower had read
}

// An advance is the lines of a part that a subscription has seen before the
// follower read them.
type advance struct{ from, to int64 }

// note notes that a stretch was read. Those of one part that follow on each
// other become one, whatever was read of other parts in between.
func (s *Subscription) note(new *stretch) {
	span := partSpan{partPlace: partPlace{new.day, new.rank}, from: new.from, to: new.to, print: new.print, printed: true}
	if a, ok := s.ahead[span.partPlace]; ok {
		delete(s.ahead, span.partPlace)
		if span.from >= a.from { // or it is other content by now
			if span.to < a.to {
				s.ahead[span.partPlace] = advance{span.to, a.to}
			}
			if span.to <= a.to {
				return
			}
			span.from = max(span.from, a.to)
		}
	}
	for i := len(s.noted) - 1; i >= 0; i-- {
		if before := &s.noted[i]; before.partPlace != span.partPlace {
			continue
		} else if before.to == span.from {
			before.to, before.print = span.to, span.print
			return
		}
		break
	}
	s.noted = append(s.noted, span)
}

// A past is where a subscription's matches come from before it follows the hub.
// next returns nil when the subscription has joined its group.
type past interface {
	next(ctx context.Context) (*Event, error)
}

// Cursor names the position at which the subscription begins.
func (s *Subscription) Cursor() string { return s.begin }

// Past returns the next rows of what the subscription begins with, and nil when
// there are none left: what follows comes by Take. It reads files, and waits where
// the reader of the journal is behind. It returns ctx's error when that ends first,
// ErrClosed after the store was closed, and a *ReadError or a *CursorError where
// what is behind can't be read any more; after these, there is nothing further.
func (s *Subscription) Past(ctx context.Context) (*Event, error) {
	if s.past == nil {
		return nil, nil
	}
	e, err := s.past.next(ctx)
	if e == nil && err == nil {
		s.past = nil
	}
	return e, err
}

// Take returns the next rows, nil if there are none yet: Wake is called when there
// are. It never waits. After the store was closed, and all was taken, the error is
// ErrClosed.
func (s *Subscription) Take() (*Event, error) { return s.queue.take() }

// Close ends the subscription. It may be called more than once.
func (s *Subscription) Close() {
	if s.closed {
		return
	}
	s.closed = true
	s.hub.leave(s)
}

// A batch is what a few stretches of new lines hold for a group.
type batch struct {
	rows   [][]byte
	bytes  int64
	behind *waypoint
}

// A queued batch waits for its subscriber.
type queued struct {
	*batch
	dropped int64 // matches dropped before it
}

// A queue is the batches that wait for one subscriber. Rows are shared; for the
// bound they count in each queue.
type queue struct {
	most int64            // bytes
	wake func()           // is told that there is something to take
	lost func(rows int64) // is told of dropped rows

	mu      sync.Mutex // guards what follows
	list    []queued
	bytes   int64
	dropped int64     // matches dropped behind the last of list
	behind  *waypoint // of the last dropped batch
	err     error     // why nothing comes any more
}

// eventSize is how many bytes of rows one event holds, unless one batch has more.
const eventSize = 32 << 10

// add queues a batch, or drops it where the queue is full. A batch as a whole,
// so that the cursor of the event before is in front of what was dropped.
func (q *queue) add(b *batch) {
	q.mu.Lock()
	if q.bytes > 0 && q.bytes+b.bytes > q.most {
		q.dropped += int64(len(b.rows))
		q.behind = b.behind
		q.mu.Unlock()
		q.lost(int64(len(b.rows)))
		return // the subscriber has enough to do
	}
	q.list = append(q.list, queued{b, q.dropped})
	q.bytes += b.bytes
	q.dropped = 0
	q.mu.Unlock()
	q.wake()
}

// fail makes take return err when it has returned what is queued.
func (q *queue) fail(err error) {
	q.mu.Lock()
	q.err = err
	q.mu.Unlock()
	q.wake()
}

// take returns the next event, nil if there is none yet.
func (q *queue) take() (*Event, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case len(q.list) > 0:
		return q.mergeLocked(), nil
	case q.dropped > 0:
		e := &Event{Dropped: q.dropped, Cursor: q.behind.text()}
		q.dropped = 0
		return e, nil
	}
	return nil, q.err
}

// mergeLocked makes one event of the first batches.
func (q *queue) mergeLocked() *Event {
	n, rows, size := 1, len(q.list[0].rows), q.list[0].bytes
	for n < len(q.list) && q.list[n].dropped == 0 && size+q.list[n].bytes <= eventSize {
		size += q.list[n].bytes
		rows += len(q.list[n].rows)
		n++
	}
	e := &Event{Dropped: q.list[0].dropped, Cursor: q.list[n-1].behind.text()}
	if n == 1 {
		e.Rows = q.list[0].rows
	} else {
		e.Rows = make([][]byte, 0, rows)
		for _, b := range q.list[:n] {
			e.Rows = append(e.Rows, b.rows...)
		}
	}
	q.bytes -= size
	clear(q.list[:n]) // or their rows would stay in memory
	if q.list = q.list[n:]; len(q.list) == 0 {
		q.list = nil
	}
	return e
}
