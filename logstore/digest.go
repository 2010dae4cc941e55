package logstore

import (
	"bytes"
	"hash/crc32"
	"io"
)

// A digest is what is known of the content that the follower has read of a
// part. It may lag behind reading.
type digest struct {
	facts  facts  // of the whole lines up to facts.Covered
	summed int64  // bytes
	sum    uint32 // CRC-32C of so many
	bad    int64  // offset of the first malformed line that was not reported; -1: there is none
	given  bool   // up: the content has a hole, which is not read for the sum's sake
}

// complete reports whether d describes all content up to length.
func (d *digest) complete(length int64) bool { return d.facts.Covered == length && d.summed == length }

const (
	digestLines = 4 << 20  // bytes of lines that are measured at once
	digestBytes = 16 << 20 // bytes that are summed at once
)

// A measurer counts lines. It is one goroutine's.
type measurer struct {
	recordParser
	maxLine int
	unit    int64 // of times, in a second
}

func newMeasurer(o *Options) *measurer {
	return &measurer{recordParser: o.Format.parser(o.Schema), maxLine: o.MaxLine, unit: o.Schema.Unit()}
}

// add counts the lines in data, which stands at an offset of the content of a file
// of that day; each ends with a newline or with data. It returns where the first
// malformed one begins, or -1.
func (m *measurer) add(f *facts, data []byte, offset int64, day Day) (malformed int64) {
	malformed = -1
	for at := 0; at < len(data); {
		line, next := data[at:], len(data)
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line, next = line[:i], at+i+1
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) > 0 && !m.line(f, line, day) {
			f.malformed(1, offset+int64(at))
			if malformed < 0 {
				malformed = offset + int64(at)
			}
		}
		at = next
	}
	return malformed
}

// line counts a line that is not empty, if it is a record, and reports whether it
// is one.
func (m *measurer) line(f *facts, line []byte, day Day) bool {
	if len(line) <= m.maxLine {
		if at, ok := m.measure(line); ok {
			f.record(at, dayOfTime(at, m.unit), day)
			return true
		}
	}
	return false
}

// take adds a block that stands right behind what d describes; others are left
// to catchUp.
func (d *digest) take(m *measurer, b block, day Day) {
	data := b.data[b.start:]
	if d.facts.Covered != b.offset || d.summed != b.offset {
		return
	}
	d.found(m.add(&d.facts, data, b.offset, day))
	d.facts.Covered += int64(len(data))
	d.sum = crc32.Update(d.sum, castagnoli, data)
	d.summed += int64(len(data))
}

// found notes that the first malformed line of a block begins at an offset; there
// is none if that is negative.
func (d *digest) found(offset int64) {
	if offset >= 0 && d.bad < 0 {
		d.bad = offset
	}
}

// catchUp reads some of the content before length that d does not describe yet.
func (d *digest) catchUp(m *measurer, file io.ReaderAt, length int64, day Day, buf []byte) error {
	if d.given {
		return nil
	}
	if r := (fileRange{file: file, at: d.summed, end: length}); r.skipHole() > digestBytes {
		d.given = true
		return nil
	}
	if from := d.facts.Covered; from < length {
		r := newLineReader(&fileRange{file: file, at: from, end: length}, buf, from, from+digestLines, false, true, m.maxLine)
		found := facts{}
		torn := false
		for {
			b, err := r.block()
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			d.found(m.add(&found, b.data[b.start:], b.offset, day))
			torn = torn || b.torn
		}
		if over := r.over.lines + r.over.torn; over > 0 {
			found.malformed(over, r.over.first)
			d.found(r.over.first)
		}
		d.facts.add(found)
		d.facts.Covered = r.last
		if torn || r.over.torn > 0 {
			d.facts.Covered = length
		}
	}
	for left := min(length-d.summed, digestBytes); left > 0; {
		part := buf[:min(left, readSize)]
		if err := readAll(file, part, d.summed); err != nil {
			return err
		}
		d.sum = crc32.Update(d.sum, castagnoli, part)
		d.summed += int64(len(part))
		left -= int64(len(part))
	}
	return nil
}
