package requestlog

import (
	"errors"
	"fmt"
)

// ErrNotOurs says that a folder has files of a journal of requests, but not of one
// that a Log writes.
var ErrNotOurs = errors.New("this journal is written by another program")

// Why records were dropped.
var (
	// ErrBehind says that the disk is slower than the requests.
	ErrBehind = errors.New("the disk is slower than the requests")

	// ErrFull says that the files of today alone have as many bytes as are to be
	// kept.
	ErrFull = errors.New("the request log of today has reached the size to keep")
)

// A DropError reports records that were dropped.
type DropError struct {
	Dropped int64 // since the DropError before
	Err     error // why the last of them was
}

func (e *DropError) Error() string {
	noun := "requests"
	if e.Dropped == 1 {
		noun = "request"
	}
	return fmt.Sprintf("request log: %d %s not recorded: %v", e.Dropped, noun, e.Err)
}

func (e *DropError) Unwrap() error { return e.Err }
