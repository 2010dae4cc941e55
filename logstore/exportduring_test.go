package logstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// exportJournal writes four days, of which one is compressed, and opens them with
// or without an index, so that an export takes many steps.
func exportJournal(t *testing.T, indexed bool) (*journal, *Store) {
	t.Helper()
	rng := rand.New(rand.NewPCG(8, 8))
	j := newJournal(t)
	for day := range 4 {
		j.write(dayName(day), dayLines(rng, day, 500, 40))
	}
	j.compress(dayName(2), zstandard)
	steps := func(o *Options) { o.exportPage, o.harvestMemory, o.segmentRecords = 50, 400*entrySize, 300 }
	if indexed {
		return j, j.indexed(steps)
	}
	s := j.open(steps)
	later(s)
	return j, s
}

// once returns a function that calls f at its n-th call.
func once(n int, f func()) func() {
	calls := 0
	return func() {
		if calls++; calls == n {
			f()
		}
	}
}

// What happens to the files while an export is read does not change what it gives,
// as long as their content can be had.
func TestExportIsOfOneMoment(t *testing.T) {
	t.Parallel()
	orders := []string{"", `,"orderBy":["timestamp","ASC"]`, `,"orderBy":[["status","DESC"],["source","ASC"]]`, `,"orderBy":["detail"]`}
	if testing.Short() {
		orders = orders[1:3]
	}
	for name, change := range map[string]func(j *journal, s *Store){
		"live file grows": func(j *journal, _ *Store) {
			j.append(dayName(0), dayLines(rand.New(rand.NewPCG(1, 1)), 0, 500, 0))
		},
		"live file is rotated": func(j *journal, _ *Store) {
			j.must(os.Rename(j.path(dayName(0)), j.path(strings.TrimSuffix(dayName(0), ".tsv")+".1.tsv")))
			j.write(dayName(0), numbered(0, 300))
		},
		"all files are deleted": func(j *journal, _ *Store) {
			for day := range 4 {
				if day != 2 {
					j.must(os.Remove(j.path(dayName(day))))
				}
			}
			j.must(os.Remove(j.path(dayName(2) + zstandard.suffix())))
		},
		"index is cut": func(j *journal, s *Store) {
			j.must(os.Truncate(s.index.path(dayName(1)), 4096))
		},
		"all indexes are removed": func(j *journal, s *Store) {
			j.must(os.RemoveAll(s.index.dir))
		},
	} {
		for _, indexed := range []bool{false, true} {
			for _, order := range orders {
				if !indexed && strings.Contains(name, "index") {
					continue
				}
				j, s := exportJournal(t, indexed)
				params := `{"offset":0,"where":["actor_type","!=","SYSTEM"]` + order + `}`
				want := outcomeOf(s, request(t, `{"limit":50000,`+params[1:]))
				got, problems := exported(s, exportRequest(t, params), once(7, func() { change(j, s) }))
				if diff := cmp.Diff(want, got); diff != "" || problems != nil {
					t.Errorf("%s, indexed %t, %s: %v (-search before +export)\n%.2000s", name, indexed, order, problems, diff)
				}
			}
		}
	}
}

