package logstore

import (
	"bytes"
	"io"

	"daybook/filter/bytescan"
)

// A block is a run of whole lines of a part's content: data[start:]. What
// stands before only makes data begin where the masks of 64 bytes do.
type block struct {
	data   []byte
	start  int
	offset int64 // of data[start] in the content
	torn   bool  // one line without its newline, at the content's end
}

// A lineReader cuts content into blocks of whole lines. It uses one buffer,
// whose size does not depend on the content:
//
//	| room for a line | what was read last |
//	           | tail |
//
// What a read leaves of its last line, the tail, is moved to where the next
// read begins, so that all reads go from and to whole pages.
type lineReader struct {
	src   io.Reader
	buf   []byte
	tail  span  // of buf
	next  int64 // offset of what src gives next
	limit int64 // lines that begin there or behind are another reader's
	torn  bool  // the last line counts without its newline
	whole int   // bytes; a line that is longer is skipped
	step  int64 // bytes; reads end at multiples of it

	state  readState
	over   overlong
	last   int64 // end of the last whole line that was given or skipped; 0 if there was none
	gotten int64 // bytes read from src
}

// byteOrderMark is skipped at the start of a part.
const byteOrderMark = "\xef\xbb\xbf"

// A holeSkipper can leave out what it would give where a sparse file has a
// hole, which holds no end of a line. skipHole returns how many bytes that is.
type holeSkipper interface{ skipHole() int64 }

// A span is buf[from:to].
type span struct{ from, to int }

type readState uint8

const (
	reading  readState = iota
	aligning           // in a line that is another reader's
	skipping           // in a line that is too long
	finished
)

// overlong counts lines that were skipped because they are too long.
type overlong struct {
	lines int64
	torn  int64 // 1 if the content ends within one, and that counts
	first int64 // offset of the first
}

const (
	readSize = 128 << 10 // bytes asked for at once: with masks and marks, it stays in L2
	overRead = 4 << 10   // bytes asked for at first to complete the last line of a range
	pageSize = 4 << 10
)

// room returns the bytes of a buffer before the place for reads: the tail of
// a line that may yet turn out not to be too long fits in.
func room(maxLine int) int { return (maxLine + len("\r\n") + pageSize - 1) &^ (pageSize - 1) }

// bufferSize returns the size of a buffer for lines of at most maxLine bytes.
// It ends with bytes that are never read into: for the last mask, and for what
// marks look at behind it.
func bufferSize(maxLine int) int { return room(maxLine) + readSize + 64 + bytescan.MarkAhead }

// newLineReader reads the lines that begin in [start, limit). src must give
// the content from start on. With within, start lies inside of a line, or at
// its beginning, and that line is another reader's.
func newLineReader(src io.Reader, buf []byte, start, limit int64, within, torn bool, maxLine int) *lineReader {
	r := &lineReader{src: src, buf: buf, next: start, limit: limit, torn: torn, whole: maxLine, step: readSize}
	if within {
		r.state = aligning
	} else {
		r.last = start
	}
	return r
}

// block returns the next lines; they are good until the next call. It may
// have none, so that its caller can end what reads through a line of any
// length. The error is io.EOF after the last one.
func (r *lineReader) block() (block, error) {
	if r.state == finished {
		return block{}, io.EOF
	}
	if s, ok := r.src.(holeSkipper); ok && (r.state == aligning || r.state == skipping) {
		r.next += s.skipHole()
	}
	got, err := r.read()
	if err != nil && err != io.EOF {
		return block{}, err
	}
	b, ok := r.cut(got, err == io.EOF)
	if ok {
		return b, nil
	}
	if err == io.EOF {
		r.state = finished
	}
	return block{}, nil
}

