package dayfile_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"daybook/dayfile"

	"github.com/google/go-cmp/cmp"
)

func TestDays(t *testing.T) {
	f := newFolder(t)
	w := f.open()
	f.now = time.Date(2026, 4, 22, 23, 59, 59, 999_999_999, time.UTC)
	f.write(w, "a\nb\n")
	f.now = f.now.Add(1)
	f.write(w, "c\n")
	f.now = f.now.In(time.FixedZone("", -5*3600)) // still the 23rd in UTC
	f.write(w, "d\n")
	f.now = f.now.Add(-time.Second) // the clock was set back
	f.write(w, "e\n")
	want := map[string]string{"audit-2026-04-22.tsv": "a\nb\ne\n", "audit-2026-04-23.tsv": "c\nd\n"}
	if diff := cmp.Diff(want, f.content()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestWriteRefuses(t *testing.T) {
	f := newFolder(t)
	w := f.open(func(o *dayfile.Options) { o.MaxRecord = 10 })
	closed := f.open()
	f.must(closed.Close())
	for _, tt := range []struct {
		w     *dayfile.Writer
		lines string
		want  error
		says  string
	}{
		{w, "", dayfile.ErrNotLines, "no record given: not whole lines"},
		{w, "a", dayfile.ErrNotLines, "record 1 does not end with a newline: not whole lines"},
		{w, "a\nb", dayfile.ErrNotLines, "record 2 does not end with a newline: not whole lines"},
		{w, "a\n\n", dayfile.ErrNotLines, "record 2 is empty: not whole lines"},
		{w, "a\n12345678901\n", dayfile.ErrTooLong, "record 2 has 11 bytes, more than 10: too long"},
		{w, strings.Repeat("123456789\n", dayfile.MaxBatch/10+1), dayfile.ErrTooLong, "batch of 16777220 bytes, more than 16777216: too long"},
		{closed, "a\n", os.ErrClosed, "append to journal: file already closed"},
	} {
		n, err := tt.w.Write([]byte(tt.lines))
		if n != 0 || !errors.Is(err, tt.want) || err.Error() != tt.says {
			t.Errorf("Write(%.20q) = %d, %v; want %q", tt.lines, n, err, tt.says)
		}
	}
	for _, err := range []error{closed.Close(), closed.Sync()} {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("after Close: %v, want os.ErrClosed", err)
		}
	}
	f.write(w, "1234567890\n")
	if got := f.content(); len(got) != 1 || got["audit-2026-04-22.tsv"] != "1234567890\n" {
		t.Errorf("files %q, want the one record that was taken", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	f := newFolder(t)
	f.put("file", "")
	for _, tt := range []struct {
		o    dayfile.Options
		says string
	}{
		{dayfile.Options{}, "no folder given"},
		{dayfile.Options{Dir: f.path("none")}, "no such file or directory"},
		{dayfile.Options{Dir: f.path("file")}, "is no folder"},
		{dayfile.Options{Dir: f.dir, Pattern: "audit.tsv"}, `pattern "audit.tsv": want {date} in it once`},
		{dayfile.Options{Dir: f.dir, Pattern: "{date}{date}"}, "want {date} in it once"},
		{dayfile.Options{Dir: f.dir, Pattern: "x/{date}"}, "without a folder"},
		{dayfile.Options{Dir: f.dir, Pattern: "{date}.gz"}, "want the name of the plain file"},
		{dayfile.Options{Dir: f.dir, MaxSize: -1}, "largest size: -1 bytes"},
		{dayfile.Options{Dir: f.dir, MaxRecord: dayfile.MaxBatch}, "largest record: 16777216 bytes"},
		{dayfile.Options{Dir: f.dir, LockWait: -1}, "wait for the lock"},
		{dayfile.Options{Dir: f.dir, Sync: -5}, "interval of syncing"},
	} {
		if _, err := dayfile.Open(tt.o); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("Open(%+v) = %v, want an error that says %q", tt.o, err, tt.says)
		}
	}
}

// TestOtherThanFiles finds under the live file's name what no reader opens.
func TestOtherThanFiles(t *testing.T) {
	const name = "audit-2026-04-22.tsv"
	for _, tt := range []struct {
		make func(f *folder) error
		says string
	}{
		{func(f *folder) error { return os.Symlink("elsewhere", f.path(name)) }, "is a symbolic link"},
		{func(f *folder) error { return syscall.Mkfifo(f.path(name), 0o644) }, "is no regular file"},
		{func(f *folder) error { return os.Mkdir(f.path(name), 0o755) }, "is a directory"},
	} {
		f := newFolder(t)
		w := f.open()
		f.must(tt.make(f))
		if n, err := w.Write([]byte("a\n")); n != 0 || err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("Write = %d, %v; want an error that says %q", n, err, tt.says)
		}
		f.must(os.Remove(f.path(name)))
		f.write(w, "a\n")
	}
}

// TestMoved has others rename and remove the live file, which the next record
// must not follow.
func TestMoved(t *testing.T) {
	f := newFolder(t)
	w := f.open()
	f.write(w, "a\n")
	f.must(os.Rename(f.path("audit-2026-04-22.tsv"), f.path("audit-2026-04-22.7.tsv")))
	f.write(w, "b\n")
	f.must(os.Remove(f.path("audit-2026-04-22.tsv")))
	f.write(w, "c\n")
	f.put("other", "x\n")
	f.must(os.Rename(f.path("other"), f.path("audit-2026-04-22.tsv")))
	f.write(w, "d\n")
	want := map[string]string{"audit-2026-04-22.7.tsv": "a\n", "audit-2026-04-22.tsv": "x\nd\n"}
	if diff := cmp.Diff(want, f.content()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	f.must(os.RemoveAll(f.dir))
	if n, err := w.Write([]byte("e\n")); n != 0 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Write into a folder that is gone = %d, %v; want fs.ErrNotExist", n, err)
	}
}

func TestLocked(t *testing.T) {
	f := newFolder(t)
	w := f.open(func(o *dayfile.Options) { o.LockWait = 20 * time.Millisecond })
	f.write(w, "a\n")
	other, err := os.Open(f.path("audit-2026-04-22.tsv"))
	f.must(err)
	defer other.Close()
	f.must(syscall.Flock(int(other.Fd()), syscall.LOCK_EX))
	n, err := w.Write([]byte("b\n"))
	if n != 0 || !errors.Is(err, dayfile.ErrLocked) || !strings.Contains(err.Error(), "audit-2026-04-22.tsv for 20ms") {
		t.Errorf("Write = %d, %v; want ErrLocked with the file's name and the time", n, err)
	}
	f.must(syscall.Flock(int(other.Fd()), syscall.LOCK_UN))
	f.write(w, "c\n")
	if got := f.content()["audit-2026-04-22.tsv"]; got != "a\nc\n" {
		t.Errorf("file %q, want what Write had taken", got)
	}
}

// TestGoroutines has many use one writer while others use another one.
func TestGoroutines(t *testing.T) {
	f := newFolder(t)
	const each = 50
	small := func(o *dayfile.Options) { o.MaxSize = 2000 }
	writers := []*dayfile.Writer{f.open(small), f.open(small)}
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			for range each {
				if _, err := writers[i%2].Write([]byte(line("x"))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if got := read(t, f.dir); got.total != 16*each || len(got.rows) != 16*each {
		t.Errorf("%d lines, %d records; want %d", got.total, len(got.rows), 16*each)
	}
	if got := len(f.content()); got < 16*each*len(line("x"))/2000 {
		t.Errorf("%d files, want more: they should have been rotated", got)
	}
}
