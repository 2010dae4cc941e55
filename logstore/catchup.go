package logstore

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"daybook/filter"
)

// A partSpan is lines of a part that a subscription has yet to read.
type partSpan struct {
	partPlace
	from, to int64  // offsets in the content; to may be contentEnd
	print    uint32 // fingerprint of the content up to to
	printed  bool   // print is known
}

// contentEnd stands for the end of the content of a part that no longer grows.
const contentEnd = math.MaxInt64

// A catchUp reads what is between the place where a subscription begins and the
// one where it joins its group, at the pace of its reader and in bounded memory.
// It reads files again, which the follower has read before.
type catchUp struct {
	store   *Store
	sub     *Subscription
	request *SubscribeRequest

	todo   []partSpan // in file order
	at     *Cursor    // where reading stands
	joined bool       // what follows todo comes through the queue
	ready  []*Event

	lines   lineParser
	matcher *filter.Matcher
	form    rowForm
	rows    [][]byte // of the next event
	bytes   int64
	waits   int // for the follower
	tries   int // of the first of todo, after others that failed
}

// newCatchUp returns a catchUp from at on, which is the place before todo.
func (s *Store) newCatchUp(sub *Subscription, r *SubscribeRequest, at *Cursor, todo []partSpan) *catchUp {
	program := r.Query.Compile()
	return &catchUp{
		store: s, sub: sub, request: r, at: at, todo: todo,
		lines:   newLineParser(&s.opts),
		matcher: program.Matcher(s.opts.Format.unescape()),
		form:    rowForm{render: r.Render, row: Row{values: program.Matcher(s.opts.Format.unescape())}},
	}
}

// next implements past.
func (c *catchUp) next(ctx context.Context) (*Event, error) {
	for {
		switch {
		case len(c.ready) > 0:
			e := c.ready[0]
			c.ready[0] = nil
			c.ready = c.ready[1:]
			return e, nil
		case len(c.todo) > 0:
			if err := c.step(ctx); err != nil {
				return nil, err
			}
		case c.joined:
			return nil, nil
		default:
			var err error
			if c.todo, c.joined, err = c.store.hub.overtake(c.sub, c.request); err != nil {
				return nil, err
			}
			if len(c.todo) == 0 && !c.joined {
				if err := c.await(ctx); err != nil {
					return nil, err
				}
			}
		}
	}
}

// await waits a moment for the follower, which is behind the subscription. What
// it does not read though it has looked at all there is, it never will: the part
// went away.
func (c *catchUp) await(ctx context.Context) error {
	if c.waits++; c.waits < followerWaits {
		return pause(ctx, followerPause)
	}
	c.waits = 0
	leave, err := c.store.enter()
	if err != nil {
		return err
	}
	defer leave()
	ahead := c.store.hub.ahead(c.sub)
	if err := c.store.lookNow(ctx); err != nil {
		return err
	}
	c.store.hub.giveUp(c.sub, ahead)
	return nil
}

// step reads on in the first span that is to be read. It is one unit of the pool,
// so that those who catch up take turns with queries.
func (c *catchUp) step(ctx context.Context) error {
	leave, err := c.store.enter()
	if err != nil {
		return err
	}
	defer leave()
	span := &c.todo[0]
	end, done, err := c.try(ctx, *span)
	if moved(err) && len(c.ready) == 0 && c.tries < planTries {
		// The file may only be moving, and nothing was made of it yet.
		c.tries++
		c.rows, c.bytes = nil, 0
		c.store.lister.forget()
		return pause(ctx, firstPause<<(c.tries-1))
	}
	if err != nil {
		return c.fault(err)
	}
	c.tries = 0
	span.from = end
	if done {
		c.todo = c.todo[1:]
	}
	return nil
}

// try reads on in a span, in the file that holds it now.
func (c *catchUp) try(ctx context.Context, span partSpan) (end int64, done bool, err error) {
	src, err := c.store.sourceAt(ctx, span.partPlace)
	if err != nil {
		return 0, false, err
	}
	var failed error
	err = c.store.pool.runAll(ctx, []unit{func(w *worker) unit {
		end, done, failed = c.read(ctx, w, src, span)
		return nil
	}})
	if err != nil {
		return 0, false, err
	}
	return end, done, failed
}

// fault returns the error with which the subscription ends: files that are gone
// or others are what makes a cursor invalid.
func (c *catchUp) fault(err error) error {
	if contextError(err) != nil {
		return err
	}
	if moved(err) || errors.Is(err, errTruncated) {
		return errGone
	}
	var report *ReadError
	if errors.As(err, &report) || isGone(err) {
		return err
	}
	return c.store.counted(readError("", err))
}

// followerPause is how long a subscription that is ahead of the follower waits for
// it at once, and followerWaits how often before it has it look at all there is.
const (
	followerPause = 2 * time.Millisecond
	followerWaits = 50
)

// with returns c with another mark of one part.
func (c *Cursor) with(m partMark) *Cursor {
	next := *c
	at, there := slices.BinarySearchFunc(c.parts, m.partPlace, func(m partMark, p partPlace) int { return m.compare(p) })
	next.parts = slices.Clone(c.parts)
	if there {
		next.parts[at] = m
	} else {
		next.parts = slices.Insert(next.parts, at, m)
	}
	return &next
}
