package rpc

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sync"
	"sync/atomic"

	"daybook/auth"
	"daybook/internal/mask"
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

// Observe records x. A message that was not kept, being too long, or that was
// empty leaves nothing to send again, and makes no recording; neither does an
// export, which is none.
func (r *Recorder) Observe(x *Exchange) {
	if len(x.Request) == 0 || x.Export != nil {
		return
	}
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
// After an error nothing more is written: the file may end inside a line.
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
			r.err = firstError(r.err, err)
		}
	}
	r.err = firstError(r.err, b.Flush())
}

// firstError returns the first error of writing recordings.
func firstError(first, next error) error {
	if first != nil || next == nil {
		return first
	}
	return fmt.Errorf("write recording: %w", next)
}

// recordedSecrets returns a masker for the recording of x. What a method of ours is
// asked for is to be asked again: a condition that looks for token=expired in a text
// makes no secret of the word.
func (x *Exchange) recordedSecrets() *mask.Masker {
	if !x.Known || !json.Valid(x.Request) {
		return x.secrets()
	}
	m := x.offered()
	m.LearnMembers(x.Request)
	return m
}

// recording returns x as it is recorded.
func recording(x *Exchange) *Recording {
	rec := &Recording{Time: x.Started.UTC(), Transport: x.Transport}
	if x.Principal != (auth.Principal{}) {
		rec.Session = x.Principal.Session.String()
	}
	secrets := x.recordedSecrets()
	request := x.Request
	switch {
	case !json.Valid(request):
		rec.Text = secrets.Broken(string(request))
	case x.Platform:
		request = asJSONRPC(request)
		rec.Request = secrets.AppendJSON(nil, request, secrets.Tokens)
	default:
		rec.Request = secrets.AppendJSON(nil, request, secrets.Tokens)
	}
	if x.Notification {
		return rec
	}
	answer := answered(x, requestID(x, request))
	if answer.Len() > MaxRecordedAnswer {
		rec.AnswerBytes = answer.Len()
		return rec
	}
	if text, err := contiguous(answer); err == nil {
		rec.Answer = secrets.AppendJSON(nil, text, secrets.Tokens)
	}
	return rec
}

// answered returns the response of JSON-RPC, with that id, that says what was
// answered to x.
func answered(x *Exchange, id []byte) *response {
	if x.Err != nil {
		return jsonRPC.errorResponse(id, x.Err)
	}
	return jsonRPC.resultResponse(id, x.Answer)
}

// requestID returns the id in the answer to x: that of its request, or nil
// where the message as a whole was at fault, or had no id that could be used.
func requestID(x *Exchange, request []byte) []byte {
	whole := x.Method == "" && x.Err != nil && x.Err.Code != CodeNotRequest
	var e envelope
	s := &syntax{data: request, maxDepth: math.MaxInt, maxTokens: math.MaxInt}
	if whole || s.envelope(&e) != nil {
		return nil
	}
	return e.id
}
