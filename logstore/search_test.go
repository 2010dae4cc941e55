package logstore

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// manyDays writes more files than are held open, of three records each, the
// oldest first. It returns their names.
func (j *journal) manyDays() (names []string) {
	j.Helper()
	const files = heldOpen + 20
	for i := range files {
		d := i + 1 - files
		name := "audit-" + dayOf(noon(d)).String() + ".tsv"
		j.write(name, line(noon(d), "a")+line(noon(d), "b")+line(noon(d), "c"))
		names = append(names, name)
	}
	return names
}

// everyDay asks for all rows of manyDays, the oldest first.
const everyDay = `{"limit": 50000, "offset": 0, "where": ["timestamp", ">", 0], "orderBy": ["timestamp", "ASC"]}`

// What happens to files that are not held open, before they are read or while
// rows are rendered.
var unheldTests = []struct {
	name   string
	change func(j *journal, path string)
	count  int64 // 0: as before
	err    string
}{
	{"appended to", func(j *journal, path string) {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		j.must(err)
		_, err = f.WriteString(line(0, "more"))
		j.must(errors.Join(err, f.Close()))
	}, 0, ""},
	{"truncated", func(j *journal, path string) { j.must(os.Truncate(path, 10)) }, 0, "truncated under the query"},
	{"deleted", func(j *journal, path string) { j.must(os.Remove(path)) }, -3, ""},
	{"replaced", func(j *journal, path string) {
		j.must(os.WriteFile(j.path("new"), []byte(line(noon(-140), "new")), 0o644))
		j.must(os.Rename(j.path("new"), path))
	}, -2, ""},
	{"made a folder", func(j *journal, path string) {
		j.must(os.Remove(path))
		j.must(os.Mkdir(path, 0o755))
	}, 0, "is no regular file"},
}

func TestUnheldFileChanges(t *testing.T) {
	for _, tt := range unheldTests {
		j := newJournal(t)
		names := j.manyDays()
		all := int64(3 * len(names))
		s := j.open(func(o *Options) { o.Workers = 1 })
		search(t, s, everyDay)
		result, err := during(t, s, request(t, everyDay), func() { tt.change(j, j.path(names[5])) })
		var report *ReadError
		switch {
		case tt.err != "":
			if !errors.As(err, &report) || report.Reason != tt.err || report.File != names[5] {
				t.Errorf("%s: %v; want %s: %s", tt.name, err, names[5], tt.err)
			}
		case err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case result.Count != all+tt.count || int64(len(result.Rows)) != all+tt.count:
			t.Errorf("%s: %d rows, count %d; want %d", tt.name, len(result.Rows), result.Count, all+tt.count)
		}
	}
}

// A file that is replaced again and again while it is read ends the query, or
// is named in a partial answer.
func TestReplacedAgainAndAgain(t *testing.T) {
	j := newJournal(t)
	names := j.manyDays()
	s := j.open(func(o *Options) { o.Workers = 1 })
	r := request(t, everyDay)
	render, times := r.Render, 0
	first := fmt.Sprint(noon(1-len(names)), " a")
	r.Render = func(dst []byte, row *Row) []byte {
		dst = render(dst, row)
		if strings.HasSuffix(string(dst), first) {
			times++
			j.must(os.WriteFile(j.path("new"), []byte(line(noon(5-len(names)), "new")), 0o644))
			j.must(os.Rename(j.path("new"), j.path(names[5])))
		}
		return dst
	}
	if got, want := readErrorOf(t, s, r), (ReadError{File: names[5], Reason: "replaced under the query"}); got != want || times != searchTries {
		t.Errorf("Search: %+v after %d tries, want %+v after %d", got, times, want, searchTries)
	}
	r.Partial = true
	result, err := s.Search(t.Context(), r)
	j.must(err)
	if diff := cmp.Diff([]Problem{{names[5], "replaced under the query"}}, result.Problems); diff != "" {
		t.Errorf("problems mismatch (-want +got):\n%s", diff)
	}
	if want := int64(3 * (len(names) - 1)); result.Count != want {
		t.Errorf("partial answer: count %d, want %d", result.Count, want)
	}
}

// A page too large for the memory is found in halves; where not even one row
// fits, that is an error.
func TestPageInHalves(t *testing.T) {
	n := 6000
	if testing.Short() {
		n = 2000
	}
	j := newJournal(t)
	var content strings.Builder
	want := []string{}
	for i := range n {
		detail := fmt.Sprintf("%05d %s", i*7919%n, strings.Repeat("x", 100))
		content.WriteString(line(noon(0), detail))
		want = append(want, fmt.Sprint(noon(0), " ", detail))
	}
	slices.Sort(want)
	j.write(liveName, content.String())
	s := j.open(func(o *Options) { o.QueryMemory = 256 << 10 })
	for _, offset := range []int{0, 10, n / 2, n - 1, n} {
		params := fmt.Sprintf(`{"limit": 2000, "offset": %d, "orderBy": ["detail", "ASC"]}`, offset)
		r := search(t, s, params)
		if diff := cmp.Diff(want[offset:min(n, offset+2000)], rows(r)); diff != "" || r.Count != int64(n) || r.Total != int64(n) {
			t.Errorf("%s: count %d, total %d, rows mismatch (-want +got):\n%.1000s", params, r.Count, r.Total, diff)
		}
	}
	s = j.open(func(o *Options) { o.QueryMemory = 100 })
	_, err := s.Search(t.Context(), request(t, `{"limit": 1, "offset": 1000, "orderBy": ["detail", "ASC"]}`))
	var large *TooLargeError
	if err != nil && !errors.As(err, &large) {
		t.Errorf("Search with 100 bytes: %v, want an answer or a %T", err, large)
	}
}

