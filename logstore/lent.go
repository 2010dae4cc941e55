package logstore

import (
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// mostLent is how many files are kept open for reading: one that is written to, and
// at the change of a day the one before.
const mostLent = 2

// A lentFile is a file that is open for several readers, all of which read it with
// pread. The last one to release it closes it.
type lentFile struct {
	name  string
	file  *os.File
	users atomic.Int64
}

// lendFile opens a file of a folder for lending; nil if that can't be done, which who
// opens it to read will say.
func lendFile(dir, name string) *lentFile {
	file, _, err := openFile(dir, name)
	if err != nil {
		return nil
	}
	f := &lentFile{name: name, file: file}
	f.users.Store(1)
	return f
}

// borrow returns the file, to be released, and its stamp now; nil where opening it
// anew may have another end. It is called by a user.
func (f *lentFile) borrow() (*lentFile, stamp) {
	var st unix.Stat_t
	fd := int(f.file.Fd())
	if err := unix.Fstat(fd, &st); err != nil || st.Nlink == 0 || st.Size > mostBytes || !mayRead(fd) {
		return nil, stamp{}
	}
	f.users.Add(1)
	return f, stampOfStat(&st)
}

func (f *lentFile) release() {
	if f.users.Add(-1) == 0 {
		f.file.Close()
	}
}
