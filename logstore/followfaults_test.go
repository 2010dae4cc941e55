package logstore

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
		s, c := j.following(func(o *Options) { o.Follow = mode })
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
		s, c = j.following(func(o *Options) { o.Follow = mode })
		check("after a restart", 13)
		r.truncate(liveName)
		check("when it is truncated", 10)
		j.append(liveName, numbered(10, 1))
		c.wantDetails(s, records(10, 1))
		check("afterwards", 11)
		wantKinds(t, s, fmt.Sprint("TRUNCATED ", liveName, " ", len(numbered(0, 13))))
	})
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
	eventually(t, "incidents", func() bool { return len(kinds(s)) == rounds })
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

// Midnight: both files are open for a while, and the grace decides when last
// lines count and what is late.
func TestFollowMidnight(t *testing.T) {
	for _, day := range []string{"2026-04-22", "2028-02-28", "2028-02-29", "2027-12-31"} {
		j := newJournal(t)
		start, err := time.Parse(time.RFC3339, day+"T23:59:58Z")
		j.must(err)
		var clock atomic.Int64
		clock.Store(start.Unix())
		first := "audit-" + day + ".tsv"
		second := "audit-" + start.Add(time.Minute).Format(time.DateOnly) + ".tsv"
		j.write(first, "")
		s, c := j.following(func(o *Options) {
			o.Now = func() time.Time { return time.Unix(clock.Load(), 0) }
			o.Grace = 10 * time.Second
		})
		want := []string{}
		step := func(sec int64, name, text string, more ...string) {
			t.Helper()
			clock.Store(start.Unix() + sec)
			if name != "" {
				j.append(name, text)
			}
			want = append(want, more...)
			c.wantDetails(s, want)
		}
		step(1, first, numbered(0, 1), "record 0")
		step(3, second, numbered(1, 1), "record 1")
		step(4, first, numbered(2, 1), "record 2")
		step(5, first, strings.TrimSuffix(numbered(3, 1), "\n"))
		step(-3600*14, second, numbered(4, 1), "record 4") // the clock is set back, and on again
		step(13, "", "", "record 3")
		wantKinds(t, s)
		size := fileSize(j, first)
		step(14, first, "\n"+numbered(5, 1), "record 5")
		step(15, second, numbered(6, 1), "record 6")
		wantKinds(t, s, fmt.Sprint("LATE_APPEND ", first, " ", size))
		if r := search(t, s, `{"limit": 0, "offset": 0}`); r.Total != 7 {
			t.Errorf("%s: total = %d, want 7", day, r.Total)
		}
	}
}

// Writers whose clocks are hours off write to files of other days: they are
// followed as well.
func TestFollowSkewedWriters(t *testing.T) {
	j := newJournal(t)
	s, c := j.following()
	want := []string{}
	for hours := -14; hours <= 14; hours += 7 {
		at := today.Add(time.Duration(hours) * time.Hour)
		name := "audit-" + at.Format(time.DateOnly) + ".tsv"
		j.append(name, "")
		j.must(s.follower.ask(t.Context()))
		j.append(name, line(at.Unix(), fmt.Sprint(hours)))
		want = append(want, fmt.Sprint(hours))
		c.wantDetails(s, want)
	}
	r := search(t, s, `{"limit": 50, "offset": 0, "whereBetween": ["timestamp", ["2026-04-21T00:00:00Z", "2026-04-23T23:59:59Z"]], "orderBy": ["timestamp", "ASC"]}`)
	if r.Count != int64(len(want)) {
		t.Errorf("count = %d, want %d", r.Count, len(want))
	}
}

// When a day is over, all that was read of its file is compared with what is in
// it: a change in the middle, which no fingerprint shows, is an incident.
func TestSealVerifies(t *testing.T) {
	j := newJournal(t)
	var clock atomic.Int64
	clock.Store(today.Unix())
	j.write(liveName, numbered(0, 5000))
	s, _ := j.following(func(o *Options) { o.Now = func() time.Time { return time.Unix(clock.Load(), 0) } })
	eventually(t, "facts", func() bool { r, _ := s.memory.remembers(liveName); return r.Facts.Lines == 5000 })
	f, err := os.OpenFile(j.path(liveName), os.O_WRONLY, 0)
	j.must(err)
	_, err = f.WriteAt([]byte("X"), 100<<10)
	j.must(err)
	j.must(f.Close())
	j.must(s.follower.ask(t.Context()))
	wantKinds(t, s)
	clock.Store(today.Unix() + secondsPerDay)
	eventually(t, "incident", func() bool { return len(kinds(s)) > 0 })
	wantKinds(t, s, fmt.Sprint("REWRITTEN ", liveName, " ", fileSize(j, liveName)))
}

