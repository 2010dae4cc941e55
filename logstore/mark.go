package logstore

import (
	"context"
	"slices"
)

// newestNamed is how many of the latest parts a cursor names one by one: those
// that may still be appended to, rotated or compressed, and some more.
const newestNamed = 64

// cursor returns the cursor that was asked for, if one was, of a snapshot that
// the query has read.
func (q *query) cursor(ctx context.Context, snap *snapshot) (*Cursor, error) {
	switch {
	case !q.request.Cursor:
		return nil, nil
	case q.request.At != nil:
		return q.request.At, nil
	}
	return q.store.cursorOf(ctx, snap)
}

// cursorOf returns the cursor of a snapshot whose sources are known.
func (s *Store) cursorOf(ctx context.Context, snap *snapshot) (*Cursor, error) {
	var unknown []*source
	for _, src := range snap.sources[max(0, len(snap.sources)-newestNamed):] {
		if src.enc != plain && src.print == 0 {
			unknown = append(unknown, src)
		}
	}
	if bad, err := s.readAnew(ctx, unknown); err != nil {
		return nil, err
	} else if len(bad) > 0 {
		return nil, readError(bad[0].source.name, bad[0].err)
	}
	if i := slices.IndexFunc(snap.sources, func(src *source) bool { return src.rank == noRank }); i >= 0 {
		// The original was cut short just now: soon it will be known that the copy
		// stands for what it held.
		return nil, readError(snap.sources[i].name, errUnsteady)
	}
	c := &Cursor{kind: snapshotCursor, today: snap.today}
	var run []partMark // to be folded
	end := func() {
		if len(run) > 0 {
			c.folds = append(c.folds, fold(run))
			run = nil
		}
	}
	order := 0 // of the last source in run
	for i, src := range snap.sources {
		left := len(snap.sources) - i
		if left > newestNamed && (src.closed || len(c.parts) >= mostMarks-newestNamed) {
			if src.order != order+1 {
				end()
			}
			run, order = append(run, partMark{partPlace: src.place(), length: src.counted()}), src.order
			continue
		}
		end()
		m, err := s.markOf(ctx, src)
		if err != nil {
			return nil, readError(src.name, err)
		}
		c.parts = append(c.parts, m)
	}
	end()
	if len(c.folds) > mostMarks {
		return nil, &ReadError{File: snap.sources[0].name, Reason: "and too many others can't be read, for a cursor to be of the rest"}
	}
	return c, nil
}

// counted returns how many bytes of the content hold all lines that count.
func (s *source) counted() int64 {
	if !s.closed {
		return s.known.Covered
	}
	return s.content()
}

// markOf returns the mark of a source, and keeps what is known of it for when it
// has grown.
func (s *Store) markOf(ctx context.Context, src *source) (partMark, error) {
	m := partMark{partPlace: src.place(), length: src.counted()}
	var err error
	if m.print, err = s.printOf(ctx, src, m.length); err != nil {
		return partMark{}, err
	}
	if !src.closed {
		s.pins.learn(pin{src.day, m.length, m.print}, src.known)
	}
	return m, nil
}

// content returns the length of the content, in bytes: of a compressed file, if
// what it holds is known.
func (s *source) content() int64 {
	switch {
	case s.cut:
		return s.length
	case s.enc == plain:
		return s.stamp.Size
	}
	return s.known.Covered
}

// readAnew reads compressed sources, so that their fingerprints are known. It
// returns those that can't be read.
func (s *Store) readAnew(ctx context.Context, sources []*source) ([]failure, error) {
	for _, src := range sources {
		src.known, src.whole = facts{}, false
	}
	return s.measure(ctx, sources)
}

// printOf returns the fingerprint of the first bytes of a source's content. The
// fingerprint of all of it is known, if it is compressed.
func (s *Store) printOf(ctx context.Context, src *source, length int64) (uint32, error) {
	if n, print, ok := s.memory.print(src.name, src.stamp); ok && n == length {
		return print, nil
	}
	switch {
	case src.cut && length == src.length, src.enc == plain && src.mark != nil && length == src.stamp.Size:
		return *src.mark, nil
	case src.enc != plain && length == src.content():
		return src.print, nil
	case src.enc != plain:
		return s.printBeginning(ctx, src, length)
	}
	file, release, err := src.acquire(s.opts.Dir)
	if err != nil {
		return 0, err
	}
	defer release()
	return fingerprint(file, length)
}

// printBeginning returns the fingerprint of the first bytes of a compressed
// file's content.
func (s *Store) printBeginning(ctx context.Context, src *source, length int64) (uint32, error) {
	key := printed{src.stamp, length}
	if print, ok := s.pins.recallPrint(key); ok {
		return print, nil
	}
	print, err := src.printBeginning(ctx, s.opts.Dir, length)
	if err == nil && s.memory.settled(src.stamp) {
		s.pins.learnPrint(key, print)
	}
	return print, err
}

// printBeginning decompresses the first bytes of a source's content.
func (s *source) printBeginning(ctx context.Context, dir string, length int64) (uint32, error) {
	file, release, err := s.acquire(dir)
	if err != nil {
		return 0, err
	}
	defer release()
	content, err := decompress(&fileRange{file: file, end: s.stamp.Size, ctx: ctx}, s.enc)
	if err != nil {
		return 0, err
	}
	defer content.Close()
	var p printer
	buf := make([]byte, 64<<10)
	for p.length < length {
		n, err := content.Read(buf[:min(int64(len(buf)), length-p.length)])
		p.write(buf[:n])
		if err != nil && p.length < length {
			return 0, errTruncated
		}
	}
	return p.print(), nil
}
