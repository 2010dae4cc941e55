package logstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"daybook/logstore/segment"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// An indexedJournal is a journal of three closed days, and the answers to some
// queries over it as the scan gives them.
type indexedJournal struct {
	*journal
	rng     *rand.Rand
	queries []string
	want    []outcome
}

// closedName is the name of the file of the day that is so many days back.
func closedName(back int) string { return "audit-" + dayOf(noon(-back)).String() + ".tsv" }

func newIndexedJournal(t testing.TB, seed uint64) *indexedJournal {
	t.Helper()
	j := &indexedJournal{journal: newJournal(t), rng: rand.New(rand.NewPCG(51, seed))}
	for back := range 3 {
		j.write(closedName(back+1), dayLines(j.rng, back+1, 900+j.rng.IntN(300), 100))
	}
	j.queries = []string{
		totals,
		`{"limit":50,"offset":0,"orderBy":["timestamp","DESC"]}`,
		`{"limit":50,"offset":700,"orderBy":[["source","ASC"],["actor_id","DESC"]]}`,
		`{"limit":9,"offset":0,"where":[["status","=","ERROR"],["detail","like","%ompleted%"]]}`,
	}
	for range 8 {
		j.queries = append(j.queries, randomQuery(j.rng))
	}
	j.judge()
	return j
}

// judge lets the scan say what the answers are.
func (j *indexedJournal) judge() {
	j.Helper()
	s := j.scanned()
	defer s.Close()
	j.want = j.want[:0]
	for _, q := range j.queries {
		j.want = append(j.want, outcomeOf(s, request(j, q)))
	}
}

// check compares all answers of a store with the scan's.
func (j *indexedJournal) check(s *Store, when string) {
	j.Helper()
	for i, q := range j.queries {
		if diff := cmp.Diff(j.want[i], outcomeOf(s, request(j, q))); diff != "" {
			j.Fatalf("%s, %s: (-scan +index)\n%s", when, q, diff)
		}
	}
}

// start opens the journal with segments of few records. Nothing is built or
// opened of the index yet.
func (j *indexedJournal) start(mapped bool) (*Store, *observer.ObservedLogs) {
	j.Helper()
	core, logs := observer.New(zapcore.InfoLevel)
	s := j.open(func(o *Options) {
		o.Index, o.IndexFrom, o.segmentRecords, o.NoMmap, o.Log = IndexManual, 1, 300, !mapped, zap.New(core)
	})
	later(s)
	return s, logs
}

// missing returns which day files have no index that can be used. Those that
// have one are opened.
func (j *indexedJournal) missing(s *Store) (names []string) {
	j.Helper()
	files, _, err := s.unindexed(j.Context())
	j.must(err)
	for _, src := range files {
		names = append(names, src.name)
	}
	return names
}

// indexes returns how many of the day files have an index that is used now.
func (j *indexedJournal) indexes(s *Store) (n int) {
	j.Helper()
	snap, err := s.snapshot(j.Context(), request(j, totals))
	j.must(err)
	defer snap.close()
	for _, src := range snap.sources {
		if src.index != nil {
			n++
		}
	}
	return n
}

// asideOf returns how many indexes a store has set aside so far.
func asideOf(s *Store) int64 {
	s.index.mu.Lock()
	defer s.index.mu.Unlock()
	return s.index.aside
}

func logged(logs *observer.ObservedLogs, level zapcore.Level, text string) int {
	n := 0
	for _, e := range logs.FilterLevelExact(level).All() {
		if strings.Contains(e.Message, text) {
			n++
		}
	}
	return n
}

// overwrite changes a file where it lies.
func (j *indexedJournal) overwrite(path string, at int64, data []byte) {
	j.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	j.must(err)
	_, err = f.WriteAt(data, at)
	j.must(errors.Join(err, f.Close()))
}

// replace puts a file with that content in another's place, by rename.
func (j *indexedJournal) replace(path string, content []byte) {
	j.Helper()
	j.must(os.WriteFile(path+".other", content, 0o600))
	j.must(os.Rename(path+".other", path))
}

