package logstore

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// A disk is what reading and writing the data folder does to the file system.
// It is safe for concurrent use.
type disk interface {
	makeFolder(dir string) error
	readFolder(dir string) ([]fs.DirEntry, error)
	syncFolder(dir string) error
	// create creates a file of another name than path beside it, which stays
	// locked until it is closed.
	create(path string) (diskFile, error)
	rename(from, to string) error
	remove(name string) error
	// removeUnlocked removes a file, unless somebody has it locked.
	removeUnlocked(name string) error
	// open opens a regular file for reading. It never follows a link.
	open(path string) (storedFile, stamp, error)
	stamp(path string) (stamp, error)
}

// A diskFile is a file that is being written.
type diskFile interface {
	io.WriteCloser
	Name() string
	Sync() error
}

// A storedFile is a file that is read.
type storedFile interface {
	io.ReaderAt
	io.Closer
	// mapped maps the first size bytes into memory, until release is called.
	mapped(size int64) (content []byte, release func(), err error)
	// stamp returns the file's present stamp, whatever its name is by now.
	stamp() (stamp, error)
}

// osDisk is the file system.
type osDisk struct{}

func (osDisk) makeFolder(dir string) error                  { return os.MkdirAll(dir, 0o700) }
func (osDisk) readFolder(dir string) ([]fs.DirEntry, error) { return os.ReadDir(dir) }
func (osDisk) rename(from, to string) error                 { return os.Rename(from, to) }
func (osDisk) remove(name string) error                     { return os.Remove(name) }

func (osDisk) syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func (osDisk) create(path string) (diskFile, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	// Where files can't be locked, none is taken for a left one either.
	_ = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	return file, nil
}

func (osDisk) removeUnlocked(name string) error {
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

func (osDisk) open(path string) (storedFile, stamp, error) {
	file, now, err := openFile(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return nil, stamp{}, err
	}
	return mappable{file}, now, nil
}

func (osDisk) stamp(path string) (stamp, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return stamp{}, err
	}
	return stampOf(info), nil
}

// A mappable is an open file that can be mapped.
type mappable struct{ *os.File }

func (f mappable) mapped(size int64) (content []byte, release func(), err error) {
	return mapFile(f.File, size)
}

func (f mappable) stamp() (stamp, error) { return stampOfOpen(int(f.Fd())) }
