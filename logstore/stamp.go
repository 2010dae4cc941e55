package logstore

import (
	"io/fs"
	"syscall"
	"time"
)

// A stamp tells one state of a file from another without reading it: as long
// as it stays the same, so does the content, but for changes within the grain
// of the file system's clock. The time of the last status change is part of
// it, because programs can set the time of modification back, and that one
// they can't.
type stamp struct {
	Dev, Ino      uint64
	Size          int64
	Modified      int64 // Unix nanoseconds
	StatusChanged int64 // Unix nanoseconds
}

// stampOf returns the stamp of the file that info describes.
func stampOf(info fs.FileInfo) stamp {
	s := stamp{Size: info.Size(), Modified: info.ModTime().UnixNano()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.Dev, s.Ino = uint64(sys.Dev), sys.Ino
		s.StatusChanged = statusChanged(sys)
	}
	return s
}

// modified returns when the file was last changed. The time of modification
// only counts where there is no other, since a program may have set it.
func (s stamp) modified() time.Time {
	if s.StatusChanged != 0 {
		return time.Unix(0, s.StatusChanged)
	}
	return time.Unix(0, s.Modified)
}

// settled reports whether content read at now, after the stamp was taken, is
// proven by the stamp: no change since could have left the same one.
func (s stamp) settled(now time.Time) bool { return now.Sub(s.modified()) > settleTime }

// settleTime is longer than the clock grain of any file system we know of
// (FAT: 2 s).
const settleTime = 2500 * time.Millisecond

// sameFile reports whether s and t are of one file, perhaps in two states.
func (s stamp) sameFile(t stamp) bool { return s.Dev == t.Dev && s.Ino == t.Ino }
