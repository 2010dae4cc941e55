package logstore

import (
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A folder is the journal folder while files in it are looked at: opened, so
// that the way to it is not walked for each of them. A query looks at every
// file that it may read.
type folder struct {
	path string
	fd   int // -1: it could not be opened, and the way is walked
}

// openFolder opens the folder at path. The caller closes it.
func openFolder(path string) folder {
	for {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		switch err {
		case nil:
			return folder{path, fd}
		case unix.EINTR:
			continue
		}
		return folder{path, -1}
	}
}

// unopened returns the journal folder, to which the way is walked.
func (s *Store) unopened() folder { return folder{s.opts.Dir, -1} }

// stamp returns the folder's own stamp.
func (d folder) stamp() (stamp, error) {
	if d.fd >= 0 {
		return stampOfOpen(d.fd)
	}
	for {
		var st unix.Stat_t
		switch err := unix.Stat(d.path, &st); {
		case err == unix.EINTR:
		case err != nil:
			return stamp{}, &fs.PathError{Op: "stat", Path: d.path, Err: err}
		case st.Mode&unix.S_IFMT != unix.S_IFDIR: // reading it would be what fails
			return stamp{}, &fs.PathError{Op: "open", Path: d.path, Err: unix.ENOTDIR}
		default:
			return stampOfStat(&st), nil
		}
	}
}

func (d folder) close() {
	if d.fd >= 0 {
		unix.Close(d.fd)
	}
}

// look returns the stamp of the file of that name, which it does not follow
// where it is a link, and refuses what can't be read as a day file.
func (d folder) look(name string) (stamp, error) {
	if d.fd < 0 {
		info, err := os.Lstat(filepath.Join(d.path, name))
		if err != nil {
			return stamp{}, err
		}
		return stampOf(info), checkFile(info)
	}
	for {
		var st unix.Stat_t
		switch err := unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW); err {
		case nil:
			return stampOfStat(&st), checkKind(st.Mode&unix.S_IFMT == unix.S_IFREG, st.Size)
		case unix.EINTR:
		default:
			return stamp{}, &fs.PathError{Op: "lstat", Path: filepath.Join(d.path, name), Err: err}
		}
	}
}

// lookAt is look for a file that fd is open for, unless that is -1.
func (d folder) lookAt(name string, fd int) (stamp, error) {
	if fd < 0 {
		return d.look(name)
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Nlink == 0 {
		return d.look(name)
	}
	return stampOfStat(&st), checkKind(st.Mode&unix.S_IFMT == unix.S_IFREG, st.Size)
}

// stampOfOpen returns the stamp of an open file.
func stampOfOpen(fd int) (stamp, error) {
	for {
		var st unix.Stat_t
		switch err := unix.Fstat(fd, &st); err {
		case nil:
			return stampOfStat(&st), nil
		case unix.EINTR:
		default:
			return stamp{}, os.NewSyscallError("fstat", err)
		}
	}
}

func stampOfStat(st *unix.Stat_t) stamp {
	return stamp{
		Dev: uint64(st.Dev), Ino: st.Ino, Size: st.Size,
		Modified: st.Mtim.Nano(), StatusChanged: st.Ctim.Nano(),
	}
}
