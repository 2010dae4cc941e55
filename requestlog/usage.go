package requestlog

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// keepEvery is how often the keeper looks whether there is something to remove:
// a day may have ended, or another process written.
const keepEvery = time.Minute

// usage is how much room the journal takes.
type usage struct {
	counted atomic.Int64 // bytes of files, when they were last counted
	grown   atomic.Int64 // bytes that this process has written since
	full    atomic.Bool  // the files of today alone are larger than all may be
	pruning sync.Mutex   // held while files are removed and counted
}

// add notes that n bytes were written.
func (u *usage) add(n int64) { u.grown.Add(n) }

// total returns the bytes of all files, but for what others wrote since they were
// counted.
func (u *usage) total() int64 { return u.counted.Load() + u.grown.Load() }

// keep removes what need not be kept, until the log is closed.
func (l *Log) keep() {
	pruned := l.prune()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-ticker.C:
		case <-l.stop:
			return
		}
		large := l.opts.KeepBytes > 0 && l.usage.total() > l.opts.KeepBytes
		if time.Since(last) < keepEvery && (!large || !pruned || l.usage.full.Load()) {
			continue
		}
		pruned = l.prune()
		last = time.Now()
	}
}

// prune removes what need not be kept, and counts what is left; it reports whether it
// could.
func (l *Log) prune() bool {
	l.usage.pruning.Lock()
	defer l.usage.pruning.Unlock()
	grown := l.usage.grown.Load() // what is written from now on may be counted twice, or not
	done, err := prune(l.opts.Dir, Pruning{KeepDays: l.opts.KeepDays, KeepBytes: l.opts.KeepBytes, Now: l.opts.Now})
	for _, file := range done.Removed {
		l.opts.Removed(file)
	}
	if err != nil {
		l.opts.Report(fmt.Errorf("request log: %w", err))
		return false
	}
	l.usage.counted.Store(done.KeptBytes)
	l.usage.grown.Add(-grown)
	l.usage.full.Store(l.opts.KeepBytes > 0 && done.KeptBytes > l.opts.KeepBytes)
	return true
}
