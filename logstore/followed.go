package logstore

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"time"
)

// A followed is a part that the follower reads as it grows. What is known of
// it goes with the content: when the file is renamed, to its new name.
type followed struct {
	partName
	enc   encoding // of the file that holds it; of a compressed one nothing is read
	rank  int
	file  *os.File // nil unless it is held open
	stamp stamp    // of the file, in the state in which all of it was read

	print   printer // of what was read; its length is where reading stands
	scanned int64   // no line ends between there and here
	torn    int64   // where a last line without its newline begins that counted; or -1
	digest  digest

	copyOf   *followed // it is a copy of the beginning of that one, which stands for it
	compared int64     // up to here
	late     bool      // it was done when its day was over, or first seen then
	grewLate bool      // that it grew since is known
	behind   time.Time // since when the file holds what is not read; zero: it does not
	active   time.Time // when something was last read of it
	problem  string    // why it can't be read; "" if it can
	quiet    bool      // what is read of it was written before the start
	old      bool      // what is in it is not new, once it can be read

	reported time.Time // when malformed lines of it were last

	learned stamp // what the store's memory knows of it
	settled bool  // and that it will stay so
	sealed  bool  // all of it was verified when its day was over
}

// newFollowed returns a part of which nothing is read, in a file with that stamp.
func newFollowed(name partName, s stamp) *followed {
	return &followed{partName: name, torn: -1, digest: digest{bad: -1}, stamp: stamp{Dev: s.Dev, Ino: s.Ino}}
}

// length returns how many bytes of the content are read.
func (p *followed) length() int64 { return p.print.length }

// name returns the name of the file that holds the part.
func (p *followed) name() string { return p.stem + p.enc.suffix() }

// close lets go of the file.
func (p *followed) close() {
	if p.file != nil {
		p.file.Close()
		p.file = nil
	}
}

// restart makes p a part of which nothing is read.
func (p *followed) restart() {
	p.print, p.scanned, p.torn, p.stamp, p.digest = printer{}, 0, -1, stamp{}, digest{bad: -1}
}

// moveTo makes reading stand at the offset to, though the bytes before it were
// not all given.
func (p *followed) moveTo(to int64) error {
	if to == p.print.length {
		return nil
	}
	return p.print.read(p.file, to)
}

// baseline makes reading stand behind the last line of a file of that size: what
// is in it now is not new. With closed, a last line counts without its newline.
func (p *followed) baseline(size int64, closed bool, buf []byte) error {
	end := size
	whole, err := lastLineEnd(p.file, size, buf)
	if err != nil {
		return err
	}
	switch {
	case !closed:
		end = whole
	case whole < size:
		p.torn = whole
	}
	p.scanned = end
	return p.moveTo(end)
}

// lastLineEnd returns where the last whole line among the first size bytes of
// file ends.
func lastLineEnd(file io.ReaderAt, size int64, buf []byte) (int64, error) {
	buf = buf[:min(len(buf), 64<<10)]
	for end := size; end > 0; {
		from := max(0, end-int64(len(buf)))
		part := buf[:end-from]
		if err := readAll(file, part, from); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		end = from
	}
	return 0, nil
}

// nextNewline returns where the first newline in [from, to) of file is, or -1.
// Holes in the file are passed over.
func nextNewline(file *os.File, from, to int64, buf []byte) (int64, error) {
	r := fileRange{file: file, at: from, end: to}
	for {
		r.skipHole()
		at := r.at
		n, err := r.Read(buf)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			return at + int64(i), nil
		}
		if err == io.EOF {
			return -1, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// readLines gives the lines that are complete between where reading stands and
// size, to give, in blocks. It returns the end of the last line that is done
// with: one that is longer than maxLine bytes is not given.
func (p *followed) readLines(size int64, buf []byte, maxLine int, give func(block) error) (end, over int64, err error) {
	from := p.length()
	if p.scanned > size {
		p.scanned = from // the beginning of a line was taken back
	}
	if p.scanned > from {
		at, err := nextNewline(p.file, p.scanned, size, buf[:readSize])
		if err != nil {
			return from, 0, err
		}
		switch {
		case at < 0:
			p.scanned = size
			return from, 0, nil
		case at-from > int64(maxLine)+1:
			// Much of a line that is too long was seen before; it is not read again.
			from, over = at+1, 1
		}
	}
	r := newLineReader(&fileRange{file: p.file, at: from, end: size}, buf, from, math.MaxInt64, false, false, maxLine)
	for {
		b, err := r.block()
		if errors.Is(err, io.EOF) {
			p.scanned = size
			return r.last, over + r.over.lines, nil
		}
		if err == nil && len(b.data) > 0 {
			err = give(b)
		}
		if err != nil {
			return r.last, over + r.over.lines, err
		}
	}
}
