package logstore

import (
	"bytes"
	"errors"
	"io"
)

// A block is a run of whole lines of a part's content.
type block struct {
	data   []byte
	offset int64 // of data[0] in the content
	torn   bool  // one line without its newline, at the content's end
}

// A lineReader cuts content into blocks of whole lines, those that begin in
// [start, stop) and no others, so that readers of adjoining ranges see each
// line once. It uses one buffer, whose size does not depend on the content.
type lineReader struct {
	src    io.Reader
	buf    []byte // a line of maxLine and a read fit in
	tail   []byte // read but not yet given: the beginning of a line; part of buf
	next   int64  // offset of what src gives next
	stop   int64
	torn   bool // the last line counts without its newline
	whole  int  // bytes; a line that is longer is skipped
	state  readState
	over   overlong
	last   int64 // end of the last whole line that was given or skipped
	gotten int64 // bytes read from src
}

type readState uint8

const (
	reading  readState = iota
	aligning           // in the line that began before start
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
	readSize = 256 << 10 // bytes asked for at once: with its masks, about what L2 holds
	overRead = 4 << 10   // bytes asked for at once to complete the last line of a range
)

// bufferSize returns the size of a buffer for lines of at most maxLine bytes.
func bufferSize(maxLine int) int { return (maxLine + len("\r\n") + readSize + 63) &^ 63 }

// newLineReader reads the lines that begin in [start, stop). src must give
// the content from start on or, for a start above 0, from the byte before it.
func newLineReader(src io.Reader, buf []byte, start, stop int64, torn bool, maxLine int) *lineReader {
	r := &lineReader{src: src, buf: buf, next: start, stop: stop, torn: torn, whole: maxLine, last: start}
	if start > 0 {
		r.next, r.state = start-1, aligning
	}
	return r
}

// block returns the next lines; they are good until the next call. The error
// is io.EOF after the last one.
func (r *lineReader) block() (block, error) {
	for r.state != finished {
		data, offset, err := r.read()
		if err != nil && err != io.EOF {
			return block{}, err
		}
		atEnd := err == io.EOF
		if b, ok := r.cut(data, offset, atEnd); ok {
			return b, nil
		}
		if atEnd {
			r.state = finished
		}
	}
	return block{}, io.EOF
}

// read appends what src has to the tail, and returns both, with their offset.
func (r *lineReader) read() (data []byte, offset int64, err error) {
	n := copy(r.buf, r.tail)
	r.tail = nil
	want := int64(readSize)
	if r.stop-r.next < want {
		want = max(r.stop-r.next, 0) + overRead
	}
	want = min(want, int64(len(r.buf)-n))
	m, err := io.ReadFull(r.src, r.buf[n:n+int(want)])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	offset = r.next - int64(n)
	r.next += int64(m)
	r.gotten += int64(m)
	data = r.buf[:n+m]
	if offset == 0 && bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		data, offset = data[3:], 3
	}
	return data, offset, err
}

// cut takes the whole lines off data, and keeps the rest for the next read.
func (r *lineReader) cut(data []byte, offset int64, atEnd bool) (block, bool) {
	if r.state == aligning || r.state == skipping {
		i := bytes.IndexByte(data, '\n')
		switch {
		case i < 0 && r.state == aligning && r.next >= r.stop:
			r.state = finished
			return block{}, false
		case i < 0:
			if atEnd && r.torn && r.state == skipping {
				r.over.torn++
			}
			return block{}, false
		case r.state == skipping:
			r.over.lines++
		}
		r.state = reading
		data, offset = data[i+1:], offset+int64(i)+1
		r.last = offset
	}
	if offset >= r.stop {
		r.state = finished
		return block{}, false
	}
	end := bytes.LastIndexByte(data, '\n') + 1
	if offset+int64(end) >= r.stop {
		before := r.stop - 1 - offset // the line that holds this byte is the last
		end = int(before) + bytes.IndexByte(data[before:], '\n') + 1
		r.state = finished
	}
	if end > 0 {
		r.last = offset + int64(end)
		r.tail = data[end:]
		return block{data: data[:end], offset: offset}, true
	}
	return r.unfinished(data, offset, atEnd)
}

// unfinished handles data that holds no newline.
func (r *lineReader) unfinished(data []byte, offset int64, atEnd bool) (block, bool) {
	switch {
	case len(data) > r.whole+len("\r"):
		if r.over.lines == 0 { // one line can be open at a time
			r.over.first = offset
		}
		r.state = skipping
		if atEnd && r.torn {
			r.over.torn++
		}
	case !atEnd:
		r.tail = data
	case r.torn && len(data) > 0:
		r.state = finished
		return block{data: data, offset: offset, torn: true}, true
	}
	return block{}, false
}
