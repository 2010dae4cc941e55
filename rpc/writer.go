package rpc

import (
	"context"
	"sync"
	"time"
)

// A writer is the one goroutine that writes to a connection. Others hand it whole
// messages, for which it keeps a queue bounded in bytes. What the server sends by
// itself has a place in the queue, but is made only when its turn has come, so that
// a peer that reads slowly costs no memory by it.
type writer struct {
	socket socket
	budget *budget
	most   int64         // bytes in the queue; one longer message fits alone
	every  time.Duration // between two pings
	linger time.Duration // that the peer gets after a close

	// event appends to dst, which is empty, what the server sends next by itself;
	// it returns dst as it was if there is nothing.
	event func(dst []byte) ([]byte, error)

	mu     sync.Mutex // guards what follows
	queue  []place
	asked  bool          // there is a place of an event in queue
	queued int64         // bytes in queue, and of the message being written
	room   chan struct{} // closed and replaced when queued falls
	ping   bool          // it is time for one
	pong   []byte        // payload of the ping to answer; nil for none
	close  *breach       // with which to end when the queue is written; nil: go on
	over   bool          // stop was called

	wake    chan struct{} // holds an element when there is something to do
	stopped chan struct{} // closed by stop
	closed  chan struct{} // closed when the close is written, or writing failed
}

// A place in the queue is that of a message, of a call, or else of an event.
type place struct {
	text []byte
	call func()
}

func newWriter(s socket, b *budget, l *Limits, event func([]byte) ([]byte, error)) *writer {
	return &writer{
		socket:  s,
		budget:  b,
		most:    l.Queue,
		every:   l.Ping,
		linger:  l.Farewell,
		event:   event,
		room:    make(chan struct{}),
		wake:    make(chan struct{}, 1),
		stopped: make(chan struct{}),
		closed:  make(chan struct{}),
	}
}

// send queues one message, which is the writer's from now on. It waits until
// there is room, and returns ctx's cause when ctx ends first, errClosed when
// the connection takes no more.
func (w *writer) send(ctx context.Context, text []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	size := int64(len(text))
	err := w.waitLocked(ctx, func() bool { return w.queued == 0 || w.queued+size <= w.most })
	if err != nil {
		return err
	}
	w.queue = append(w.queue, place{text: text})
	w.queued += size
	w.budget.hold(size)
	w.signal()
	return nil
}

// ask gives an event a place in the queue, if none has one.
func (w *writer) ask() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.asked || w.over || w.close != nil {
		return
	}
	w.asked = true
	w.queue = append(w.queue, place{})
	w.signal()
}

// after has call called once all that is queued by now has been written, by the
// goroutine that writes, which it must not keep waiting. Where the connection ends
// before, it is not called.
func (w *writer) after(call func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over || w.close != nil {
		return
	}
	w.queue = append(w.queue, place{call: call})
	w.signal()
}

// ready waits until the queue is not full, with errors like those of send.
func (w *writer) ready(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waitLocked(ctx, func() bool { return w.queued < w.most })
}

// waitLocked waits until enough says so.
func (w *writer) waitLocked(ctx context.Context, enough func() bool) error {
	for {
		switch {
		case w.over || w.close != nil:
			return errClosed
		case enough():
			return nil
		}
		room := w.room
		w.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
		}
		w.mu.Lock()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// answerPing queues a pong. Only the last ping is answered if several came
// meanwhile, which RFC 6455 (5.5.3) allows.
func (w *writer) answerPing(payload []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pong = append([]byte{}, payload...)
	w.signal()
}

// finish writes what is queued, closes the connection as b says, and takes
// nothing any more. Only the first call counts.
func (w *writer) finish(b *breach) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.close == nil {
		w.close = b
		w.releaseLocked(0)
		w.signal()
	}
}

