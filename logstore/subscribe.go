package logstore

import (
	"context"
	"errors"
)

// Subscribe begins a subscription to lines that are complete from now on. ctx is
// that of the beginning alone. The error is ctx's, ErrBusy, ErrClosed, a
// *ReadError, or a *CursorError where After is no cursor of an event, or of files
// that are gone or others by now.
func (s *Store) Subscribe(ctx context.Context, r *SubscribeRequest) (*Subscription, error) {
	if s.follower == nil {
		return nil, errors.New("logstore: the journal is not followed")
	}
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if r.Queue == 0 {
		own := *r
		own.Queue = DefaultQueue
		r = &own
	}
	if r.After != "" {
		return s.subscribeAfter(ctx, r)
	}
	// What is there already is not new, even if it was not noticed yet.
	if err := s.lookNow(ctx); err != nil {
		return nil, err
	}
	if r.Backfill > 0 {
		return s.subscribeBackfill(ctx, r)
	}
	sub := s.hub.subscription(r)
	behind, err := s.hub.join(sub, r)
	if err != nil {
		return nil, err
	}
	sub.begin = behind.text()
	return sub, nil
}

// subscribeAfter begins a subscription behind a cursor.
func (s *Store) subscribeAfter(ctx context.Context, r *SubscribeRequest) (*Subscription, error) {
	at, err := parseCursor(r.After, followCursor)
	if err != nil {
		return nil, err
	}
	release, err := s.admit(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	sub := s.hub.subscription(r)
	behind, err := s.hub.follow(sub)
	if err != nil {
		return nil, err
	}
	todo, err := s.plan(ctx, at, behind)
	if err != nil {
		sub.Close()
		return nil, s.counted(err)
	}
	sub.begin = r.After
	from := *at
	from.made = behind.made.UTC() // what is not named was looked at now
	for _, span := range todo {
		if _, named := from.part(span.partPlace); !named {
			from = *from.with(partMark{partPlace: span.partPlace})
		}
	}
	sub.past = s.newCatchUp(sub, r, &from, todo)
	return sub, nil
}

// A glance is one look of the follower at the journal, for all who asked for it
// before it began.
type glance struct {
	done chan struct{}
	err  error
}

// lookNow makes the follower look at the journal, and waits for it. Many may ask
// at once, of whom those who came while it looked get the next look.
func (s *Store) lookNow(ctx context.Context) error {
	h := s.hub
	h.mu.Lock()
	g := h.glance
	first := g == nil
	if first {
		g = &glance{done: make(chan struct{})}
		h.glance = g
	}
	h.mu.Unlock()
	if first {
		h.looking <- struct{}{}
		h.mu.Lock()
		h.glance = nil // who comes now is too late for this one
		h.mu.Unlock()
		g.err = s.follower.ask(context.WithoutCancel(ctx)) // it is for others too
		<-h.looking
		close(g.done)
	}
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
