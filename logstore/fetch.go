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
	row    int
	offset int64
}

// A fetch reads the page's records and renders them.
type fetch struct {
	*query
	ctx   context.Context // of the query that waits for the rows; units begin when workers say so
	stop  context.CancelFunc
	rows  [][]byte
	bytes atomic.Int64 // rendered

	mu     sync.Mutex // guards what follows
	failed []failure
	err    error
}

// rowsPerUnit is how many records of a plain file one unit reads.
const rowsPerUnit = 512

// fetch renders the records that page names.
func (q *query) fetch(ctx context.Context, snap *snapshot, page []position) ([][]byte, []failure, error) {
	bySource := make([][]wanted, len(snap.sources))
	for row, p := range page {
		bySource[p.source()] = append(bySource[p.source()], wanted{row, p.offset()})
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	f := &fetch{query: q, ctx: ctx, stop: stop, rows: make([][]byte, len(page))}
	defer func() {
		for _, src := range snap.sources {
			src.endStream()
		}
	}()
	var units []unit
	f.trace.add(fetching, tracedLines, int64(len(page)))
	for i, src := range snap.sources {
		want := bySource[i]
		if len(want) == 0 {
			continue
		}
		f.trace.add(fetching, tracedFiles, 1)
		slices.SortFunc(want, func(a, b wanted) int { return cmp.Compare(a.offset, b.offset) })
		if src.enc != plain {
			units = append(units, f.streamUnit(src, want))
			continue
		}
		for some := range slices.Chunk(want, rowsPerUnit) {
			units = append(units, func(w *worker) unit { f.read(w, src, some); return nil })
		}
	}
	err := q.store.pool.runAll(ctx, units)
	for i, src := range snap.sources {
		if err == nil && len(bySource[i]) > 0 {
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

// read renders records of a plain file.
func (f *fetch) read(w *worker, src *source, want []wanted) {
	file, release, err := src.acquire(f.store.opts.Dir)
	if err != nil {
		f.fail(src, err)
		return
	}
	defer release()
	out := f.renderer(w, len(want))
	defer f.done(out)
	for len(want) > 0 && f.ctx.Err() == nil {
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
	last := want[0].offset
	for _, w := range want {
		if w.offset-want[0].offset > fetchSize-lineSize {
			break
		}
		last = w.offset
	}
	return last - want[0].offset + lineSize
}

// readNear reads at the first wanted record, and renders it and all others
// that came with it. It returns how many that were.
func (f *fetch) readNear(out *renderer, file io.ReaderAt, src *source, want []wanted) (int, error) {
	from := want[0].offset
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
			at := want[done].offset - from
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
	if src.stream == nil {
		opened, err := src.openStream(f.ctx, f.store.opts.Dir, f.store.opts.MaxLine)
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
		if err == nil {
			err = f.ctx.Err()
		}
		for err == nil && len(want) > 0 && want[0].offset < b.offset+int64(len(b.data)-b.start) {
			line, _ := firstLine(b.data[b.start+int(max(0, want[0].offset-b.offset)):])
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
	f.stop()
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
	if need := 2*len(line) + 64; cap(out.arena)-len(out.arena) < need {
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