func (j *indexedJournal) content(path string) []byte {
	j.Helper()
	content, err := os.ReadFile(path)
	j.must(err)
	return content
}

// indexFaults are what may happen to the index of a day file. What is damage is
// set aside and reported as such; what is a sound index of something else is
// only replaced.
var indexFaults = []struct {
	name   string
	do     func(j *indexedJournal, path string)
	damage bool
}{
	{"deleted", func(j *indexedJournal, path string) { j.must(os.Remove(path)) }, false},
	{"cut", func(j *indexedJournal, path string) {
		j.must(os.Truncate(path, j.rng.Int64N(int64(len(j.content(path))))))
	}, true},
	{"cut between segments", func(j *indexedJournal, path string) {
		j.must(os.Truncate(path, int64(binary.LittleEndian.Uint64(j.content(path)[16:]))))
	}, true},
	{"emptied", func(j *indexedJournal, path string) { j.must(os.Truncate(path, 0)) }, true},
	{"bit flipped", func(j *indexedJournal, path string) {
		content := j.content(path)
		at := j.rng.IntN(len(content))
		j.overwrite(path, int64(at), []byte{content[at] ^ 1<<j.rng.IntN(8)})
	}, true},
	{"bits flipped in a copy", func(j *indexedJournal, path string) {
		content := j.content(path)
		for range 5 {
			content[j.rng.IntN(len(content))] ^= 1 << j.rng.IntN(8)
		}
		j.replace(path, content)
	}, true},
	{"zeros", func(j *indexedJournal, path string) { j.overwrite(path, 0, make([]byte, len(j.content(path)))) }, true},
	{"longer", func(j *indexedJournal, path string) { j.overwrite(path, int64(len(j.content(path))), []byte("more")) }, true},
	{"doubled", func(j *indexedJournal, path string) { j.replace(path, bytes.Repeat(j.content(path), 2)) }, true},
	{"segments swapped", func(j *indexedJournal, path string) {
		content := j.content(path)
		first := binary.LittleEndian.Uint64(content[16:])
		second := first + binary.LittleEndian.Uint64(content[first+16:])
		j.replace(path, append(append(bytes.Clone(content[first:second]), content[:first]...), content[second:]...))
	}, true},
	{"of another day", func(j *indexedJournal, path string) { j.replace(path, j.content(j.indexPath(3))) }, false},
	{"of another version", func(j *indexedJournal, path string) { j.overwrite(path, 8, []byte{segment.Version - 1}) }, true},
	{"of other fields", func(j *indexedJournal, path string) { j.replace(path, j.foreignIndex("detail", "details")) }, false},
	{"of another longest line", func(j *indexedJournal, path string) { j.replace(path, j.foreignIndex("1048576", "1048575")) }, false},
	{"a folder", func(j *indexedJournal, path string) {
		j.must(os.Remove(path))
		j.must(os.Mkdir(path, 0o700))
	}, true},
	{"a FIFO", func(j *indexedJournal, path string) {
		j.must(os.Remove(path))
		j.must(syscall.Mkfifo(path, 0o600))
	}, true},
	{"a link", func(j *indexedJournal, path string) {
		j.must(os.Rename(path, path+".elsewhere"))
		j.must(os.Symlink(path+".elsewhere", path))
	}, true},
}

// indexPath returns where the index of the day lies that is so many days back.
func (j *indexedJournal) indexPath(back int) string {
	return filepath.Join(j.data, indexFolder, closedName(back)+indexSuffix)
}

