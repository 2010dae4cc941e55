package logstore

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/bits"
	"os"

	"daybook/filter"
	"daybook/filter/bytescan"
	"daybook/logstore/segment"
)

// An indexBuilder reads the content of one day file after another, and writes
// its index. It is one goroutine's.
type indexBuilder struct {
	store   *Store
	buf     []byte
	masks   []bytescan.Mask
	split   splitter
	parser  recordParser // nil: lines are tab separated
	times   filter.TimeParser
	unit    int64 // of times, in a second
	record  filter.Record
	values  *filter.Matcher // decodes
	decoded [][]byte
	pause   func() // called after every block

	// Of the present file:
	src     *source
	out     io.Writer
	builder *segment.Builder
	most    int   // records of one segment
	from    int64 // where the present segment's stretch begins
	facts   facts
	written int64
}

// newIndexBuilder returns a builder that calls pause often.
func (s *Store) newIndexBuilder(pause func()) *indexBuilder {
	size := bufferSize(s.opts.MaxLine)
	b := &indexBuilder{
		store: s, pause: pause,
		buf:     segment.Aligned(size),
		masks:   make([]bytescan.Mask, size/64+2),
		values:  (&filter.Query{Schema: s.opts.Schema}).Compile().Matcher(s.opts.Format.unescape()),
		decoded: make([][]byte, s.opts.Schema.Len()),
	}
	b.unit = s.opts.Schema.Unit()
	if s.opts.Format != Format(TabSeparated{}) {
		b.parser = s.opts.Format.parser(s.opts.Schema)
	}
	b.split.last = s.opts.Schema.Len() - 1
	b.record.Columns = make([][]byte, s.opts.Schema.Len())
	return b
}

// build writes the index of src, which is closed and settled, and returns the
// size of the index; 0 where there is nothing to index.
func (b *indexBuilder) build(ctx context.Context, src *source) (size int64, err error) {
	out, err := b.store.index.create(b.store.index.path(src.name))
	if err != nil {
		return 0, err
	}
	defer out.discard()
	if size, err = b.write(ctx, src, out); err != nil || size == 0 {
		return 0, err
	}
	return size, ofIndex(out.publish())
}

// write writes the content of the index of src to out. The same content and
// terms make the same bytes.
func (b *indexBuilder) write(ctx context.Context, src *source, out io.Writer) (size int64, err error) {
	b.most = b.store.opts.segmentRecords
	b.begin(src, out, 0)
	defer b.end()
	if err := b.read(ctx); err != nil {
		return 0, err
	}
	if b.builder.Len() == 0 && b.written == 0 {
		return 0, nil // not a record in it
	}
	err = b.finish(b.facts.Covered, true)
	return b.written, err
}

// begin turns to src, of which segments are written to out, from an offset on
// where a line begins.
func (b *indexBuilder) begin(src *source, out io.Writer, from int64) {
	b.src, b.out, b.from, b.facts, b.written = src, out, from, facts{}, 0
	b.builder = b.newBuilder()
}

// end lets go of the source.
func (b *indexBuilder) end() { b.src, b.out, b.builder = nil, nil, nil }

func (b *indexBuilder) newBuilder() *segment.Builder {
	return segment.NewBuilder(b.store.opts.Schema)
}

// read adds all records of the source from the present offset on.
func (b *indexBuilder) read(ctx context.Context) error {
	src := b.src
	file, release, err := src.acquire(b.store.opts.Dir)
	if err != nil {
		return err
	}
	defer release()
	var content io.Reader = &fileRange{file: file, at: b.from, end: src.stamp.Size, ctx: ctx}
	var printed *printedReader
	if src.enc != plain {
		decoder, err := decompress(content, src.enc)
		if err != nil {
			return err
		}
		defer decoder.Close()
		printed = &printedReader{Reader: decoder}
		content = printed
	}
	r := newLineReader(content, b.buf, b.from, math.MaxInt64, false, src.closed, b.store.opts.MaxLine)
	for {
		blk, err := r.block()
		if err == nil {
			err = ctx.Err()
		}
		switch {
		case err == io.EOF:
			b.facts.malformed(r.over.lines+r.over.torn, r.over.first)
			b.facts.Covered = r.next
			if !src.closed {
				b.facts.Covered = r.last // a line that is not finished is none yet
			}
			if printed != nil {
				src.print = printed.printer.print()
			}
			return b.confirm(file)
		case err != nil:
			return err
		case len(blk.data) > 0:
			if err := b.block(blk); err != nil {
				return err
			}
		}
		b.pause()
	}
}

