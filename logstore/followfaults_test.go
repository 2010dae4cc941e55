package logstore

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/google/go-cmp/cmp"
)

// wantKinds compares the incidents of a store.
func wantKinds(t testing.TB, s *Store, want ...string) {
	t.Helper()
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, kinds(s)); diff != "" {
		t.Errorf("incidents mismatch (-want +got):\n%s", diff)
	}
}

// Where one day holds all old files, a line that is appended to one of them is found
// also by whoever looks at all.
func TestFollowOneOldDay(t *testing.T) {
	both(t, func(t *testing.T, mode FollowMode) {
		j := newJournal(t)
		j.write("audit-2026-04-10.tsv", line(noon(-12), "a"))
		j.write("audit-2026-04-10.1.tsv", line(noon(-12), "b"))
		j.write(liveName, line(noon(0), "c"))
		s, c := j.following(func(o *Options) { o.Follow = mode })
		size := fileSize(j, "audit-2026-04-10.tsv")
		j.append("audit-2026-04-10.tsv", line(noon(-12), "late"))
		s.follower.watch.hint("") // as where notifications were lost
		c.wantDetails(s, []string{"late"})
		wantKinds(t, s, fmt.Sprint("LATE_APPEND audit-2026-04-10.tsv ", size))
	})
}

// However a write of three records is cut, lines come when they are whole.
func TestFollowSplitWrites(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, "")
	s, c := j.following()
	text := numbered(0, 3)
	f, err := os.OpenFile(j.path(liveName), os.O_WRONLY|os.O_APPEND, 0)
	j.must(err)
	defer f.Close()
	want := []string{}
	for at := 0; at <= len(text); at += 1 + at%7 {
		for _, piece := range []string{text[:at], text[at:]} {
			_, err := f.WriteString(piece)
			j.must(err)
			if at%3 == 0 {
				j.must(s.follower.ask(t.Context()))
			}
		}
		want = append(want, records(0, 3)...)
	}
	for _, b := range []byte(text) {
		_, err := f.Write([]byte{b})
		j.must(err)
		runtime.Gosched()
	}
	c.wantDetails(s, append(want, records(0, 3)...))
	wantKinds(t, s)
}

// A writer may take back the beginning of a line that it could not finish, and
// write a shorter one in its place.
func TestFollowLineTakenBack(t *testing.T) {
	for _, noticed := range []bool{false, true} {
		j := newJournal(t)
		j.write(liveName, numbered(0, 3))
		s, c := j.following(func(o *Options) { o.Follow, o.Poll = FollowPoll, time.Hour })
		j.append(liveName, strings.Repeat("x", 500))
		j.must(s.follower.ask(t.Context()))
		j.must(os.Truncate(j.path(liveName), int64(len(numbered(0, 3)))))
		if noticed {
			j.must(s.follower.ask(t.Context()))
		}
		j.append(liveName, numbered(3, 1))
		c.wantDetails(s, records(3, 1))
		wantKinds(t, s)
	}
}

