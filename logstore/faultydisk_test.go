package logstore

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
)

// A diskFault is a way in which an operation fails.
type diskFault struct {
	name string
	err  error
	only string // the operations that fail like this; all where it is empty
}

// diskFaults are all the ways: what the system calls may return, writes and
// reads that stop halfway, and syncs after which the content is lost.
var diskFaults = []diskFault{
	{"EIO", syscall.EIO, ""},
	{"ENOSPC", syscall.ENOSPC, ""},
	{"EDQUOT", syscall.EDQUOT, ""},
	{"EROFS", syscall.EROFS, ""},
	{"EACCES", syscall.EACCES, ""},
	{"EMFILE", syscall.EMFILE, ""},
	{"EINTR", syscall.EINTR, ""},
	{"short write", io.ErrShortWrite, "write"},
	{"short read", errTruncated, "read"},
	{"sync loses", syscall.EIO, "sync"},
}

// hits reports whether an operation can fail like this.
func (f diskFault) hits(op string) bool { return f.only == "" || f.only == op }

// A faultyDisk fails its n-th operation, counted from 1, and with always those
// behind it too.
type faultyDisk struct {
	disk
	n      int
	always bool
	kind   diskFault

	mu    sync.Mutex
	done  int        // operations so far
	fired []diskCall // those that failed
}

// A diskCall is an operation, where in the code it stands, and where that is
// called.
type diskCall struct{ op, site, caller string }

// siteOf returns where the caller's caller stands, so many frames up.
func siteOf(up int) string {
	_, file, line, _ := runtime.Caller(up + 2)
	return fmt.Sprint(filepath.Base(file), ":", line)
}

// fault returns the error of the next operation, which the caller's caller
// asked for.
func (d *faultyDisk) fault(op string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done++; (d.done == d.n || d.always && d.done > d.n) && d.kind.hits(op) {
		d.fired = append(d.fired, diskCall{op, siteOf(1), siteOf(2)})
		return d.kind.err
	}
	return nil
}

func (d *faultyDisk) makeFolder(dir string) error {
	if err := d.fault("mkdir"); err != nil {
		return &os.PathError{Op: "mkdir", Path: dir, Err: err}
	}
	return d.disk.makeFolder(dir)
}

func (d *faultyDisk) readFolder(dir string) ([]fs.DirEntry, error) {
	if err := d.fault("readdir"); err != nil {
		return nil, &os.PathError{Op: "open", Path: dir, Err: err}
	}
	return d.disk.readFolder(dir)
}

func (d *faultyDisk) create(path string) (diskFile, error) {
	if err := d.fault("create"); err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	file, err := d.disk.create(path)
	if err != nil {
		return nil, err
	}
	return &faultyFile{file, d}, nil
}

func (d *faultyDisk) rename(from, to string) error {
	if err := d.fault("rename"); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return d.disk.rename(from, to)
}

func (d *faultyDisk) remove(name string) error {
	if err := d.fault("remove"); err != nil {
		return &os.PathError{Op: "remove", Path: name, Err: err}
	}
	return d.disk.remove(name)
}

func (d *faultyDisk) removeUnlocked(name string) error {
	if err := d.fault("remove"); err != nil {
		return &os.PathError{Op: "remove", Path: name, Err: err}
	}
	return d.disk.removeUnlocked(name)
}

func (d *faultyDisk) syncFolder(dir string) error {
	if err := d.fault("sync folder"); err != nil {
		return &os.PathError{Op: "sync", Path: dir, Err: err}
	}
	return d.disk.syncFolder(dir)
}

func (d *faultyDisk) stamp(path string) (stamp, error) {
	if err := d.fault("stat"); err != nil {
		return stamp{}, &os.PathError{Op: "lstat", Path: path, Err: err}
	}
	return d.disk.stamp(path)
}

func (d *faultyDisk) open(path string) (storedFile, stamp, error) {
	if err := d.fault("open"); err != nil {
		return nil, stamp{}, &os.PathError{Op: "open", Path: path, Err: err}
	}
	file, now, err := d.disk.open(path)
	if err != nil {
		return nil, stamp{}, err
	}
	return &faultyStored{file, d, path}, now, nil
}

// A faultyFile is a file on a faulty disk that is written. A write that fails
// writes half; the content of a file whose sync fails is lost.
type faultyFile struct {
	diskFile
	disk *faultyDisk
}

func (f *faultyFile) Write(p []byte) (int, error) {
	if err := f.disk.fault("write"); err != nil {
		n, _ := f.diskFile.Write(p[:len(p)/2])
		return n, &os.PathError{Op: "write", Path: f.Name(), Err: err}
	}
	return f.diskFile.Write(p)
}

func (f *faultyFile) Sync() error {
	if err := f.disk.fault("sync"); err != nil {
		if f.disk.kind.only == "sync" {
			_ = os.Truncate(f.Name(), 0)
		}
		return &os.PathError{Op: "sync", Path: f.Name(), Err: err}
	}
	return f.diskFile.Sync()
}

func (f *faultyFile) Close() error {
	err := f.diskFile.Close()
	if err := f.disk.fault("close"); err != nil {
		return &os.PathError{Op: "close", Path: f.Name(), Err: err}
	}
	return err
}

// A faultyStored is a file on a faulty disk that is read.
type faultyStored struct {
	storedFile
	disk *faultyDisk
	path string
}

func (f *faultyStored) ReadAt(p []byte, at int64) (int, error) {
	if err := f.disk.fault("read"); err != nil {
		n, _ := f.storedFile.ReadAt(p[:len(p)/2], at)
		if f.disk.kind.only == "read" {
			return n, io.EOF
		}
		return n, &os.PathError{Op: "read", Path: f.path, Err: err}
	}
	return f.storedFile.ReadAt(p, at)
}

func (f *faultyStored) mapped(size int64) (content []byte, release func(), err error) {
	if err := f.disk.fault("map"); err != nil {
		return nil, nil, os.NewSyscallError("mmap", err)
	}
	return f.storedFile.mapped(size)
}

func (f *faultyStored) stamp() (stamp, error) {
	if err := f.disk.fault("stat"); err != nil {
		return stamp{}, os.NewSyscallError("fstat", err)
	}
	return f.storedFile.stamp()
}
