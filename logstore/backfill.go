package logstore

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"time"
)

// A backfill gives the last matches that were there when a subscription began.
// They are found once, and read as they are asked for.
type backfill struct {
	query   *query
	places  []partPlace            // of the snapshot's sources
	read    map[partPlace]partMark // of parts that grow: how far the snapshot goes
	found   []position             // in file order
	end     *Cursor                // behind all of them
	ready   []*Event
	most    int // rows to read at once
	request *SubscribeRequest
	then    past
}

// backfillRows is how many rows are read at once.
const backfillRows = 1000

// passing returns c with parts read as far as somebody else has read them, where
// that is further.
func (c *Cursor) passing(read map[partPlace]partMark) *Cursor {
	for place, m := range read {
		if p, ok := c.part(place); !ok || m.length > p.length {
			c = c.with(m)
		}
	}
	return c
}

// findLast finds the last matches that a subscription begins with.
func (s *Store) findLast(ctx context.Context, r *SubscribeRequest) (*backfill, error) {
	conditions := *r.Query
	conditions.Order, conditions.ByPosition, conditions.Offset, conditions.Limit = nil, true, 0, r.Backfill
	q := &query{
		store:    s,
		request:  &Request{Query: &conditions, Cursor: true, Render: r.Render, MaxBytes: r.Queue},
		program:  conditions.Compile(),
		ordering: conditions.Ordering(),
	}
	b := &backfill{query: q, request: r, most: backfillRows}
	var at *Cursor
	err := q.overSnapshots(ctx, func(snap *snapshot) error {
		defer snap.close()
		page, _, failed, err := q.find(ctx, snap, 0, int64(r.Backfill))
		if err == nil && len(failed) > 0 {
			err = q.leaveOut(snap, failed)
		}
		if err != nil {
			return err
		}
		slices.Reverse(page)
		b.found, b.places, b.read = page, nil, make(map[partPlace]partMark)
		for _, src := range snap.sources {
			b.places = append(b.places, src.place())
			if src.closed || src.rank == noRank {
				continue
			}
			if b.read[src.place()], err = s.markOf(ctx, src); err != nil {
				return readError(src.name, err)
			}
		}
		at, err = q.cursor(ctx, snap)
		return err
	})
	if err != nil {
		return nil, err
	}
	q.request.Cursor, q.request.At = false, at
	return b, nil
}

// next implements past.
func (b *backfill) next(ctx context.Context) (*Event, error) {
	for len(b.ready) == 0 && len(b.found) > 0 {
		err := b.step(ctx)
		var large *TooLargeError
		switch {
		case errors.As(err, &large) && b.most > 1:
			b.most /= 2
		case errors.As(err, &large):
			b.query.request.MaxBytes = 0 // one row, however long
		case errors.Is(err, ErrBusy):
			if err := pause(ctx, busyPause); err != nil {
				return nil, err
			}
		case err != nil:
			return nil, err
		}
	}
	if len(b.ready) == 0 {
		return b.then.next(ctx)
	}
	e := b.ready[0]
	b.ready[0] = nil
	b.ready = b.ready[1:]
	return e, nil
}

// busyPause is how long a subscription waits while the store is busy.
const busyPause = 100 * time.Millisecond

// step reads the next rows.
func (b *backfill) step(ctx context.Context) error {
	page := b.found[:min(b.most, len(b.found))]
	q := b.query
	err := q.overSnapshots(ctx, func(snap *snapshot) error {
		defer snap.close()
		if !slices.EqualFunc(snap.sources, b.places, func(s *source, p partPlace) bool { return s.place() == p }) {
			return errGone
		}
		rows, failed, err := q.fetch(ctx, snap, page)
		if err == nil && len(failed) > 0 {
			err = q.leaveOut(snap, failed)
		}
		if err != nil {
			return err
		}
		b.ready, err = b.events(ctx, snap, page, rows)
		return err
	})
	if err == nil {
		b.found = b.found[len(page):]
	}
	return err
}

// events makes events of rows that stand on the given places.
func (b *backfill) events(ctx context.Context, snap *snapshot, page []position, rows [][]byte) (events []*Event, err error) {
	from, size := 0, 0
	for i, row := range rows {
		if size += len(row); size < eventSize && i < len(rows)-1 {
			continue
		}
		at := b.end
		if i < len(b.found)-1 {
			if at, err = b.behind(ctx, snap, page[i]); err != nil {
				return nil, err
			}
		}
		events = append(events, &Event{Rows: rows[from : i+1 : i+1], Cursor: at.String()})
		from, size = i+1, 0
	}
	return events, nil
}

// behind returns the cursor of the place behind a match.
func (b *backfill) behind(ctx context.Context, snap *snapshot, match position) (*Cursor, error) {
	src := snap.sources[match.source()]
	m, err := b.query.store.lineEnd(ctx, src, match.offset())
	if err != nil {
		return nil, err
	}
	at := b.end.with(m)
	for _, later := range snap.sources[match.source()+1:] {
		if later.rank != noRank {
			at = at.with(partMark{partPlace: later.place()})
		}
	}
	return at, nil
}

// lineEnd returns the mark of a source behind the line that begins at an offset.
func (s *Store) lineEnd(ctx context.Context, src *source, offset int64) (partMark, error) {
	m := partMark{partPlace: src.place()}
	c, err := s.openContent(ctx, src, partSpan{from: offset, to: contentEnd})
	if err != nil {
		return m, err
	}
	defer c.close()
	buf := make([]byte, 8<<10)
	for at := c.from; ; {
		n, err := c.reader.Read(buf)
		begin := int(min(max(0, offset-at), int64(n)))
		if i := bytes.IndexByte(buf[begin:n], '\n'); i >= 0 {
			m.length = at + int64(begin+i) + 1
			break
		}
		at += int64(n)
		if err == io.EOF {
			m.length = at
			break
		}
		if err != nil {
			return m, err
		}
	}
	m.print, err = c.print(m.length)
	return m, err
}
