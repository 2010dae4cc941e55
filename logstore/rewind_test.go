package logstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// yesterdayName is the name of yesterday's file, which is over.
const yesterdayName = "audit-2026-04-21.tsv"

// An aged journal is a journal whose snapshots are asked for again after its
// files have changed.
type aged struct {
	*journal
	rng  *rand.Rand
	now  time.Time
	base map[string]string // content of the files at the beginning
}

// newAged makes a journal of five days, the second last of which ends in a line
// without its newline. So does the live file.
func newAged(t testing.TB) *aged {
	a := &aged{journal: newJournal(t), rng: rand.New(rand.NewPCG(1, 2)), now: today, base: make(map[string]string)}
	for day, name := range map[int]string{3: "audit-2026-04-19.tsv", 2: "audit-2026-04-20.tsv", 1: yesterdayName, 0: liveName} {
		a.base[name] = dayLines(a.rng, day, 1200, 5)
	}
	a.base["audit-2026-04-20.tsv.gz"] = packed(t, gzipped, a.base["audit-2026-04-20.tsv"])
	delete(a.base, "audit-2026-04-20.tsv")
	a.base["audit-2026-04-18.tsv"] = line(noon(-4), "small")
	a.base[yesterdayName] += strings.TrimSuffix(line(noon(-1), "order torn and over"), "\n")
	a.base[liveName] += strings.TrimSuffix(line(noon(0), "order torn"), "\n")
	for name, content := range a.base {
		a.write(name, content)
	}
	return a
}

// store opens the journal with the clock of a.
func (a *aged) store(index IndexMode) *Store {
	s := a.open(func(o *Options) {
		o.Index, o.IndexFrom, o.segmentRecords = index, 1, 400
		o.Now = func() time.Time { return a.now }
		o.DataDir = a.TempDir()
	})
	later(s)
	a.index(s)
	return s
}

// index builds what s has no index of yet, segments of the live file included.
func (a *aged) index(s *Store) {
	if s.index == nil {
		return
	}
	a.must(s.BuildIndex(context.Background(), nil))
	_, err := s.indexLive(context.Background(), s.newIndexBuilder(func() {}))
	a.must(err)
}

// An asked is what a store answers at one cursor, or now: to some queries.
type asked struct {
	Lists  []outcome
	Groups []Groups
}

// askedFor are queries whose answers have to stay.
var askedFor = []string{
	`{"limit":50000,"offset":0}`,
	`{"limit":20,"offset":5,"where":[["action","=","Login"],["detail","like","%order%"]]}`,
	`{"limit":100,"offset":0,"where":["status","!=","SUCCESS"],"orderBy":[["source","ASC"],["timestamp","DESC"]]}`,
	`{"limit":10,"offset":0,"where":["detail","like","%torn%"],"orderBy":["timestamp","ASC"]}`,
	`{"limit":7,"offset":0,"whereBetween":["timestamp",["2026-04-20T00:00:00Z","2026-04-22T23:59:59Z"]]}`,
	`{"limit":7,"offset":0,"where":["timestamp",">","2026-04-23T00:00:00Z"]}`,
}

// answers asks s at a cursor, or with nil now.
func (a *aged) answers(s *Store, at *Cursor) (all asked) {
	a.Helper()
	for _, params := range askedFor {
		r := request(a, params)
		r.At = at
		result, err := s.Search(context.Background(), r)
		if err != nil {
			a.Fatalf("Search(%s): %v", params, err)
		}
		all.Lists = append(all.Lists, outcome{Count: result.Count, Total: result.Total, Rows: rows(result)})
		g := &GroupRequest{Query: r.Query, At: at, Interval: 86400, Values: 5, Field: 5}
		groups, err := s.Group(context.Background(), g)
		if err != nil {
			a.Fatalf("Group(%s): %v", params, err)
		}
		if groups.Count != result.Count || groups.Total != result.Total {
			a.Errorf("%s: %d of %d counted, %d of %d found", params, groups.Count, groups.Total, result.Count, result.Total)
		}
		all.Groups = append(all.Groups, *groups)
	}
	return all
}

