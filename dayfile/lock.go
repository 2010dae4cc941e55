package dayfile

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// How often a lock that others hold is asked for: soon at first, as an append
// takes microseconds.
const (
	firstPoll = 20 * time.Microsecond
	lastPoll  = 2 * time.Millisecond
)

// lock takes the lock of f, waiting as long as the options allow. The lock
// goes with the descriptor: it ends with the process at the latest.
func (w *Writer) lock(f *os.File) error {
	deadline := time.Now().Add(w.opts.LockWait)
	for poll := firstPoll; ; poll = min(2*poll, lastPoll) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EINTR):
			continue
		case !errors.Is(err, syscall.EWOULDBLOCK):
			return fmt.Errorf("lock %s: %w", f.Name(), err)
		case time.Now().After(deadline):
			return fmt.Errorf("lock %s for %v: %w", f.Name(), w.opts.LockWait, ErrLocked)
		}
		time.Sleep(poll)
	}
}

// unlock gives the lock of f up. It can fail only for what is no open file.
func unlock(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
