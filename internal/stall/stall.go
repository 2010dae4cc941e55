// Package stall writes to HTTP clients who may be slow, but must not stall.
package stall

import (
	"errors"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// PieceSize is how much is written under one deadline where it can't be told how
// much of a piece was written.
const PieceSize = 32 << 10 // bytes

// A Writer writes to an HTTP client under deadlines: each piece must have been
// taken within some time, whatever the whole takes. It is for one goroutine at a
// time, but for Cut.
type Writer struct {
	w       http.ResponseWriter
	control *http.ResponseController
	limit   time.Duration
	until   time.Time // the deadline of the present write
	stalled bool
	cut     atomic.Bool
	conn    *conn // that is held; nil: none
}

// NewWriter returns a Writer whose pieces must be taken within limit.
func NewWriter(w http.ResponseWriter, limit time.Duration) *Writer {
	return &Writer{w: w, control: http.NewResponseController(w), limit: limit}
}

// Write writes p, which should be no longer than a piece. The error is
// os.ErrDeadlineExceeded, by errors.Is, where the client has stalled.
func (s *Writer) Write(p []byte) (int, error) {
	if err := s.begin(); err != nil {
		return 0, err
	}
	n, err := s.w.Write(p)
	return n, s.noted(err)
}

// Flush writes what net/http still holds.
func (s *Writer) Flush() error {
	if err := s.begin(); err != nil {
		return err
	}
	if err := s.control.Flush(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return s.noted(err)
	}
	return s.noted(s.release())
}

// noted notes whether err is that of a client who has stalled. A write that was
// cut ends before its time.
func (s *Writer) noted(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) && !time.Now().Before(s.until) {
		s.stalled = true
	}
	return err
}

// Stalled reports whether a write failed since the client took too long.
func (s *Writer) Stalled() bool { return s.stalled }

// Finish takes the deadline off the connection.
func (s *Writer) Finish() error { return s.deadline(time.Time{}) }

// Cut ends a write that goes on, and lets no other begin. It may be called at any
// time.
func (s *Writer) Cut() {
	s.cut.Store(true)
	_ = s.deadline(time.Unix(1, 0)) // what can't be cut ends by itself
}

// begin gives the next write its time.
func (s *Writer) begin() error {
	s.until = time.Now().Add(s.limit)
	if err := s.deadline(s.until); err != nil {
		return err
	}
	if s.cut.Load() {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// deadline sets the deadline of writing, where the server behind w has one.
func (s *Writer) deadline(t time.Time) error {
	if err := s.control.SetWriteDeadline(t); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
