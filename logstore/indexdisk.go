package logstore

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"go.uber.org/zap"
)

// A disk is what writing an index does to the file system.
type disk interface {
	makeFolder(dir string) error
	// create creates a file of another name than path beside it, which stays
	// locked until it is closed.
	create(path string) (diskFile, error)
	rename(from, to string) error
	remove(name string) error
	syncFolder(dir string) error
}

// A diskFile is a file that is being written.
type diskFile interface {
	io.WriteCloser
	Name() string
	Sync() error
}

// osDisk is the file system.
type osDisk struct{}

func (osDisk) makeFolder(dir string) error  { return os.MkdirAll(dir, 0o700) }
func (osDisk) rename(from, to string) error { return os.Rename(from, to) }
func (osDisk) remove(name string) error     { return os.Remove(name) }

func (osDisk) create(path string) (diskFile, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	// Where files can't be locked, none is taken for a left one either.
	_ = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	return file, nil
}

func (osDisk) syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// A pendingIndex is an index file that is being written under another name.
type pendingIndex struct {
	diskFile
	disk      disk
	path      string
	published bool
}

// create begins an index file. The caller publishes or discards it.
func (x *index) create(path string) (*pendingIndex, error) {
	if err := x.disk.makeFolder(filepath.Dir(path)); err != nil {
		return nil, ofIndex(err)
	}
	file, err := x.disk.create(path)
	if err != nil {
		return nil, ofIndex(err)
	}
	return &pendingIndex{diskFile: file, disk: x.disk, path: path}, nil
}

// publish gives the file its name, once its content is safe. After an error the
// old file is there or the new one, whole in any case.
func (p *pendingIndex) publish() error {
	if err := p.Sync(); err != nil {
		return err
	}
	if err := p.disk.rename(p.Name(), p.path); err != nil {
		return ofIndex(err)
	}
	p.published = true
	// Without the folder's sync, a crash may leave the old state.
	return errors.Join(p.Close(), ofIndex(p.disk.syncFolder(filepath.Dir(p.path))))
}

// discard removes a file that was not published. Where it can't, sweep will.
func (p *pendingIndex) discard() {
	if !p.published {
		p.Close()
		_ = p.disk.remove(p.Name())
	}
}

// ofIndex returns err such that an index file that is missing is not taken for
// a day file that moved.
func ofIndex(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New(err.Error())
	}
	return err
}

// sweep removes what builders that were killed have left: files with the name
// of one that is being written, which nobody has locked.
func (x *index) sweep() {
	entries, err := os.ReadDir(x.dir)
	if err != nil {
		return // building meets it as well
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") || !strings.Contains(e.Name(), indexSuffix+".") {
			continue
		}
		if err := removeUnlocked(filepath.Join(x.dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			x.log.Warn("unfinished index can't be removed", zap.String("file", e.Name()), zap.Error(err))
		}
	}
}

// removeUnlocked removes a file, unless somebody has it locked.
func removeUnlocked(name string) error {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return nil
	}
	return os.Remove(name)
}