// TestIndexFaults has each of the faults befall an index, while the store has
// it open and while it has not. The answers stay the scan's, and the next
// building brings a sound index back.
func TestIndexFaults(t *testing.T) {
	t.Parallel()
	for seed, fault := range indexFaults {
		for _, mapped := range []bool{true, false} {
			if testing.Short() && mapped == (seed%2 == 0) {
				continue // under the race detector, one of both ways each
			}
			for _, open := range []bool{true, false} {
				j := newIndexedJournal(t, uint64(seed))
				what := fmt.Sprintf("%s, mapped %t, open %t", fault.name, mapped, open)
				s, logs := j.start(mapped)
				j.must(s.BuildIndex(t.Context(), nil))
				j.check(s, what+", before")
				if !open {
					j.must(s.Close())
				}
				fault.do(j, j.indexPath(1))
				if !open {
					s, logs = j.start(mapped)
				}
				j.check(s, what+", after")
				if open && j.indexes(s) != 2 {
					t.Errorf("%s: %d indexes are used, want 2", what, j.indexes(s))
				}
				if diff := cmp.Diff([]string{closedName(1)}, j.missing(s)); diff != "" {
					t.Errorf("%s: day files without an index (-want +got):\n%s", what, diff)
				}
				j.check(s, what+", found out")
				want := 0
				if fault.damage || open && fault.name == "deleted" {
					want = 1
				}
				if n := logged(logs, zapcore.WarnLevel, "index set aside"); n != want || int(asideOf(s)) != want {
					t.Errorf("%s: %d set aside, %d reported, want %d", what, asideOf(s), n, want)
				}
				before := asideOf(s)
				j.must(s.BuildIndex(t.Context(), nil))
				if n := j.indexes(s); n != 3 || asideOf(s) != before {
					t.Errorf("%s: after building, %d indexes are used, want 3; %d more set aside", what, n, asideOf(s)-before)
				}
				j.check(s, what+", built")
				j.must(s.Close())
			}
		}
	}
}

// foreignIndex returns the index of the latest closed day as it would be built
// on other terms, which its origins name, by one that differs in a text.
func (j *indexedJournal) foreignIndex(this, that string) []byte {
	j.Helper()
	s := j.open(func(o *Options) {
		o.DataDir, o.Index, o.IndexFrom, o.segmentRecords = j.TempDir(), IndexManual, 1, 300
	})
	later(s)
	for i, f := range s.memory.terms.Fields {
		s.memory.terms.Fields[i] = strings.Replace(f, this, that, 1)
	}
	if fmt.Sprint(s.memory.terms.MaxLine) == this {
		s.memory.terms.MaxLine--
	}
	s.index.terms = s.memory.terms
	j.must(s.BuildIndex(j.Context(), nil))
	defer s.Close()
	return j.content(s.index.path(closedName(1)))
}

// sourceFaults are what may happen to a day file that has an index.
var sourceFaults = []struct {
	name string
	do   func(j *indexedJournal, path string)
}{
	{"appended to", func(j *indexedJournal, _ string) { j.append(closedName(1), line(noon(-1), "late")) }},
	{"rewritten, as long", func(j *indexedJournal, path string) {
		j.write(closedName(1), strings.ReplaceAll(string(j.content(path)), "SUCCESS", "FAILURE"))
	}},
	{"replaced, as long", func(j *indexedJournal, path string) {
		j.replace(path, bytes.ReplaceAll(j.content(path), []byte("SUCCESS"), []byte("FAILURE")))
	}},
	{"cut", func(j *indexedJournal, path string) { j.must(os.Truncate(path, 20_000)) }},
	{"touched", func(j *indexedJournal, path string) {
		at := time.Unix(1_700_000_000, 0)
		j.must(os.Chtimes(path, at, at))
	}},
	{"time set back", func(j *indexedJournal, path string) {
		info, err := os.Stat(path)
		j.must(err)
		j.write(closedName(1), strings.ReplaceAll(string(j.content(path)), "Login", "LOGIN"))
		j.must(os.Chtimes(path, info.ModTime(), info.ModTime()))
	}},
	{"compressed", func(j *indexedJournal, path string) {
		j.write(closedName(1)+".gz", packed(j, gzipped, string(j.content(path))))
		j.must(os.Remove(path))
	}},
	{"deleted", func(j *indexedJournal, path string) { j.must(os.Remove(path)) }},
	{"swapped with another", func(j *indexedJournal, path string) {
		j.must(os.Rename(path, path+"~"))
		j.must(os.Rename(j.path(closedName(2)), path))
		j.must(os.Rename(path+"~", j.path(closedName(2))))
	}},
}

