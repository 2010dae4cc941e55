package requestlog

import (
	"sync"
	"time"
)

// Bounds of what waits to be written, the batch that is being written included.
const (
	queueEntries = 8192
	queueBytes   = 32 << 20
)

// Bounds of one batch.
const (
	batchEntries = 512
	batchBytes   = 2 << 20
)

// A queue holds entries until they are written. Who puts one in never waits for
// more than a lock that is held for an instant.
type queue struct {
	some   chan struct{} // has an element when there may be entries
	much   chan struct{} // has an element when there may be enough for a batch
	closed chan struct{}

	mu      sync.Mutex // guards what follows
	entries []*Entry
	count   int   // entries, and those taken that are not released
	bytes   int64 // of these
	ended   bool
}

func newQueue() *queue {
	return &queue{some: make(chan struct{}, 1), much: make(chan struct{}, 1), closed: make(chan struct{})}
}

// put puts e into the queue; false means that there was no room for it.
func (q *queue) put(e *Entry) bool {
	e.bytes = e.size()
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended || q.count >= queueEntries || q.bytes+e.bytes > queueBytes {
		return false
	}
	q.entries = append(q.entries, e)
	q.count++
	q.bytes += e.bytes
	notify(q.some)
	if len(q.entries) >= batchEntries {
		notify(q.much)
	}
	return true
}

// notify puts an element into c, unless it has one.
func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// take waits for entries, and then for as long as gather, so that one write is
// for many. It returns nil when the queue was closed and is empty.
func (q *queue) take(gather time.Duration) []*Entry {
	for {
		select {
		case <-q.some:
		case <-q.closed:
		}
		timer := time.NewTimer(gather)
		select {
		case <-timer.C:
		case <-q.much:
		case <-q.closed:
		}
		timer.Stop()
		if batch, end := q.cutBatch(); batch != nil || end {
			return batch
		}
	}
}

// cutBatch takes a batch out; end says that there will be no more.
func (q *queue) cutBatch() (batch []*Entry, end bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, bytes := 0, int64(0)
	for n < min(len(q.entries), batchEntries) && bytes < batchBytes {
		bytes += q.entries[n].bytes
		n++
	}
	if n == 0 {
		return nil, q.ended
	}
	batch = append(batch, q.entries[:n]...)
	rest := copy(q.entries, q.entries[n:])
	clear(q.entries[rest:])
	q.entries = q.entries[:rest]
	if rest > 0 {
		notify(q.some)
	}
	return batch, false
}

// release makes room for what was taken.
func (q *queue) release(batch []*Entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, e := range batch {
		q.bytes -= e.bytes
	}
	q.count -= len(batch)
}

// close ends the queue: what is in it can still be taken, and nothing comes in.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.ended {
		q.ended = true
		close(q.closed)
	}
}

// waiting returns how many entries wait, or are being written.
func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count
}
