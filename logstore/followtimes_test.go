package logstore

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

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
