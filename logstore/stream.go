package logstore

import (
	"context"
	"io"
	"math"

	"daybook/filter"
)

// A stream is the state of scanning a compressed file between two units: it
// can only be read from its beginning to its end.
type stream struct {
	content *decoder
	printed *printedReader // what is read of the content
	release func()
	reader  *lineReader
	tail    []byte // the reader's, while no unit runs
	span    keySpan
	blind   bool // span is not of all of it
}

// openStream begins to read a compressed file.
func (s *source) openStream(ctx context.Context, dir string, maxLine int) (*stream, error) {
	file, release, err := s.acquire(dir)
	if err != nil {
		return nil, err
	}
	content, err := decompress(&fileRange{file: file, end: s.stamp.Size, ctx: ctx}, s.enc)
	if err != nil {
		release()
		return nil, err
	}
	printed := &printedReader{Reader: content}
	if s.cut {
		printed.Reader = io.LimitReader(content, s.length)
	}
	reader := newLineReader(printed, nil, 0, math.MaxInt64, false, true, maxLine)
	return &stream{content: content, printed: printed, release: release, reader: reader, span: noKeys()}, nil
}

func (s *stream) close() {
	s.content.Close()
	s.release()
}

// resume gives the reader a buffer, with what the last unit left.
func (s *stream) resume(buf []byte) {
	s.reader.buf = buf
	s.reader.tail = span{0, copy(buf, s.tail)}
}

// suspend takes the reader's buffer away.
func (s *stream) suspend() {
	left := s.reader.tail
	s.tail = append(s.tail[:0], s.reader.buf[left.from:left.to]...)
	s.reader.buf, s.reader.tail = nil, span{}
}

// endStream closes the stream, if one is open.
func (s *source) endStream() {
	if s.stream != nil {
		s.stream.close()
		s.stream = nil
	}
}

// streamUnit makes the unit that scans a compressed file, a stretch at a time.
func (s *scan) streamUnit(i int, program *filter.Program) unit {
	var u unit
	u = func(w *worker) unit {
		if s.readStream(w, i, program) {
			return u
		}
		return nil
	}
	return u
}

// printed notes the fingerprint and the length of a compressed file's content.
func (s *scan) printed(i int, p *printer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.learnt[i].end, s.learnt[i].print = p.length, p.print()
}

// readStream scans the next stretch of a compressed file. It reports whether
// there is more.
func (s *scan) readStream(w *worker, i int, program *filter.Program) (more bool) {
	src := s.sources[i]
	if src.stream == nil {
		opened, err := src.openStream(s.ctx, s.store.opts.Dir, s.store.opts.MaxLine)
		if err != nil {
			s.fail(src, err)
			return false
		}
		src.stream = opened
	}
	st := src.stream
	st.resume(w.buf)
	sc := s.scanner(w)
	sc.begin(i, program, !src.whole)
	defer sc.end(st.reader)
	for start := st.reader.next; st.reader.next-start < regionSize; {
		b, err := st.reader.block()
		if err == nil {
			err = s.ctx.Err()
		}
		if err != nil {
			if err != io.EOF {
				s.fail(src, err)
			} else {
				s.printed(i, &st.printed.printer)
				if st.passed(sc); !st.blind {
					sc.spans.learn(i, 0, math.MaxInt64, st.span)
				}
			}
			src.endStream()
			return false
		}
		if len(b.data) > 0 {
			sc.block(b, w)
		}
	}
	st.passed(sc)
	st.suspend()
	return true
}

// passed notes what a scanner has found of the stream's keys.
func (s *stream) passed(sc *scanner) {
	s.span.add(sc.span)
	s.blind = s.blind || sc.tally
}
