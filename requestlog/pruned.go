package requestlog

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Files that are removed because they need not be kept are named in a file beside
// them, so that whoever reads the journal, in this process or another one, now or
// at its next start, does not take them for lost. A line is a name, a blank and
// the file's size in bytes. It is written before the file is removed: a crash
// between the two leaves a line too many, which the next pruning makes true.
const (
	prunedFile = "requests.pruned"
	mostPruned = 64 << 10 // bytes; beyond it, the older half goes
)

// WasPruned reports whether the journal in dir had a file of that name and size
// that was removed by a Log or by Prune, and not by somebody else. The newest
// thousand or so of them are known.
func WasPruned(dir, name string, size int64) bool {
	file, err := openPruned(dir, os.O_RDONLY, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	if syscall.Flock(int(file.Fd()), syscall.LOCK_SH) != nil {
		return false // what is read may be cut short
	}
	text, err := io.ReadAll(io.LimitReader(file, 2*mostPruned))
	return err == nil && strings.Contains("\n"+string(text), "\n"+prunedLine(name, size))
}

func prunedLine(name string, size int64) string { return fmt.Sprintf("%s %d\n", name, size) }

func openPruned(dir string, how int, mode fs.FileMode) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, prunedFile), how|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, mode)
}

// notePruned writes down that a file of the journal in dir is about to be removed.
// A file that is made for that may be read by those who may read the file of ids.
func notePruned(dir string, f File) error {
	mode := fs.FileMode(0o600)
	if info, err := os.Lstat(filepath.Join(dir, idsFile)); err == nil {
		mode = info.Mode().Perm()
	}
	file, err := openPruned(dir, os.O_RDWR|os.O_CREATE|os.O_APPEND, mode)
	if err != nil {
		return err
	}
	defer file.Close() // which gives the lock up
	if err := lockIDs(file, time.Now().Add(idsLockWait)); err != nil {
		return err
	}
	line := prunedLine(f.Name, f.Size)
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() > mostPruned {
		text, err := io.ReadAll(io.LimitReader(file, info.Size()))
		if err != nil {
			return err
		}
		text = text[len(text)/2:]
		text = text[bytes.IndexByte(text, '\n')+1:]
		if err := file.Truncate(0); err != nil {
			return err
		}
		line = string(text) + line
	}
	_, err = io.WriteString(file, line)
	return err
}
