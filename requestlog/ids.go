package requestlog

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Ids of records are given out in ranges: a process takes one at a time, under a
// lock on the file of ids, and then needs neither. The file holds the first id
// that is in no range yet:
//
//	next 0001796000000000 5f3c9a1e\n
//
// sixteen decimal digits, and the CRC-32C of everything before it in hexadecimal
// ones. It is written in place, with one write, and synced before an id of the
// range is used; so what a crash leaves is the former number, whose range was
// not used, or a damaged line.
//
// A range begins at that number, or at the time in microseconds since 1970 where
// that is greater; and whoever takes one waits until the time has reached its
// beginning. So no range that was ever given out ends later than its length
// after the present time, and a lost or damaged file does no harm: what begins
// there is new. Should the clock have been set back as well, the ids of the
// newest records are looked at.
const (
	idsFile   = "requests.ids"
	idsFormat = "next %016d "
	idsLength = len("next 0001796000000000 5f3c9a1e\n")

	idRange     = 1000    // ids, and microseconds
	maxIDTime   = 1 << 52 // microseconds: the year 2112; a clock beyond it does not count
	idsLockWait = 10 * time.Second

	// maxIDPause is how long is waited for the time to reach a range; when it
	// takes longer, the clock was set back.
	maxIDPause = 20 * time.Millisecond
)

// ErrNoIDs says that there are no ids left below 2^53.
var ErrNoIDs = errors.New("no ids are left")

// ids gives out ids. It is for one goroutine.
type ids struct {
	dir       string
	mode      fs.FileMode // of the file of ids, when it is made
	now       func() time.Time
	pause     func(time.Duration) // nil: time.Sleep
	next, end int64               // of the range; none is left when they are the same
}

// take returns the next id.
func (s *ids) take() (int64, error) {
	if s.next == s.end {
		first, err := s.takeRange()
		if err != nil {
			return 0, fmt.Errorf("take ids: %w", err)
		}
		s.next, s.end = first, first+idRange
	}
	s.next++
	return s.next - 1, nil
}

// takeRange takes the next range, and returns its first id.
func (s *ids) takeRange() (first int64, err error) {
	for deadline := time.Now().Add(idsLockWait); ; {
		first, ok, err := s.tryRange(deadline)
		if ok || err != nil {
			return first, err
		}
	}
}

// tryRange is takeRange with the file that has the name now; ok is false when it
// has lost it meanwhile. Had it lost it only now, who made another one could not
// know of the range; so this is the last thing to be looked at.
func (s *ids) tryRange(deadline time.Time) (first int64, ok bool, err error) {
	path := filepath.Join(s.dir, idsFile)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, s.mode)
	if err != nil {
		return 0, false, err
	}
	defer file.Close() // which gives the lock up
	if err := lockIDs(file, deadline); err != nil {
		return 0, false, err
	}
	if named, err := hasName(file, path); !named {
		return 0, false, err
	}
	if first, err = s.nextRange(file); err != nil {
		return 0, false, err
	}
	ok, err = hasName(file, path)
	return first, ok, err
}

// nextRange takes the next range from the file of ids, which is locked.
func (s *ids) nextRange(file *os.File) (first int64, err error) {
	first, known := readNextID(file)
	now := min(s.now().UnixMicro(), maxIDTime)
	if !known {
		if first, err = s.afterNewest(); err != nil {
			return 0, err
		}
		now += idRange
	}
	first = max(first, now, 1)
	if first > maxID-idRange+1 {
		return 0, ErrNoIDs
	}
	s.await(first)
	if err := writeNextID(file, first+idRange); err != nil {
		return 0, err
	}
	if !known {
		return first, syncDir(s.dir)
	}
	return first, nil
}

// await waits until the time has reached the range that begins with first.
func (s *ids) await(first int64) {
	ahead := min(first-s.now().UnixMicro(), maxIDPause.Microseconds())
	if ahead <= 0 {
		return
	}
	if s.pause == nil {
		s.pause = time.Sleep
	}
	s.pause(time.Duration(ahead) * time.Microsecond)
}

// lockIDs locks file, if it is a regular one.
func lockIDs(file *os.File, deadline time.Time) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", file.Name())
	}
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return fmt.Errorf("lock %s: %w", file.Name(), err)
		case time.Now().After(deadline):
			return fmt.Errorf("lock %s: others hold it for %v", file.Name(), idsLockWait)
		}
		time.Sleep(time.Millisecond)
	}
}

// hasName reports whether file is what has the name path.
func hasName(file *os.File, path string) (bool, error) {
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	named, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(info, named), err
}

// readNextID reads the file of ids; ok is false when it is new or damaged.
func readNextID(file *os.File) (next int64, ok bool) {
	text := make([]byte, idsLength+1)
	n, err := file.ReadAt(text, 0)
	if err != nil && !errors.Is(err, io.EOF) || n != idsLength {
		return 0, false
	}
	if _, err := fmt.Sscanf(string(text), idsFormat, &next); err != nil || next < 1 {
		return 0, false
	}
	return next, string(text[:n]) == idsLine(next)
}

// idsLine returns the content of the file of ids.
func idsLine(next int64) string {
	line := fmt.Sprintf(idsFormat, next)
	return fmt.Sprintf("%s%08x\n", line, crc32.Checksum([]byte(line), crc32.MakeTable(crc32.Castagnoli)))
}

// writeNextID writes the file of ids, and syncs it.
func writeNextID(file *os.File, next int64) error {
	if _, err := file.WriteAt([]byte(idsLine(next)), 0); err != nil {
		return err
	}
	if err := file.Truncate(int64(idsLength)); err != nil {
		return err
	}
	return file.Sync()
}

// syncDir makes a new name in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
