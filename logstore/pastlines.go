package logstore

import (
	"bytes"
	"context"
	"errors"
	"io"
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
		lines:   newLineParser(s.opts.Schema, s.opts.MaxLine),
		matcher: program.Matcher(unescapeTSV),
		form:    rowForm{render: r.Render, row: Row{values: program.Matcher(unescapeTSV)}},
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

const (
	// stepSize is how many bytes of content one step reads, if lines are not
	// longer.
	stepSize = regionSize

	// stepRows is how many bytes of rows one step makes at most, or one row.
	stepRows = 256 << 10

	// packedRows is the same for compressed content, which has to be read from
	// its beginning in each step.
	packedRows = 1 << 20
)

// read reads lines of a span of src, and makes events of those that match. It
// returns where the next line begins, and whether all of the span is done.
func (c *catchUp) read(ctx context.Context, w *worker, src *source, span partSpan) (end int64, done bool, err error) {
	content, err := c.store.openContent(ctx, src, span)
	if err != nil {
		return 0, false, err
	}
	defer content.close()
	if err := c.prove(ctx, content, src, span); err != nil {
		return 0, false, err
	}
	r := newLineReader(content.reader, w.buf, content.from, math.MaxInt64, false, true, c.store.opts.MaxLine)
	end = span.from
	for {
		b, err := r.block()
		if err == nil {
			err = ctx.Err()
		}
		if err == io.EOF {
			end = content.end()
			return end, true, c.finish(content, span, end)
		}
		if err != nil {
			return 0, false, err
		}
		if len(b.data) > 0 {
			if end, err = c.evaluate(content, span, b); err != nil {
				return 0, false, err
			}
		}
		if c.enough(src) || content.from == span.from && r.gotten >= stepSize && r.last > span.from {
			if end = max(end, r.last); end == span.to {
				return end, true, c.finish(content, span, end)
			}
			return end, false, c.flush(content, span, end)
		}
	}
}

// prove makes sure, before anything is read of a span, that src holds what the
// follower read of it, as far as fingerprints tell. The error is errReplaced where
// it does not.
func (c *catchUp) prove(ctx context.Context, content *content, src *source, span partSpan) error {
	if m, ok := c.at.part(span.partPlace); ok && m.length == span.from && span.from > 0 && content.tape == nil {
		if print, err := content.print(m.length); err != nil || print != m.print {
			return unlessNil(err, errReplaced)
		}
	}
	if content.tape == nil || !span.printed {
		return c.proven(content, span)
	}
	if !src.whole {
		bad, err := c.store.readAnew(ctx, []*source{src})
		if err != nil {
			return err
		}
		if len(bad) > 0 {
			return bad[0].err
		}
	}
	print, err := c.store.printOf(ctx, src, span.to)
	if err != nil || print != span.print {
		return unlessNil(err, errReplaced)
	}
	return nil
}

// proven makes sure that what was read of a span from a plain file was what the
// follower read. A compressed file is not written to.
func (c *catchUp) proven(content *content, span partSpan) error {
	if content.tape != nil || !span.printed {
		return nil
	}
	print, err := content.print(span.to)
	if err != nil || print != span.print {
		return unlessNil(err, errReplaced)
	}
	return nil
}

// enough reports whether a step has made as many rows as it may.
func (c *catchUp) enough(src *source) bool {
	most := int64(stepRows)
	if src.enc != plain {
		most = packedRows
	}
	size := c.bytes
	for _, e := range c.ready {
		for _, row := range e.Rows {
			size += int64(len(row))
		}
	}
	return size >= most
}

// evaluate makes rows of the lines in a block that match, and events whenever
// there are enough of them. It returns where the line after the block begins.
func (c *catchUp) evaluate(content *content, span partSpan, b block) (end int64, err error) {
	data := b.data[b.start:]
	if b.offset < span.from { // of compressed content, which begins before
		skip := min(span.from-b.offset, int64(len(data)))
		data, b.offset = data[skip:], b.offset+skip
	}
	end = b.offset
	for len(data) > 0 {
		n := lineLength(data)
		for record := range c.lines.records(data[:n], end) {
			if c.matcher.Match(record) && c.matcher.MatchTime(record) {
				c.form.last = nil
				row := c.form.of(record)
				c.rows = append(c.rows, row)
				c.bytes += int64(len(row))
			}
		}
		data = data[n:]
		end += int64(n)
		if c.bytes >= eventSize {
			if err := c.flush(content, span, end); err != nil {
				return end, err
			}
		}
	}
	return end, nil
}

// flush makes an event of the rows there are, if any. end is where the line
// after the last one considered begins.
func (c *catchUp) flush(content *content, span partSpan, end int64) error {
	if len(c.rows) == 0 {
		return nil
	}
	if err := c.proven(content, span); err != nil {
		return err
	}
	print, err := content.print(end)
	if err != nil {
		return err
	}
	c.at = c.at.with(partMark{span.partPlace, end, print})
	c.ready = append(c.ready, &Event{Rows: c.rows, Cursor: c.at.String()})
	c.rows, c.bytes = nil, 0
	return nil
}

// finish notes that a span has been read to its end, which must be where the
// follower read it to.
func (c *catchUp) finish(content *content, span partSpan, end int64) error {
	if span.to != contentEnd && end != span.to {
		return errTruncated
	}
	if err := c.flush(content, span, end); err != nil {
		return err
	}
	print, err := content.print(end)
	if err != nil {
		return err
	}
	if span.printed && print != span.print {
		return errReplaced
	}
	c.at = c.at.with(partMark{span.partPlace, end, print})
	return nil
}

// lineLength returns how long the first line of data is, with its ending.
func lineLength(data []byte) int {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1
	}
	return len(data)
}

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