// cursorNow returns the cursor of what the default window holds now.
func cursorNow(t testing.TB, s *Store, params string) *Cursor {
	t.Helper()
	r := request(t, params)
	r.Cursor = true
	result, err := s.Search(context.Background(), r)
	if err != nil {
		t.Fatalf("Search(%s): %v", params, err)
	}
	again, err := ParseCursor(result.Cursor.String())
	if err != nil {
		t.Fatalf("ParseCursor(%v): %v", result.Cursor, err)
	}
	return again
}

// compress replaces a plain file by a compressed one of the same content.
func (j *journal) compress(name string, e encoding) {
	content, err := os.ReadFile(j.path(name))
	j.must(err)
	j.write(name+e.suffix(), packed(j, e, string(content)))
	j.must(os.Remove(j.path(name)))
}

// ageing are changes after which the snapshot of before can still be had.
var ageing = []struct {
	name   string
	change func(*aged)
}{
	{"nothing", func(*aged) {}},
	{"torn line completed", func(a *aged) { a.append(liveName, " and completed\n") }},
	{"appended", func(a *aged) { a.append(liveName, " x\n"+dayLines(a.rng, 0, 3000, 5)) }},
	{"rotated", func(a *aged) {
		a.append(liveName, "\n")
		a.must(os.Rename(a.path(liveName), a.path("audit-2026-04-22.1.tsv")))
		a.write(liveName, dayLines(a.rng, 0, 900, 5))
	}},
	{"grown, rotated and compressed", func(a *aged) {
		a.append(liveName, "\n"+dayLines(a.rng, 0, 900, 5))
		a.must(os.Rename(a.path(liveName), a.path("audit-2026-04-22.1.tsv")))
		a.compress("audit-2026-04-22.1.tsv", zstandard)
		a.write(liveName, dayLines(a.rng, 0, 10, 5))
	}},
	{"compressed", func(a *aged) {
		a.compress(yesterdayName, gzipped)
		a.compress("audit-2026-04-19.tsv", zstandard)
	}},
	{"compressed otherwise", func(a *aged) {
		a.must(os.Remove(a.path("audit-2026-04-20.tsv.gz")))
		a.write("audit-2026-04-20.tsv", dayLines(rand.New(rand.NewPCG(1, 2)), 0, 0, 5)+a.unpacked("audit-2026-04-20.tsv.gz"))
		a.compress("audit-2026-04-20.tsv", zstandard)
	}},
	{"decompressed", func(a *aged) {
		a.write("audit-2026-04-20.tsv", a.unpacked("audit-2026-04-20.tsv.gz"))
		a.must(os.Remove(a.path("audit-2026-04-20.tsv.gz")))
	}},
	{"midnight", func(a *aged) {
		a.now = a.now.Add(24 * time.Hour)
		a.append(liveName, " over\n"+line(noon(0), "order last"))
		a.write("audit-2026-04-23.tsv", dayLines(a.rng, -1, 300, 5))
	}},
	{"a month later", func(a *aged) {
		a.now = a.now.Add(31 * 24 * time.Hour)
		a.append(liveName, " over")
	}},
	{"late append", func(a *aged) { a.append(yesterdayName, " completed\n"+line(noon(-1), "order late")) }},
	{"files that were not there", func(a *aged) {
		a.write("audit-2026-04-17.tsv", dayLines(a.rng, 5, 300, 5))
		a.write("audit-2026-04-22.1.tsv.part", "x")
		a.write("audit-2026-04-24.tsv", line(noon(0), "order of another day"))
	}},
	{"created anew beside the compressed one", func(a *aged) { a.write("audit-2026-04-20.tsv", line(noon(-2), "order anew")) }},
}

