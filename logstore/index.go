package logstore

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"go.uber.org/zap"
)

// An index is the indexes of a journal's day files that are open. It is safe
// for concurrent use.
type index struct {
	dir    string
	terms  terms
	mapped bool
	disk   disk
	log    *zap.Logger
	woken  chan struct{} // holds one value while there may be something to build

	changes  atomic.Uint64 // grows whenever a day file may have another index, or none
	unstowed sync.Once     // warns that the data folder takes no segments of live files

	mu    sync.Mutex
	files map[string]*fileIndex // by day file
	live  map[string]*fileIndex // by day file that is still appended to
	owed  int                   // day files that are to have an index and have none yet
	aside int64                 // index files set aside so far
}

func newIndex(d disk, dir string, t terms, mapped bool, log *zap.Logger) *index {
	return &index{
		dir: filepath.Join(dir, indexFolder), terms: t, mapped: mapped, disk: d, log: log,
		woken: make(chan struct{}, 1), files: make(map[string]*fileIndex), live: make(map[string]*fileIndex),
	}
}

// path returns where the index of a day file belongs.
func (x *index) path(name string) string { return filepath.Join(x.dir, name+indexSuffix) }

// lookup returns the index of a day file in that state, if it is open. Whether
// its file is still what it was when it was opened is asked when it was used.
func (x *index) lookup(name string, s stamp) *fileIndex {
	x.mu.Lock()
	f := x.files[name]
	x.mu.Unlock()
	if f == nil || f.source != s {
		return nil
	}
	return f
}

// facts returns what the index of a day file in that state knows of it.
func (x *index) facts(name string, s stamp) (facts, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if f := x.files[name]; f != nil && f.source == s {
		return f.facts, true
	}
	return facts{}, false
}

// load opens the index of a day file in that state. It reports false where
// there is none; one that can't be used is set aside.
func (x *index) load(name string, s stamp) bool {
	x.mu.Lock()
	f := x.files[name]
	x.mu.Unlock()
	if f != nil && f.source == s && f.inPlace() {
		return true
	}
	switch err := x.open(name, s); {
	case err == nil:
		return true
	case errors.Is(err, fs.ErrNotExist):
		// The usual case: it is to be built.
	case errors.Is(err, errStale):
		x.forget(name)
		x.log.Info("index is built anew", zap.String("file", name), zap.String("reason", "it is of another state of the day file"))
	case outOfReach(err):
		x.forget(name)
		x.log.Info("index is built anew", zap.String("file", name), zap.NamedError("reason", err))
	default:
		x.discard(name, nil, err)
	}
	return false
}

// outOfReach reports whether err, of opening an index, says nothing of what is
// in it: permission, say, or the number of open files.
func outOfReach(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path) && !errors.Is(err, syscall.ELOOP) // a link is none of ours
}

// mostHeld is how many index files are open at once at most. The others are
// mapped all the same; to ask for their stamp takes a little longer.
const mostHeld = 512

// open opens the index file of a day file in that state, and touches none that
// can't be used. The error wraps fs.ErrNotExist or errStale, or says what is
// wrong with the file.
func (x *index) open(name string, s stamp) error {
	f, err := openIndex(x.disk, x.path(name), x.terms, x.mapped)
	if err != nil {
		return err
	}
	if f.source != s {
		return errStale
	}
	x.mu.Lock()
	x.dropLocked(name)
	if len(x.files) >= mostHeld && f.held != nil {
		f.letGo()
	}
	x.files[name] = f
	delete(x.live, name)
	x.mu.Unlock()
	return nil
}

// forget closes the index of a day file.
func (x *index) forget(name string) {
	x.mu.Lock()
	x.dropLocked(name)
	x.mu.Unlock()
}

// dropLocked drops the index of a day file, which then has another or none.
func (x *index) dropLocked(name string) {
	delete(x.files, name)
	x.changes.Add(1)
}

// discard sets aside the index of a day file: f, or where that is nil the one
// that could not be opened. Another is built. Where there is another file in
// the place of f's, that one stays.
func (x *index) discard(name string, f *fileIndex, why error) {
	if f != nil && f.of != nil {
		f = f.of
	}
	x.mu.Lock()
	if f != nil && f.live {
		delete(x.live, name)
		x.mu.Unlock()
		x.log.Error("segments of a live file are of no use", zap.String("file", name), zap.Error(why))
		return
	}
	open := x.files[name]
	if f != nil && open != f {
		x.mu.Unlock()
		return // somebody did it before
	}
	x.dropLocked(name)
	if f != nil && f.replaced() {
		// Another store on this data folder built it as well: the two must not
		// go on setting aside each other's.
		x.mu.Unlock()
		x.log.Info("index is opened anew", zap.String("file", name), zap.String("reason", "it was replaced"))
		x.wake()
		return
	}
	x.aside++
	x.mu.Unlock()
	err := x.setAside(x.path(name))
	x.log.Warn("index set aside; the day file is read instead, and another index is built",
		zap.String("file", name), zap.NamedError("reason", why), zap.Error(err))
	x.wake()
}

// review discards the indexes whose files are not as they were.
func (x *index) review() {
	x.mu.Lock()
	files := maps.Clone(x.files)
	x.mu.Unlock()
	for name, f := range files {
		if !f.inPlace() {
			x.discard(name, f, errChanged)
		}
	}
}

// owe notes how many day files are to have an index and have none yet.
func (x *index) owe(files int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.owed = files
}

// errChanged means that an index file is not as it was when it was opened.
var errChanged = errors.New("was changed or removed under the service")

// wake lets the indexer look for something to build. It does not wait.
func (x *index) wake() {
	select {
	case x.woken <- struct{}{}:
	default:
	}
}

// retain forgets all indexes but those of the day files for which keep reports
// true, and removes the files of others.
func (x *index) retain(keep func(name string) bool) error {
	x.mu.Lock()
	drop := func(name string, _ *fileIndex) bool { return !keep(name) }
	maps.DeleteFunc(x.files, drop)
	x.changes.Add(1)
	maps.DeleteFunc(x.live, drop)
	x.mu.Unlock()
	entries, err := x.disk.readFolder(x.dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(strings.TrimSuffix(e.Name(), asideSuffix), indexSuffix)
		if ok && !keep(name) {
			err = errors.Join(err, x.disk.remove(filepath.Join(x.dir, e.Name())))
		}
	}
	return err
}