// read moves the tail and reads behind it; both together are returned.
func (r *lineReader) read() (got span, err error) {
	base := room(r.whole)
	tail := r.buf[r.tail.from:r.tail.to]
	got.from = base - copy(r.buf[base-len(tail):base], tail)
	r.tail = span{}
	n, err := io.ReadFull(r.src, r.buf[base:base+int(r.want(len(tail)))])
	if err == io.ErrUnexpectedEOF { // that of ReadFull; a decoder's own is wrapped
		err = io.EOF
	}
	got.to = base + n
	if r.next == int64(base-got.from) && bytes.HasPrefix(r.buf[got.from:got.to], []byte(byteOrderMark)) {
		got.from += 3 // the content begins with a byte order mark
	}
	r.next += int64(n)
	r.gotten += int64(n)
	return got, err
}

// want returns how much to read behind a tail of so many bytes: up to the
// next step, and little where only the rest of the last line is needed. The
// longer that line turns out to be, the more is read at once.
func (r *lineReader) want(tail int) int64 {
	want := r.step - r.next%r.step
	if r.state == skipping || r.limit-r.next >= want {
		return want
	}
	return min(want, max(r.limit-r.next, 0)+max(overRead, int64(tail)))
}

// offset returns the offset in the content of what is at i in buf, where
// got was read last.
func (r *lineReader) offset(got span, i int) int64 { return r.next - int64(got.to-i) }

// cut gives the whole lines in what was read, and keeps the rest as the tail.
func (r *lineReader) cut(got span, atEnd bool) (block, bool) {
	if r.state == aligning || r.state == skipping {
		if !r.leaveLine(&got, atEnd) {
			return block{}, false
		}
	}
	offset := r.offset(got, got.from)
	if offset >= r.limit {
		r.state = finished
		return block{}, false
	}
	end := got.from + bytes.LastIndexByte(r.buf[got.from:got.to], '\n') + 1
	if end == got.from {
		return r.unfinished(got, atEnd)
	}
	if r.offset(got, end) >= r.limit {
		before := got.from + int(r.limit-1-offset) // the line that holds this byte is the last
		end = before + bytes.IndexByte(r.buf[before:got.to], '\n') + 1
		r.state = finished
	}
	r.last = r.offset(got, end)
	if r.state != finished {
		r.keep(span{end, got.to}, r.last)
	}
	return r.lines(span{got.from, end}, offset), true
}

// keep makes the beginning of a line the tail, unless it is too long already.
func (r *lineReader) keep(line span, offset int64) {
	if line.to-line.from <= r.whole+len("\r") {
		r.tail = line
		return
	}
	if r.over.lines == 0 { // one line can be open at a time
		r.over.first = offset
	}
	r.state = skipping
}

// lines returns the block for a span of buf.
func (r *lineReader) lines(s span, offset int64) block {
	begin := s.from &^ 63
	return block{data: r.buf[begin:s.to], start: s.from - begin, offset: offset}
}

// leaveLine drops what was read of a line that is not given, up to its end. It
// reports false when that has not come yet.
func (r *lineReader) leaveLine(got *span, atEnd bool) bool {
	i := bytes.IndexByte(r.buf[got.from:got.to], '\n')
	switch {
	case i < 0 && r.state == aligning && r.next >= r.limit:
		r.state = finished
		return false
	case i < 0:
		if atEnd && r.torn && r.state == skipping {
			r.over.torn++
		}
		return false
	case r.state == skipping:
		r.over.lines++
	}
	r.state = reading
	got.from += i + 1
	r.last = r.offset(*got, got.from)
	return true
}

// unfinished handles what was read when it holds no newline.
func (r *lineReader) unfinished(got span, atEnd bool) (block, bool) {
	offset := r.offset(got, got.from)
	r.keep(got, offset)
	switch {
	case !atEnd || !r.torn || got.from == got.to:
	case r.state == skipping:
		r.over.torn++
	default:
		r.state = finished
		b := r.lines(got, offset)
		b.torn = true
		return b, true
	}
	return block{}, false
}
