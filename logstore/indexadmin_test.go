package logstore

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// adminJournal is a journal of today's file and four before, the third of which
// is small.
func adminJournal(t *testing.T) *journal {
	t.Helper()
	j := newJournal(t)
	rng := rand.New(rand.NewPCG(5, 5))
	for day, lines := range []int{500, 2500, 1200, 3, 1100} {
		j.write(dayName(day), dayLines(rng, day, lines, 0))
	}
	return j
}

// dayName returns the name of the file of the day that is so many before today.
func dayName(day int) string { return fmt.Sprintf("audit-%s.tsv", dayOf(noon(-day))) }

// admin opens the journal as the commands do that look after its index.
func (j *journal) admin(change ...func(*Options)) *Store {
	j.Helper()
	s := j.open(append([]func(*Options){func(o *Options) {
		o.Index, o.IndexFrom, o.segmentRecords = IndexManual, 1000, 1000
	}}, change...)...)
	later(s)
	return s
}

func (j *journal) indexPath(day int) string {
	return filepath.Join(j.data, indexFolder, dayName(day)+indexSuffix)
}

// states returns what the status says, as lines of a file's age in days, its
// state and its number of segments.
func states(t *testing.T, s *Store) []string {
	t.Helper()
	files, err := s.IndexStatus(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range files {
		all = append(all, fmt.Sprintf("%s %s %d", f.File[len("audit-"):len("audit-2026-04-22")], f.State, f.Segments))
		if (f.Reason != "") != (f.State == IndexStale || f.State == IndexDamaged) {
			t.Errorf("%+v: a reason belongs to stale and damaged indexes", f)
		}
	}
	return all
}

func TestIndexStatus(t *testing.T) {
	t.Parallel()
	j := adminJournal(t)
	s := j.admin()
	want := []string{"2026-04-22 live 0", "2026-04-21 missing 0", "2026-04-20 missing 0", "2026-04-19 small 0", "2026-04-18 missing 0"}
	if diff := cmp.Diff(want, states(t, s)); diff != "" {
		t.Errorf("before building (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(j.data); err == nil {
		t.Error("asking for the status makes a data folder")
	}
	j.must(s.BuildIndex(t.Context(), nil))
	want = []string{"2026-04-22 live 0", "2026-04-21 ready 3", "2026-04-20 ready 2", "2026-04-19 small 0", "2026-04-18 ready 2"}
	if diff := cmp.Diff(want, states(t, s)); diff != "" {
		t.Errorf("after building (-want +got):\n%s", diff)
	}
	files, err := s.IndexStatus(t.Context())
	j.must(err)
	if f := files[1]; f.Records < 2400 || f.Records > 2500 || f.Size == 0 || f.Index == 0 {
		t.Errorf("status of 2500 lines: %+v", f)
	}

	j.append(dayName(1), line(noon(-1), "late"))
	flip(t, j.indexPath(2), 20)
	j.must(os.Rename(j.path(dayName(4)), j.path("other")))
	want = []string{"2026-04-22 live 0", "2026-04-21 stale 3", "2026-04-20 damaged 0", "2026-04-19 small 0", "2026-04-18 gone 0"}
	if diff := cmp.Diff(want, states(t, s)); diff != "" {
		t.Errorf("after accidents (-want +got):\n%s", diff)
	}
	other := j.admin(func(o *Options) { o.MaxLine = 1000 })
	if got := states(t, other); got[1] != "2026-04-21 stale 0" {
		t.Errorf("with another longest line: %q", got[1])
	}
	flip(t, j.indexPath(2), 20)
	flip(t, j.indexPath(2), 8)
	if got := states(t, s); got[2] != "2026-04-20 stale 0" {
		t.Errorf("of another version: %q", got[2])
	}
}

// TestIndexOfSomebodyElse asks as another user than the one whose index it is.
// For that it must not wait for other goroutines.
func TestIndexOfSomebodyElse(t *testing.T) {
	t.Parallel()
	j := adminJournal(t)
	s := j.admin()
	j.must(s.BuildIndex(t.Context(), nil))
	for _, dir := range []string{j.data, filepath.Join(j.data, indexFolder)} {
		j.must(os.Chmod(dir, 0o555))
		defer os.Chmod(dir, 0o700)
	}
	j.must(os.Chmod(j.indexPath(1), 0))
	asNobody(t, func() {
		files, err := s.IndexStatus(t.Context())
		if err != nil || files[1].State != IndexUnreadable || files[1].Reason != "permission denied" {
			t.Errorf("IndexStatus = %+v, %v; want an unreadable index", files, err)
		}
		removed, err := DropIndex(j.data)
		if !errors.Is(err, fs.ErrPermission) || removed != nil || strings.Count(err.Error(), "denied") != 1 {
			t.Errorf("DropIndex = %v, %v; want one file that can't be removed", removed, err)
		}
	})
}

// flip changes one byte of a file, or changes it back.
func flip(t *testing.T, path string, at int64) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[at] ^= 0x55
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestIndexStatusCompressed shows which of a part's files are named: those with
// an index, or else the one that is preferred.
func TestIndexStatusCompressed(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	content := dayLines(rand.New(rand.NewPCG(6, 6)), 1, 300, 0)
	j.write(dayName(1)+".gz", packed(t, gzipped, content))
	s := j.admin(func(o *Options) { o.IndexFrom = 1 })
	j.must(s.BuildIndex(t.Context(), nil))
	j.write(dayName(1), content[:len(content)/2])
	files, err := s.IndexStatus(t.Context())
	j.must(err)
	if len(files) != 1 || files[0].File != dayName(1)+".gz" || files[0].State != IndexReady {
		t.Errorf("status = %+v, want the compressed file's index ready", files)
	}
	_, err = DropIndex(j.data)
	j.must(err)
	files, err = s.IndexStatus(t.Context())
	j.must(err)
	if len(files) != 1 || files[0].File != dayName(1) || files[0].State != IndexMissing {
		t.Errorf("status = %+v, want the plain file's index missing", files)
	}
}

// TestIndexManualWritesNothingElse has a store build and answer: its data folder
// holds the index, and the file by which it tells that it builds.
func TestIndexManualWritesNothingElse(t *testing.T) {
	t.Parallel()
	j := adminJournal(t)
	s := j.admin()
	j.must(s.BuildIndex(t.Context(), nil))
	search(t, s, everything)
	j.must(s.Close())
	entries, err := os.ReadDir(j.data)
	j.must(err)
	if len(entries) != 2 || entries[0].Name() != indexFolder || entries[1].Name() != lockName {
		t.Errorf("the data folder holds %v, want %s and %s", entries, indexFolder, lockName)
	}
	j.must(os.WriteFile(filepath.Join(j.data, claimName), []byte(`{"format":1,"journal":"/elsewhere"}`), 0o600))
	if _, err := j.tryOpen(func(o *Options) { o.Index = IndexManual }); err == nil || !strings.Contains(err.Error(), "/elsewhere") {
		t.Errorf("Open with another journal's data folder: %v", err)
	}
}

func TestIndexDrop(t *testing.T) {
	t.Parallel()
	j := adminJournal(t)
	s := j.admin()
	j.must(s.BuildIndex(t.Context(), nil))
	j.must(os.WriteFile(j.indexPath(2)+asideSuffix, make([]byte, 100), 0o600))
	j.must(os.WriteFile(filepath.Join(j.data, indexFolder, "note"), nil, 0o600))

	size := func(path string) int64 {
		info, err := os.Stat(path)
		j.must(err)
		return info.Size()
	}
	want := []IndexFile{{File: dayName(2), Index: size(j.indexPath(2)) + 100}}
	removed, err := DropIndex(j.data, dayName(2), dayName(3))
	if err == nil || !strings.Contains(err.Error(), dayName(3)) {
		t.Errorf("DropIndex of a file without index: %v", err)
	}
	byFile := func(a, b IndexFile) bool { return a.File == b.File && a.Index == b.Index }
	if !slices.EqualFunc(want, removed, byFile) {
		t.Errorf("DropIndex removed %+v, want %+v", removed, want)
	}
	removed, err = DropIndex(j.data)
	if err != nil || len(removed) != 2 {
		t.Errorf("DropIndex of all = %+v, %v; want two", removed, err)
	}
	if entries, err := os.ReadDir(filepath.Join(j.data, indexFolder)); err != nil || len(entries) != 1 {
		t.Errorf("left: %v, %v; want the note alone", entries, err)
	}
	if removed, err := DropIndex(t.TempDir()); err != nil || removed != nil {
		t.Errorf("DropIndex without an index = %v, %v", removed, err)
	}

	// The store that has them open finds out by itself, and builds them again.
	before := s.Stats().IndexedFiles
	s.index.review()
	if n := s.Stats().IndexedFiles; before != 3 || n != 0 || len(s.index.woken) != 1 {
		t.Errorf("%d indexes open, after a review %d, want 3 and 0", before, n)
	}
	j.must(s.BuildIndex(t.Context(), nil))
	if stats := s.Stats(); stats.IndexedFiles != 3 || stats.UnindexedFiles != 0 || stats.IndexBytes == 0 {
		t.Errorf("after building: %+v", stats)
	}
}

// TestLoadIndex shows that a store that builds nothing uses what another one has
// built, of the days that are asked for, and touches nothing else.
func TestLoadIndex(t *testing.T) {
	t.Parallel()
	j := adminJournal(t)
	builder := j.admin()
	j.must(builder.BuildIndex(t.Context(), nil))
	flip(t, j.indexPath(2), 5000)
	s := j.admin()
	j.must(s.LoadIndex(t.Context(), filter.Bounds{Bounded: true, From: noon(-4), To: noon(-4)}))
	if n := s.Stats().IndexedFiles; n == 0 || n == 3 {
		t.Errorf("%d indexes open for one day", n)
	}
	j.must(s.LoadIndex(t.Context(), filter.Bounds{}))
	if stats := s.Stats(); stats.IndexedFiles != 2 || stats.IndexAside != 0 {
		t.Errorf("%d indexes open and %d set aside, want 2 of 3 and 0", stats.IndexedFiles, stats.IndexAside)
	}
	want := rows(search(t, j.scanned(), everything))
	if diff := cmp.Diff(want, rows(search(t, s, everything))); diff != "" {
		t.Errorf("(-scan +index)\n%s", diff)
	}
	if s.Stats().Indexed != 1 {
		t.Error("the query did not use the index")
	}
	if _, err := os.Stat(j.indexPath(2)); err != nil {
		t.Errorf("the damaged index is not where it was: %v", err)
	}
	if err := j.scanned().LoadIndex(t.Context(), filter.Bounds{}); err == nil {
		t.Error("LoadIndex without an index: no error")
	}
}
