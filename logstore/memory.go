package logstore

import (
	"hash/crc32"
	"io"
	"maps"
	"slices"
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
	Print uint32 // fingerprint of the content before Facts.Covered; of a compressed file 0 where it is not known
	// Settled says that the stamp proves the facts by itself, in any process.
	Settled bool
}

// A memory holds what is known of the journal's files, so that a query need
// not read a file for the sake of its number of lines. It is safe for
// concurrent use.
type memory struct {
	terms terms
	now   func() time.Time

	mu       sync.Mutex
	files    map[string]remembered // by name
	prints   map[string]knownPrint // by name, of files that may grow
	reported map[string]reported   // by name
	dirty    bool                  // something worth saving was learnt since it was saved
}

// Terms are what facts depend on besides the files' content.
type terms struct {
	MaxLine int      `json:"max_line"`
	Fields  []string `json:"fields"`
	Format  string   `json:"format,omitempty"`
}

func (t *terms) equal(other *terms) bool {
	return t.MaxLine == other.MaxLine && slices.Equal(t.Fields, other.Fields) && t.Format == other.Format
}

func newMemory(t terms) *memory {
	return &memory{terms: t, now: time.Now, files: make(map[string]remembered), prints: make(map[string]knownPrint), reported: make(map[string]reported)}
}

// settled reports whether content read from now on is proven by the stamp s.
func (m *memory) settled(s stamp) bool { return s.settled(m.now()) }

// learn remembers what a file in state s was found to hold. It reports
// whether that is worth saving.
func (m *memory) learn(name string, s stamp, f facts, whole bool, print uint32) bool {
	r := remembered{Name: name, Stamp: s, Facts: f, Whole: whole, Print: print, Settled: m.settled(s)}
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.files[name]; ok && old.Stamp == s && old.Whole && old.Settled && !(whole && r.Settled) {
		return false
	}
	m.files[name] = r
	m.dirty = m.dirty || r.lasting()
	return r.lasting()
}

// lasting reports whether the facts are of a file that is done, and hold for
// other processes.
func (r *remembered) lasting() bool { return r.Whole && r.Settled }

// recall returns what is known of a file that is in state s.
//
// The stamp alone proves it only where the facts were learnt long enough after
// the last change. Otherwise, and where the file grew since, that is what is
// known of its beginning, if file, which is only then read, shows that the
// beginning is still the same. Nil shows nothing.
func (m *memory) recall(name string, s stamp, file io.ReaderAt) (f facts, whole bool) {
	m.mu.Lock()
	r, ok := m.files[name]
	m.mu.Unlock()
	switch {
	case !ok || !r.Stamp.sameFile(s):
		return facts{}, false
	case r.Stamp == s && r.Settled:
		return r.Facts, r.Whole
	case file == nil, s.Size < r.Facts.Covered:
		return facts{}, false
	}
	if print, err := fingerprint(file, r.Facts.Covered); err != nil || print != r.Print {
		return facts{}, false
	}
	if s.Size > r.Facts.Covered && !endsLine(file, r.Facts.Covered) {
		return facts{}, false // a line that was the last one, and is longer now
	}
	return r.Facts, false
}

// endsLine reports whether a line ends at that offset, or the file begins.
func endsLine(file io.ReaderAt, at int64) bool {
	var last [1]byte
	return at == 0 || readAll(file, last[:], at-1) == nil && last[0] == '\n'
}

// print returns the fingerprint of all the content of a file in state s, and
// the content's length, if that is known without reading.
func (m *memory) print(name string, s stamp) (length int64, print uint32, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.files[name]
	return r.Facts.Covered, r.Print, r.Stamp == s && r.Settled && r.Whole && r.Print != 0
}

// knows reports whether anything was learnt of a file of that name.
func (m *memory) knows(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.files[name]
	return ok
}

// remembers returns what is known of a file of that name, in whatever state.
func (m *memory) remembers(name string) (remembered, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.files[name]
	return r, ok
}

// all returns what is known of all files, by name.
func (m *memory) all() map[string]remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.files)
}

// forget forgets what is known of a file of that name.
func (m *memory) forget(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.files, name)
	m.dirty = true
}

