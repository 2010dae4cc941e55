package logstore

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// A hastyDisk does not wait until anything is synced.
type hastyDisk struct{ disk }

func (hastyDisk) syncFolder(string) error { return nil }

func (d hastyDisk) create(path string) (diskFile, error) {
	file, err := d.disk.create(path)
	if err != nil {
		return nil, err
	}
	return hastyFile{file}, nil
}

type hastyFile struct{ diskFile }

func (hastyFile) Sync() error { return nil }

// A crashJournal is a journal whose data folder is lost power to.
type crashJournal struct {
	*indexedJournal
	disk *crashDisk
	bad  []byte // the content of the one index that somebody damaged

	states []crashState // of the present step, not yet recovered from
	seen   map[[sha256.Size]byte]bool
	drawn  int // states, equal ones counted as often as they were drawn
	moves  int // operations after which the power was lost
	number atomic.Int64
	tally  *crashTally
}

// A crashTally counts what the states that were recovered from were like.
type crashTally struct {
	mu                                    sync.Mutex
	states, drawn, moves                  int
	partial, unfinished, damaged, badFact int

	pairs atomic.Int64 // recoveries in which the disk failed as well
}

func newCrashJournal(t testing.TB, seed uint64, lying bool, tally *crashTally) *crashJournal {
	t.Helper()
	base := memoryFolder(t)
	j := &indexedJournal{journal: &journal{t, filepath.Join(base, "journal"), filepath.Join(base, "data")}, rng: rand.New(rand.NewPCG(71, seed))}
	j.must(os.Mkdir(j.dir, 0o700))
	for back := range 3 {
		j.write(closedName(back+1), dayLines(j.rng, back+1, 30+j.rng.IntN(30), 100))
	}
	j.queries = []string{
		`{"limit":50,"offset":20,"orderBy":["timestamp","DESC"]}`,
		`{"limit":9,"offset":0,"where":[["status","=","SUCCESS"],["detail","like","%ompleted%"]],"orderBy":["source","ASC"]}`,
	}
	j.must(os.Mkdir(j.data, 0o700))
	c := &crashJournal{indexedJournal: j, disk: newCrashDisk(j.data, hastyDisk{osDisk{}}), seen: make(map[[sha256.Size]byte]bool), tally: tally}
	c.disk.lying = lying
	c.disk.moved = c.collect
	return c
}

// memoryFolder returns a folder for the time of the test, in memory where there
// is such a file system: a test that makes 100,000 files is faster there by far.
func memoryFolder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "daybook-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// collect draws what a crash now may leave.
func (j *crashJournal) collect(d *crashDisk) {
	j.moves++
	draw := func(percent int) {
		j.drawn++
		state := d.leaveLocked(percent, j.rng)
		if key := state.key(); !j.seen[key] {
			j.seen[key] = true
			j.states = append(j.states, state)
		}
	}
	draw(0)
	draw(100)
	for _, percent := range []int{25, 50, 75} {
		for range 8 {
			draw(percent)
		}
	}
}

// openOn opens the journal with a data folder on a disk. The store owns the
// folder, but for what runs in the background, which has not begun.
func (j *indexedJournal) openOn(d disk, data string) (*Store, *observer.ObservedLogs, error) {
	core, logs := observer.New(zapcore.InfoLevel)
	s, err := Open(Options{Dir: j.dir, DataDir: data, Schema: auditSchema(), Workers: 1, MaxLine: 4 << 10, Index: IndexManual, Follow: FollowOff, IndexFrom: 1,
		Now: func() time.Time { return today }, SaveDelay: time.Hour, Log: zap.New(core), segmentRecords: 20, disk: d})
	if err != nil {
		return nil, logs, err
	}
	later(s)
	s.opts.Index = IndexAuto
	if err := s.openData(); err != nil {
		s.opts.Index = IndexManual // nothing is saved
		return nil, logs, errors.Join(err, s.Close())
	}
	return s, logs, nil
}

// crashSteps are what happens to the data folder one after the other: what is
// done to it and to the journal first, and how many indexes there are to be in
// the end. Then the store starts, builds, and writes down what it learnt.
var crashSteps = []struct {
	name string
	do   func(j *crashJournal)
	want int
}{
	{"first", func(*crashJournal) {}, 3},
	{"day file rewritten", func(j *crashJournal) {
		j.write(closedName(2), strings.ReplaceAll(string(j.content(j.path(closedName(2)))), "SUCCESS", "ERROR"))
	}, 3},
	{"index damaged", func(j *crashJournal) { j.damage(1) }, 3},
	{"unfinished files, and one set aside before", func(j *crashJournal) {
		j.damage(1)
		j.must(j.disk.put(filepath.Join(indexFolder, "."+closedName(3)+indexSuffix+".1234"), []byte("unfinished")))
		j.must(j.disk.put(filepath.Join(indexFolder, "."+closedName(7)+indexSuffix+".99"), nil))
		j.must(j.disk.put("."+factsName+".5", []byte("{}")))
	}, 3},
	{"day file gone, another appended to", func(j *crashJournal) {
		j.must(os.Remove(j.path(closedName(3))))
		j.append(closedName(1), line(noon(-1), "late"))
	}, 2},
}

