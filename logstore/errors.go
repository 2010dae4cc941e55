package logstore

import (
	"errors"
	"fmt"
)

// ErrBusy means that as many queries wait as may wait.
var ErrBusy = errors.New("too many queries are waiting")

// ErrManyExports means that as many exports are open as may be.
var ErrManyExports = errors.New("too many exports are running")

// ErrManyFilters means that there are subscriptions with as many different filters
// as there may be. One with a filter that another has is still welcome.
var ErrManyFilters = errors.New("subscriptions have too many different filters")

// ErrClosed means that the store was closed.
var ErrClosed = errors.New("the journal is closed")

// A ReadError reports a selected day file that can't be read.
type ReadError struct {
	File   string // base name of the day file
	Reason string // fit for the person who asked
	Err    error  // the cause; may be nil
}

func (e *ReadError) Error() string { return fmt.Sprintf("read %s: %s", e.File, e.Reason) }

func (e *ReadError) Unwrap() error { return e.Err }

// A TooLargeError reports rows that together exceed the request's MaxBytes.
type TooLargeError struct {
	Limit, Actual int64 // bytes; Actual is at least what was counted
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("rows take %d bytes, more than the limit of %d", e.Actual, e.Limit)
}

// A CursorError reports a text that is no cursor, or a cursor of what the
// journal no longer holds.
type CursorError struct {
	Reason string // fit for the person who sent it
}

func (e *CursorError) Error() string { return "cursor: " + e.Reason }

// errGone means that files are gone or changed that a cursor names.
var errGone = &CursorError{Reason: "cursor no longer valid"}

// isGone reports whether err is errGone.
func isGone(err error) bool { return errors.Is(err, errGone) }
