package dayfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// TornMark is what a torn line is closed off with, before its newline.
const TornMark = " [torn]"

// recentEnd is how long after its day's end the torn line of a file is still
// closed off. Readers take it for a record, such as it is, ten minutes after;
// from then on it must not change.
const recentEnd = 5 * time.Minute

// settleTime is how long a line without its newline may take to grow further.
const settleTime = 20 * time.Millisecond

// maxTurns bounds how often the live file may be renamed or removed while one
// Write is about to append to it.
const maxTurns = 1000

// takeLiveLocked makes w.file the live file of today, locked, with a newline
// at its end and room for n bytes, and returns its size. The caller unlocks it.
func (w *Writer) takeLiveLocked(n int64) (size int64, err error) {
	for range maxTurns {
		if err := w.openTodayLocked(); err != nil {
			return 0, err
		}
		if err := w.lock(w.file); err != nil {
			return 0, err
		}
		size, err := w.inspect(w.file)
		if err != nil {
			unlock(w.file)
			return 0, err
		}
		if size >= 0 && !w.rotateLocked(size, n) {
			return size, nil
		}
		w.leaveLocked()
	}
	return 0, fmt.Errorf("%s was renamed or removed %d times while a record was about to be appended", w.path(w.day), maxTurns)
}

// openTodayLocked opens the live file of today, unless it is open.
func (w *Writer) openTodayLocked() error {
	today := w.today()
	if w.file != nil && w.day == today {
		return nil
	}
	if w.file != nil {
		w.leaveDayLocked()
	}
	file, err := openRegular(w.path(today), os.O_CREATE, w.opts.Mode)
	if err != nil {
		return err
	}
	w.file, w.day, w.rotateAt = file, today, w.opts.MaxSize
	if w.opts.Sync != SyncNever {
		if err := syncFolder(w.opts.Dir); err != nil {
			w.opts.Report(&SyncError{filepath.Base(file.Name()), err})
		}
	}
	return nil
}

// openRegular opens a regular file for appending. Whatever else has that name,
// no reader would open.
func openRegular(path string, flag int, mode fs.FileMode) (*os.File, error) {
	// Opening a FIFO must not wait for who reads it.
	flag |= os.O_RDWR | os.O_APPEND | syscall.O_NOFOLLOW | syscall.O_NONBLOCK
	file, err := os.OpenFile(path, flag, mode)
	if errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("%s is a symbolic link, which readers do not follow", path)
	}
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", path)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// inspect returns the size of a locked file, or -1 when its name has gone to
// another one, or to none. A torn line at its end is closed off.
func (w *Writer) inspect(f *os.File) (size int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	named, err := os.Lstat(f.Name())
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(info, named) {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	return w.closeOff(f, info.Size())
}

// closeOff ends a locked file of that size with a newline, if it has a content
// that does not, and returns its size, or -1 when the file is no longer so large.
func (w *Writer) closeOff(f *os.File, size int64) (int64, error) {
	size, torn, err := settledEnd(f, size)
	if errors.Is(err, io.EOF) {
		return -1, nil // it was cut short meanwhile
	}
	if err != nil || !torn {
		return size, err
	}
	n, err := w.writeAll(f, []byte(TornMark+"\n"))
	if err != nil {
		return 0, fmt.Errorf("close off the torn line at the end of %s: %w", f.Name(), err)
	}
	w.opts.Report(&TornError{File: filepath.Base(f.Name()), Offset: size - 1})
	return size + int64(n), nil
}

// settledEnd returns the size of a locked file, and whether its last line is
// torn. A large record of a writer without the lock can be seen growing: a line
// is torn only if it has not grown for a while.
func settledEnd(f *os.File, size int64) (settled int64, torn bool, err error) {
	for {
		if torn, err = isTorn(f, size); err != nil || !torn {
			return size, false, err
		}
		time.Sleep(settleTime)
		info, err := f.Stat()
		if err != nil || info.Size() == size {
			return size, true, err
		}
		size = info.Size()
	}
}

// isTorn reports whether a file of that size ends within a line.
func isTorn(f *os.File, size int64) (bool, error) {
	if size == 0 {
		return false, nil
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], size-1); err != nil {
		return false, err
	}
	return last[0] != '\n', nil
}

// leaveDayLocked lets go of the file of a day that has ended. A torn line that
// another writer left at its end is closed off: nobody else may come by.
func (w *Writer) leaveDayLocked() {
	recent := w.day == dayName(w.opts.Now().Add(-recentEnd))
	if recent && w.lock(w.file) == nil {
		w.inspect(w.file) // whatever else is wrong with it stays as it is
	}
	w.leaveLocked()
}

// leaveLocked syncs and closes w.file, which gives its lock up.
func (w *Writer) leaveLocked() {
	if w.opts.Sync == SyncNever {
		w.durable = w.appended
	} else {
		w.syncNowLocked()
	}
	w.file.Close()
	w.file = nil
}

// closeOffLast closes off the torn lines that a crash left at the ends of the
// live files of today and of a day that has just ended.
func (w *Writer) closeOffLast() error {
	now := w.opts.Now()
	days := []string{dayName(now.Add(-recentEnd)), dayName(now)}
	for _, day := range slices.Compact(days) {
		file, err := openRegular(w.path(day), 0, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err = w.lock(file); err == nil {
			_, err = w.inspect(file)
		}
		if file.Close(); err != nil {
			return err
		}
	}
	return nil
}
