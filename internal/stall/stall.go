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
	cut     atomic.Bool
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
	return s.w.Write(p)
}

// Flush writes what net/http still holds.
func (s *Writer) Flush() error {
	if err := s.begin(); err != nil {
		return err
	}
	if err := s.control.Flush(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

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
	if err := s.deadline(time.Now().Add(s.limit)); err != nil {
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
