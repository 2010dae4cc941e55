package logstore

import (
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// mostLent is how many files are kept open for reading: one that is written to, and
// at the change of a day the one before.
const mostLent = 2

// A lentFile is a file that is open for several readers, none of which moves in it.
// The last one to release it closes it.
type lentFile struct {
	name   string
	file   *os.File
	access access
	users  atomic.Int64
}

// access is what decides who may read a file.
type access struct {
	mode, uid, gid uint32
}

func accessOf(st *unix.Stat_t) access { return access{uint32(st.Mode), st.Uid, st.Gid} }

// lendFile opens a file of a folder for lending; nil if that can't be done, which who
// opens it to read will say.
func lendFile(dir, name string) *lentFile {
	file, _, err := openFile(dir, name)
	if err != nil {
		return nil
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &st); err != nil {
		file.Close()
		return nil
	}
	f := &lentFile{name: name, file: file, access: accessOf(&st)}
	f.users.Store(1)
	return f
}

// borrow returns the file, to be released, and its stamp now; nil where opening it
// anew may have another end.
func (f *lentFile) borrow() (*lentFile, stamp) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.file.Fd()), &st); err != nil || st.Nlink == 0 || accessOf(&st) != f.access || st.Size > mostBytes {
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
