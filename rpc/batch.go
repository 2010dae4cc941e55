package rpc

import (
	"bytes"
	"io"
	"sync"
)

// A reply collects the responses to one message: one, or those of a batch in
// the order in which they are ready. Once it is complete it can be written,
// like an Answer.
type reply struct {
	batch  bool
	most   int64   // bytes that all responses may take together
	budget *budget // of which the responses are part until release
	send   func(*reply)
	before <-chan struct{} // closed when the batch before this one is gone; nil: none to wait for
	gone   chan struct{}   // closed by release

	mu      sync.Mutex // guards what follows, until the reply is complete
	open    int        // items that have not ended
	parts   []*response
	size    int64      // bytes of parts
	waiting []Awaiting // answers among parts that wait to be on their way
}

// newReply returns the reply to m. When the last of its items has ended, the
// goroutine that ended it calls send, which sees to it that the reply is
// written and then released. A reply to notifications is empty; it is sent all
// the same.
func newReply(m *message, l *Limits, b *budget, send func(*reply)) *reply {
	return &reply{
		batch:  m.batch,
		most:   l.Answer,
		budget: b,
		send:   send,
		gone:   make(chan struct{}),
		open:   len(m.items),
	}
}

// add adds one response. A result that would make the reply too large is
// replaced by the error that says so, which is returned.
func (r *reply) add(resp *response) *Error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var fault *Error
	if size := r.size + resp.Len(); resp.answer != nil && size > r.most {
		fault = errTooLarge("answer", r.most, size)
		resp = resp.dialect.errorResponse(resp.id, fault)
	}
	r.parts = append(r.parts, resp)
	r.size += resp.Len()
	r.budget.hold(resp.Len())
	if a, ok := resp.answer.(Awaiting); ok {
		r.waiting = append(r.waiting, a)
	}
	return fault
}

// end says that one item has ended, with a response or, being a notification,
// without.
func (r *reply) end() {
	r.mu.Lock()
	r.open--
	last := r.open == 0
	r.mu.Unlock()
	if last {
		r.send(r)
	}
}

// release says that the transport has taken the reply, or that nobody wants it
// any more: then sent is false.
func (r *reply) release(sent bool) {
	r.budget.drop(r.size)
	for _, a := range r.waiting {
		a.Answered(sent)
	}
	close(r.gone)
}

// empty reports whether there is nothing to send.
func (r *reply) empty() bool { return len(r.parts) == 0 }

// Len returns the number of bytes that WriteTo writes.
func (r *reply) Len() int64 {
	if !r.batch {
		return r.size
	}
	return r.size + int64(len(r.parts)-1) + int64(len("[]"))
}

// WriteTo writes the response, or the array of responses.
func (r *reply) WriteTo(w io.Writer) (int64, error) {
	if !r.batch {
		return r.parts[0].WriteTo(w)
	}
	c := &countingWriter{to: w}
	for i, part := range r.parts {
		if i == 0 {
			c.puts("[")
		} else {
			c.puts(",")
		}
		c.answer(part)
	}
	c.puts("]")
	return c.n, c.err
}

// encode returns the reply in one piece, as p frames it.
func (r *reply) encode(p protocol) (text []byte, err error) {
	defer recovered(&err)
	return contiguous(p.frame(r))
}

// encodeFault returns the reply as it is when its results can't be encoded:
// every item that has one failed with e instead.
func (r *reply) encodeFault(p protocol, e *Error) []byte {
	for _, a := range r.waiting {
		a.Answered(false)
	}
	r.waiting = nil
	for i, part := range r.parts {
		if part.answer != nil {
			r.parts[i] = part.dialect.errorResponse(part.id, e)
		}
	}
	var b bytes.Buffer
	p.frame(r).WriteTo(&b) // plain bytes, into memory
	return b.Bytes()
}
