package dayfile

import (
	"errors"
	"fmt"
)

// Errors of Write that wrote nothing, found by errors.Is.
var (
	// ErrTooLong is a record longer than Options.MaxRecord, or a batch longer
	// than MaxBatch.
	ErrTooLong = errors.New("too long")

	// ErrNotLines is a batch that is not made of lines: it is empty, holds an
	// empty line, or does not end with a newline.
	ErrNotLines = errors.New("not whole lines")

	// ErrLocked is a file that others kept locked for all of Options.LockWait.
	ErrLocked = errors.New("locked by another writer")
)

// A WriteError is an append that failed, for lack of space as a rule. What was
// written of it are whole lines; the rest may be tried again.
type WriteError struct {
	File    string // base name
	Written int    // records that are in the file
	Records int    // records that were to be written
	Err     error

	// Torn says that the beginning of one more record is in the file, because
	// cutting it back failed as well. The next append closes it off.
	Torn bool
}

func (e *WriteError) Error() string {
	torn := ""
	if e.Torn {
		torn = ", and the beginning of one"
	}
	return fmt.Sprintf("append to %s: %d of %d records were written%s: %v", e.File, e.Written, e.Records, torn, e.Err)
}

func (e *WriteError) Unwrap() error { return e.Err }

// A SyncError says that records were written, but may not outlive a power
// failure: the disk refused to make them durable, and asking again would prove
// nothing.
type SyncError struct {
	File string // base name
	Err  error
}

func (e *SyncError) Error() string {
	return fmt.Sprintf("sync %s: its newest records are written, but may be lost in a power failure: %v", e.File, e.Err)
}

func (e *SyncError) Unwrap() error { return e.Err }

// A TornError reports the beginning of a line that a writer left behind, and
// that has been closed off.
type TornError struct {
	File   string // base name
	Offset int64  // of the last byte of the torn line
}

func (e *TornError) Error() string {
	return fmt.Sprintf("%s: a writer ended while it wrote the line that ends at byte %d; the line was closed off with %q",
		e.File, e.Offset, TornMark)
}

// A RotateError reports a file that could not be renamed. Records go on being
// appended to it.
type RotateError struct {
	File string // base name
	Err  error
}

func (e *RotateError) Error() string {
	return fmt.Sprintf("rotate %s: it grows beyond its largest size: %v", e.File, e.Err)
}

func (e *RotateError) Unwrap() error { return e.Err }
