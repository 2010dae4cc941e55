package rpc

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"daybook/auth"
)

// Bounds of what a Recorder holds until it is written.
const (
	recordLines = 4096
	recordBytes = 32 << 20
)

// A Recorder is an Observer that writes each request with its answer, as a
// Recording, to a file. Requests do not wait for it: when the file is slower
// than they are for too long, recordings are dropped and counted.
type Recorder struct {
	lines   chan []byte
	waiting atomic.Int64 // bytes in lines
	dropped atomic.Int64

	mu     sync.RWMutex // guards closed, and the closing of lines
	closed bool

	done chan struct{} // closed when all is written; then err is final
	err  error
}

// NewRecorder returns a Recorder that writes to w. Only Close waits for w.
func NewRecorder(w io.Writer) *Recorder {
	r := &Recorder{lines: make(chan []byte, recordLines), done: make(chan struct{})}
	go r.write(w)
	return r
}

// Observe records x.
func (r *Recorder) Observe(x *Exchange) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed || r.waiting.Load() >= recordBytes {
		r.dropped.Add(1)
		return
	}
	line, err := recording(x).AppendLine(nil)
	if err != nil {
		r.dropped.Add(1)
		return
	}
	size := int64(len(line))
	r.waiting.Add(size)
	select {
	case r.lines <- line:
	default:
		r.waiting.Add(-size)
		r.dropped.Add(1)
	}
}

// Dropped returns how many exchanges were not recorded.
func (r *Recorder) Dropped() int64 { return r.dropped.Load() }

// Close waits until everything observed before is written, and returns the
// first error of writing. Exchanges observed afterwards are dropped.
func (r *Recorder) Close() error {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		close(r.lines)
	}
	r.mu.Unlock()
	<-r.done
	return r.err
}

// write writes lines until there are no more. What is buffered is written out
// whenever no line waits, so that the file lags only while requests come.
func (r *Recorder) write(w io.Writer) {
	defer close(r.done)
	b := bufio.NewWriter(w)
	for line := range r.lines {
		r.waiting.Add(-int64(len(line)))
		_, err := b.Write(line)
		if err == nil && len(r.lines) == 0 {
			err = b.Flush()
		}
		if err != nil {
			r.dropped.Add(1)
			r.err = cmpErr(r.err, err)
		}
	}
	r.err = cmpErr(r.err, b.Flush())
}

// cmpErr returns the first error of writing recordings.
func cmpErr(first, next error) error {
	if first != nil || next == nil {
		return first
	}
	return fmt.Errorf("write recording: %w", next)
}

// recording returns x as it is recorded.
func recording(x *Exchange) *Recording {
	rec := &Recording{Time: x.Started.UTC(), Transport: x.Transport}
	if x.Principal != (auth.Principal{}) {
		rec.Session = x.Principal.Session.String()
	}
	if json.Valid(x.Request) {
		rec.Request = appendMasked(nil, x.Request)
	} else {
		rec.Text = maskText(string(x.Request))
	}
	if x.Notification {
		return rec
	}
	answer, size := answerMessage(x)
	if answer == nil {
		rec.AnswerBytes = size
		return rec
	}
	rec.Answer = appendMasked(nil, answer)
	return rec
}

// answerMessage returns the message that answered x and its length; nil for
// one that is too long to be recorded.
func answerMessage(x *Exchange) ([]byte, int64) {
	var b bytes.Buffer
	b.WriteString(`{"jsonrpc":"2.0","id":`)
	b.Write(requestID(x))
	if x.Err != nil {
		b.WriteString(`,"error":`)
		b.Write(appendError(nil, x.Err))
	} else {
		b.WriteString(`,"result":`)
		size := int64(b.Len()) + x.Answer.Len() + 1
		if size > MaxRecordedAnswer {
			return nil, size
		}
		b.Grow(int(size) - b.Len())
		x.Answer.WriteTo(&b) // a Buffer takes everything
	}
	b.WriteByte('}')
	return b.Bytes(), int64(b.Len())
}

// requestID returns the id that answered x: the request's own, or null where
// the message had none that could be used.
func requestID(x *Exchange) []byte {
	null := []byte("null")
	if x.Err != nil && x.Err.Code == CodeParse {
		return null
	}
	var envelope map[string]json.RawMessage
	if json.Unmarshal(x.Request, &envelope) != nil || len(envelope["id"]) == 0 {
		return null
	}
	id := envelope["id"]
	if c := id[0]; c == '"' || c == '-' || '0' <= c && c <= '9' {
		return id
	}
	return null
}