// What happens to files while nobody follows them is noticed at the start.
func TestCheckpoint(t *testing.T) {
	j := newJournal(t)
	for d := range 4 {
		j.write("audit-"+dayOf(noon(-d)).String()+".tsv", numbered(0, 5))
	}
	s, _ := j.following()
	eventually(t, "facts", func() bool { r, _ := s.memory.remembers(liveName); return r.Facts.Lines == 5 })
	j.must(s.Close())
	size := int64(len(numbered(0, 5)))
	j.must(os.Truncate(j.path(liveName), 0))
	j.append("audit-2026-04-21.tsv", numbered(5, 1))
	j.must(os.Remove(j.path("audit-2026-04-20.tsv")))
	s, _ = j.following()
	got := kinds(s)
	slices.Sort(got)
	want := []string{fmt.Sprint("DELETED audit-2026-04-20.tsv ", size), fmt.Sprint("LATE_APPEND audit-2026-04-21.tsv ", size), fmt.Sprint("TRUNCATED ", liveName, " ", size)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("incidents mismatch (-want +got):\n%s", diff)
	}
	j.must(s.Close())
	// They are said once, and what was read is described.
	s, _ = j.following()
	if got := kinds(s); len(got) != len(want) {
		t.Errorf("incidents after another start: %q", got)
	}
	for _, i := range s.incidents.all {
		if i.Read.Bytes != size || i.Kind == Truncated && (i.Read.Lines != 5 || i.Read.Sum == 0) {
			t.Errorf("incident %+v", i)
		}
	}
}

// So is what happens to files of days long over, from what is known of them.
func TestOldFilesNoticed(t *testing.T) {
	j := newJournal(t)
	name := func(d int) string { return "audit-" + dayOf(noon(-d)).String() + ".tsv" }
	for d := 10; d < 16; d++ {
		j.write(name(d), numbered(0, 5))
	}
	s := j.open()
	later(s)
	search(t, s, totals)
	j.must(s.Close())
	size := int64(len(numbered(0, 5)))
	j.must(os.Truncate(j.path(name(10)), 7))
	j.append(name(11), numbered(5, 1))
	j.must(os.Remove(j.path(name(12))))
	j.write(name(13), strings.ToUpper(numbered(0, 5)))
	rotator{j}.pack(name(14), gzipped)
	s, _ = j.following()
	got := kinds(s)
	slices.Sort(got)
	want := []string{fmt.Sprint("DELETED ", name(12), " ", size), fmt.Sprint("LATE_APPEND ", name(11), " ", size),
		fmt.Sprint("REWRITTEN ", name(13), " ", size), fmt.Sprint("TRUNCATED ", name(10), " ", size)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("incidents mismatch (-want +got):\n%s", diff)
	}
	for _, i := range s.incidents.all {
		if i.Read.Lines != 5 {
			t.Errorf("incident %+v", i)
		}
	}
	// They are said once.
	j.must(s.Close())
	s, _ = j.following()
	if got := kinds(s); len(got) != len(want) {
		t.Errorf("incidents after another start: %q", got)
	}
	// The same, while it is followed.
	j.must(os.Truncate(j.path(name(15)), 7))
	eventually(t, "incident", func() bool { return len(kinds(s)) == 5 })
	j.must(os.Remove(j.path(name(11))))
	eventually(t, "incident", func() bool { return len(kinds(s)) == 6 })
}

// A checkpoint that is damaged anywhere is ignored, and that is said.
func TestCheckpointDamaged(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 5))
	s, _ := j.following()
	j.must(s.Close())
	name := filepath.Join(j.data, checkpointName)
	good, err := os.ReadFile(name)
	j.must(err)
	parts, err := decodeCheckpoint(good)
	if err != nil || len(parts) != 1 || parts[0].Length != fileSize(j, liveName) {
		t.Fatalf("checkpoint %+v, %v", parts, err)
	}
	for at := range good {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		if got, err := decodeCheckpoint(bad); err == nil && cmp.Diff(parts, got) != "" {
			t.Errorf("byte %d changed: %+v", at, got)
		}
		if _, err := decodeCheckpoint(good[:at]); err == nil && at < len(good)-1 {
			t.Errorf("cut to %d bytes: it is taken", at)
		}
	}
	j.must(os.WriteFile(name, good[:len(good)/2], 0o600))
	s, logs := openObserved(j, func(o *Options) { o.Follow = FollowAuto })
	if logs.FilterMessage("what happened to day files meanwhile is not noticed").Len() != 1 {
		t.Errorf("log: %v", logs.All())
	}
	wantKinds(t, s)
}

// Of two stores on one data folder one is the owner; when it ends, so is the
// other.
func TestOwnership(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 3))
	j.write(otherName, numbered(0, 3))
	change := func(o *Options) { o.Follow, o.Index, o.IndexFrom = FollowAuto, IndexAuto, 1 }
	first, second := j.open(change), j.open(change)
	if !first.owns() || second.owns() || second.own() {
		t.Errorf("first owns: %v, second: %v", first.owns(), second.owns())
	}
	for _, s := range []*Store{first, second} {
		if r := search(t, s, everything); r.Count != 6 {
			t.Errorf("count = %d", r.Count)
		}
	}
	j.must(first.Close())
	eventually(t, "ownership", second.owns)
}

// An idle journal costs a look at the folder and at a few files now and then.
func TestFollowIdle(t *testing.T) {
	j := newJournal(t)
	for d := range 100 {
		j.write("audit-"+dayOf(noon(-d)).String()+".tsv", numbered(0, 3))
	}
	s, _ := j.following()
	for range 3 {
		j.must(s.follower.ask(t.Context()))
	}
	if got := testing.AllocsPerRun(20, func() { j.must(s.follower.ask(t.Context())) }); got > 600 {
		t.Errorf("a check allocates %v times", got)
	}
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
