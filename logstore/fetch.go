package logstore

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"
)

// A wanted row is a place on the page, and where its record stands.
type wanted struct {
	row int
	position
}

// A fetch reads the page's records and renders them.
type fetch struct {
	*query
	ctx     context.Context // of the query that waits for the rows; units begin when workers say so
	rows    [][]byte
	bytes   atomic.Int64 // rendered
	stopped atomic.Bool  // something failed, and no more is wanted

	// Of compressed files, if there are some; nil otherwise. A decoder may read much
	// before it gives anything.
	decoding context.Context
	cancel   context.CancelFunc

	mu     sync.Mutex // guards what follows
	failed []failure
	err    error
}

// rowsPerUnit is how many records of a plain file one unit reads.
const rowsPerUnit = 512

// fetch renders the records that page names.
func (q *query) fetch(ctx context.Context, snap *snapshot, page []position) ([][]byte, []failure, error) {
	f := &fetch{query: q, ctx: ctx, rows: make([][]byte, len(page))}
	defer func() {
		for _, src := range snap.sources {
			src.endStream()
		}
	}()
	f.trace.add(fetching, tracedLines, int64(len(page)))
	all := make([]wanted, len(page))
	for row, p := range page {
		all[row] = wanted{row, p}
	}
	slices.SortFunc(all, func(a, b wanted) int { return cmp.Compare(a.position, b.position) })
	var units []unit
	var read []*source
	for rest := all; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].source() == rest[0].source() {
			n++
		}
		read = append(read, snap.sources[rest[0].source()])
		units = f.appendUnits(units, read[len(read)-1], rest[:n])
		rest = rest[n:]
	}
	f.trace.add(fetching, tracedFiles, int64(len(read)))
	if f.cancel != nil {
		defer f.cancel()
	}
	err := q.store.pool.runAll(ctx, units)
	for _, src := range read {
		if err == nil && !f.stopped.Load() {
			if err := src.unchanged(); err != nil {
				f.failed = append(f.failed, failure{src, err})
			}
		}
	}
	switch {
	case f.err != nil:
		return nil, nil, f.err
	case len(f.failed) > 0:
		return nil, f.failed, nil
	}
	return f.rows, nil, err
}

// appendUnits appends the units that render records of a source.
func (f *fetch) appendUnits(units []unit, src *source, want []wanted) []unit {
	if src.enc != plain {
		if f.decoding == nil {
			f.decoding, f.cancel = context.WithCancel(f.ctx)
		}
		return append(units, f.streamUnit(src, want))
	}
	for some := range slices.Chunk(want, rowsPerUnit) {
		units = append(units, func(w *worker) unit { f.read(w, src, some); return nil })
	}
	return units
}

// over reports whether no more is wanted.
func (f *fetch) over() bool { return f.stopped.Load() || f.ctx.Err() != nil }

// read renders records of a plain file.
func (f *fetch) read(w *worker, src *source, want []wanted) {
	if f.over() {
		return
	}
	file, release, err := src.acquire(f.store.opts.Dir)
	if err != nil {
		f.fail(src, err)
		return
	}
	defer release()
	out := f.renderer(w, len(want))
	defer f.done(out)
	for len(want) > 0 && !f.over() {
		n, err := f.readNear(out, file, src, want)
		if err != nil {
			f.fail(src, err)
			return
		}
		want = want[n:]
	}
}

const (
	// fetchSize is how much is read at once for one record and those close by.
	fetchSize = 16 << 10

	// lineSize is how much is read for a line whose length is not known: most
	// are shorter.
	lineSize = 1 << 10
)

// fetchSpan returns how much to read for the first wanted record and those close by.
func fetchSpan(want []wanted) int64 {
	first := want[0].offset()
	last := first
	for _, w := range want {
		if w.offset()-first > fetchSize-lineSize {
			break
		}
		last = w.offset()
	}
	return last - first + lineSize
}

// readNear reads at the first wanted record, and renders it and all others
// that came with it. It returns how many that were.
func (f *fetch) readNear(out *renderer, file io.ReaderAt, src *source, want []wanted) (int, error) {
	from := want[0].offset()
	for size := fetchSpan(want); ; size *= 4 {
		size = min(size, int64(len(out.buf)), src.stamp.Size-from)
		content := out.buf[:max(size, 0)]
		if n, err := file.ReadAt(content, from); int64(n) < size {
			if err == nil || err == io.EOF {
				err = errTruncated
			}
			return 0, err
		}
		f.trace.add(fetching, tracedBytes, size)
		atEnd := from+size == src.stamp.Size
		done := 0
		for done < len(want) {
			at := want[done].offset() - from
			if at >= size {
				break
			}
			line, whole := firstLine(content[at:])
			if !whole && !atEnd {
				break
			}
			if err := f.render(out, line, want[done].row); err != nil {
				return 0, err
			}
			done++
		}
		switch {
		case done > 0:
			return done, nil
		case size == int64(len(out.buf)) || atEnd:
			return 0, errReplaced // the line that stood here is gone
		}
	}
}

