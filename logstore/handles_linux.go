package logstore

import "golang.org/x/sys/unix"

// keepsHandles reports whether files of the folder at path may be kept open: its
// time of change tells of every new name, and a file that is deleted is gone.
func keepsHandles(path string) bool {
	_, silent := silentFileSystem(path)
	return !silent
}

// openHandle opens a file of a folder for its state; -1 if that can't be done.
func openHandle(dir folder, name string) int {
	fd, err := unix.Openat(dir.fd, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	return fd
}

func closeHandle(fd int) {
	if fd >= 0 {
		unix.Close(fd)
	}
}

// mayRead reports whether this process could open the file that fd is open for once more,
// to read it.
func mayRead(fd int) bool {
	return unix.Faccessat(fd, "", unix.R_OK, unix.AT_EACCESS|unix.AT_EMPTY_PATH) == nil
}
