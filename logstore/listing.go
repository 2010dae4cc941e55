package logstore

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A listed part is what the folder holds of one part: at least one file.
type listedPart struct {
	partName
	has [encodings]bool
}

// file returns the name of the part's file in encoding e.
func (p *listedPart) file(e encoding) string { return p.stem + e.suffix() }

// only returns the encoding of the part's file, if it has just one.
func (p *listedPart) only() (e encoding, ok bool) {
	n := 0
	for other := range encodings {
		if p.has[other] {
			e, n = other, n+1
		}
	}
	return e, n == 1
}

// anyFile returns the name of one of the part's files, the preferred one.
func (p *listedPart) anyFile() string {
	for e := range encodings {
		if p.has[e] {
			return p.file(e)
		}
	}
	return p.stem
}

// A listing is the journal folder at one moment. What it lists is immutable.
type listing struct {
	stamp   stamp        // of the folder, when it was read
	read    time.Time    // when that was
	parts   []listedPart // by position
	refused []Problem    // named like day files, but no regular files
	ignored []string     // everything else, sorted

	uses atomic.Int64 // queries that it answered
	open *handles     // of its files; guarded by the lister
}

// between returns the parts of the days from first to last.
func (l *listing) between(first, last Day) []listedPart {
	from, to := l.indexes(first, last)
	return l.parts[from:to]
}

// indexes returns where those parts are: from up to, but not, to.
func (l *listing) indexes(first, last Day) (from, to int) {
	before := func(p listedPart, d Day) int {
		if p.day < d {
			return -1
		}
		return 1
	}
	from, _ = slices.BinarySearchFunc(l.parts, first, before)
	to, _ = slices.BinarySearchFunc(l.parts, last+1, before)
	return from, max(from, to)
}

// A lister reads the journal folder, no more often than it changes.
type lister struct {
	dir     string
	pattern pattern

	mu    sync.Mutex // held while the folder is read, so that one reader reads for all
	last  *listing
	stale bool // last is not to be used

	keepAfter time.Duration // how long after a change of the folder its files are kept open; 0: they are not
	closed    bool
}

func newLister(dir string, p pattern) *lister {
	return &lister{dir: dir, pattern: p, last: &listing{}}
}

const (
	// A folder's time of change may be this coarse: a listing made sooner
	// after a change may miss a second change that left the same time.
	stampGrain = 50 * time.Millisecond

	// Where a folder's time says nothing, on a network file system, a listing
	// is as good as new for this long, and longer for large folders.
	listingAge         = time.Second
	listingAgePerEntry = 50 * time.Microsecond
)

// list returns the folder's present listing, and what is refused in it that
// was not in the last one.
func (l *lister) list() (now *listing, refused []Problem, err error) {
	return l.listIn(folder{l.dir, -1})
}

// listIn is list with the folder opened. The error is errUnsteady, by errors.Is,
// where another folder stands in its place by now.
func (l *lister) listIn(dir folder) (now *listing, refused []Problem, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	began := time.Now()
	state, err := dir.stamp()
	if err != nil {
		return nil, nil, fmt.Errorf("journal folder: %w", err)
	}
	if !l.stale && l.last.fresh(state, began) {
		return l.last, nil, nil
	}
	next, err := l.readLocked(began)
	if err != nil {
		return nil, nil, err
	}
	if !next.stamp.sameFile(state) {
		return nil, nil, fmt.Errorf("journal folder: %w", errUnsteady)
	}
	for _, p := range next.refused {
		if at, found := slices.BinarySearchFunc(l.last.refused, p.File, byFile); !found || l.last.refused[at] != p {
			refused = append(refused, p)
		}
	}
	l.last.passOn(next)
	l.last, l.stale = next, false
	return next, refused, nil
}

// forget makes the next list read the folder, by its name.
func (l *lister) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stale = true
	l.giveBackLocked()
}

// fresh reports whether l still describes the folder, whose stamp is s now.
func (l *listing) fresh(s stamp, now time.Time) bool {
	age := listingAge + time.Duration(len(l.parts)+len(l.ignored))*listingAgePerEntry
	return l.stamp == s && l.read.Sub(s.modified()) > stampGrain && now.Sub(l.read) < age
}

func (l *lister) readLocked(now time.Time) (*listing, error) {
	dir, err := os.Open(l.dir)
	if err != nil {
		return nil, fmt.Errorf("journal folder: %w", err)
	}
	defer dir.Close()
	info, err := dir.Stat()
	if err != nil {
		return nil, fmt.Errorf("journal folder: %w", err)
	}
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return nil, fmt.Errorf("journal folder: %w", err)
	}
	next := &listing{stamp: stampOf(info), read: now}
	byName := make(map[string]int, len(entries))
	for _, entry := range entries {
		name, enc, ok := l.pattern.parse(entry.Name())
		switch {
		case !ok:
			next.ignored = append(next.ignored, entry.Name())
			continue
		case !entry.Type().IsRegular():
			next.refused = append(next.refused, Problem{entry.Name(), kindOf(entry.Type())})
			continue
		}
		at, seen := byName[name.stem]
		if !seen {
			at = len(next.parts)
			byName[name.stem] = at
			next.parts = append(next.parts, listedPart{partName: name})
		}
		next.parts[at].has[enc] = true
	}
	slices.SortFunc(next.parts, func(a, b listedPart) int { return a.compare(b.partName) })
	slices.SortFunc(next.refused, func(a, b Problem) int { return byFile(a, b.File) })
	slices.Sort(next.ignored)
	return next, nil
}

func byFile(p Problem, file string) int { return strings.Compare(p.File, file) }

// kindOf says what a directory entry is that is no regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeDir != 0:
		return "is a folder"
	case mode&fs.ModeSymlink != 0:
		return "is a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "is a FIFO"
	case mode&fs.ModeSocket != 0:
		return "is a socket"
	case mode&fs.ModeDevice != 0:
		return "is a device"
	}
	return "is no regular file"
}
