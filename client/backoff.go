package client

import (
	"context"
	"math/rand/v2"
	"time"
)

// A backoff says how long to wait before the next attempt: each time about twice
// as long as before, from least to most. Its zero next means least.
type backoff struct{ least, most, next time.Duration }

// pause returns the next pause, drawn from half to one and a half of its
// length, so that clients which lost a server together come back one by one.
func (b *backoff) pause() time.Duration {
	d := max(b.next, b.least)
	b.next = min(2*d, b.most)
	return d/2 + rand.N(d+1)
}

// reset begins again with the shortest pause.
func (b *backoff) reset() { b.next = 0 }

// sleep waits for d, or returns ctx's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