// stop ends the writer at once, and closes the connection. It may be called
// more than once.
func (w *writer) stop() {
	w.mu.Lock()
	if !w.over {
		w.over = true
		close(w.stopped)
		w.releaseLocked(0)
		w.signal()
	}
	w.mu.Unlock()
	w.socket.Close() // which ends a write that is under way
}

// size returns the bytes in the queue.
func (w *writer) size() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.queued
}

// signal wakes the goroutine that writes.
func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// releaseLocked takes n bytes out of the queue, and wakes who waits.
func (w *writer) releaseLocked(n int64) {
	w.queued -= n
	w.budget.drop(n)
	close(w.room)
	w.room = make(chan struct{})
}

// run writes until the connection is to be closed or has failed, and closes
// it. The error is why writing failed, nil after a good end.
func (w *writer) run() error {
	err := w.loop()
	close(w.closed)
	if err == nil {
		w.await()
	}
	w.stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = nil
	w.releaseLocked(w.queued)
	return err
}

// loop writes until the close is written; it returns an error when that could
// not be. While there is nothing to do it waits for one channel alone: to choose
// among several costs more than to write a small message does.
func (w *writer) loop() (err error) {
	defer recovered(&err)
	pinger := time.AfterFunc(w.every, w.pingSoon)
	defer pinger.Stop()
	for err == nil {
		switch do := w.next(); {
		case do.over:
			err = errClosed
		case do.ping:
			pinger.Reset(w.every)
			err = w.socket.WritePing()
		case do.pong != nil:
			err = w.socket.WritePong(do.pong)
		case do.call != nil:
			do.call()
		case do.event:
			err = w.writeEvent()
		case do.text != nil:
			err = w.socket.WriteText(do.text)
			w.written(do.text)
		case do.end != nil:
			return w.socket.WriteClose(do.end.code, do.end.reason)
		default:
			<-w.wake
		}
	}
	return err
}

// pingSoon makes the writer send a ping.
func (w *writer) pingSoon() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ping = true
	w.signal()
}

// A task is what is to be written next: what of it is set.
type task struct {
	over  bool // nothing any more
	ping  bool
	pong  []byte
	call  func()
	event bool // if there is one
	text  []byte
	end   *breach
}

// next returns what is to be written next, the first of: a ping, a pong, which are
// late already, what has the first place in the queue, the close.
func (w *writer) next() task {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.over:
		return task{over: true}
	case w.ping:
		w.ping = false
		return task{ping: true}
	case w.pong != nil:
		pong := w.pong
		w.pong = nil
		return task{pong: pong}
	case len(w.queue) > 0:
		first := w.queue[0]
		w.queue[0] = place{}
		if len(w.queue) > 1 {
			w.queue = w.queue[1:]
		} else if w.queue = w.queue[:0]; cap(w.queue) > placesKept {
			w.queue = nil
		}
		event := first.text == nil && first.call == nil
		if event {
			w.asked = false
		}
		return task{call: first.call, event: event, text: first.text}
	}
	return task{end: w.close}
}

// placesKept is how many places an empty queue may have.
const placesKept = 16

// eventBuffers are for events being written, of any connection.
var eventBuffers = sync.Pool{New: func() any { return new([]byte) }}

// mostKept is how many bytes a buffer may have to be used again.
const mostKept = 64 << 10

// writeEvent writes the next event, if there is one.
func (w *writer) writeEvent() error {
	buf := eventBuffers.Get().(*[]byte)
	text, err := w.event((*buf)[:0])
	if len(text) > 0 && err == nil {
		size := int64(len(text))
		w.budget.hold(size)
		err = w.socket.WriteText(text)
		w.budget.drop(size)
	}
	if cap(text) > 0 && cap(text) <= mostKept {
		*buf = text
		eventBuffers.Put(buf)
	}
	return err
}

// written takes a message that was written, or could not be, out of the queue.
func (w *writer) written(text []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.releaseLocked(int64(len(text)))
}

// await gives the peer time to answer the close.
func (w *writer) await() {
	timer := time.NewTimer(w.linger)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.stopped:
	}
}