// firstLine returns b up to its first line ending, and whether it has one.
func firstLine(b []byte) (line []byte, whole bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.TrimSuffix(b, []byte("\r")), false
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), true
}

// streamUnit makes the unit that renders records of a compressed file.
func (f *fetch) streamUnit(src *source, want []wanted) unit {
	var u unit
	u = func(w *worker) unit {
		want = f.readStream(w, src, want)
		if len(want) > 0 {
			return u
		}
		return nil
	}
	return u
}

// readStream renders the wanted records in the next stretch of a compressed
// file, and returns those that are left.
func (f *fetch) readStream(w *worker, src *source, want []wanted) []wanted {
	if f.over() {
		return nil
	}
	if src.stream == nil {
		opened, err := src.openStream(f.decoding, f.store.opts.Dir, f.store.opts.MaxLine)
		if err != nil {
			f.fail(src, err)
			return nil
		}
		src.stream = opened
	}
	st := src.stream
	st.resume(w.buf)
	defer func() {
		f.trace.add(fetching, tracedBytes, st.reader.gotten)
		st.reader.gotten = 0
	}()
	out := f.renderer(w, len(want))
	defer f.done(out)
	for start := st.reader.next; st.reader.next-start < regionSize; {
		b, err := st.reader.block()
		if err == io.EOF {
			err = errReplaced // the lines that stood here are gone
		}
		if err == nil && f.over() {
			return nil
		}
		for err == nil && len(want) > 0 && want[0].offset() < b.offset+int64(len(b.data)-b.start) {
			line, _ := firstLine(b.data[b.start+int(max(0, want[0].offset()-b.offset)):])
			err = f.render(out, line, want[0].row)
			want = want[1:]
		}
		if err != nil {
			f.fail(src, err)
			return nil
		}
		if len(want) == 0 {
			return nil
		}
	}
	st.suspend()
	return want
}

// fail notes why the fetch can't go on: because of a source, or of the page.
func (f *fetch) fail(src *source, err error) {
	if contextError(err) != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var large *TooLargeError
	if errors.As(err, &large) {
		f.err = err
	} else if !slices.ContainsFunc(f.failed, func(other failure) bool { return other.source == src }) {
		f.failed = append(f.failed, failure{src, err})
	}
	f.stopped.Store(true)
	if f.cancel != nil {
		f.cancel()
	}
}

// A renderer turns lines into rows for one unit.
type renderer struct {
	buf   []byte // for reading
	lines recordParser
	row   Row
	arena []byte // rendered rows
	left  int    // rows yet to be rendered
}

func (f *fetch) renderer(w *worker, rows int) *renderer {
	o := &f.store.opts
	out := &renderer{buf: w.buf, left: rows}
	if p, ok := f.store.parsers.Get().(recordParser); ok {
		out.lines = p
	} else {
		out.lines = o.Format.parser(o.Schema)
	}
	out.row.record.Columns = make([][]byte, o.Schema.Len())
	out.row.values = f.program.Matcher(o.Format.unescape())
	return out
}

// done gives back what a renderer used that others can use again.
func (f *fetch) done(out *renderer) { f.store.parsers.Put(out.lines) }

// render appends one row to the arena.
func (f *fetch) render(out *renderer, line []byte, row int) error {
	if !out.lines.parse(&out.row.record, line) {
		return errReplaced
	}
	const most = 64 << 10
	// Most rows are little longer than their lines.
	if need := len(line) + len(line)/4 + 64; cap(out.arena)-len(out.arena) < need {
		out.arena = make([]byte, 0, max(need, min(need*out.left, most)))
	}
	out.left--
	at := len(out.arena)
	out.arena = f.request.Render(out.arena, &out.row)
	f.rows[row] = out.arena[at:len(out.arena):len(out.arena)]
	total := f.bytes.Add(int64(len(out.arena) - at))
	if limit := f.request.MaxBytes; limit > 0 && total > limit {
		return &TooLargeError{Limit: limit, Actual: total}
	}
	return nil
}