// Pages join up to one scan, whatever the order.
func TestPagesJoin(t *testing.T) {
	j := newJournal(t)
	var all strings.Builder
	for i := range 500 {
		fmt.Fprintf(&all, "%d\tCLIENT\t%d\tLogin\tSUCCESS\t10.0.0.%d\trecord %d\n", noon(0)+int64(i*7%50), i%9, i%5, i)
	}
	j.write(liveName, all.String())
	j.write(otherName+".gz", packed(t, gzipped, strings.ReplaceAll(all.String(), "record", "older")))
	s := j.open()
	for _, order := range []string{
		`[]`, `["timestamp", "ASC"]`, `["source", "DESC"]`, `[["source", "ASC"], ["actor_id", "DESC"]]`, `["detail"]`,
		`[["action", "ASC"], ["status", "DESC"]]`,
	} {
		whole := rows(search(t, s, `{"limit": 50000, "offset": 0, "orderBy": `+order+`}`))
		var joined []string
		for offset := 0; offset < 1100; offset += 73 {
			joined = append(joined, rows(search(t, s, fmt.Sprintf(`{"limit": 73, "offset": %d, "orderBy": %s}`, offset, order)))...)
		}
		if diff := cmp.Diff(whole, joined); diff != "" || len(whole) != 1000 {
			t.Errorf("orderBy %s: %d rows, joined pages mismatch (-want +got):\n%.1000s", order, len(whole), diff)
		}
	}
}

func TestTooLargeError(t *testing.T) {
	e := &TooLargeError{Limit: 10, Actual: 12}
	if diff := cmp.Diff("rows take 12 bytes, more than the limit of 10", e.Error()); diff != "" {
		t.Errorf("Error mismatch (-want +got):\n%s", diff)
	}
}

// Options that say too little, or something wrong, are refused.
func TestOpenRefuses(t *testing.T) {
	j := newJournal(t)
	for name, change := range map[string]func(*Options){
		"no folder":      func(o *Options) { o.Dir = "" },
		"no data folder": func(o *Options) { o.DataDir = "" },
		"no schema":      func(o *Options) { o.Schema = nil },
		"no pattern":     func(o *Options) { o.Pattern = "audit.tsv" },
		"no such folder": func(o *Options) { o.Dir = j.dir + "x" },
		"a file":         func(o *Options) { j.write("file", ""); o.Dir = j.path("file") },
		"data in a file": func(o *Options) { j.write("file", ""); o.DataDir = j.path("file/data") },
	} {
		if s, err := j.tryOpen(change); err == nil {
			s.Close()
			t.Errorf("%s: Open succeeds", name)
		}
	}
	s, err := Open(Options{Dir: j.dir, DataDir: j.data, Schema: auditSchema()})
	j.must(err)
	search(t, s, totals)
	j.must(s.Close())
}

// The journal folder itself may be a link.
func TestLinkedFolder(t *testing.T) {
	j := newJournal(t)
	want := j.withOther()
	link := j.dir + ".link"
	j.must(os.Symlink(j.dir, link))
	s := j.open(func(o *Options) { o.Dir = link })
	if diff := cmp.Diff(want, rows(search(t, s, everything))); diff != "" {
		t.Errorf("rows mismatch (-want +got):\n%s", diff)
	}
}

// A last line without its newline is a record when its day ended more than the
// grace ago, and not at that very moment.
func TestGraceIsOver(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write("audit-2026-04-21.tsv", "2026-04-21T12:00:00Z\tCLIENT\t1\tLogin\tSUCCESS\t10.0.0.1\tdone\n2026-04-21T12:00:01Z\tCLIENT\t1\tLogin\tSUCCESS\t10.0.0.1\ttorn")
	end := time.Date(2026, 4, 22, 0, 10, 0, 0, time.UTC)
	for now, want := range map[time.Time]int64{end.Add(-time.Second): 1, end: 1, end.Add(time.Nanosecond): 2} {
		s := j.open(func(o *Options) { o.Now, o.DataDir = func() time.Time { return now }, t.TempDir() })
		got := outcomeOf(s, request(t, `{"limit":0,"offset":0}`))
		if got.Count != want || got.Total != want {
			t.Errorf("at %v: %d of %d, want %d", now, got.Count, got.Total, want)
		}
	}
}
