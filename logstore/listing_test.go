package logstore

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// putOddities makes entries named like day files that are no files. A device
// is among them where the system lets us make one.
func putOddities(j *journal) (want []Problem) {
	j.Helper()
	j.must(os.Mkdir(j.path("audit-2026-04-01.tsv"), 0o755))
	j.must(syscall.Mkfifo(j.path("audit-2026-04-02.tsv"), 0o644))
	j.must(os.WriteFile(filepath.Join(j.data, "outside"), []byte(line(noon(-19), "outside")), 0o644))
	j.must(os.Symlink(filepath.Join(j.data, "outside"), j.path("audit-2026-04-03.tsv")))
	j.must(os.Symlink("nowhere", j.path("audit-2026-04-04.tsv.gz")))
	// A socket's path must be short, wherever the tests run.
	short, err := os.MkdirTemp("", "s")
	j.must(err)
	j.Cleanup(func() { os.RemoveAll(short) })
	socket, err := net.Listen("unix", filepath.Join(short, "s"))
	j.must(err)
	j.Cleanup(func() { socket.Close() })
	j.must(os.Rename(filepath.Join(short, "s"), j.path("audit-2026-04-05.tsv")))
	want = []Problem{
		{"audit-2026-04-01.tsv", "is a folder"},
		{"audit-2026-04-02.tsv", "is a FIFO"},
		{"audit-2026-04-03.tsv", "is a symbolic link"},
		{"audit-2026-04-04.tsv.gz", "is a symbolic link"},
		{"audit-2026-04-05.tsv", "is a socket"},
	}
	if syscall.Mknod(j.path("audit-2026-04-06.tsv"), syscall.S_IFCHR|0o644, 1<<8|3) == nil {
		want = append(want, Problem{"audit-2026-04-06.tsv", "is a device"})
	}
	return want
}