// Sixty-four writers, each with its own file handle, lose nothing.
func TestFollowManyWriters(t *testing.T) {
	const writers, each = 64, 50
	j := newJournal(t)
	j.write(liveName, "")
	s, c := j.following()
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			f, err := os.OpenFile(j.path(liveName), os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				t.Error(err)
				return
			}
			defer f.Close()
			for i := range each {
				if _, err := f.WriteString(line(noon(0), fmt.Sprint(w, " ", i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	eventually(t, "all lines", func() bool { return len(c.details()) >= writers*each })
	next := make(map[string]int)
	for _, d := range c.details() {
		w, i, _ := strings.Cut(d, " ")
		if i != fmt.Sprint(next[w]) {
			t.Fatalf("writer %s: %s comes after %d others", w, i, next[w])
		}
		next[w]++
	}
	if n := search(t, s, totals).Total; n != writers*each {
		t.Errorf("total = %d", n)
	}
}

// What is appended at once comes in pieces, in bounded memory; lines that are too
// long are passed over.
func TestFollowLargeAppend(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, "")
	s, c := j.following()
	n := 100_000
	text := numbered(0, n)
	long := strings.Repeat("x", s.opts.MaxLine+1)
	// A line that is too long grows slowly, and is read once.
	j.append(liveName, long)
	for range 20 {
		j.append(liveName, long[:100<<10])
		j.must(s.follower.ask(t.Context()))
	}
	j.append(liveName, "\n"+text)
	c.wantDetails(s, records(0, n))
	if most := s.opts.MaxLine + readSize + pageSize; c.wide > most {
		t.Errorf("a stretch of %d bytes, want at most %d", c.wide, most)
	}
	if front := s.follower.attach(&collecting{t: t}); front[0].length != fileSize(j, liveName) {
		t.Errorf("frontier %+v, want it at %d", front, fileSize(j, liveName))
	}
	wantKinds(t, s)
	// What was learnt on the way is what a scan finds.
	eventually(t, "facts", func() bool {
		r, _ := s.memory.remembers(liveName)
		return r.Facts.Lines == int64(n)+1 && r.Facts.Malformed == 1
	})
	eventually(t, "report", func() bool { return s.Stats().Malformed == 1 })
	if r := search(t, s, totals); r.Total != int64(n)+1 || s.Stats().LinesScanned > int64(n) {
		t.Errorf("total %d, %d lines are scanned", r.Total, s.Stats().LinesScanned)
	}
}

// Between the copy and the truncation of copytruncate, records are answered once,
// and so are they afterwards, whatever was appended between.
func TestCopyTruncateWindow(t *testing.T) {
	both(t, func(t *testing.T, mode FollowMode) {
		j := newJournal(t)
		r := rotator{j}
		j.write(liveName, numbered(0, 10))
		s, _ := j.following(func(o *Options) { o.Follow = mode })
		check := func(when string, n int) {
			t.Helper()
			j.must(s.follower.ask(t.Context()))
			if diff := cmp.Diff(numberedRows(0, n), rows(search(t, s, everything))); diff != "" {
				t.Errorf("%s: rows mismatch (-want +got):\n%s", when, diff)
			}
		}
		r.copyFile(liveName, partName1, func() { check("while it is copied", 10) })
		check("when it is copied", 10)
		j.append(liveName, numbered(10, 3))
		check("when more is appended", 13)
		st, err := s.Status(t.Context(), dayOf(noon(0)), dayOf(noon(0)))
		j.must(err)
		if p := st.Days[0].Files[0].Problems; len(p) != 1 || p[0] != "is not read: it is a copy of "+liveName {
			t.Errorf("problems of the copy: %q", p)
		}
		// A process that starts now knows it from the checkpoint.
		j.must(s.Close())
		s, c := j.following(func(o *Options) { o.Follow = mode })
		c.wantDetails(s, []string{})
		check("after a restart", 13)
		r.truncate(liveName)
		check("when it is truncated", 10)
		j.append(liveName, numbered(10, 1))
		c.wantDetails(s, records(10, 1))
		check("afterwards", 11)
		wantKinds(t, s, fmt.Sprint("TRUNCATED ", liveName, " ", len(numbered(0, 13))))
	})
}

// Of a day of many parts, those that rest are not opened to see that they do.
func TestFollowManyParts(t *testing.T) {
	const parts = 3 * heldParts
	j := newJournal(t)
	part := func(n int) string { return fmt.Sprintf("audit-2026-04-22.%d.tsv", n) }
	for n := range parts {
		j.write(part(n+1), numbered(n, 1))
	}
	s, c := j.following(func(o *Options) { o.Follow, o.Poll = FollowPoll, time.Hour })
	opened := func() (n int) {
		day := s.follower.days[dayOf(today.Unix())]
		s.follower.checkDay(t.Context(), day, hints{all: true})
		for _, p := range day.parts[:parts-heldParts] {
			if p.file != nil {
				n++
			}
		}
		return n
	}
	j.must(s.follower.ask(t.Context()))
	if n := opened(); n != 0 {
		t.Errorf("%d files are opened that have not changed", n)
	}
	j.append(part(7), numbered(parts, 1))
	if n := opened(); n != 1 {
		t.Errorf("%d files are opened where one has changed", n)
	}
	c.wantDetails(s, records(parts, 1))
}

// Files may be rotated at any moment of a look at them.
func TestRotationDuringLook(t *testing.T) {
	const steps = 7
	first := "audit-2026-04-22.1.tsv"
	for _, tt := range []struct {
		name           string
		before, rotate func(j *journal)
		want           []string // incidents
	}{
		{"copytruncate", func(j *journal) { rotator{j}.copyFile(liveName, first, func() {}) },
			func(j *journal) { rotator{j}.truncate(liveName) },
			[]string{fmt.Sprintf("TRUNCATED %s %d", liveName, len(numbered(0, 15)))}},
		{"rename", func(j *journal) {}, func(j *journal) { rotator{j}.rename(liveName, first) }, nil},
		{"rename twice", func(j *journal) { rotator{j}.rename(liveName, first) },
			func(j *journal) { rotator{j}.rename(liveName, "audit-2026-04-22.2.tsv") }, nil},
		{"rename and pack", func(j *journal) { rotator{j}.rename(liveName, first) }, func(j *journal) { rotator{j}.pack(first, gzipped) }, nil},
		{"pack at once", func(j *journal) {}, func(j *journal) {
			rotator{j}.rename(liveName, first)
			rotator{j}.pack(first, zstandard)
		}, nil},
	} {
		for gap := range steps + 1 {
			j := newJournal(t)
			j.write(liveName, numbered(0, 10))
			s, c := j.following(func(o *Options) { o.Follow, o.Poll = FollowPoll, time.Hour })
			j.append(liveName, numbered(10, 5))
			j.must(s.follower.ask(t.Context()))
			tt.before(j)
			s.lister.forget()
			list, err := s.list()
			j.must(err)
			day := dayOf(today.Unix())
			files, steady := s.follower.arrivals(day, list.between(day, day))
			if !steady {
				t.Fatalf("%s: files are not steady", tt.name)
			}
			d := s.follower.days[day]
			l := &look{follower: s.follower, ctx: t.Context(), day: d, files: files, left: d.parts}
			if n := len(l.steps()); n != steps {
				t.Fatalf("a look has %d steps, not %d", n, steps)
			}
			for i, step := range append(l.steps(), func() {}) {
				if i == gap {
					tt.rotate(j)
					j.append(liveName, numbered(15, 3))
				}
				step()
			}
			j.must(s.follower.ask(t.Context()))
			t.Run(fmt.Sprintf("%s before step %d", tt.name, gap), func(t *testing.T) {
				c.t = t
				c.wantDetails(s, records(10, 8))
				wantKinds(t, s, tt.want...)
			})
			j.must(s.Close())
		}
	}
}

// A file that only seems to be a copy at first is read from its beginning.
func TestNoCopy(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 3))
	s, c := j.following()
	j.write(partName1, "")
	j.must(s.follower.ask(t.Context()))
	j.append(partName1, numbered(0, 1))
	j.must(s.follower.ask(t.Context()))
	c.wantDetails(s, []string{})
	j.append(partName1, numbered(7, 1))
	c.wantDetails(s, []string{"record 0", "record 7"})
	if r := search(t, s, totals); r.Total != 5 {
		t.Errorf("total = %d, want 5", r.Total)
	}
}

// What is written to a file that was deleted or renamed is read as long as its
// writer has it open.
func TestFollowOpenHandle(t *testing.T) {
	for _, way := range []string{"renamed", "deleted", "replaced"} {
		j := newJournal(t)
		j.write(liveName, "")
		s, c := j.following()
		f, err := os.OpenFile(j.path(liveName), os.O_WRONLY|os.O_APPEND, 0)
		j.must(err)
		_, err = f.WriteString(numbered(0, 2))
		j.must(err)
		c.wantDetails(s, records(0, 2))
		switch way {
		case "renamed":
			j.must(os.Rename(j.path(liveName), j.path(partName1)))
		case "deleted":
			j.must(os.Remove(j.path(liveName)))
		case "replaced":
			j.put(liveName, "")
		}
		_, err = f.WriteString(numbered(2, 1))
		j.must(err)
		c.wantDetails(s, records(0, 3))
		j.append(liveName, numbered(3, 1))
		_, err = f.WriteString(numbered(4, 1)[:10])
		j.must(err)
		c.wantDetails(s, records(0, 4))
		_, err = f.WriteString(numbered(4, 1)[10:])
		j.must(err)
		c.wantDetails(s, records(0, 5))
		j.must(f.Close())
		if way == "renamed" {
			wantKinds(t, s)
		} else if got := kinds(s); len(got) != 1 || !strings.HasPrefix(got[0], "DELETED") {
			t.Errorf("%s: incidents %q", way, got)
		}
	}
}

// Inodes are used again: each of these files is another one.
func TestInodeReuse(t *testing.T) {
	rounds := 200
	if testing.Short() {
		rounds = 50
	}
	j := newJournal(t)
	s, c := j.following()
	inodes := make(map[uint64]int)
	for i := range rounds {
		j.write(liveName, numbered(i, 1))
		info, err := os.Stat(j.path(liveName))
		j.must(err)
		inodes[stampOf(info).Ino]++
		eventually(t, "line", func() bool { return len(c.details()) == i+1 })
		j.must(os.Remove(j.path(liveName)))
		if i%2 == 0 {
			j.must(s.follower.ask(t.Context()))
		}
	}
	c.wantDetails(s, records(0, rounds))
	if len(inodes) > rounds*3/4 {
		t.Logf("%d inodes for %d files: they are hardly used again here", len(inodes), rounds)
	}
	eventually(t, "incidents", func() bool { return s.Stats().Incidents[Deleted] == int64(rounds) })
	if kept := len(kinds(s)); kept != min(rounds, mostDeleted) {
		t.Errorf("%d incidents are kept, want %d", kept, min(rounds, mostDeleted))
	}
}

// A file of which permission is withdrawn is read on when it is granted again.
func TestFollowPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		// Root may read everything. The open handle is what is read then.
		t.Log("as root, only the file's mode changes")
	}
	j := newJournal(t)
	j.write(liveName, numbered(0, 1))
	s, c := j.following()
	j.must(os.Chmod(j.path(liveName), 0o200))
	j.append(liveName, numbered(1, 1))
	j.must(s.follower.ask(t.Context()))
	j.must(os.Chmod(j.path(liveName), 0o644))
	j.append(liveName, numbered(2, 1))
	c.wantDetails(s, records(1, 2))
	wantKinds(t, s)
}

