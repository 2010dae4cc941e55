package dayfile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// renameFree renames a file unless the new name is taken, which is
// fs.ErrExist. Where the file system can't do that in one step, two will do.
func renameFree(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	switch {
	case errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL):
		return renameIfFree(from, to)
	case err != nil:
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return nil
}