func TestListing(t *testing.T) {
	j := newJournal(t)
	j.must(os.Mkdir(j.data, 0o755))
	for _, name := range []string{
		"audit-2026-04-22.tsv", "audit-2026-04-22.2.tsv.gz", "audit-2026-04-22.10.tsv", "audit-2026-04-22.2.tsv",
		"audit-2026-04-21.tsv.zst", "audit-2026-04-21.tsv.gz", "audit-20260420.tsv",
		"notes.txt", "audit-2026-04-31.tsv", "audit-2026-04-22.tsv.bak",
	} {
		j.write(name, "")
	}
	j.must(os.Mkdir(j.path("old"), 0o755))
	j.write("old/audit-2026-04-19.tsv", "")
	wantRefused := putOddities(j)

	p, err := parsePattern(DefaultPattern)
	j.must(err)
	l, refused, err := newLister(j.dir, p).list()
	j.must(err)
	var files []string
	for i := range l.parts {
		for e := range encodings {
			if l.parts[i].has[e] {
				files = append(files, l.parts[i].file(e))
			}
		}
	}
	if diff := cmp.Diff([]string{
		"audit-20260420.tsv", "audit-2026-04-21.tsv.gz", "audit-2026-04-21.tsv.zst",
		"audit-2026-04-22.2.tsv", "audit-2026-04-22.2.tsv.gz", "audit-2026-04-22.10.tsv", "audit-2026-04-22.tsv",
	}, files); diff != "" {
		t.Errorf("parts mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"audit-2026-04-22.tsv.bak", "audit-2026-04-31.tsv", "notes.txt", "old"}, l.ignored); diff != "" {
		t.Errorf("ignored mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantRefused, l.refused); diff != "" {
		t.Errorf("refused mismatch (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantRefused, refused); diff != "" {
		t.Errorf("newly refused mismatch (-want +got):\n%s", diff)
	}
}

func TestKindOf(t *testing.T) {
	for mode, want := range map[fs.FileMode]string{
		fs.ModeDir:                         "is a folder",
		fs.ModeSymlink:                     "is a symbolic link",
		fs.ModeNamedPipe:                   "is a FIFO",
		fs.ModeSocket:                      "is a socket",
		fs.ModeDevice:                      "is a device",
		fs.ModeDevice | fs.ModeCharDevice:  "is a device",
		fs.ModeIrregular:                   "is no regular file",
		fs.ModeDir | fs.ModeSticky | 0o777: "is a folder",
	} {
		if got := kindOf(mode); got != want {
			t.Errorf("kindOf(%v) = %q, want %q", mode, got, want)
		}
	}
}

// The folder is read again when it changed, and only then.
func TestListingIsRenewed(t *testing.T) {
	j := newJournal(t)
	p, err := parsePattern(DefaultPattern)
	j.must(err)
	l := newLister(j.dir, p)
	list := func() *listing {
		t.Helper()
		next, _, err := l.list()
		j.must(err)
		return next
	}
	list()
	for i, name := range []string{"audit-2026-04-20.tsv", "audit-2026-04-21.tsv", "audit-2026-04-22.tsv"} {
		j.write(name, "")
		if got := len(list().parts); got != i+1 {
			t.Errorf("after %d files were made, %d are listed", i+1, got)
		}
	}
	// What is read long after the folder changed is as good as new.
	info, err := os.Stat(j.dir)
	j.must(err)
	at := stampOf(info).modified().Add(time.Minute)
	old := &listing{stamp: stampOf(info), read: at}
	if !old.fresh(stampOf(info), at.Add(listingAge/2)) {
		t.Error("a listing is not fresh, although the folder did not change")
	}
	if old.fresh(stampOf(info), at.Add(2*listingAge)) {
		t.Error("a listing is fresh for ever")
	}
	old.read = stampOf(info).modified().Add(stampGrain / 2)
	if old.fresh(stampOf(info), old.read) {
		t.Error("a listing made right after a change is fresh: a second change may have left the same time")
	}
	j.must(os.RemoveAll(j.dir))
	if _, _, err := l.list(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("list() of a folder that is gone: %v", err)
	}
}

// A folder or a link that appears while the store is open is counted once.
func TestRefusedLater(t *testing.T) {
	j := newJournal(t)
	s := j.open()
	search(t, s, totals)
	j.must(os.Mkdir(j.path(liveName), 0o755))
	search(t, s, totals)
	search(t, s, totals)
	if diff := cmp.Diff(map[string]int64{"is a folder": 1}, s.Stats().Problems); diff != "" {
		t.Errorf("problems mismatch (-want +got):\n%s", diff)
	}
}

var selectionTests = []struct {
	name   string
	params string
	want   []string // days off today, of parts that may be selected
	sure   []string // of these, days selected whatever they hold
}{
	{"no bounds", `{}`, days(-29, 0), days(-29, 0)},
	{"one day", `"where": ["timestamp", "=", "2026-04-10T12:00:00Z"]`, days(-15, -9), days(-12, -12)},
	{"within a day", `"whereBetween": ["timestamp", ["2026-04-10T00:00:00Z", "2026-04-10T23:59:59Z"]]`, days(-15, -9), days(-12, -12)},
	{"over midnight", `"whereBetween": ["timestamp", ["2026-04-10T23:59:59Z", "2026-04-11T00:00:00Z"]]`, days(-15, -8), days(-12, -11)},
	{"open end", `"where": ["timestamp", ">=", "2026-04-20T00:00:00Z"]`, days(-5, 40), days(-2, 40)},
	{"open beginning", `"where": ["timestamp", "<", "2026-02-02T00:00:00Z"]`, days(-100, -77), days(-100, -80)},
	{"two", `"where": [["timestamp", ">", "2026-04-10T00:00:00Z"], ["timestamp", "<", "2026-04-12T00:00:00Z"]]`, days(-15, -8), days(-12, -11)},
	{"excluding each other", `"where": [["timestamp", ">", 2000], ["timestamp", "<", 1000]]`, nil, nil},
	{"a list", `"whereIn": ["timestamp", ["2026-04-12T00:00:00Z", "2026-04-10T00:00:00Z"]]`, days(-15, -7), days(-12, -10)},
	{"not bounding", `"whereNotBetween": ["timestamp", [0, 1000]]`, days(-29, 0), days(-29, 0)},
	{"before all time", `"where": ["timestamp", "<", "0001-01-02T00:00:00Z"]`, nil, nil},
	{"after all files", `"where": ["timestamp", ">", "9999-12-31T00:00:00Z"]`, nil, nil},
}

// days returns the days from first to last, both off today.
func days(first, last int) (all []string) {
	for d := first; d <= last; d++ {
		all = append(all, (dayOf(today.Unix()) + Day(d)).String())
	}
	return all
}

func TestSelection(t *testing.T) {
	l := &listing{}
	for d := -100; d <= 40; d++ {
		l.parts = append(l.parts, listedPart{partName: partName{day: dayOf(noon(d)), number: unnumbered}})
	}
	for _, tt := range selectionTests {
		params := `{"limit": 1, "offset": 0}`
		if tt.params != `{}` {
			params = `{"limit": 1, "offset": 0, ` + tt.params + `}`
		}
		s := selectDays(request(t, params).Query.Bounds(), dayOf(today.Unix()), 1)
		var got, sure []string
		for _, p := range s.parts(l) {
			got = append(got, p.day.String())
			if s.certain(p.day) {
				sure = append(sure, p.day.String())
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: parts mismatch (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.sure, sure); diff != "" {
			t.Errorf("%s: certain parts mismatch (-want +got):\n%s", tt.name, diff)
		}
	}
}

// All parts of a day are selected, whatever their number.
func TestBetween(t *testing.T) {
	l := &listing{}
	for d := Day(1); d <= 5; d++ {
		for n := 1; n <= 3; n++ {
			l.parts = append(l.parts, listedPart{partName: partName{day: d, number: n}})
		}
	}
	for first := Day(0); first <= 6; first++ {
		for last := Day(0); last <= 6; last++ {
			var want []listedPart
			for _, p := range l.parts {
				if p.day >= first && p.day <= last {
					want = append(want, p)
				}
			}
			if got := l.between(first, last); !slices.Equal(got, want) {
				t.Errorf("between(%d, %d) = %v, want %v", first, last, got, want)
			}
		}
	}
}

// Records off their file's day are found as far as the margin reaches, and the
// total counts the selected parts alone.
func TestMargins(t *testing.T) {
	j := newJournal(t)
	at := noon(-10) // what all the records are of
	for d := -15; d <= -5; d++ {
		day := dayOf(noon(d))
		content := line(at, day.String()) + line(noon(d), "own")
		if d == -9 {
			content = line(noon(d), "own") // in the margin, but its records are not
		}
		j.write("audit-"+day.String()+".tsv", content)
	}
	s := j.open()
	q := request(t, `{"limit": 100, "offset": 0, "orderBy": ["detail", "ASC"]}`)
	q.Query.Where = []filter.Condition{filter.TimeBetween(at, at)}
	for range 2 { // the second time from what was learnt
		r, err := s.Search(t.Context(), q)
		j.must(err)
		var want []string
		for d := -13; d <= -7; d++ {
			if d != -9 {
				want = append(want, string(q.Render(nil, rowOf(at, dayOf(noon(d)).String()))))
			}
			if d == -10 {
				want = append(want, string(q.Render(nil, rowOf(at, "own"))))
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, rows(r)); diff != "" {
			t.Errorf("rows mismatch (-want +got):\n%s", diff)
		}
		if r.Total != 12 {
			t.Errorf("total = %d, want the 12 lines of six files", r.Total)
		}
	}
}

// rowOf returns a row that shows as a record of that time and detail does.
func rowOf(sec int64, detail string) *Row {
	record := filter.Record{Time: sec, Columns: make([][]byte, 7)}
	record.Columns[6] = []byte(detail)
	q := filter.Query{Schema: auditSchema()}
	return &Row{record: record, values: q.Compile().Matcher(unescapeTSV)}
}