// unpacked returns what a compressed file held at the beginning.
func (a *aged) unpacked(name string) string {
	content, err := decompress(strings.NewReader(a.base[name]), gzipped)
	a.must(err)
	defer content.Close()
	var b strings.Builder
	buf := make([]byte, 1<<16)
	for {
		n, err := content.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return b.String()
		}
	}
}

func TestSnapshotStays(t *testing.T) {
	for _, tt := range ageing {
		for name, index := range map[string]IndexMode{"scanned": IndexOff, "indexed": IndexManual} {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				a := newAged(t)
				s := a.store(index)
				want := a.answers(s, nil)
				at := cursorNow(t, s, totals)
				if diff := cmp.Diff(want, a.answers(s, at)); diff != "" {
					t.Fatalf("answers at once mismatch (-want +got):\n%.2000s", diff)
				}
				tt.change(a)
				for _, state := range []string{"changed", "changed and read", "changed and indexed"} {
					if diff := cmp.Diff(want, a.answers(s, at)); diff != "" {
						t.Errorf("%s: answers mismatch (-want +got):\n%.2000s", state, diff)
					}
					if state == "changed" {
						a.answers(s, nil)
					} else {
						a.index(s)
					}
				}
				if diff := cmp.Diff(want, a.answers(a.store(index), at)); diff != "" {
					t.Errorf("answers of another store mismatch (-want +got):\n%.2000s", diff)
				}
			})
		}
	}
}

// TestSnapshotGone has files change so that the snapshot can't be had any more.
func TestSnapshotGone(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*aged)
	}{
		{"cut short", func(a *aged) { a.must(os.Truncate(a.path(liveName), 1000)) }},
		{"written anew", func(a *aged) { a.write(liveName, a.base[liveName][:500]) }},
		{"written over", func(a *aged) { a.write(liveName, "9"+a.base[liveName][1:]+"\n") }},
		{"deleted", func(a *aged) { a.must(os.Remove(a.path("audit-2026-04-19.tsv"))) }},
		{"deleted before others of its day", func(a *aged) {
			a.must(os.Rename(a.path(liveName), a.path("audit-2026-04-22.2.tsv")))
			a.write("audit-2026-04-22.1.tsv", line(noon(0), "before"))
		}},
		{"compressed, other content", func(a *aged) {
			a.must(os.Remove(a.path(yesterdayName)))
			a.write(yesterdayName+".gz", packed(a, gzipped, strings.ToUpper(a.base[yesterdayName])))
		}},
		{"compressed, less content", func(a *aged) {
			a.must(os.Remove(a.path(yesterdayName)))
			a.write(yesterdayName+".gz", packed(a, gzipped, a.base[yesterdayName][:5000]))
		}},
		{"another compressed file", func(a *aged) {
			a.write("audit-2026-04-20.tsv.gz", packed(a, gzipped, "9"+a.unpacked("audit-2026-04-20.tsv.gz")[1:]))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAged(t)
			s := a.store(IndexManual)
			r := request(t, totals)
			r.At = cursorNow(t, s, totals)
			tt.change(a)
			for _, s := range []*Store{s, a.store(IndexOff)} {
				_, err := s.Search(context.Background(), r)
				var refused *CursorError
				if !errors.As(err, &refused) || refused.Reason != "cursor no longer valid" {
					t.Errorf("Search: %v, want a *CursorError: cursor no longer valid", err)
				}
			}
			// What the query does not select need not be there.
			r = request(t, `{"limit":1,"offset":0,"whereBetween":["timestamp",["2026-03-01T00:00:00Z","2026-03-31T00:00:00Z"]]}`)
			r.At = cursorNow(t, s, totals)
			if _, err := s.Search(context.Background(), r); err != nil {
				t.Errorf("Search of other days: %v", err)
			}
		})
	}
}

