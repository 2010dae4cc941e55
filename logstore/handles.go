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
// free as soon as the follower has seen it. The last ones, which each query opens as
// long as they are written to, are open for reading as well, and lent to queries.

// mostHandles is how many files are kept open at most: those of queries without
// bounds, and of some more.
const mostHandles = 64

// handles are the files of a listing, open. Nil has none.
type handles struct {
	dir   folder
	stamp stamp        // of the folder, for as long as it is this
	first int          // the index of the first part that may be open
	fds   []int        // of the parts from that on; -1: it is not open
	lent  []*lentFile  // of the last parts, those that can be lent
	users atomic.Int64 // queries at work, and the lister; the last one closes all

	indexes atomic.Pointer[knownIndexes]
}

// at returns what is open of the part at that index of the listing; -1 if it is not.
func (h *handles) at(i int) (fd int) {
	if h == nil || i < h.first {
		return -1
	}
	return h.fds[i-h.first]
}

func (h *handles) release() {
	if h == nil || h.users.Add(-1) > 0 {
		return
	}
	for _, fd := range h.fds {
		closeHandle(fd)
	}
	for _, file := range h.lent {
		file.release()
	}
	h.dir.close()
}

// borrow returns the file of that name, for the caller to release; nil if it is not
// open for reading, or has to be opened anew.
func (h *handles) borrow(name string) (*lentFile, stamp) {
	if h != nil {
		for _, file := range h.lent {
			if file.name == name {
				return file.borrow()
			}
		}
	}
	return nil, stamp{}
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

// used notes that a listing, which is as the folder is, has answered a query. Files
// are kept open only where no change since the listing was read could have left the
// folder its stamp.
func (l *lister) used(now *listing) {
	if l.keepAfter == 0 || now.read.Sub(now.stamp.modified()) <= l.keepAfter || now.uses.Add(1) != handlesFrom {
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
	h := &handles{dir: openFolder(path), stamp: l.stamp, first: max(0, len(l.parts)-mostHandles)}
	h.users.Store(1)
	for _, p := range l.parts[h.first:] {
		fd := -1
		if e, ok := p.only(); ok {
			fd = openHandle(h.dir, p.file(e))
		}
		h.fds = append(h.fds, fd)
	}
	for _, p := range l.parts[max(0, len(l.parts)-mostLent):] {
		if e, ok := p.only(); ok && e == plain {
			if file := lendFile(path, p.file(e)); file != nil {
				h.lent = append(h.lent, file)
			}
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
	switch {
	case next.stamp != l.stamp || !slices.Equal(next.parts, l.parts):
		l.open.release()
	case l.open == nil: // even where l is just opening them
		next.uses.Store(min(l.uses.Load(), handlesFrom-1))
	default:
		next.open = l.open
		next.uses.Store(l.uses.Load())
	}
	l.open = nil
}

// giveBackLocked gives back what is kept open: it is not, or may not be, what has the
// names.
func (l *lister) giveBackLocked() {
	l.last.open.release()
	l.last.open = nil
	l.last.uses.Store(0)
}

// close gives back what the lister keeps open, and keeps nothing from then on.
func (l *lister) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.giveBackLocked()
}