// TestIndexOfChangedFile has a day file change that has an index: that is not
// used any more, and another is built.
func TestIndexOfChangedFile(t *testing.T) {
	t.Parallel()
	for seed, fault := range sourceFaults {
		for _, open := range []bool{true, false} {
			j := newIndexedJournal(t, 100+uint64(seed))
			what := fmt.Sprintf("%s, open %t", fault.name, open)
			s, logs := j.start(true)
			j.must(s.BuildIndex(t.Context(), nil))
			if !open {
				j.must(s.Close())
			}
			fault.do(j, j.path(closedName(1)))
			if !open {
				s, logs = j.start(true)
			}
			j.judge()
			j.check(s, what)
			j.must(s.BuildIndex(t.Context(), nil))
			j.check(s, what+", built")
			want := 3
			if fault.name == "deleted" {
				want = 2
			}
			if n := j.indexes(s); n != want || asideOf(s) != 0 || logged(logs, zapcore.WarnLevel, "index") != 0 {
				t.Errorf("%s: %d indexes are used, want %d; %d set aside; warnings %q", what, n, want, asideOf(s), warnings(logs))
			}
			j.must(s.Close())
		}
	}
}

// until waits until done reports true.
func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for guard := time.Now().Add(time.Minute); !done(); runtime.Gosched() {
		if time.Now().After(guard) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// In the background, an index that went bad is built anew without being asked.
func TestIndexHeals(t *testing.T) {
	t.Parallel()
	j := newIndexedJournal(t, 200)
	s, logs := j.start(true)
	s.indexer = s.startIndexer()
	whole := func() bool { return j.indexes(s) == 3 }
	until(t, "the index is built", whole)
	for _, fault := range indexFaults {
		fault.do(j, j.indexPath(1))
		j.check(s, fault.name)
		until(t, fault.name+": the index is whole again", whole)
		j.check(s, fault.name+", healed")
	}
	if n := logged(logs, zapcore.WarnLevel, "can't be indexed"); n != 0 {
		t.Errorf("%d times building failed: %q", n, warnings(logs))
	}
}

// Two stores that share a data folder build the same indexes, and neither
// takes the other's for damaged.
func TestIndexSharedByStores(t *testing.T) {
	t.Parallel()
	j := newIndexedJournal(t, 300)
	a, _ := j.start(true)
	b, _ := j.start(true)
	before := j.missing(b)
	j.must(a.BuildIndex(t.Context(), nil))
	// b builds what it saw missing before a had built it.
	builder := b.newIndexBuilder(func() {})
	files, _, err := b.unindexed(t.Context())
	j.must(err)
	if len(before) != 3 || len(files) != 0 {
		t.Fatalf("b missed %v, and then %d files", before, len(files))
	}
	l, err := b.list()
	j.must(err)
	for i := range l.parts {
		sources, err := b.resolve(t.Context(), &l.parts[i])
		j.must(err)
		b.index.forget(sources[0].name)
		_, err = b.buildIndex(t.Context(), builder, sources[0])
		j.must(err)
	}
	for range 3 {
		for _, s := range []*Store{a, b} {
			j.check(s, "both built")
			j.must(s.BuildIndex(t.Context(), nil))
			if n := j.indexes(s); n != 3 || asideOf(s) != 0 {
				t.Errorf("%d indexes are used, want 3; %d set aside", n, asideOf(s))
			}
		}
	}
}

// An explanation looks at more of an index than the search does: where that is
// gone, the file is scanned.
func TestExplainIndexCutShort(t *testing.T) {
	t.Parallel()
	j := newIndexedJournal(t, 7)
	s, _ := j.start(true)
	defer s.Close()
	j.must(s.BuildIndex(t.Context(), nil))
	path := j.indexPath(1)
	info, err := os.Stat(path)
	j.must(err)
	j.must(os.Truncate(path, (info.Size()-1)&^int64(os.Getpagesize()-1)))
	r := request(t, `{"limit":5,"offset":0,"where":[["actor_type","=","nobody"],["detail","like","%e%"]]}`)
	r.Explain = true
	result, err := s.Search(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if result.Count != 0 || result.Explain == nil {
		t.Errorf("%+v", result)
	}
}
