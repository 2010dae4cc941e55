package logstore

import (
	"bytes"
	"hash/crc32"
	"io"
)

// A printer makes the fingerprint of content that grows from the bytes
// themselves as they are read: a file may hold others when it is read again. Its
// zero value is of no content.
type printer struct {
	length int64
	first  []byte // of the content, up to printedFirst
	last   []byte // of the content, up to printedLast; nil while it rests
	known  bool   // sum is that of the content
	sum    uint32
}

// write adds content.
func (p *printer) write(b []byte) {
	p.length += int64(len(b))
	p.known = false
	if free := printedFirst - len(p.first); free > 0 {
		p.first = append(p.first, b[:min(free, len(b))]...)
	}
	if len(b) >= printedLast {
		p.last = append(p.last[:0], b[len(b)-printedLast:]...)
		return
	}
	if over := len(p.last) + len(b) - printedLast; over > 0 {
		p.last = append(p.last[:0], p.last[over:]...)
	}
	p.last = append(p.last, b...)
}

// print returns the fingerprint of the content.
func (p *printer) print() uint32 {
	if !p.known {
		p.sum = crc32.Update(crc32.Checksum(p.first, castagnoli), castagnoli, p.last)
		p.known = true
	}
	return p.sum
}

// rest lets go of most of the memory until begins is called.
func (p *printer) rest() {
	p.print()
	p.last = nil
}

// read makes p the printer of the content of file up to length.
func (p *printer) read(file io.ReaderAt, length int64) error {
	first, last := make([]byte, min(printedFirst, length)), make([]byte, min(printedLast, length))
	if err := readAll(file, first, 0); err != nil {
		return err
	}
	if err := readAll(file, last, length-int64(len(last))); err != nil {
		return err
	}
	*p = printer{length: length, first: first, last: last}
	return nil
}

// begins reports whether file begins with the content, as far as a fingerprint
// tells. If so, p rests no more. It reads into scratch, of printedLast bytes.
func (p *printer) begins(file io.ReaderAt, scratch []byte) (bool, error) {
	first := scratch[:len(p.first)]
	if err := readAll(file, first, 0); err != nil || !bytes.Equal(first, p.first) {
		return false, err
	}
	last := scratch[:min(printedLast, p.length)]
	if err := readAll(file, last, p.length-int64(len(last))); err != nil {
		return false, err
	}
	if p.last != nil || p.length == 0 {
		return bytes.Equal(last, p.last), nil
	}
	if crc32.Update(crc32.Checksum(p.first, castagnoli), castagnoli, last) != p.sum {
		return false, nil
	}
	p.last = bytes.Clone(last)
	return true, nil
}

// shares reports whether the first bytes of file, of which there are size, are
// those of the content, as many as there are of both.
func (p *printer) shares(file io.ReaderAt, size int64) (bool, error) {
	head := make([]byte, min(int64(len(p.first)), size))
	if err := readAll(file, head, 0); err != nil {
		return false, err
	}
	return bytes.Equal(head, p.first[:len(head)]), nil
}

// A printedReader reads content that has no offsets to read at, and makes its
// fingerprint on the way.
type printedReader struct {
	io.Reader
	printer printer
}

func (r *printedReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.printer.write(p[:n])
	return n, err
}
