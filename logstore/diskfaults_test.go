package logstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// messyData fills the data folder with one of everything that a start may meet:
// of three day files one has an index, one a damaged one, and one none; there is
// an index of a day file that is gone, facts, and what was never finished.
func (j *crashJournal) messyData(t testing.TB) crashState {
	t.Helper()
	s, _, err := j.openOn(hastyDisk{osDisk{}}, j.data)
	j.must(err)
	j.must(s.BuildIndex(t.Context(), nil))
	j.check(s, "built")
	j.must(s.Close())
	index := func(back int) string { return filepath.Join(indexFolder, closedName(back)+indexSuffix) }
	damaged := j.content(j.indexPath(2))
	damaged[len(damaged)/2] ^= 1
	j.bad = damaged
	return crashState{
		factsName: j.content(filepath.Join(j.data, factsName)),
		index(1):  j.content(j.indexPath(1)),
		index(2):  damaged,
		index(9):  j.content(j.indexPath(3)),
		filepath.Join(indexFolder, "."+filepath.Base(index(3))+".77"): []byte("unfinished"),
		"." + factsName + ".78": nil,
	}
}

// live does what a server does from its start to its end, and returns the
// errors of writing. An answer that is wrong is another error.
func (j *indexedJournal) live(d disk, data string, mapped bool) (reported, wrong error) {
	s, logs, err := j.openOn(d, data)
	if err != nil {
		return err, nil
	}
	s.index.mapped = mapped
	ctx := context.Background()
	wrong = j.wrong(s, "at the start")
	_, _, err = s.unindexed(ctx)
	wrong = errors.Join(wrong, err, j.wrong(s, "opened"))
	reported = s.BuildIndex(ctx, nil)
	wrong = errors.Join(wrong, j.wrong(s, "built"))
	s.index.review()
	reported = errors.Join(reported, s.save())
	wrong = errors.Join(wrong, j.wrong(s, "in the end"))
	reported = errors.Join(reported, s.Close())
	for _, e := range logs.All() {
		for _, f := range e.Context {
			if err, ok := f.Interface.(error); ok {
				reported = errors.Join(reported, err)
			}
		}
	}
	return reported, wrong
}

// stateIn returns what is in a data folder.
func stateIn(data string) (crashState, error) {
	left := make(crashState)
	err := filepath.WalkDir(data, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(data, path)
		if err != nil {
			return err
		}
		left[name], err = os.ReadFile(path)
		return err
	})
	return left, err
}

// tolerated are the operations whose failure need not be reported: a file that
// can't be mapped is read, one whose state can't be seen is opened anew, what
// can't be removed now is later, and the rest is met again when it matters.
var tolerated = []string{"map", "stat", "remove", "readdir", "close", "open"}

// TestDiskFaults has each operation on the data folder fail in turn, once and
// from then on, in every way there is: the answers are right, the error is
// reported, and the next start works.
func TestDiskFaults(t *testing.T) {
	t.Parallel()
	j := newCrashJournal(t, 500, false, new(crashTally))
	j.judge()
	f := &diskFaultRuns{crashJournal: j, state: j.messyData(t), failed: make(map[diskCall]map[string]int)}
	for _, always := range []bool{false, true} {
		if always && testing.Short() {
			continue // under the race detector
		}
		for i, kind := range diskFaults {
			d := &faultyDisk{always: always, kind: kind}
			for d.n = 1; ; d.n++ {
				mapped := (d.n+i)%2 == 0
				if !f.run(d, mapped) {
					break
				}
				if len(d.fired) == 0 || d.fired[0].op == "map" || d.fired[0].op == "read" {
					f.run(d, !mapped) // where it is the other
				}
			}
		}
	}
	f.judgeCoverage()
}

// diskFaultRuns are lives of a server on a disk that fails.
type diskFaultRuns struct {
	*crashJournal
	state  crashState
	runs   int
	failed map[diskCall]map[string]int // how often each place failed, by kind
}

// run lets a server live on the disk d, and then one on a disk that works. It
// reports false where the life was over before the operation that is to fail.
func (f *diskFaultRuns) run(d *faultyDisk, mapped bool) bool {
	f.Helper()
	what := fmt.Sprintf("operation %d: %s, always %t, mapped %t", d.n, d.kind.name, d.always, mapped)
	data := filepath.Join(filepath.Dir(f.data), "faulty")
	f.must(os.RemoveAll(data))
	f.must(f.state.materialise(data))
	d.disk, d.done, d.fired = hastyDisk{osDisk{}}, 0, nil
	reported, wrong := f.live(d, data, mapped)
	if wrong != nil {
		f.Fatalf("%s: %v: %v", what, d.fired, wrong)
	}
	if len(d.fired) == 0 {
		return d.done >= d.n // the operation can't fail like this
	}
	f.runs++
	call := d.fired[0]
	if f.failed[call] == nil {
		f.failed[call] = make(map[string]int)
	}
	f.failed[call][d.kind.name]++
	if !slices.Contains(tolerated, call.op) && (reported == nil || !strings.Contains(reported.Error(), d.kind.err.Error())) {
		f.Errorf("%s: %v is not reported: %v", what, call, reported)
	}
	if err := f.heal(data, 3); err != nil {
		f.Fatalf("%s: %v: then: %v", what, d.fired, err)
	}
	return true
}

// judgeCoverage makes sure that every place failed in every way it can.
func (f *diskFaultRuns) judgeCoverage() {
	f.Helper()
	places := make(map[string]int)
	for call, kinds := range f.failed {
		places[call.op]++
		for _, kind := range diskFaults {
			if kind.hits(call.op) && kinds[kind.name] == 0 {
				f.Errorf("%v never failed with %s", call, kind.name)
			}
		}
	}
	f.Logf("%d runs, in which %d places failed: %v", f.runs, len(f.failed), places)
	want := []string{"close", "create", "map", "mkdir", "open", "read", "readdir", "remove", "rename", "stat", "sync", "sync folder", "write"}
	if got := slices.Sorted(maps.Keys(places)); !slices.Equal(got, want) || f.runs < 500 {
		f.Errorf("in %d runs there failed %v, want %v in at least 500", f.runs, got, want)
	}
}