// confirm makes sure that the file was the same all the time.
func (b *indexBuilder) confirm(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if b.src.closed && stampOf(info) != b.src.stamp {
		return errReplaced
	}
	return b.src.unchanged()
}

// block adds the records of a block.
func (b *indexBuilder) block(blk block) error {
	words := (len(blk.data) + 63) / 64
	bytescan.Classify(b.masks[:words], blk.data[:64*words], tsvSeparator, tsvEscape)
	b.split.data, b.split.masks = blk.data, b.masks
	if blk.torn {
		return b.line(blk.start, len(blk.data), blk.offset-int64(blk.start))
	}
	start := blk.start
	b.masks[0].Newline &= ^uint64(0) << start
	if rest := len(blk.data) % 64; rest != 0 {
		b.masks[words-1].Newline &= 1<<rest - 1
	}
	for w := range words {
		for newlines := b.masks[w].Newline; newlines != 0; newlines &= newlines - 1 {
			end := w*64 + bits.TrailingZeros64(newlines)
			if err := b.line(start, end, blk.offset-int64(blk.start)); err != nil {
				return err
			}
			start = end + 1
		}
	}
	return nil
}

// line adds the line data[start:end], if it is a record.
func (b *indexBuilder) line(start, end int, base int64) error {
	s := &b.split
	if end > start && s.data[end-1] == '\r' {
		end--
	}
	if end == start {
		return nil
	}
	s.line(start, end)
	if !b.parse() {
		b.facts.malformed(1, base+int64(start))
		return nil
	}
	b.facts.record(b.record.Time, dayOfTime(b.record.Time, b.unit), b.src.day)
	if b.builder.Full() || b.builder.Len() >= b.most {
		if err := b.finish(base+int64(start), false); err != nil {
			return err
		}
		b.builder = b.newBuilder()
	}
	b.builder.Add(base+int64(start), b.record.Time, b.decode())
	return nil
}

// parse splits the line. It reports false for one that is no record.
func (b *indexBuilder) parse() bool {
	s := &b.split
	switch {
	case s.end-s.start > b.store.opts.MaxLine:
		return false
	case b.parser != nil:
		return b.parser.parse(&b.record, s.data[s.start:s.end])
	case !s.find(s.last):
		return false
	}
	for i := range b.record.Columns {
		column := s.found(i)
		b.record.Columns[i] = s.data[column.from:column.to]
	}
	var ok bool
	b.record.Time, ok = b.times.Parse(b.record.Columns[b.store.opts.Schema.TimeField()])
	return ok
}

// decode returns the values of the line.
func (b *indexBuilder) decode() [][]byte {
	if b.parser != nil {
		return b.record.Columns
	}
	s := &b.split
	for i := range b.decoded {
		b.record.Clean = s.cleanSpan(s.found(i))
		if v := b.values.Text(&b.record, filter.Field(i)); b.record.Clean {
			b.decoded[i] = v
		} else {
			b.decoded[i] = append([]byte(nil), v...) // the next one uses its memory
		}
	}
	return b.decoded
}

// finish writes the present segment, whose stretch ends at to.
func (b *indexBuilder) finish(to int64, last bool) error {
	o := origin{File: b.src.name, Stamp: b.src.stamp, Terms: b.store.memory.terms, From: b.from, To: to}
	if last {
		o.Facts = &b.facts
	}
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	n, err := b.out.Write(b.builder.Image(text))
	if err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	b.written += int64(n)
	b.from = to
	return nil
}
