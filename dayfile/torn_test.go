package dayfile_test

import (
	"errors"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"daybook/dayfile"

	"github.com/google/go-cmp/cmp"
)

// TestTorn finds every beginning of a line at the end of the live file, at Open
// and between two records. The next record is whole, the one before untouched,
// and no record looks as the torn line would have.
func TestTorn(t *testing.T) {
	lost := line("lost")
	var torn []string
	for n := 1; n < len(lost); n++ {
		torn = append(torn, lost[:n])
	}
	torn = append(torn, strings.TrimSuffix(line(`lost\`), "\\\n")) // within an escape
	for i, text := range torn {
		t.Run("", func(t *testing.T) {
			t.Parallel() // they wait
			checkTorn(t, text, i%2 == 0)
		})
	}
}

func checkTorn(t *testing.T, torn string, running bool) {
	f := newFolder(t)
	var w *dayfile.Writer
	if running {
		w = f.open()
	}
	f.put("audit-2026-04-22.tsv", line("before")+torn)
	if !running {
		w = f.open()
	}
	f.write(w, line("after"))
	want := []string{"before", "after"}
	if columns := strings.Split(torn, "\t"); len(columns) == 7 {
		want = []string{"before", columns[6] + dayfile.TornMark, "after"}
	}
	got := read(t, f.dir)
	if diff := cmp.Diff(want, got.details()); diff != "" || got.total != 3 {
		t.Errorf("%q torn: %d lines, details (-want +got):\n%s", torn, got.total, diff)
	}
	var reported *dayfile.TornError
	if len(f.reported) != 1 || !errors.As(f.reported[0], &reported) || reported.Offset != int64(len(line("before")+torn)-1) {
		t.Errorf("%q torn: reported %v", torn, f.reported)
	}
}

// TestTornYesterday finds a torn line in the file of a day that has just ended,
// and in one that ended too long ago to be changed.
func TestTornYesterday(t *testing.T) {
	for _, tt := range []struct {
		after   time.Duration // midnight
		running bool
		want    string
	}{
		{time.Minute, false, "a\nto [torn]\n"},
		{time.Minute, true, "a\nto [torn]\n"},
		{6 * time.Minute, false, "a\nto"},
		{6 * time.Minute, true, "a\nto"},
	} {
		f := newFolder(t)
		var w *dayfile.Writer
		if tt.running {
			w = f.open()
			f.write(w, "a\n")
		}
		f.put("audit-2026-04-22.tsv", "a\nto")
		f.now = noon.Add(12*time.Hour + tt.after)
		if !tt.running {
			w = f.open()
		}
		f.write(w, "b\n")
		want := map[string]string{"audit-2026-04-22.tsv": tt.want, "audit-2026-04-23.tsv": "b\n"}
		if diff := cmp.Diff(want, f.content()); diff != "" {
			t.Errorf("%v after midnight, running %v (-want +got):\n%s", tt.after, tt.running, diff)
		}
	}
}

// TestShortWrites fills the disk at every byte of a batch. What is in the file
// are whole lines, the error says how many, and writing the rest completes it.
func TestShortWrites(t *testing.T) {
	batch := lines("one", "two", "three")
	for _, step := range []int{1, 1000} { // bytes that one call takes
		for room := range len(batch) {
			f := newFolder(t)
			left := 1 << 30
			w := f.open(func(o *dayfile.Options) { *o = o.WithDisk(limited(&left, step), nil) })
			f.write(w, line("before"))
			left = room
			n, err := w.Write([]byte(batch))
			whole := strings.Count(batch[:room], "\n")
			wantSize := strings.LastIndex(batch[:room], "\n") + 1
			var failed *dayfile.WriteError
			if !errors.As(err, &failed) || failed.Written != whole || failed.Records != 3 || failed.Torn || n != wantSize || !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("room for %d bytes: Write = %d, %v; want %d, %d records written", room, n, err, wantSize, whole)
			}
			if got := f.content()["audit-2026-04-22.tsv"]; got != line("before")+batch[:wantSize] {
				t.Fatalf("room for %d bytes: file %q", room, got)
			}
			left = 1 << 30
			f.write(w, batch[n:])
			if got, want := f.content()["audit-2026-04-22.tsv"], line("before")+batch; got != want {
				t.Fatalf("room for %d bytes: file %q, want %q", room, got, want)
			}
		}
	}
}

// limited returns a write(2) for a disk with room for left bytes, of which one
// call takes at most step.
func limited(left *int, step int) func(*os.File, []byte) (int, error) {
	return func(f *os.File, b []byte) (int, error) {
		if *left == 0 {
			return 0, syscall.ENOSPC
		}
		n, err := f.Write(b[:min(len(b), *left, step)])
		*left -= n
		return n, err
	}
}

// TestShortWriteThenOther has a program without the lock append between a
// short write and its error. Its record must not be cut off.
func TestShortWriteThenOther(t *testing.T) {
	f := newFolder(t)
	w := f.open(func(o *dayfile.Options) {
		calls := 0
		*o = o.WithDisk(func(file *os.File, b []byte) (int, error) {
			if calls++; calls == 1 {
				return file.Write(b[:2])
			}
			if calls == 2 {
				if _, err := file.WriteString("of another\n"); err != nil {
					return 0, err
				}
				return 0, syscall.EIO
			}
			return file.Write(b)
		}, nil)
	})
	n, err := w.Write([]byte("record\n"))
	var failed *dayfile.WriteError
	if n != 0 || !errors.As(err, &failed) || !failed.Torn {
		t.Errorf("Write = %d, %v; want an error that says a torn line is there", n, err)
	}
	f.write(w, "next\n")
	if got, want := f.content()["audit-2026-04-22.tsv"], "reof another\nnext\n"; got != want {
		t.Errorf("file %q, want %q", got, want)
	}
}

// TestOtherWriter has a program without the lock append large records, which
// can be seen growing. None of them is taken for a torn one.
func TestOtherWriter(t *testing.T) {
	f := newFolder(t)
	w := f.open()
	f.write(w, "first\n")
	other, err := os.OpenFile(f.path("audit-2026-04-22.tsv"), os.O_WRONLY|os.O_APPEND, 0)
	f.must(err)
	defer other.Close()
	large := []byte(strings.Repeat("x", 4<<20) + "\n")
	const records = 20
	var writing sync.WaitGroup
	var done atomic.Bool
	writing.Go(func() {
		defer done.Store(true)
		for range records {
			if _, err := other.Write(large); err != nil {
				t.Error(err)
			}
		}
	})
	own := 1
	for ; !done.Load(); own++ {
		f.write(w, "own\n")
	}
	writing.Wait()
	content := f.content()["audit-2026-04-22.tsv"]
	if got := strings.Count(content, "\n"); len(f.reported) > 0 || got != own+records {
		t.Errorf("%d lines, want %d; reported %v", got, own+records, f.reported)
	}
}
