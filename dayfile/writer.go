package dayfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A Writer appends records to the day files of one folder. Its methods may be
// called concurrently. It is an io.Writer, and with Sync what loggers want.
type Writer struct {
	opts           Options
	prefix, suffix string // of file names, around the day

	mu       sync.Mutex // guards what follows; held while appending
	closed   bool
	file     *os.File // the live file; nil when none is open
	day      string   // of file
	rotateAt int64    // size of file beyond which to rotate; 0: never
	appended int64    // bytes of all files
	durable  int64    // of these, how many need no more sync

	syncing sync.Mutex // held while syncing; taken before mu
	failure syncFailure
	stop    chan struct{} // closed to end the background
	ticking sync.WaitGroup
}

// Open returns a writer. It creates no file: the first Write does. A torn line
// at the end of the live file is closed off now.
func Open(o Options) (*Writer, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("open journal for writing: %w", err)
	}
	w := &Writer{opts: o, stop: make(chan struct{})}
	w.prefix, w.suffix, _ = strings.Cut(o.Pattern, datePlace)
	if err := w.closeOffLast(); err != nil {
		return nil, fmt.Errorf("open journal for writing: %w", err)
	}
	if o.Sync > 0 {
		w.ticking.Go(w.syncEvery)
	}
	return w, nil
}

// Write appends whole lines, each a record ended by a newline, to the file of
// the present day: all of them or none, next to each other and with nothing of
// others in between, even where that makes the file larger than MaxSize. It
// does not keep lines.
//
// When it returns n == len(lines), the records are written: without an error,
// and as durable as Options.Sync wants; or with a *SyncError. A *WriteError
// says that only n bytes, whole lines, are in the file; find either by
// errors.As. With any other error nothing was written: ErrTooLong, ErrNotLines, ErrLocked, os.ErrClosed, or
// that of the file system.
func (w *Writer) Write(lines []byte) (n int, err error) {
	records, err := w.check(lines)
	if err != nil {
		return 0, err
	}
	w.mu.Lock()
	n, err = w.appendLocked(lines, records)
	upTo := w.appended
	w.mu.Unlock()
	if n > 0 && w.opts.Sync == SyncAlways {
		err = errors.Join(err, w.syncTo(upTo))
	}
	return n, err
}

// check counts the records of lines.
func (w *Writer) check(lines []byte) (records int, err error) {
	if len(lines) > MaxBatch {
		return 0, fmt.Errorf("batch of %d bytes, more than %d: %w", len(lines), MaxBatch, ErrTooLong)
	}
	for rest := lines; len(rest) > 0; records++ {
		end := bytes.IndexByte(rest, '\n')
		switch {
		case end < 0:
			return 0, fmt.Errorf("record %d does not end with a newline: %w", records+1, ErrNotLines)
		case end == 0:
			return 0, fmt.Errorf("record %d is empty: %w", records+1, ErrNotLines)
		case end > w.opts.MaxRecord:
			return 0, fmt.Errorf("record %d has %d bytes, more than %d: %w", records+1, end, w.opts.MaxRecord, ErrTooLong)
		}
		rest = rest[end+1:]
	}
	if records == 0 {
		return 0, fmt.Errorf("no record given: %w", ErrNotLines)
	}
	return records, nil
}

// appendLocked appends lines to the live file.
func (w *Writer) appendLocked(lines []byte, records int) (int, error) {
	if w.closed {
		return 0, fmt.Errorf("append to journal: %w", os.ErrClosed)
	}
	size, err := w.takeLiveLocked(int64(len(lines)))
	if err != nil {
		return 0, fmt.Errorf("append to journal: %w", err)
	}
	defer unlock(w.file)
	n, err := w.writeAll(w.file, lines)
	w.appended += int64(n)
	if err == nil {
		return n, nil
	}
	failed := &WriteError{File: filepath.Base(w.file.Name()), Records: records, Err: err}
	whole := bytes.LastIndexByte(lines[:n], '\n') + 1
	failed.Written = bytes.Count(lines[:whole], []byte{'\n'})
	if whole < n {
		failed.Torn = !cutBack(w.file, size+int64(n), size+int64(whole))
	}
	return whole, failed
}

// writeAll writes all of b, with one call as a rule: a call that takes less
// is followed by another, until one fails.
func (w *Writer) writeAll(f *os.File, b []byte) (written int, err error) {
	for written < len(b) && err == nil {
		var n int
		n, err = w.opts.disk.write(f, b[written:])
		written += n
		if n == 0 && err == nil {
			err = fmt.Errorf("write took nothing")
		}
	}
	return written, err
}

// cutBack makes f size bytes long again, provided that nobody has appended to
// it since it was grown bytes long: someone might who takes no lock.
func cutBack(f *os.File, grown, size int64) bool {
	info, err := f.Stat()
	return err == nil && info.Size() == grown && f.Truncate(size) == nil
}

// Close ends the writer: what was written is synced, unless the policy is
// never to, and a *SyncError says that it failed. Later calls of the writer's
// methods return os.ErrClosed.
func (w *Writer) Close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return fmt.Errorf("close journal: %w", os.ErrClosed)
	}
	w.closed = true
	upTo := w.appended
	w.mu.Unlock()

	close(w.stop)
	w.ticking.Wait()
	var err error
	if w.opts.Sync != SyncNever {
		err = w.syncTo(upTo)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return err
	}
	closing := w.file.Close()
	w.file = nil
	return errors.Join(err, closing)
}

// today returns the day that it is, as file names have it.
func (w *Writer) today() string { return dayName(w.opts.Now()) }

func dayName(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// path returns where the live file of a day is.
func (w *Writer) path(day string) string { return filepath.Join(w.opts.Dir, w.prefix+day+w.suffix) }
