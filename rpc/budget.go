package rpc

import (
	"context"
	"sync"
)

// A budget bounds the answers that are held in memory over all connections,
// from the moment a call returns until its answer was sent. Answers of calls
// that run already may exceed it; no call starts until they are gone.
type budget struct {
	most    int64 // bytes
	waiters int   // calls that may wait

	mu      sync.Mutex // guards what follows
	held    int64
	waiting int
	room    chan struct{} // closed and replaced when held falls below most
}

func newBudget(l *Limits) *budget {
	return &budget{most: l.Held, waiters: l.Waiting, room: make(chan struct{})}
}

// wait returns when a call may start. It returns an *Error when too many wait
// already, and ctx's cause when ctx ends first.
func (b *budget) wait(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held >= b.most && b.waiting >= b.waiters {
		return errTooFrequent("too many requests are waiting", 0)
	}
	b.waiting++
	defer func() { b.waiting-- }()
	for b.held >= b.most {
		room := b.room
		b.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
		}
		b.mu.Lock()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// hold adds n bytes that are held from now on.
func (b *budget) hold(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held += n
}

// drop takes n bytes off that were held.
func (b *budget) drop(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	full := b.held >= b.most
	b.held -= n
	if full && b.held < b.most {
		close(b.room)
		b.room = make(chan struct{})
	}
}

// stats returns the bytes held and the calls waiting.
func (b *budget) stats() (held int64, waiting int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.held, b.waiting
}