// A file that can't be read to its end ends the export with an error; with Partial,
// it goes on without the file, and says so.
func TestExportOfUnreadable(t *testing.T) {
	t.Parallel()
	for _, indexed := range []bool{false, true} {
		for _, order := range []string{"", `,"orderBy":["source"]`} {
			for _, name := range []string{dayName(1), dayName(2) + zstandard.suffix()} {
				j, s := exportJournal(t, indexed)
				params := `{"where":["actor_type","!=","SYSTEM"]` + order + `}`
				whole, _ := exported(s, exportRequest(t, params), nothing)
				cut := once(5, func() { j.must(os.Truncate(j.path(name), 100)) })
				got, _ := exported(s, exportRequest(t, params), cut)
				if want := "read " + name + ": "; !strings.HasPrefix(got.Err, want) || len(got.Rows) == 0 || len(got.Rows) >= len(whole.Rows) {
					t.Errorf("indexed %t, %s%s: %d of %d rows and error %q, want %q", indexed, name, order, len(got.Rows), len(whole.Rows), got.Err, want)
				}

				j, s = exportJournal(t, indexed)
				r := exportRequest(t, params)
				r.Partial = true
				cut = once(5, func() { j.must(os.Truncate(j.path(name), 100)) })
				got, problems := exported(s, r, cut)
				if got.Err != "" || got.Count != whole.Count || len(problems) != 1 || problems[0].File != name {
					t.Errorf("indexed %t, %s%s, partial: count %d of %d, %q, problems %v", indexed, name, order, got.Count, whole.Count, got.Err, problems)
				}
				if len(got.Rows) >= len(whole.Rows) || !isSubsequence(got.Rows, whole.Rows) {
					t.Errorf("indexed %t, %s%s, partial: %d rows, which are not some of the %d in order", indexed, name, order, len(got.Rows), len(whole.Rows))
				}
			}
		}
	}
}

// isSubsequence reports whether some are all in that order.
func isSubsequence(some, all []string) bool {
	for _, row := range some {
		i := slices.Index(all, row)
		if i < 0 {
			return false
		}
		all = all[i+1:]
	}
	return true
}

// A file that can't be read from the beginning is as in a search.
func TestExportPartial(t *testing.T) {
	t.Parallel()
	j, s := exportJournal(t, false)
	j.write(dayName(3)+".gz", "no gzip at all")
	j.must(os.Remove(j.path(dayName(3))))
	r := exportRequest(t, `{}`)
	if got, _ := exported(s, r, nothing); !strings.Contains(got.Err, dayName(3)+".gz") {
		t.Errorf("export of a damaged file: %q", got.Err)
	}
	r.Partial = true
	want := request(t, `{"limit":50000,"offset":0}`)
	want.Partial = true
	got, problems := exported(s, r, nothing)
	if diff := cmp.Diff(outcomeOf(s, want), got); diff != "" || len(problems) != 1 {
		t.Errorf("problems %v (-search +export)\n%.1000s", problems, diff)
	}
}

// So many exports are open and no more; one that nobody reads keeps no query
// waiting, and nothing is left of one that is closed.
func TestExportsAreFew(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write(liveName, numbered(0, 5000))
	s := j.open(func(o *Options) { o.MaxExports, o.MaxRunning, o.exportPage = 2, 1, 100 })
	var open []*Export
	for range 2 {
		x, err := s.Export(t.Context(), exportRequest(t, `{}`))
		j.must(err)
		if _, err := x.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
		open = append(open, x)
	}
	if _, err := s.Export(t.Context(), exportRequest(t, `{}`)); !errors.Is(err, ErrManyExports) {
		t.Errorf("a third export: %v, want %v", err, ErrManyExports)
	}
	if got := search(t, s, totals).Count; got != 5000 {
		t.Errorf("count %d beside two exports", got)
	}
	if stats := s.Stats(); stats.Exports != 2 || stats.Running != 0 {
		t.Errorf("%d exports and %d queries run, want 2 and 0", stats.Exports, stats.Running)
	}
	open[0].Close()
	open[0].Close()
	x, err := s.Export(t.Context(), exportRequest(t, `{}`))
	j.must(err)
	x.Close()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open[1].Next(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("Next of who waits no more: %v", err)
	}
	if rows, err := open[1].Next(t.Context()); err != nil || len(rows) == 0 {
		t.Errorf("Next afterwards: %d rows, %v", len(rows), err)
	}
	j.must(s.Close())
	if _, err := open[1].Next(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("Next of a closed store: %v, want %v", err, ErrClosed)
	}
	open[1].Close()
	if n := s.Stats().Exports; n != 0 {
		t.Errorf("%d exports are left", n)
	}
}