// What a file holds that can't be read at the start is lag, until it is read; that it
// can't be read is counted once, though nobody has asked for it.
func TestFollowUnreadable(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 3))
	j.must(os.Chmod(j.path(liveName), 0o200))
	j.must(os.Mkdir(j.data, 0o777))
	j.must(os.Chmod(j.data, 0o777)) // whatever the umask is
	var s *Store
	asNobody(t, func() { s = j.open(polled, func(o *Options) { o.Poll = time.Hour }) })
	unreadable := map[string]int64{"permission denied": 1}
	if got := s.Stats(); got.Lag <= 0 || !maps.Equal(got.Problems, unreadable) {
		t.Errorf("lag %v, problems %v, want some lag and %v", got.Lag, got.Problems, unreadable)
	}
	j.must(os.Chmod(j.path(liveName), 0o644))
	j.append(liveName, numbered(3, 1))
	j.must(s.follower.ask(t.Context()))
	if got := s.Stats(); got.Lag != 0 || !maps.Equal(got.Problems, unreadable) {
		t.Errorf("when it can be read: lag %v, problems %v, want no lag and %v", got.Lag, got.Problems, unreadable)
	}
}

// The journal folder is replaced, taken away, and given back.
func TestSourceGone(t *testing.T) {
	both(t, func(t *testing.T, mode FollowMode) {
		j := newJournal(t)
		j.write(liveName, numbered(0, 1))
		j.write(otherName, numbered(90, 1))
		s, c := j.following(func(o *Options) { o.Follow = mode })
		away := j.dir + ".away"
		j.must(os.Rename(j.dir, away))
		eventually(t, "incident", func() bool { return len(kinds(s)) == 1 })
		// What is appended meanwhile is read: the file is open.
		f, err := os.OpenFile(filepath.Join(away, liveName), os.O_WRONLY|os.O_APPEND, 0)
		j.must(err)
		_, err = f.WriteString(numbered(1, 1))
		j.must(err)
		c.wantDetails(s, records(1, 1))
		// An empty folder is what the journal was mounted on.
		j.must(os.Mkdir(j.dir, 0o755))
		for range 3 {
			j.must(s.follower.ask(t.Context()))
		}
		j.must(os.Remove(j.dir))
		j.must(os.Rename(away, j.dir))
		_, err = f.WriteString(numbered(2, 1))
		j.must(err)
		c.wantDetails(s, records(1, 2))
		wantKinds(t, s, "SOURCE_GONE  0")
		// Another folder with the same content, as of a file system that was
		// mounted again.
		other := j.dir + ".other"
		j.must(os.CopyFS(other, os.DirFS(j.dir)))
		j.must(os.Rename(j.dir, away))
		j.must(os.Rename(other, j.dir))
		j.must(s.follower.ask(t.Context()))
		j.append(liveName, numbered(3, 1))
		c.wantDetails(s, records(1, 3))
		wantKinds(t, s, "SOURCE_GONE  0", "SOURCE_GONE  0")
		j.must(f.Close())
	})
}

