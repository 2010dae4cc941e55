package logstore

import (
	"hash/crc32"
	"io"
	"sync"
	"time"
)

// A remembered file is what one file was found to hold, and when that stays
// true.
type remembered struct {
	Name  string
	Stamp stamp
	Facts facts
	Whole bool   // Facts describe all of the content
	Print uint32 // fingerprint of a plain file before Facts.Covered
	// Settled says that the stamp proves the facts by itself, in any process.
	Settled bool
}

// A memory holds what is known of the journal's files, so that a query need
// not read a file for the sake of its number of lines. It is safe for
// concurrent use.
type memory struct {
	mu    sync.Mutex
	files map[string]remembered // by name
	dirty bool                  // a settled, whole file was learnt since it was saved
}

func newMemory() *memory { return &memory{files: make(map[string]remembered)} }

// learn remembers what a file in state s was found to hold at now.
func (m *memory) learn(name string, s stamp, f facts, whole bool, print uint32, now time.Time) {
	r := remembered{Name: name, Stamp: s, Facts: f, Whole: whole, Print: print, Settled: s.settled(now)}
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.files[name]; ok && old.Stamp == s && old.Whole && !whole {
		return
	}
	m.files[name] = r
	m.dirty = m.dirty || r.Whole && r.Settled
}

// recall returns what is known of a file that is in state s. Where the file
// grew since, that is what is known of its beginning, if file, which is only
// then read, shows that the beginning is still the same.
func (m *memory) recall(name string, s stamp, file io.ReaderAt) (f facts, whole bool) {
	m.mu.Lock()
	r, ok := m.files[name]
	m.mu.Unlock()
	switch {
	case !ok || !r.Stamp.sameFile(s):
		return facts{}, false
	case r.Stamp == s:
		return r.Facts, r.Whole
	case file == nil || s.Size < r.Facts.Covered:
		return facts{}, false
	}
	if print, err := fingerprint(file, r.Facts.Covered); err != nil || print != r.Print {
		return facts{}, false
	}
	return r.Facts, false
}

// retain forgets all files but those for which keep reports true.
func (m *memory) retain(keep func(name string) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.files {
		if !keep(name) {
			delete(m.files, name)
			m.dirty = true
		}
	}
}

// printed is how much of a file's beginning, and of what stands before the
// covered end, a fingerprint is made of.
const printed = 4 << 10

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// fingerprint returns a checksum of the first and the last bytes of the
// stretch of file that ends at covered. It tells a file that grew from one
// that was written anew in place.
func fingerprint(file io.ReaderAt, covered int64) (uint32, error) {
	var buf [printed]byte
	sum := uint32(0)
	for _, at := range []int64{0, max(0, covered-printed)} {
		part := buf[:min(printed, covered-at)]
		if n, err := file.ReadAt(part, at); n < len(part) {
			return 0, err
		}
		sum = crc32.Update(sum, castagnoli, part)
	}
	return sum, nil
}
