package logstore

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"
)

// A watch turns the file system's notifications of the journal folder into
// hints. These are never more than that: they are merged, come late, get lost,
// and are not there at all for some file systems. Where there is no watcher, it
// gives none.
type watch struct {
	dir     string
	log     *zap.Logger
	woken   chan struct{} // holds one value while there are hints
	watcher *fsnotify.Watcher
	done    sync.WaitGroup

	mu    sync.Mutex
	hints hints
	lost  int // how often notifications were, since their queue was full
}

// hints say where something may be new.
type hints struct {
	all   bool                // anywhere
	names map[string]struct{} // in these entries of the folder
}

const (
	// mostHints is how many names are kept apart.
	mostHints = 256

	// drainedAtOnce is how many notifications are merged at once.
	drainedAtOnce = 1024

	// hintGap is how long notifications are left to wait, and so to be merged by
	// the system, after one was taken.
	hintGap = time.Millisecond
)

// startWatch watches the journal folder, if notifications work there and are
// wanted.
func (f *follower) startWatch(ctx context.Context) *watch {
	w := &watch{dir: f.store.opts.Dir, log: f.log, woken: make(chan struct{}, 1)}
	if f.store.opts.Follow == FollowPoll {
		return w
	}
	if kind, silent := silentFileSystem(w.dir); silent {
		w.log.Info("journal is followed by a timed check: its file system does not notify of what other machines write",
			zap.String("file_system", kind), zap.Duration("every_seconds", f.store.opts.Poll))
		return w
	}
	watcher, err := f.store.opts.newWatcher(drainedAtOnce)
	if err != nil {
		w.log.Warn("journal is followed by a timed check: there is no watcher; is fs.inotify.max_user_instances reached?",
			zap.Error(err), zap.Duration("every_seconds", f.store.opts.Poll))
		return w
	}
	w.watcher = watcher
	w.renew()
	w.done.Go(func() { w.run(ctx) })
	return w
}

// close ends the watch.
func (w *watch) close() {
	if w.watcher != nil {
		w.watcher.Close()
	}
	w.done.Wait()
}

// renew watches what stands in the folder's place now.
func (w *watch) renew() {
	if w.watcher == nil {
		return
	}
	for _, name := range w.watcher.WatchList() {
		w.watcher.Remove(name) // of a folder that is gone it is removed already
	}
	if err := w.watcher.Add(w.dir); err != nil {
		w.log.Warn("journal is followed by a timed check: its folder can't be watched", zap.Error(err))
	}
}

// run takes notifications until ctx ends, or the watcher is closed.
func (w *watch) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e, ok := <-w.watcher.Events:
			if !ok {
				return
			}
			w.hint(filepath.Base(e.Name))
		case err, ok := <-w.watcher.Errors:
			if !ok {
				return
			}
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				w.overflow()
			} else {
				w.log.Warn("notifications fail: all of the journal is looked at", zap.Error(err))
			}
			w.hint("")
		}
		w.drain()
		if pause(ctx, hintGap) != nil {
			return
		}
	}
}

// overflow notes that notifications were lost.
func (w *watch) overflow() {
	w.mu.Lock()
	w.lost++
	w.mu.Unlock()
	w.log.Info("notifications were lost: all of the journal is looked at")
}

// drain takes the notifications that are there.
func (w *watch) drain() {
	for range drainedAtOnce {
		select {
		case e, ok := <-w.watcher.Events:
			if !ok {
				return
			}
			w.hint(filepath.Base(e.Name))
		default:
			return
		}
	}
}

// hint notes that something may be new in an entry of the folder, or with ""
// anywhere. It does not wait.
func (w *watch) hint(name string) {
	w.mu.Lock()
	if w.hints.names == nil {
		w.hints.names = make(map[string]struct{})
	}
	if name == "" || len(w.hints.names) >= mostHints {
		w.hints.all = true
	} else {
		w.hints.names[name] = struct{}{}
	}
	w.mu.Unlock()
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

// take returns the hints since it was called last.
func (w *watch) take() hints {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.hints
	w.hints = hints{}
	return h
}
