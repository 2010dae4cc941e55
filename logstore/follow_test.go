package logstore

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A collecting consumer keeps the lines that it is given.
type collecting struct {
	t     testing.TB
	mu    sync.Mutex
	lines []string
	last  stretch // without its data
	front frontier
	wide  int // bytes of the longest stretch
}

func (c *collecting) consume(new []stretch, behind frontier) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range new {
		if s.to-s.from != int64(len(s.data)) || len(s.data) == 0 {
			c.t.Errorf("stretch of %d bytes from %d to %d", len(s.data), s.from, s.to)
		}
		c.wide = max(c.wide, len(s.data))
		for line := range strings.Lines(string(s.data)) {
			c.lines = append(c.lines, strings.TrimRight(line, "\r\n"))
		}
		s.data = nil
		c.last = s
	}
	c.front = behind
}

// details returns the last column of the lines that were given.
func (c *collecting) details() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := []string{}
	for _, l := range c.lines {
		all = append(all, l[strings.LastIndexByte(l, '\t')+1:])
	}
	return all
}

// following opens the journal, follows it, and returns what comes.
func (j *journal) following(change ...func(*Options)) (*Store, *collecting) {
	j.Helper()
	s := j.open(append([]func(*Options){func(o *Options) { o.Follow, o.Poll = FollowAuto, 20*time.Millisecond }}, change...)...)
	c := &collecting{t: j.TB}
	s.follower.attach(c)
	return s, c
}

// put puts a file into the journal that is complete when it appears.
func (j *journal) put(name, content string) {
	j.Helper()
	j.write("unfinished", content)
	j.must(os.Rename(j.path("unfinished"), j.path(name)))
}

// eventually waits until ready reports true.
func eventually(t testing.TB, what string, ready func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ready(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within ten seconds", what)
		}
	}
}

// wantDetails waits until so many lines came, and a while longer for others that
// should not, and compares them.
func (c *collecting) wantDetails(s *Store, want []string) {
	c.t.Helper()
	for end := time.Now().Add(5 * time.Second); len(c.details()) < len(want) && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	for range 3 {
		if err := s.follower.ask(c.t.Context()); err != nil {
			c.t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, c.details()); diff != "" {
		c.t.Errorf("lines mismatch (-want +got):\n%s", diff)
	}
}

// kinds returns the kinds and files of the incidents of a store, the oldest
// first.
func kinds(s *Store) []string {
	all := []string{}
	for _, i := range s.incidents.newest() {
		all = append([]string{fmt.Sprintf("%s %s %d", i.Kind, i.File, i.Offset)}, all...)
	}
	return all
}

func records(first, n int) []string {
	all := []string{}
	for i := range n {
		all = append(all, fmt.Sprint("record ", first+i))
	}
	return all
}

// both runs a test with notifications, and without.
func both(t *testing.T, test func(t *testing.T, mode FollowMode)) {
	for mode, name := range map[FollowMode]string{FollowAuto: "event", FollowPoll: "poll"} {
		t.Run(name, func(t *testing.T) { test(t, mode) })
	}
}

// Whatever is appended comes once it is a whole line, and nothing that was there
// before.
func TestFollowAppends(t *testing.T) {
	both(t, func(t *testing.T, mode FollowMode) {
		j := newJournal(t)
		j.write(liveName, numbered(0, 3)+"unfinished")
		s, c := j.following(func(o *Options) { o.Follow = mode })
		front := s.follower.attach(&collecting{t: t})
		if len(front) != 1 || front[0].length != int64(len(numbered(0, 3))) {
			t.Errorf("frontier %+v", front)
		}
		j.append(liveName, "\tx\n"+numbered(3, 2))
		c.wantDetails(s, append([]string{"x"}, records(3, 2)...))
		// A file of a day that is not over brings all its lines; of others none.
		j.write("audit-2026-04-23.tsv", numbered(5, 2))
		c.wantDetails(s, append([]string{"x"}, records(3, 4)...))
		j.put("audit-2026-04-20.tsv", numbered(90, 2))
		j.put("audit-2026-01-20.tsv", numbered(95, 2))
		j.put("audit-2026-04-22.1.tsv.gz", packed(t, gzipped, numbered(97, 2)))
		c.wantDetails(s, append([]string{"x"}, records(3, 4)...))
		j.append("audit-2026-04-20.tsv", numbered(7, 1))
		c.wantDetails(s, append([]string{"x"}, records(3, 5)...))
		j.append("audit-2026-01-20.tsv", numbered(8, 1))
		c.wantDetails(s, append([]string{"x"}, records(3, 6)...))
		size := int64(len(numbered(90, 2)))
		want := []string{fmt.Sprint("LATE_APPEND audit-2026-04-20.tsv ", size), fmt.Sprint("LATE_APPEND audit-2026-01-20.tsv ", size)}
		if diff := cmp.Diff(want, kinds(s)); diff != "" {
			t.Errorf("incidents mismatch (-want +got):\n%s", diff)
		}
	})
}

// Renaming the live file to the next free number keeps its place.
func TestFollowRename(t *testing.T) {
	both(t, func(t *testing.T, mode FollowMode) {
		j := newJournal(t)
		j.write(liveName, "")
		s, c := j.following(func(o *Options) { o.Follow = mode })
		n := 0
		for i := range 20 {
			j.append(liveName, numbered(n, 3))
			j.must(os.Rename(j.path(liveName), j.path(fmt.Sprintf("audit-2026-04-22.%d.tsv", i+1))))
			j.append(liveName, numbered(n+3, 2))
			n += 5
			if i%2 == 0 {
				j.must(s.follower.ask(t.Context()))
			}
		}
		c.wantDetails(s, records(0, n))
		if c.last.rank != 20 || c.last.name != liveName || len(c.front) != 21 {
			t.Errorf("last stretch %+v, frontier of %d parts", c.last, len(c.front))
		}
		if diff := cmp.Diff([]string{}, kinds(s)); diff != "" {
			t.Errorf("incidents mismatch (-want +got):\n%s", diff)
		}
	})
}

// Who asks for a look waits until the folder may be read again, however often it
// is asked.
func TestFollowerAskedOften(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, numbered(0, 1))
	s := j.open(polled)
	f, set := s.follower, make(chan time.Time, 1)
	f.results <- func() { // in its goroutine
		set <- time.Now()
		f.listNext, f.askNext = time.Now().Add(time.Hour), time.Now().Add(100*time.Millisecond)
	}
	from := <-set
	j.must(f.ask(t.Context()))
	if waited := time.Since(from); waited < 100*time.Millisecond {
		t.Errorf("it looked after %v, want 100ms or more", waited)
	}
}
