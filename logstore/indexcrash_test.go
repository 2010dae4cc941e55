package logstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
)

// The environment of a child: which journal to build the index of.
const (
	childJournal = "DAYBOOK_TEST_INDEX_JOURNAL"
	childData    = "DAYBOOK_TEST_INDEX_DATA"
)

// TestIndexChild builds indexes over and over when another test runs it in a
// process of its own, and says so in a line when it begins. By itself it builds
// them once.
func TestIndexChild(t *testing.T) {
	dir, data := os.Getenv(childJournal), os.Getenv(childData)
	if dir == "" {
		j := newIndexedJournal(t, 600)
		buildAgain(t, j.dir, j.data, true)
		s, _ := j.start(true)
		if names := j.missing(s); len(names) != 0 {
			t.Errorf("%v have no index", names)
		}
		return
	}
	os.Stdout.WriteString("building\n")
	for {
		buildAgain(t, dir, data, rand.IntN(2) == 0)
	}
}

// buildAgain builds all indexes of a journal that are missing, and then all of
// them in the place of those that there are, or else deletes them.
func buildAgain(t *testing.T, dir, data string, inPlace bool) {
	t.Helper()
	s, err := Open(Options{Dir: dir, DataDir: data, Schema: auditSchema(), Workers: 2, Now: func() time.Time { return today },
		Index: IndexManual, IndexFrom: 1, segmentRecords: 300, Log: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	later(s)
	if err := s.BuildIndex(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if !inPlace {
		for name := range s.index.files {
			if err := os.Remove(s.index.path(name)); err != nil {
				t.Fatal(err)
			}
		}
	} else if err := s.rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// rebuild builds all indexes in the place of those that there are.
func (s *Store) rebuild(ctx context.Context) error {
	l, err := s.list()
	if err != nil {
		return err
	}
	b := s.newIndexBuilder(func() {})
	for i := range l.parts {
		sources, err := s.resolve(ctx, &l.parts[i])
		if err != nil {
			return err
		}
		if _, err := s.buildIndex(ctx, b, sources[0]); err != nil {
			return err
		}
	}
	return nil
}

// kills returns how often a builder is killed: SOAK=long is the whole test.
func kills() int {
	switch {
	case os.Getenv("SOAK") == "long":
		return 10_000
	case testing.Short():
		return 100
	}
	return 500
}

// TestSoakIndexKilled kills a builder at a random moment, again and again: each
// index file is whole or not there, and what was unfinished is removed by the
// next to build.
func TestSoakIndexKilled(t *testing.T) {
	t.Parallel()
	j := newIndexedJournal(t, 601)
	begin := time.Now()
	buildAgain(t, j.dir, j.data, true)
	window := int64(time.Since(begin)) // what a child takes here to build once
	found, missed, unfinished, most := 0, 0, 0, 0
	for round := range kills() {
		j.killBuilder(time.Duration(j.rng.Int64N(window)))
		left := len(j.unfinished())
		unfinished, most = unfinished+left, max(most, left)
		for back := 1; back <= 3; back++ {
			_, err := openIndex(osDisk{}, j.indexPath(back), terms{MaxLine: DefaultMaxLine, Fields: auditSchema().Names()}, round%2 == 0)
			switch {
			case err == nil:
				found++
			case errors.Is(err, os.ErrNotExist):
				missed++
			default:
				t.Fatalf("after %d kills: %v", round+1, err)
			}
		}
		if round%25 == 0 {
			s, _ := j.start(true)
			j.missing(s)
			j.check(s, "after a kill")
			if asideOf(s) != 0 {
				t.Fatalf("after %d kills an index is set aside", round+1)
			}
			j.must(s.Close())
		}
	}
	s, _ := j.start(true)
	j.must(s.BuildIndex(t.Context(), nil))
	j.check(s, "built at last")
	if n, left := j.indexes(s), j.unfinished(); n != 3 || len(left) != 0 {
		t.Errorf("at last %d indexes are used, want 3; left is %v", n, left)
	}
	// Two builders at work, each with a file: no more is ever left.
	if most > 2 {
		t.Errorf("%d unfinished files are left at once", most)
	}
	if found == 0 || missed == 0 || unfinished == 0 {
		t.Errorf("%d indexes were found, %d missing, %d unfinished: too tame", found, missed, unfinished)
	}
}

// killBuilder lets a child build for a while and kills it.
func (j *indexedJournal) killBuilder(after time.Duration) {
	j.Helper()
	program, err := os.Executable()
	j.must(err)
	child := exec.Command(program, "-test.run=^TestIndexChild$")
	child.Env = append(os.Environ(), childJournal+"="+j.dir, childData+"="+j.data, "GOMAXPROCS=2")
	said, err := child.StdoutPipe()
	j.must(err)
	j.must(child.Start())
	begun := make([]byte, len("building\n"))
	if n, err := said.Read(begun); err != nil || !strings.HasPrefix("building\n", string(begun[:n])) {
		j.Errorf("the child says %q, %v", begun[:n], err)
	}
	time.Sleep(after) // the moment is what is random, nothing waits for it
	j.must(child.Process.Signal(syscall.SIGKILL))
	var exit *exec.ExitError
	if err := child.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		j.Errorf("the child ended with %v", err)
	}
}

// Two builders in two processes leave each other's unfinished files alone.
func TestSweepLeavesLocked(t *testing.T) {
	t.Parallel()
	j := newIndexedJournal(t, 602)
	s, _ := j.start(true)
	pending, err := s.index.create(j.indexPath(1))
	j.must(err)
	j.must(os.WriteFile(filepath.Join(s.index.dir, ".other"), nil, 0o600))
	s.index.sweep()
	if left := j.unfinished(); len(left) != 2 {
		t.Errorf("while it is written there are %v", left)
	}
	j.must(pending.Close())
	s.index.sweep()
	if left := j.unfinished(); len(left) != 1 || left[0] != ".other" {
		t.Errorf("once nobody writes it there are %v", left)
	}
}
