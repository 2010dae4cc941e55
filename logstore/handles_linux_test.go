package logstore

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// keptOpen returns which files of a folder, deleted ones too, this process has open
// for their state.
func keptOpen(t *testing.T, dir string) (names []string) {
	t.Helper()
	fds, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		path, err := os.Readlink(fd)
		if err != nil || !strings.HasPrefix(path, dir+"/") {
			continue
		}
		info, err := os.ReadFile(strings.Replace(fd, "/fd/", "/fdinfo/", 1))
		if err != nil {
			continue // it was closed meanwhile
		}
		var pos, flags int64
		if _, err := fmt.Sscanf(string(info), "pos:\t%d\nflags:\t%o", &pos, &flags); err != nil {
			t.Fatalf("%v: %s", err, info)
		}
		if flags&unix.O_PATH != 0 {
			names = append(names, strings.TrimPrefix(path, dir+"/"))
		}
	}
	return names
}

// asked makes a store keep its files open.
func (j *journal) asked(s *Store) {
	j.Helper()
	s.lister.keepAfter = stampGrain
	eventually(j.TB, "files are kept open", func() bool {
		outcomeOf(s, request(j.TB, totals))
		h := s.lister.held()
		defer h.release()
		return h != nil
	})
}

// Whatever happens to files that are kept open for their state: the answers are those
// of a store that opens them anew.
func TestHandles(t *testing.T) {
	t.Parallel()
	day := func(back int) string { return fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0)) - Day(back)).String()) }
	for _, tt := range []struct {
		name   string
		change func(j *journal)
	}{
		{"appended", func(j *journal) { j.append(day(2), "1\tCLIENT\t1\tLogin\tSUCCESS\t10.0.0.1\tlate\n") }},
		{"cut short", func(j *journal) { j.must(os.Truncate(j.path(day(2)), 500)) }},
		{"written anew in place", func(j *journal) { j.write(day(2), dayLines(rand.New(rand.NewPCG(72, 0)), 2, 30, 0)) }},
		{"replaced", func(j *journal) { j.put(day(2), dayLines(rand.New(rand.NewPCG(72, 1)), 2, 40, 0)) }},
		{"deleted", func(j *journal) { j.must(os.Remove(j.path(day(2)))) }},
		{"deleted and created", func(j *journal) {
			j.must(os.Remove(j.path(day(2))))
			j.write(day(2), dayLines(rand.New(rand.NewPCG(72, 2)), 2, 50, 0))
		}},
		{"exchanged", func(j *journal) {
			j.must(os.Rename(j.path(day(2)), j.path("away")))
			j.must(os.Rename(j.path(day(3)), j.path(day(2))))
			j.must(os.Rename(j.path("away"), j.path(day(3))))
		}},
		{"renamed", func(j *journal) { j.must(os.Rename(j.path(day(2)), j.path(day(9)))) }},
		{"made a folder", func(j *journal) {
			j.must(os.Remove(j.path(day(2))))
			j.must(os.Mkdir(j.path(day(2)), 0o755))
		}},
		{"made a link", func(j *journal) {
			j.must(os.Rename(j.path(day(2)), j.path("target")))
			j.must(os.Symlink("target", j.path(day(2))))
		}},
		{"another folder", func(j *journal) {
			j.must(os.Rename(j.dir, j.dir+".old"))
			j.must(os.Mkdir(j.dir, 0o755))
			j.write(day(1), dayLines(rand.New(rand.NewPCG(72, 3)), 1, 60, 0))
		}},
	} {
		for _, indexed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/indexed %t", tt.name, indexed), func(t *testing.T) {
				t.Parallel()
				j := newJournal(t)
				rng := rand.New(rand.NewPCG(71, 0))
				for back := range 4 {
					j.write(day(back), dayLines(rng, back, 100, 0))
				}
				s, _ := j.following(func(o *Options) { o.Index, o.IndexFrom = IndexManual, 1 })
				later(s)
				if indexed {
					j.must(s.BuildIndex(t.Context(), nil))
				}
				j.asked(s)
				if open := keptOpen(t, j.dir); len(open) != 4 {
					t.Fatalf("%q are open, want four files", open)
				}
				if n := j.known(s); n != 0 && !indexed || n != 3 && indexed {
					t.Fatalf("of %d files the index is known", n)
				}
				tt.change(j)
				for _, params := range []string{totals, everything} {
					want, got := outcomeOf(j.open(func(o *Options) { o.DataDir = t.TempDir() }), request(t, params)), outcomeOf(s, request(t, params))
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s: (-opened anew +kept open)\n%s", params, diff)
					}
				}
				eventually(t, "what is gone is given back", func() bool {
					return !strings.Contains(strings.Join(keptOpen(t, j.dir), " "), "(deleted)") && len(keptOpen(t, j.dir+".old")) == 0
				})
				j.must(s.Close())
				if left := keptOpen(t, j.dir); len(left) > 0 {
					t.Errorf("after Close %q are open", left)
				}
			})
		}
	}
}

// known returns of how many files that are kept open the index is known, once a query
// has looked for them.
func (j *journal) known(s *Store) (n int) {
	j.Helper()
	outcomeOf(s, request(j.TB, totals))
	h := s.lister.held()
	defer h.release()
	k := h.known(s.indexChanges())
	if k == nil {
		return 0
	}
	for _, x := range k.of {
		if x != nil {
			n++
		}
	}
	return n
}