// contradicts reports whether the plain file of that name in dir does not begin
// with what is known of it.
func (m *memory) contradicts(dir, name string) bool {
	r, ok := m.remembers(name)
	if !ok {
		return false
	}
	file, _, err := openFile(dir, name)
	if err != nil {
		return false
	}
	defer file.Close()
	print, err := fingerprint(file, r.Facts.Covered)
	return err == nil && print != r.Print
}

// reported is how many malformed lines of a file were reported.
type reported struct {
	file  stamp // to tell it from another of the same name
	lines int64
	first int64 // as facts.Bad
}

// report notes that a file in state s was found to hold the malformed lines that f
// has, and returns how many of them were not reported before, be it of the file that
// was compressed to this one. gone reports whether there is no file of a name.
func (m *memory) report(name string, s stamp, f *facts, gone func(name string) bool) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.reported[name]
	if !before.file.sameFile(s) {
		before = m.takeReportedLocked(name, f.Bad, gone)
	}
	m.reported[name] = reported{s, f.Malformed, f.Bad}
	return max(0, f.Malformed-before.lines)
}

// takeReportedLocked takes what was reported of a file of other encoding that name has
// taken the place of: one that is gone, and of which the first malformed line began
// where that of the new one does.
func (m *memory) takeReportedLocked(name string, first int64, gone func(name string) bool) reported {
	stem, _ := cutEncoding(name)
	for e := range encodings {
		other := stem + e.suffix()
		if r, ok := m.reported[other]; ok && other != name && r.first == first && gone(other) {
			delete(m.reported, other)
			return r
		}
	}
	return reported{}
}

// retain forgets all files but those for which keep reports true.
func (m *memory) retain(keep func(name string) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.prints, func(name string, _ knownPrint) bool { return !keep(name) })
	for name := range m.files {
		if !keep(name) {
			delete(m.files, name)
			m.dirty = true
		}
	}
	maps.DeleteFunc(m.reported, func(name string, _ reported) bool {
		stem, _ := cutEncoding(name)
		for e := range encodings {
			if keep(stem + e.suffix()) {
				return false // a file that may have taken its place
			}
		}
		return true
	})
}

// A knownPrint is the fingerprint of all that a file holds in a state that its stamp
// proves.
type knownPrint struct {
	stamp stamp
	print uint32
}

// mark returns the fingerprint of all that a file in state s holds. Where the
// stamp proves what that is, it is read once.
func (m *memory) mark(name string, s stamp, proven bool, file io.ReaderAt) (uint32, error) {
	m.mu.Lock()
	known, ok := m.prints[name]
	m.mu.Unlock()
	if ok && proven && known.stamp == s {
		return known.print, nil
	}
	print, err := fingerprint(file, s.Size)
	if err == nil && proven {
		m.mu.Lock()
		m.prints[name] = knownPrint{s, print}
		m.mu.Unlock()
	}
	return print, err
}

// How much of a file's beginning, and of what stands before the covered end, a
// fingerprint is made of, in bytes.
const (
	printedFirst = 4 << 10
	printedLast  = 64 << 10
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// printMemory is what fingerprints are read into: queries do this often.
var printMemory = sync.Pool{New: func() any { return new([printedLast]byte) }}

// fingerprint returns a checksum of the first and the last bytes of the
// stretch of file that ends at covered. It tells a file that grew from one
// that was written anew in place.
func fingerprint(file io.ReaderAt, covered int64) (uint32, error) {
	buf := printMemory.Get().(*[printedLast]byte)
	defer printMemory.Put(buf)
	var sum uint32
	add := func(from, to int64) error {
		part := buf[:to-from]
		err := readAll(file, part, from)
		sum = crc32.Update(sum, castagnoli, part)
		return err
	}
	if err := add(0, min(printedFirst, covered)); err != nil {
		return 0, err
	}
	err := add(max(0, covered-printedLast), covered)
	return sum, err
}

// readAll fills p from what stands at offset at.
func readAll(file io.ReaderAt, p []byte, at int64) error {
	n, err := file.ReadAt(p, at)
	if n == len(p) {
		return nil
	}
	if err == io.EOF {
		err = errTruncated
	}
	return err
}
