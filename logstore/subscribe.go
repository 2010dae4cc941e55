package logstore

import (
	"context"
	"errors"
)

// Subscribe begins a subscription to lines that are complete from now on. ctx is
// that of the beginning alone. The error is ctx's, ErrBusy, ErrManyFilters, ErrClosed, a
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
	// What is there already is not new, even if it was not noticed yet; and After
	// may be of another process, which noticed it.
	if err := s.lookNow(ctx); err != nil {
		return nil, err
	}
	switch {
	case r.After != "":
		return s.subscribeAfter(ctx, r)
	case r.Backfill > 0:
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
	behind, err := s.hub.follow(sub, r)
	if err != nil {
		return nil, err
	}
	todo, ahead, err := s.plan(ctx, at, behind)
	if err != nil {
		sub.Close()
		return nil, s.counted(err)
	}
	s.hub.precede(sub, ahead, behind)
	sub.begin = r.After
	from := *at
	from.made = behind.made.UTC() // what is not named was looked at now
	for _, span := range todo {
		if _, named := from.part(span.partPlace); !named {
			from = *from.with(partMark{partPlace: span.partPlace})
		}
	}
	if len(from.parts) > mostFollowed {
		sub.Close()
		return nil, errGone // none could be made of where it stands
	}
	sub.past = s.newCatchUp(sub, r, &from, todo)
	return sub, nil
}

// subscribeBackfill begins a subscription with matches that are there. Where
// files move meanwhile, it begins anew.
func (s *Store) subscribeBackfill(ctx context.Context, r *SubscribeRequest) (*Subscription, error) {
	for try := 1; ; try++ {
		sub := s.hub.subscription(r)
		err := s.beginBackfill(ctx, sub, r)
		if err == nil {
			return sub, nil
		}
		sub.Close()
		if !moved(err) || try == planTries {
			return nil, err
		}
		s.lister.forget()
	}
}

// beginBackfill makes sub begin with matches that are there.
func (s *Store) beginBackfill(ctx context.Context, sub *Subscription, r *SubscribeRequest) error {
	behind, err := s.hub.follow(sub, r)
	if err != nil {
		return err
	}
	b, err := s.findLast(ctx, r)
	if err != nil {
		return err
	}
	seen := make(map[partPlace]int64)
	for place, m := range b.read {
		seen[place] = m.length
	}
	s.hub.precede(sub, seen, behind)
	b.end = behind.cursor().passing(b.read)
	b.then = s.newCatchUp(sub, r, b.end, nil)
	sub.begin, sub.past = b.end.String(), b
	return nil
}

// A glance is one look of the follower at the journal, for all who asked for it
// before it began.
type glance struct {
	done chan struct{}
	err  error
}

// lookNow makes the follower look at the journal, and waits for it. Many may ask
// at once, of whom those who came while it looked get the next look. The caller
// has entered the store.
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
		// It is for others too, who may wait longer.
		s.queries.Go(func() {
			h.looking <- struct{}{}
			h.mu.Lock()
			h.glance = nil // who comes now is too late for this one
			h.mu.Unlock()
			g.err = s.follower.ask(context.WithoutCancel(ctx))
			<-h.looking
			close(g.done)
		})
	}
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
