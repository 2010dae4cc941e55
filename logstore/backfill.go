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
	places  []partPlace         // of the snapshot's sources
	read    map[string]partMark // by file, of those that grow: how far the snapshot goes
	found   []position          // in file order
	end     *Cursor             // behind all of them
	ready   []*Event
	most    int // rows to read at once
	request *SubscribeRequest
	then    past
}

// backfillRows is how many rows are read at once.
const backfillRows = 1000

// unread returns what of the spans noted behind a waypoint the snapshot has not.
func (b *backfill) unread(noted []partSpan, behind *waypoint) (todo []partSpan, err error) {
	for _, span := range noted {
		before, _ := behind.end(span.partPlace)
		m, ok, err := b.readOf(span.name, span.partPlace)
		if err != nil {
			return nil, err
		}
		if anew := span.from < before.length; ok && !anew { // else the content is another one
			span.from = max(span.from, m.length)
		}
		if span.from < span.to {
			todo = append(todo, span)
		}
	}
	return todo, nil
}

// passing returns the cursor of a waypoint, with its parts read as far as the
// snapshot has read them.
func (b *backfill) passing(behind *waypoint) (*Cursor, error) {
	c := behind.cursor()
	for i, p := range c.parts {
		end, _ := behind.end(p.partPlace)
		m, ok, err := b.readOf(end.name, p.partPlace)
		if err != nil {
			return nil, err
		}
		if ok && m.length > p.length {
			c.parts[i] = m
		}
	}
	return c, nil
}

// readOf returns how far the snapshot goes in a part that the follower read as
// the file of that name, if it has one that grows. The error is of
// errReplaced where the two do not mean the same: by a rotation, a name comes to
// stand for another part, or a part to have another name.
func (b *backfill) readOf(name string, place partPlace) (m partMark, ok bool, err error) {
	for file, m := range b.read {
		switch same := m.partPlace == place; {
		case same && file == name:
			return m, true, nil
		case same || file == name:
			return m, false, readError(name, errReplaced)
		}
	}
	return m, false, nil
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
		b.found, b.places, b.read = page, nil, make(map[string]partMark)
		for _, src := range snap.sources {
			b.places = append(b.places, src.place())
			if src.closed {
				continue
			}
			if b.read[src.name], err = s.markOf(ctx, src); err != nil {
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