// Keys that are larger than the memory for them.
func TestExportHugeValues(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	var content strings.Builder
	for i := range 24 {
		content.WriteString(line(noon(0), strings.Repeat("x", 30_000)+fmt.Sprint(i%20)))
	}
	j.write(liveName, content.String())
	for _, memory := range []int64{1, 200 << 10} {
		s := j.open(func(o *Options) { o.harvestMemory = memory })
		params := `{"offset":3,"orderBy":["detail","DESC"]}`
		want := outcomeOf(s, request(t, `{"limit":50000,`+params[1:]))
		got, _ := exported(s, exportRequest(t, params), nothing)
		if diff := cmp.Diff(want, got); diff != "" || len(got.Rows) != 21 {
			t.Errorf("memory %d: %d rows (-search +export)\n%.500s", memory, len(got.Rows), diff)
		}
	}
}

// Rows of which a chunk holds fewer than it was made for.
func TestExportLongRows(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	var content strings.Builder
	for i := range firstChunk + 100 {
		content.WriteString(line(noon(0), fmt.Sprint(i, " ", strings.Repeat("x", 2*chunkBytes/firstChunk+1000))))
	}
	j.write(liveName, content.String())
	s := j.open()
	x, err := s.Export(t.Context(), exportRequest(t, `{"orderBy":["timestamp"]}`))
	j.must(err)
	defer x.Close()
	n := 0
	for {
		rows, err := x.Next(t.Context())
		if err == io.EOF {
			break
		}
		j.must(err)
		size := 0
		for _, row := range rows {
			if want := fmt.Sprintf("%d %d x", noon(0), n); !strings.HasPrefix(string(row), want) {
				t.Fatalf("row %d is %.30q, want %q", n, row, want)
			}
			size += len(row)
			n++
		}
		if size > 2*chunkBytes {
			t.Errorf("%d bytes at once", size)
		}
	}
	if int64(n) != x.Count {
		t.Errorf("%d of %d rows", n, x.Count)
	}
}

// Many rows in every kind of order: memory stays within its bound,
// whatever the order, and one by time reads the files a few times, though the
// harvest takes a fraction of the matches: each pass reads somewhat more than it
// keeps.
func TestExportMemory(t *testing.T) {
	lines, memory, most := int64(300_000), int64(3<<20), int64(5)
	if testing.Short() { // under the race detector
		lines, memory, most = 60_000, 1<<20, 12
	}
	j, size := generated(t, lines, 5)
	s := j.open(func(o *Options) { o.harvestMemory = memory })
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	for _, tt := range []struct {
		order string
		most  int64 // times that files are read
	}{
		{``, most},
		{`"orderBy":["timestamp","ASC"]`, most},
		{`"orderBy":[["timestamp","DESC"],["source","ASC"]]`, most},
		{`"orderBy":["source"]`, 40},
	} {
		rows, before := 0, s.Stats().BytesScanned
		grown := peakHeap(func() {
			x, err := s.Export(t.Context(), exportRequest(t, "{"+tt.order+"}"))
			j.must(err)
			defer x.Close()
			for err == nil {
				var some [][]byte
				some, err = x.Next(t.Context())
				rows += len(some)
			}
			if err != io.EOF || int64(rows) != x.Count {
				t.Errorf("%s: %d of %d rows, %v", tt.order, rows, x.Count, err)
			}
		})
		read := s.Stats().BytesScanned - before
		t.Logf("%s: %d rows, heap grows by %d KiB, files are read %.1f times", tt.order, rows, grown>>10, float64(read)/float64(size))
		if most := int64(40 << 20); grown > most {
			t.Errorf("%s: the heap grows by %d KiB, want at most %d KiB", tt.order, grown>>10, most>>10)
		}
		if read > tt.most*size {
			t.Errorf("%s: %d bytes of %d are read", tt.order, read, size)
		}
	}
}
