package rpc

import (
	"errors"
	"io"
)

// A response is one response: a result, encoded by the method, or an error. Like
// an Answer it can be written any number of times.
type response struct {
	dialect dialect
	id      []byte // as dialect wants it; nil for none
	answer  Answer // the result; nil for errors
	fault   []byte // the error, as dialect has it
}

// errLength reports an Answer that did not write what its Len promised.
var errLength = errors.New("answer has another length than it said")

// Len returns the number of bytes that WriteTo writes.
func (r *response) Len() int64 {
	s := r.dialect.shape(r.id)
	n := int64(len(s.head) + len(r.id) + len(s.tail))
	if r.answer != nil {
		return n + int64(len(s.result)) + r.answer.Len()
	}
	return n + int64(len(s.fault)+len(r.fault))
}

// WriteTo writes the response to w. It returns errLength when the result is
// not as long as it said.
func (r *response) WriteTo(w io.Writer) (int64, error) {
	s := r.dialect.shape(r.id)
	c := &countingWriter{to: w}
	c.puts(s.head)
	c.put(r.id)
	if r.answer == nil {
		c.puts(s.fault)
		c.put(r.fault)
	} else {
		c.puts(s.result)
		c.answer(r.answer)
	}
	c.puts(s.tail)
	return c.n, c.err
}

// A countingWriter writes until the first error, which it keeps.
type countingWriter struct {
	to  io.Writer
	n   int64
	err error
}

func (c *countingWriter) put(p []byte) {
	if c.err != nil {
		return
	}
	n, err := c.to.Write(p)
	c.n += int64(n)
	c.err = err
}

func (c *countingWriter) puts(s string) {
	if c.err != nil {
		return
	}
	n, err := io.WriteString(c.to, s)
	c.n += int64(n)
	c.err = err
}

func (c *countingWriter) answer(a Answer) {
	if c.err != nil {
		return
	}
	n, err := a.WriteTo(c.to)
	c.n += n
	c.err = err
	if err == nil && n != a.Len() {
		c.err = errLength
	}
}

// contiguous returns what a writes in one piece, allocated once.
func contiguous(a Answer) ([]byte, error) {
	p := &piece{make([]byte, a.Len()), 0}
	_, err := a.WriteTo(p)
	return p.bytes[:p.n], err
}

// A piece is a Writer into bytes, as far as they reach.
type piece struct {
	bytes []byte
	n     int // written
}

func (p *piece) Write(b []byte) (int, error) {
	n := copy(p.bytes[p.n:], b)
	p.n += n
	if n < len(b) {
		return n, io.ErrShortBuffer
	}
	return n, nil
}