// damage flips a bit of an index.
func (j *crashJournal) damage(back int) {
	j.Helper()
	content := j.content(j.indexPath(back))
	content[j.rng.IntN(len(content))] ^= 1 << j.rng.IntN(8)
	j.bad = content
	j.must(j.disk.put(filepath.Join(indexFolder, filepath.Base(j.indexPath(back))), content))
}

// run goes through all steps, and recovers from every state that a crash may
// leave on the way.
func (j *crashJournal) run(t *testing.T) {
	for _, step := range crashSteps {
		step.do(j)
		j.judge()
		s, _, err := j.openOn(j.disk, j.data)
		j.must(err)
		j.must(s.BuildIndex(t.Context(), nil))
		j.check(s, step.name)
		j.must(s.Close()) // saves
		j.recoverAll(t, step.name, step.want)
		if t.Failed() {
			return
		}
		j.states = nil
	}
	j.tally.mu.Lock()
	defer j.tally.mu.Unlock()
	j.tally.states += len(j.seen)
	j.tally.drawn += j.drawn
	j.tally.moves += j.moves
}

// pairs is how many faults in recoveries from crashes there are in each step.
const pairs = 14

// recoverAll recovers from all states of a step, and then from some of them with
// a disk that fails on the way.
func (j *crashJournal) recoverAll(t *testing.T, step string, want int) {
	var work sync.WaitGroup
	next := make(chan func() error)
	for range min(2, runtime.GOMAXPROCS(0)) {
		work.Go(func() {
			for recover := range next {
				if err := recover(); err != nil {
					t.Errorf("%s: %v", step, err)
				}
			}
		})
	}
	for _, state := range j.states {
		if t.Failed() {
			break
		}
		next <- func() error { return j.recover(state, want) }
	}
	for n := range pairs {
		rng := rand.New(rand.NewPCG(uint64(n), j.rng.Uint64()))
		next <- func() error {
			for fired := false; !fired; {
				d := &faultyDisk{disk: hastyDisk{osDisk{}}, n: 1 + rng.IntN(60), always: rng.IntN(2) == 0, kind: diskFaults[rng.IntN(len(diskFaults))]}
				var err error
				if fired, err = j.recoverFaulty(j.states[rng.IntN(len(j.states))], want, d, rng.IntN(2) == 0); err != nil {
					return err
				}
			}
			j.tally.pairs.Add(1)
			return nil
		}
	}
	close(next)
	work.Wait()
}

// crashJournals returns how many journals there are on disks that sync, and how
// many on disks that do not. SOAK=long is the whole test.
func crashJournals() (honest, lying int) {
	switch {
	case os.Getenv("SOAK") == "long":
		return 200, 120
	case testing.Short():
		return 1, 1
	}
	return 20, 12
}

// TestSoakCrashStates has the power fail after every operation of starting,
// building, publishing, setting aside, sweeping and removing, with any part of
// what was not synced written: on disks that sync, no index is ever damaged; on
// those that say so and do not, what is damaged is found out. No answer is ever
// wrong. Nor is one if in the recovery from that the disk fails as well.
func TestSoakCrashStates(t *testing.T) {
	t.Parallel()
	honest, lying := crashJournals()
	states, faulty := 0, 0
	for _, how := range []struct {
		lying    bool
		journals int
	}{{false, honest}, {true, lying}} {
		t.Run(fmt.Sprintf("lying %t", how.lying), func(t *testing.T) {
			tally := new(crashTally)
			for seed := range how.journals {
				if newCrashJournal(t, uint64(seed), how.lying, tally).run(t); t.Failed() {
					return
				}
			}
			t.Logf("%d states, of %d drawn after %d operations: in %d some indexes are missing, in %d there are unfinished files; %d indexes and %d facts are damaged; %d recoveries on a disk that fails",
				tally.states, tally.drawn, tally.moves, tally.partial, tally.unfinished, tally.damaged, tally.badFact, tally.pairs.Load())
			if tally.partial < tally.states/5 || tally.unfinished < tally.states/5 || how.lying && (tally.damaged < tally.states || tally.badFact < tally.states/5) {
				t.Error("too tame")
			}
			states += tally.states
			faulty += int(tally.pairs.Load())
		})
	}
	if most := 20_000 * (honest + lying) / 32; states < most || faulty < most/10 {
		t.Errorf("%d states and %d faults in recoveries, want %d and %d", states, faulty, most, most/10)
	}
}