// Notifications that are lost cost nothing: the queue overflows while another
// program makes files, or changes some without end, and the writer goes on.
func TestFollowOverflow(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, "")
	j.write("other 0", "")
	j.write("other 1", "")
	s, c := j.following(func(o *Options) { o.Poll = time.Second })
	w := s.follower.watch
	if w.watcher == nil {
		t.Fatal("there are no notifications here")
	}
	w.mu.Lock() // nobody takes them
	n := 0
	for i := range 100_000 {
		if os.Getenv("SOAK") == "long" {
			j.write(fmt.Sprint("new ", i), "")
		} else {
			j.must(os.Chmod(j.path(fmt.Sprint("other ", i%2)), 0o600+os.FileMode(i&4)))
		}
		if i%5000 == 0 {
			j.append(liveName, numbered(n, 1))
			n++
		}
	}
	w.mu.Unlock()
	began := time.Now()
	eventually(t, "lines", func() bool { return len(c.details()) == n })
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("lines come after %v", took)
	}
	eventually(t, "overflow", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.lost > 0
	})
	c.wantDetails(s, records(0, n))
	wantKinds(t, s)
}

// Where there is no watcher, the timed check does it all.
func TestFollowWithoutWatcher(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, "")
	s, logs := openObserved(j, func(o *Options) {
		o.Follow, o.Poll = FollowAuto, 5*time.Millisecond
		o.newWatcher = func(uint) (*fsnotify.Watcher, error) { return nil, syscall.EMFILE }
	})
	if logs.FilterMessageSnippet("there is no watcher").Len() != 1 {
		t.Errorf("log: %v", logs.All())
	}
	c := &collecting{t: t}
	s.follower.attach(c)
	j.append(liveName, numbered(0, 3))
	eventually(t, "lines", func() bool { return len(c.details()) == 3 })
}

// A file with a hole is followed without reading that.
func TestFollowSparse(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 1))
	s, c := j.following()
	const size = 1 << 40
	j.must(os.Truncate(j.path(liveName), size))
	j.append(liveName, "\n"+numbered(1, 1))
	c.wantDetails(s, records(1, 1))
	if front := s.follower.attach(&collecting{t: t}); front[0].length <= size {
		t.Errorf("frontier %+v", front)
	}
	wantKinds(t, s)
}
