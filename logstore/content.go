package logstore

import (
	"context"
	"hash/crc32"
	"io"
	"os"
)

// A content is a part's content from some offset on, with the fingerprints of
// its beginnings.
type content struct {
	reader  io.Reader
	from    int64 // offset of what reader gives first: 0 where the file is compressed
	to      int64 // where reader ends; of a compressed file, at most
	file    *os.File
	release func()
	decoder *decoder // nil of a plain file
	tape    *tape    // likewise
}

// openContent opens the content of src for reading a span. The error is
// errTruncated where the content ends before that begins.
func (s *Store) openContent(ctx context.Context, src *source, span partSpan) (*content, error) {
	file, release, err := src.acquire(s.opts.Dir)
	if err != nil {
		return nil, err
	}
	c := &content{file: file, release: release, from: span.from, to: span.to}
	if src.enc == plain {
		if c.to == contentEnd {
			c.to = src.stamp.Size
		}
		if c.to > src.stamp.Size || c.from > c.to {
			release()
			return nil, errTruncated
		}
		c.reader = &fileRange{file: file, at: c.from, end: c.to}
		return c, nil
	}
	c.from = 0
	if c.decoder, err = decompress(&fileRange{file: file, end: src.stamp.Size, ctx: ctx}, src.enc); err != nil {
		release()
		return nil, err
	}
	// A line may be begun that is not given: its beginning has to be there too.
	c.tape = &tape{from: io.LimitReader(c.decoder, c.to), keep: printedLast + bufferSize(s.opts.MaxLine)}
	c.reader = c.tape
	return c, nil
}

func (c *content) close() {
	if c.decoder != nil {
		c.decoder.Close()
	}
	c.release()
}

// end returns where reading has ended.
func (c *content) end() int64 {
	if c.tape != nil {
		return c.tape.length
	}
	return c.to
}

// print returns the fingerprint of the content up to an offset in what was read
// last.
func (c *content) print(at int64) (uint32, error) {
	if c.tape != nil {
		return c.tape.print(at), nil
	}
	return fingerprint(c.file, at)
}

// A tape reads from another reader, and keeps what fingerprints are made of.
type tape struct {
	from   io.Reader
	keep   int // bytes before the end of what was read
	length int64
	first  []byte // up to printedFirst
	last   []byte
}

func (t *tape) Read(p []byte) (int, error) {
	n, err := t.from.Read(p)
	if free := printedFirst - len(t.first); free > 0 {
		t.first = append(t.first, p[:min(free, n)]...)
	}
	if len(t.last)+n > 2*t.keep {
		t.last = append(t.last[:0], t.last[len(t.last)-t.keep:]...)
	}
	t.last = append(t.last, p[:n]...)
	t.length += int64(n)
	return n, err
}

// print returns the fingerprint of the content up to an offset, which is at most
// keep - printedLast before the end of what was read.
func (t *tape) print(at int64) uint32 {
	sum := crc32.Checksum(t.first[:min(int64(len(t.first)), at)], castagnoli)
	end := int64(len(t.last)) - (t.length - at)
	return crc32.Update(sum, castagnoli, t.last[max(0, end-printedLast):end])
}
