package dayfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// A SyncPolicy says when records are forced to the disk. Positive ones are an
// interval: SyncPolicy(time.Second) syncs in the background, a second after at
// the latest.
type SyncPolicy time.Duration

const (
	// SyncNever leaves it to the operating system, which takes up to half a
	// minute as a rule.
	SyncNever SyncPolicy = 0

	// SyncAlways syncs before Write returns. Writes that wait at the same
	// time share one sync.
	SyncAlways SyncPolicy = -1
)

// A syncFailure is the last sync that failed, and of which stretch of
// w.appended: those who wait for one of its bytes are told.
type syncFailure struct {
	from, to int64
	err      *SyncError
}

// Sync forces what has been written so far to the disk; with SyncNever, what
// has been written to the live file. It returns a *SyncError when the disk
// refuses.
func (w *Writer) Sync() error {
	w.mu.Lock()
	closed, upTo := w.closed, w.appended
	w.mu.Unlock()
	if closed {
		return fmt.Errorf("sync journal: %w", os.ErrClosed)
	}
	return w.syncTo(upTo)
}

// syncTo returns when the first upTo bytes of what this writer appended are
// durable. Appending goes on meanwhile, and who comes during a sync waits for
// the next one, which is for all who wait.
func (w *Writer) syncTo(upTo int64) error {
	w.syncing.Lock()
	defer w.syncing.Unlock()
	w.mu.Lock()
	file, from, to := w.file, w.durable, w.appended
	w.mu.Unlock()
	if from < upTo {
		err := w.opts.disk.sync(file)
		w.mu.Lock()
		// Whoever closed the file meanwhile has synced it before.
		if !errors.Is(err, os.ErrClosed) {
			w.syncedLocked(file, from, to, err)
		}
		w.mu.Unlock()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if f := &w.failure; f.err != nil && f.from < upTo && upTo <= f.to {
		return f.err
	}
	return nil
}

// syncNowLocked syncs w.file, before it is closed.
func (w *Writer) syncNowLocked() {
	if w.durable == w.appended {
		return
	}
	w.syncedLocked(w.file, w.durable, w.appended, w.opts.disk.sync(w.file))
	if f := &w.failure; f.err != nil && f.to == w.appended && w.opts.Sync > 0 {
		w.opts.Report(f.err)
	}
}

// syncedLocked notes what came of a sync of the bytes between from and to. After a
// failure they are not tried again: the kernel may have forgotten that they
// are not on the disk, and the next sync would succeed.
func (w *Writer) syncedLocked(file *os.File, from, to int64, err error) {
	w.durable = max(w.durable, to)
	if err == nil {
		return
	}
	if f := &w.failure; f.err != nil && f.to == from {
		from = f.from
	}
	w.failure = syncFailure{from, to, &SyncError{filepath.Base(file.Name()), err}}
}

// syncEvery syncs at the policy's interval until the writer is closed.
func (w *Writer) syncEvery() {
	ticker := time.NewTicker(time.Duration(w.opts.Sync))
	defer ticker.Stop()
	for {
		select {
		case <-w.stop:
			return
		case <-ticker.C:
		}
		w.mu.Lock()
		upTo, due := w.appended, w.durable < w.appended
		w.mu.Unlock()
		if !due {
			continue
		}
		if err := w.syncTo(upTo); err != nil {
			w.mu.Lock()
			w.opts.Report(err)
			w.mu.Unlock()
		}
	}
}

// syncFolder makes a new name in dir durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
