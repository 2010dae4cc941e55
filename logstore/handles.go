package logstore

import (
	"slices"
	"sync/atomic"
)

// A query asks each file that it may read for its state. The way to a file's name
// takes longer than the answer, so that a followed journal keeps its newest files
// open, and the folder: for as long as that has not changed, a name is that of the
// file that was opened by it. They are opened for their state only (O_PATH), and
// given back when the folder has changed, so that the space of a deleted file is
// free as soon as the follower has seen it.

// mostHandles is how many files are kept open at most.
const mostHandles = heldOpen

// handles are the files of a listing, open. Nil has none.
type handles struct {
	dir   folder
	stamp stamp        // of the folder, for as long as it is this
	fds   []int        // by part; -1: it is not open
	users atomic.Int64 // queries at work, and the lister; the last one closes all
}

// of returns the open files of parts, which are the listing's from an index on.
func (h *handles) of(first, n int) []int {
	if h == nil {
		return nil
	}
	return h.fds[first : first+n]
}

func (h *handles) release() {
	if h == nil || h.users.Add(-1) > 0 {
		return
	}
	for _, fd := range h.fds {
		closeHandle(fd)
	}
	h.dir.close()
}

// handlesFrom is how many queries a listing has answered when its files are worth
// opening.
const handlesFrom = 2

// held returns the handles of the latest listing, which the caller releases; nil if
// there are none.
func (l *lister) held() *handles {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.last.open
	if h != nil {
		h.users.Add(1)
	}
	return h
}

// used notes that a listing, which is as the folder is, has answered a query.
func (l *lister) used(now *listing) {
	if !l.keeps || now.uses.Add(1) != handlesFrom {
		return
	}
	h := openHandles(l.dir, now)
	if h == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last != now || now.open != nil || l.closed {
		h.release()
		return
	}
	now.open = h
}

// openHandles opens the newest files of a listing; nil if the folder is another, or
// has changed since the listing was read.
func openHandles(path string, l *listing) *handles {
	h := &handles{dir: openFolder(path), stamp: l.stamp, fds: make([]int, len(l.parts))}
	h.users.Store(1)
	for i := range h.fds {
		h.fds[i] = -1
		p := &l.parts[i]
		if e, ok := p.only(); ok && i >= len(h.fds)-mostHandles {
			h.fds[i] = openHandle(h.dir, p.file(e))
		}
	}
	if now, err := h.dir.stamp(); err != nil || now != l.stamp {
		h.release()
		return nil
	}
	return h
}

// passOn gives the handles of l to the listing that was read behind it, where that
// is the same, or else back.
func (l *listing) passOn(next *listing) {
	if next.stamp == l.stamp && slices.Equal(next.parts, l.parts) {
		next.open = l.open
		next.uses.Store(l.uses.Load())
	} else {
		l.open.release()
	}
	l.open = nil
}

// close gives back what the lister keeps open, and keeps nothing from then on.
func (l *lister) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.last.open.release()
	l.last.open = nil
}
