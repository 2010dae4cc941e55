package logstore

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"go.uber.org/zap"
)

// An ownership says whether this store is the one, of all processes that serve
// from a data folder, that builds indexes there and writes down where reading
// stands. It is a lock on a file, which the system gives up when the process ends,
// however it does. The file holds the number of the process, in decimal, for people.
type ownership struct {
	name string

	mu     sync.Mutex
	file   *os.File // locked; nil: another process has it
	shared bool     // locks do not work here: it is everybody's
}

const lockName = "owner.lock"

func newOwnership(dir string) *ownership { return &ownership{name: filepath.Join(dir, lockName)} }

// take takes the data folder, if nobody has it, and reports whether it is ours.
func (o *ownership) take() (ours bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file != nil {
		return true, nil
	}
	defer func() { o.shared = err != nil }()
	file, err := os.OpenFile(o.name, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return false, fmt.Errorf("data folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		if err == syscall.EWOULDBLOCK {
			return false, nil
		}
		return false, fmt.Errorf("data folder: lock %s: %w", o.name, err)
	}
	o.file = file
	if file.Truncate(0) == nil {
		fmt.Fprintf(file, "%d\n", os.Getpid()) // without it, nobody is named
	}
	return true, nil
}

// holder returns the number of the process that wrote it into the file last, which
// is the one that has the lock; 0 where it is not known.
func (o *ownership) holder() int {
	file, err := os.OpenFile(o.name, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return 0
	}
	defer file.Close()
	const most = 32 // bytes
	text, err := io.ReadAll(io.LimitReader(file, most))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid < 1 {
		return 0
	}
	return pid
}

// held reports whether the data folder is ours.
func (o *ownership) held() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.file != nil || o.shared
}

// release gives it up.
func (o *ownership) release() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file != nil {
		o.file.Close()
		o.file = nil
	}
}

// own takes the data folder, if nobody has it, and reports whether it is ours.
// Where locks do not work, it is everybody's: all that is written there is
// replaced by renaming, so nothing worse happens than work done twice.
func (s *Store) own() bool {
	ours, err := s.ownership.take()
	if err != nil {
		s.log.Debug("data folder can't be locked", zap.Error(err))
		return true
	}
	return ours
}

// owns reports whether the data folder is this store's to write to.
func (s *Store) owns() bool { return s.ownership.held() }
