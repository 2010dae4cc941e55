package logstore

import (
	"bytes"
	"context"
	"io"
	"math"
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