// TestSnapshotCopied takes snapshots before and while a copy of the live file
// stands beside it, which is then cut short.
func TestSnapshotCopied(t *testing.T) {
	a := newAged(t)
	a.append(liveName, "\n")
	s := a.store(IndexOff)
	want := a.answers(s, nil)
	before := cursorNow(t, s, totals)
	content, err := os.ReadFile(a.path(liveName))
	a.must(err)
	a.write("audit-2026-04-22.1.tsv", string(content))
	info, err := os.Lstat(a.path("audit-2026-04-22.1.tsv"))
	a.must(err)
	s.copies.set(map[string]copied{"audit-2026-04-22.1.tsv": {stampOf(info), liveName}})
	during := cursorNow(t, s, totals)
	compare := func(state string) {
		t.Helper()
		for name, at := range map[string]*Cursor{"before": before, "during": during} {
			if diff := cmp.Diff(want, a.answers(s, at)); diff != "" {
				t.Errorf("%s, cursor of %s: answers mismatch (-want +got):\n%.2000s", state, name, diff)
			}
		}
	}
	compare("copied")
	a.append(liveName, numbered(1, 10))
	compare("copied and grown")
	a.write(liveName, numbered(1, 3))
	compare("cut short")
	s.copies.set(nil)
	compare("known to be cut short")
}

// TestSnapshotFolds has more parts than a cursor names one by one.
func TestSnapshotFolds(t *testing.T) {
	const parts = 90
	part := func(i int) string { return fmt.Sprintf("audit-2026-04-%02d.%d.tsv", 1+i/5, 1+i%5) }
	last := part(parts - 1)
	for _, tt := range []struct {
		name   string
		change func(*aged)
		gone   bool
	}{
		{"nothing", func(*aged) {}, false},
		{"late append, named", func(a *aged) { a.append(part(parts-newestNamed), line(noon(-4), "late")) }, false},
		{"late append, folded", func(a *aged) { a.append(part(parts-newestNamed-1), line(noon(-4), "late")) }, true},
		{"folded one compressed", func(a *aged) { a.compress(part(3), gzipped) }, false},
		{"folded one deleted", func(a *aged) { a.must(os.Remove(a.path(part(0)))) }, true},
		{"folded one more", func(a *aged) { a.write("audit-2026-04-02.tsv", line(noon(0), "new")) }, true},
		{"one more before all", func(a *aged) { a.write("audit-2026-03-30.tsv", line(noon(0), "new")) }, false},
		{"appended", func(a *aged) { a.append(last, line(noon(0), "new")) }, false},
		{"rotated", func(a *aged) { a.write("audit-2026-04-18.tsv", line(noon(0), "new")) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAged(t)
			for name := range a.base {
				a.must(os.Remove(a.path(name)))
			}
			for i := range parts {
				a.write(part(i), strings.Repeat(line(noon(-21+i/5), fmt.Sprintf("order in part %d", i)), 1+i%3))
			}
			s := a.store(IndexOff)
			at := cursorNow(t, s, totals)
			if len(at.parts) != newestNamed || len(at.folds) != 1 || at.folds[0].count != parts-newestNamed {
				t.Fatalf("cursor names %d parts and folds %+v", len(at.parts), at.folds)
			}
			want := a.answers(s, at)
			if want.Lists[0].Total != 2*parts {
				t.Fatalf("total is %d, want %d", want.Lists[0].Total, 2*parts)
			}
			tt.change(a)
			r := request(t, totals)
			r.At = at
			if _, err := s.Search(context.Background(), r); tt.gone != isGone(err) || !tt.gone && err != nil {
				t.Fatalf("Search: %v; want gone %v", err, tt.gone)
			}
			if tt.gone {
				return
			}
			if diff := cmp.Diff(want, a.answers(s, at)); diff != "" {
				t.Errorf("answers mismatch (-want +got):\n%.2000s", diff)
			}
		})
	}
}