// An index that is no longer used is not known either, and another is found.
func TestKnownParts(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	name := func(back int) string { return fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0)) - Day(back)).String()) }
	rng := rand.New(rand.NewPCG(78, 0))
	for back := range 4 {
		j.write(name(back), dayLines(rng, back, 100, 0))
	}
	s, _ := j.following(func(o *Options) { o.Index, o.IndexFrom = IndexManual, 1 })
	later(s)
	j.must(s.BuildIndex(t.Context(), nil))
	j.asked(s)
	used := func() (names []string) {
		snap, err := s.snapshot(t.Context(), request(t, totals))
		j.must(err)
		defer snap.close()
		for _, src := range snap.sources {
			if src.index != nil {
				names = append(names, src.name)
			}
			if src.index != nil && src.index != s.index.lookup(src.name, src.stamp) {
				t.Errorf("%s: an index that was dropped is used", src.name)
			}
		}
		return names
	}
	all := []string{name(3), name(2), name(1)}
	for _, tt := range []struct {
		what   string
		change func()
		want   []string
		known  int
	}{
		{"nothing", func() {}, all, 3},
		{"one is forgotten", func() { s.index.forget(name(2)) }, []string{name(3), name(1)}, 2},
		{"it is opened again", func() { j.must(s.BuildIndex(t.Context(), nil)) }, all, 3},
		{"one is set aside", func() { s.index.discard(name(3), s.index.files[name(3)], errChanged) }, []string{name(2), name(1)}, 2},
		{"it is built again", func() { j.must(s.BuildIndex(t.Context(), nil)) }, all, 3},
		{"others are not retained", func() { j.must(s.index.retain(func(of string) bool { return of == name(1) })) }, []string{name(1)}, 1},
	} {
		tt.change()
		for range 2 {
			if diff := cmp.Diff(tt.want, used()); diff != "" {
				t.Errorf("%s: (-want +used)\n%s", tt.what, diff)
			}
		}
		if n := j.known(s); n != tt.known {
			t.Errorf("%s: of %d files the index is known, want %d", tt.what, n, tt.known)
		}
	}
	want := outcomeOf(j.scanned(), request(t, everything))
	if diff := cmp.Diff(want, outcomeOf(s, request(t, everything))); diff != "" {
		t.Errorf("(-scan +known)\n%s", diff)
	}
	j.must(s.index.retain(func(string) bool { return false }))
	outcomeOf(s, request(t, everything))
	h := s.lister.held()
	defer h.release()
	if h.indexes.Load() != nil {
		t.Error("dropped indexes are kept")
	}
}

// Answers are right where another folder stands in place of the journal's, and nobody
// but queries looks.
func TestHandlesOfAnotherFolder(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	rng := rand.New(rand.NewPCG(74, 0))
	name := fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0)) - 1).String())
	j.write(name, dayLines(rng, 1, 100, 0))
	s := j.open()
	j.asked(s)
	j.must(os.Rename(j.dir, j.dir+".old"))
	j.must(os.Mkdir(j.dir, 0o755))
	j.write(name, dayLines(rng, 1, 60, 0))
	want, got := outcomeOf(j.open(func(o *Options) { o.DataDir = t.TempDir() }), request(t, totals)), outcomeOf(s, request(t, totals))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-opened anew +kept open)\n%s", diff)
	}
	if left := keptOpen(t, j.dir+".old"); len(left) > 0 {
		t.Errorf("%q are open", left)
	}
}

// No files are kept open as long as the folder may have changed without another
// stamp, and they are where a listing was read anew while they were opened.
func TestHandlesFrom(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write("audit-2026-04-20.tsv", numbered(0, 1))
	p, err := parsePattern("audit-{date}.tsv")
	j.must(err)
	l := newLister(j.dir, p)
	l.keepAfter = time.Hour
	used := func() {
		now, _, err := l.list()
		j.must(err)
		l.used(now)
	}
	open := func() bool {
		h := l.held()
		defer h.release()
		return h != nil
	}
	for range 2 * handlesFrom {
		used()
	}
	if open() {
		t.Error("files are kept open of a folder that has just changed")
	}
	l.keepAfter = 1
	eventually(t, "the listing is not of the moment of a change", func() bool {
		now, _, err := l.list()
		j.must(err)
		return now.fresh(now.stamp, now.read)
	})
	l.last.uses.Store(handlesFrom) // somebody is opening them
	l.stale = true
	used()
	if !open() {
		t.Error("no files are kept open by a listing that overtook another")
	}
	l.close()
}

// Files are given back while queries ask them.
func TestHandlesWhileAsked(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	rng := rand.New(rand.NewPCG(73, 0))
	name := func(back int) string { return fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0)) - Day(back)).String()) }
	content := dayLines(rng, 1, 100, 0)
	for back := range 4 {
		j.write(name(back), content)
	}
	s, _ := j.following()
	j.asked(s)
	want := outcomeOf(s, request(t, totals))
	stop := make(chan struct{})
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if got := outcomeOf(s, request(t, totals)); got.Total != want.Total || got.Err != "" {
					t.Errorf("%+v, want %+v", got, want)
					return
				}
			}
		})
	}
	for n := range 60 {
		j.put(name(n%4), content)
		time.Sleep(time.Millisecond)
	}
	close(stop)
	asking.Wait()
}
