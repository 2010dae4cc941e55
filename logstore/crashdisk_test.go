package logstore

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// A crashDisk does to the file system what it is asked to, and knows beside it
// what of that would be left if the machine lost its power now: of a file what
// was synced, and any of the blocks written since; of a folder the entries that
// were synced, and any of the changes since.
type crashDisk struct {
	disk
	root  string // the folder that it knows; all paths below are relative to it
	lying bool   // files are not synced where that is asked for

	mu    sync.Mutex
	names map[string][]*crashFile // what a name may stand for: the first is sure, the last is what the system shows
	moved func(*crashDisk)        // called after each operation that changes anything, with mu held
}

// A crashFile is a file, or a folder.
type crashFile struct {
	content []byte
	synced  int // bytes of the content
	folder  bool
}

// crashBlock is how many bytes of a file are written at once or not at all.
const crashBlock = 512

func newCrashDisk(root string, d disk) *crashDisk {
	return &crashDisk{disk: d, root: root, names: make(map[string][]*crashFile)}
}

// rel returns the name of a path below the root.
func (d *crashDisk) rel(path string) string {
	name, err := filepath.Rel(d.root, path)
	if err != nil {
		panic(err)
	}
	return name
}

// shows lets a name stand for f from now on, nil for none, once the folder is
// synced for sure.
func (d *crashDisk) showsLocked(name string, f *crashFile) {
	all := d.names[name]
	if len(all) == 0 {
		all = []*crashFile{nil}
	}
	d.names[name] = append(all, f)
}

func (d *crashDisk) nowLocked(name string) *crashFile {
	all := d.names[name]
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}

// done ends an operation that changed something.
func (d *crashDisk) doneLocked() {
	if d.moved != nil {
		d.moved(d)
	}
}

func (d *crashDisk) makeFolder(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.disk.makeFolder(dir)
	if name := d.rel(dir); err == nil && name != "." && d.nowLocked(name) == nil {
		d.showsLocked(name, &crashFile{folder: true})
		d.doneLocked()
	}
	return err
}

func (d *crashDisk) create(path string) (diskFile, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	file, err := d.disk.create(path)
	if err != nil {
		return nil, err
	}
	f := &crashingFile{file, d, new(crashFile)}
	d.showsLocked(d.rel(file.Name()), f.known)
	d.doneLocked()
	return f, nil
}

func (d *crashDisk) rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.disk.rename(from, to)
	if err == nil {
		d.showsLocked(d.rel(to), d.nowLocked(d.rel(from)))
		d.showsLocked(d.rel(from), nil)
		d.doneLocked()
	}
	return err
}

func (d *crashDisk) remove(path string) error {
	return d.removed(path, d.disk.remove)
}

func (d *crashDisk) removeUnlocked(path string) error {
	return d.removed(path, d.disk.removeUnlocked)
}

func (d *crashDisk) removed(path string, remove func(string) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := remove(path)
	if _, gone := os.Lstat(path); errors.Is(gone, fs.ErrNotExist) && d.nowLocked(d.rel(path)) != nil {
		d.showsLocked(d.rel(path), nil)
		d.doneLocked()
	}
	return err
}

func (d *crashDisk) syncFolder(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.disk.syncFolder(dir)
	if err == nil {
		for name, all := range d.names {
			if filepath.Dir(name) == d.rel(dir) {
				d.names[name] = all[len(all)-1:]
			}
		}
		d.doneLocked()
	}
	return err
}

// put puts a file there, for sure.
func (d *crashDisk) put(name string, content []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.names[name] = []*crashFile{{content: content, synced: len(content)}}
	return os.WriteFile(filepath.Join(d.root, name), content, 0o600)
}

// A crashingFile is a file on a crashDisk that is being written.
type crashingFile struct {
	diskFile
	disk  *crashDisk
	known *crashFile
}

func (f *crashingFile) Write(p []byte) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	n, err := f.diskFile.Write(p)
	f.known.content = append(f.known.content, p[:n]...)
	f.disk.doneLocked()
	return n, err
}

func (f *crashingFile) Sync() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	err := f.diskFile.Sync()
	if err == nil && !f.disk.lying {
		f.known.synced = len(f.known.content)
		f.disk.doneLocked()
	}
	return err
}

// A crashState is what a crash leaves of a folder: the content of files, by
// names relative to it.
type crashState map[string][]byte

// leave draws what a crash leaves now, if so many percent of what is not synced
// was written. With 0 and 100 there is no choice.
func (d *crashDisk) leaveLocked(percent int, rng *rand.Rand) crashState {
	left := make(crashState)
	folders := map[string]bool{".": true}
	for _, name := range slices.SortedFunc(maps.Keys(d.names), func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")), cmp.Compare(a, b))
	}) {
		all := d.names[name]
		last := len(all) - 1
		at := 0
		if kept(percent, rng) {
			at = last
		} else if percent > 0 && last > 0 {
			at = rng.IntN(last)
		}
		switch f := all[at]; {
		case f == nil, !folders[filepath.Dir(name)]:
		case f.folder:
			folders[name] = true
		default:
			left[name] = f.leave(percent, rng)
		}
	}
	return left
}

func kept(percent int, rng *rand.Rand) bool { return rng.IntN(100) < percent }

// leave draws what is left of a file: what was synced, and of the blocks behind
// that some. Those before the last that are not written are zeros; so may be
// those behind it.
func (f *crashFile) leave(percent int, rng *rand.Rand) []byte {
	left := slices.Clone(f.content)
	end := f.synced
	for from := f.synced; from < len(left); {
		to := min((from/crashBlock+1)*crashBlock, len(left))
		if kept(percent, rng) {
			end = to
		} else {
			clear(left[from:to])
		}
		from = to
	}
	if percent > 0 && rng.IntN(4) == 0 {
		end = len(left) // the size was written, the content was not
	}
	return left[:end]
}

// key identifies a state; the random part of the names of unfinished files does
// not count.
func (c crashState) key() [sha256.Size]byte {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(c)) {
		h.Write([]byte(settledName(name)))
		sum := sha256.Sum256(c[name])
		h.Write(sum[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// settledName returns the name of a file without what is random in it.
func settledName(name string) string {
	if base := filepath.Base(name); strings.HasPrefix(base, ".") {
		return filepath.Join(filepath.Dir(name), base[:strings.LastIndexByte(base, '.')])
	}
	return name
}

// materialise writes the state into a folder, which is made.
func (c crashState) materialise(dir string) error {
	err := os.MkdirAll(filepath.Join(dir, indexFolder), 0o700)
	for name, content := range c {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	return err
}