// TestSnapshotPartial has the cursor of an answer that leaves out what can't be
// read name the rest.
func TestSnapshotPartial(t *testing.T) {
	a := newAged(t)
	broken := a.base["audit-2026-04-20.tsv.gz"]
	a.write("audit-2026-04-20.tsv.gz", broken[:len(broken)/2])
	s := a.store(IndexOff)
	r := request(t, totals)
	r.Partial, r.Cursor = true, true
	first, err := s.Search(context.Background(), r)
	if err != nil || len(first.Problems) != 1 {
		t.Fatalf("Search: %+v, %v; want one problem", first, err)
	}
	a.write("audit-2026-04-20.tsv.gz", broken)
	r = request(t, totals)
	r.At, r.Cursor = first.Cursor, true
	again, err := s.Search(context.Background(), r)
	if err != nil || again.Total != first.Total || len(again.Problems) > 0 {
		t.Errorf("Search at the cursor: %+v, %v; want the total %d and no problem", again, err, first.Total)
	}
	if again.Cursor != first.Cursor {
		t.Errorf("cursor of an answer at %v is %v", first.Cursor, again.Cursor)
	}
	// A file that it names and that can't be read is a problem like any other.
	r.At = cursorNow(t, s, totals)
	a.write("audit-2026-04-20.tsv.gz", broken[:len(broken)/2])
	if got := readErrorOf(t, s, r); got.File != "audit-2026-04-20.tsv.gz" {
		t.Errorf("Search: %+v", got)
	}
	r.Partial = true
	if got, err := s.Search(context.Background(), r); err != nil || len(got.Problems) != 1 || got.Total != first.Total {
		t.Errorf("partial Search: %+v, %v; want one problem and the total %d", got, err, first.Total)
	}
}

// TestSnapshotPagesJoin takes pages at a cursor while the file grows.
func TestSnapshotPagesJoin(t *testing.T) {
	for name, index := range map[string]IndexMode{"scanned": IndexOff, "indexed": IndexManual} {
		t.Run(name, func(t *testing.T) {
			a := newAged(t)
			s := a.store(index)
			want := rows(search(t, s, askedFor[0]))
			var got []string
			var at *Cursor
			a.append(liveName, "\n")
			for page := range (len(want) + 999) / 1000 {
				r := request(t, fmt.Sprintf(`{"limit":1000,"offset":%d,"whereBetween":["timestamp",[0,%d]]}`, 1000*page, noon(30)))
				r.Cursor, r.At = true, at
				if page == 0 {
					want = rows(search(t, s, `{"limit":50000,"offset":0,"whereBetween":["timestamp",[0,"2026-05-22T12:00:00Z"]]}`))
				}
				result, err := s.Search(context.Background(), r)
				if err != nil {
					t.Fatal(err)
				}
				at = result.Cursor
				got = append(got, rows(result)...)
				a.append(liveName, numbered(page, 3000))
				a.index(s)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("pages mismatch (-want +got):\n%.2000s", diff)
			}
		})
	}
}

// A cursor may fold each part of a day by itself: the day's parts are looked for
// once all the same, and not when the query has ended.
func TestFoldsOfOneDay(t *testing.T) {
	j := newJournal(t)
	for n := range 3 {
		j.write(fmt.Sprintf("audit-2026-04-21.%d.tsv", n+1), numbered(n, 1))
	}
	s := j.open()
	l, err := s.list()
	j.must(err)
	found := finder{opening: &opening{store: s, dir: s.unopened()}, listing: l}
	all := found.in(t.Context(), dayOf(noon(-1)))
	for n := range 3 {
		place := partPlace{dayOf(noon(-1)), n}
		held, err := found.held(t.Context(), foldMark{first: place, last: place})
		j.must(err)
		if len(held) != 1 || held[0].source != all[n].source {
			t.Errorf("fold of part %d holds %v, want the candidate that was found before", n, held)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := found.held(ctx, foldMark{last: partPlace{day: dayOf(noon(0))}}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the query: %v, want %v", err, context.Canceled)
	}
}
