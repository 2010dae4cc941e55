package logstore

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"time"
)

// A Cursor names a state of a journal's files, so that a client can come back
// to it: which parts there were, and how many bytes of each. It is a value of
// its own, not bound to a store or a process, and immutable; whether the files
// still hold what it speaks of is checked when it is used.
type Cursor struct {
	kind  cursorKind
	today Day       // of a snapshot: the day that the default window ends with
	made  time.Time // of a frontier: when it was, in UTC
	parts []partMark
	folds []foldMark // of a snapshot only
}

// A cursorKind says what a cursor is for. It stands in its text.
type cursorKind uint8

const (
	// snapshotCursor names what one query has read: parts and folds together are
	// exactly its files. Where a part had a last line without its newline that
	// did not count, its length ends before that line; so whatever is appended
	// later, all of the length counts, a last line without its newline too.
	snapshotCursor cursorKind = 1

	// followCursor names how far the journal was read when it was made: its parts
	// up to their lengths, and all others as far as they were not changed since.
	// It has no folds: the owner of old day files may delete them.
	followCursor cursorKind = 2
)

// String returns what a cursor of that kind is called in an error.
func (k cursorKind) String() string {
	if k == followCursor {
		return "subscription"
	}
	return "snapshot"
}

// A partPlace says which part of a journal is meant: the how manyeth it is of
// its day, from 0, in the order of positions. Renaming the live file to the next
// free number does not change it, and neither does compressing the file.
type partPlace struct {
	day  Day
	rank int
}

func (p partPlace) compare(q partPlace) int {
	return cmp.Or(cmp.Compare(p.day, q.day), cmp.Compare(p.rank, q.rank))
}

// A partMark names one part by its content, which may be compressed by now, or
// longer.
type partMark struct {
	partPlace
	length int64  // bytes of content
	print  uint32 // fingerprint of the content up to length
}

// A foldMark names a run of parts whose content changes no more: all there are
// from first to last, both included.
type foldMark struct {
	first, last partPlace
	count       int    // of parts, at least 1
	bytes       int64  // the sum of their lengths
	hash        uint64 // of each one's place and length
}

// fold returns the mark of a run of parts, of which there is at least one.
func fold(parts []partMark) foldMark {
	f := foldMark{first: parts[0].partPlace, last: parts[len(parts)-1].partPlace, count: len(parts)}
	hash := fnv.New64a()
	var b [3 * 8]byte
	for _, p := range parts {
		binary.LittleEndian.PutUint64(b[0:], uint64(p.day))
		binary.LittleEndian.PutUint64(b[8:], uint64(p.rank))
		binary.LittleEndian.PutUint64(b[16:], uint64(p.length))
		hash.Write(b[:])
		f.bytes += p.length
	}
	f.hash = hash.Sum64()
	return f
}

// part returns what a cursor says of the part at a place, if it names that one
// by itself.
func (c *Cursor) part(p partPlace) (partMark, bool) {
	at, ok := slices.BinarySearchFunc(c.parts, p, func(m partMark, p partPlace) int { return m.compare(p) })
	if !ok {
		return partMark{}, false
	}
	return c.parts[at], true
}

// names reports whether a cursor of a snapshot names the part at a place.
func (c *Cursor) names(p partPlace) bool {
	if _, ok := c.part(p); ok {
		return true
	}
	return slices.ContainsFunc(c.folds, func(f foldMark) bool { return f.holds(p) })
}

// holds reports whether the part at a place is folded in f, if there is one.
func (f *foldMark) holds(p partPlace) bool { return f.first.compare(p) <= 0 && f.last.compare(p) >= 0 }
