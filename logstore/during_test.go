package logstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// during answers a request, and calls change when the query has opened its
// files and waits to read them. The store must have one worker.
func during(t testing.TB, s *Store, r *Request, change func()) (result *Result, err error) {
	t.Helper()
	beforeReading(t, s, func() { result, err = s.Search(context.Background(), r) }, change)
	return result, err
}

// beforeReading calls begin, and change when what it began has opened its files
// and waits to read them. It returns when begin has. The store must have one
// worker.
func beforeReading(t testing.TB, s *Store, begin, change func()) {
	t.Helper()
	block, blocked := make(chan struct{}), make(chan struct{})
	go s.pool.runAll(context.Background(), []unit{func(*worker) unit {
		close(blocked)
		<-block
		return nil
	}})
	<-blocked
	// The blocking job is queued once more, to find that nothing is left of it.
	waiting := func() int {
		s.pool.mu.Lock()
		defer s.pool.mu.Unlock()
		return len(s.pool.ready)
	}
	before := waiting()
	done := make(chan struct{})
	go func() {
		defer close(done)
		begin()
	}()
	for guard := time.Now().Add(time.Minute); waiting() == before; runtime.Gosched() {
		if time.Now().After(guard) {
			t.Fatal("nothing begins to read")
		}
	}
	change()
	close(block)
	<-done
}

// What may happen to a file while a query reads it: what the query answers,

// or why it fails.

var duringTests = []struct {
	name   string
	change func(j *journal)
	want   []string
	err    string
}{
	{"nothing", func(*journal) {}, numberedRows(0, 3000), ""},
	{"appended to", func(j *journal) { j.append(liveName, numbered(3000, 100)) }, numberedRows(0, 3000), ""},
	{"deleted", func(j *journal) { j.must(os.Remove(j.path(liveName))) }, numberedRows(0, 3000), ""},
	{"rotated", func(j *journal) {
		j.must(os.Rename(j.path(liveName), j.path("audit-2026-04-22.1.tsv")))
		j.write(liveName, numbered(3000, 1))
	}, numberedRows(0, 3000), ""},
	{"replaced", func(j *journal) {
		j.write("new", numbered(5000, 10))
		j.must(os.Rename(j.path("new"), j.path(liveName)))
	}, numberedRows(0, 3000), ""},
	{"touched", func(j *journal) { j.must(os.Chmod(j.path(liveName), 0o600)) }, numberedRows(0, 3000), ""},
	{"cut short", func(j *journal) { j.must(os.Truncate(j.path(liveName), int64(len(numbered(0, 100))))) }, nil, "truncated under the query"},
	{"emptied", func(j *journal) { j.must(os.Truncate(j.path(liveName), 0)) }, nil, "truncated under the query"},
	{"cut by one byte", func(j *journal) { j.must(os.Truncate(j.path(liveName), fileSize(j, liveName)-1)) }, nil, "truncated under the query"},
	{"emptied and regrown past its size", func(j *journal) {
		j.must(os.Truncate(j.path(liveName), 0))
		j.append(liveName, numbered(7000, 4000))
	}, numberedRows(7000, 4000), ""},
	{"written anew, as long", func(j *journal) { j.write(liveName, numberedAs(3000, "rexord")) },
		strings.Split(strings.ReplaceAll(strings.Join(numberedRows(0, 3000), "|"), "record", "rexord"), "|"), ""},
}

// numberedAs returns records like those of numbered, under another name.

func numberedAs(n int, name string) string {
	return strings.ReplaceAll(numbered(0, n), "record", name)
}

// A query answers what a file held when it began, or what it holds later, all

// of it, or fails. It does so whether or not the file's lines are known and

// its stamp proves them.

func TestFileChangesDuringQuery(t *testing.T) {
	for _, tt := range duringTests {
		for _, how := range []string{"unknown", "known", "settled", "known and settled"} {
			j := newJournal(t)
			j.write(liveName, numbered(0, 3000))
			s := j.open(func(o *Options) { o.Workers = 1 })
			if strings.Contains(how, "settled") {
				later(s)
			}
			if strings.Contains(how, "known") && how != "unknown" {
				search(t, s, totals)
			}
			result, err := during(t, s, request(t, everything), func() { tt.change(j) })
			var report *ReadError
			switch {
			case tt.err != "":
				if !errors.As(err, &report) || report.Reason != tt.err || report.File != liveName {
					t.Errorf("%s, %s: %+v, %v; want %s: %s", tt.name, how, result, err, liveName, tt.err)
				}
				if n := s.Stats().Problems[tt.err]; n != 1 {
					t.Errorf("%s, %s: %d problems are counted, want 1", tt.name, how, n)
				}
			case err != nil:
				t.Errorf("%s, %s: %v", tt.name, how, err)
			default:
				if diff := cmp.Diff(tt.want, rows(result)); diff != "" || result.Total != int64(len(tt.want)) {
					t.Errorf("%s, %s: total %d, rows mismatch (-want +got):\n%.1000s", tt.name, how, result.Total, diff)
				}
			}
			// Whatever was learnt of it, the next query is right.
			r := search(t, s, totals)
			if content, err := os.ReadFile(j.path(liveName)); err == nil && r.Total != int64(strings.Count(string(content), "\n")) {
				if tt.name != "rotated" || r.Total != 3001 {
					t.Errorf("%s, %s: then total = %d, the file has %d lines", tt.name, how, r.Total, strings.Count(string(content), "\n"))
				}
			}
		}
	}
}

// A partial answer leaves out the file that was cut, and says so.

func TestPartialDuringQuery(t *testing.T) {
	j := newJournal(t)
	j.write("audit-2026-04-21.tsv", line(noon(-1), "yesterday"))
	j.write(liveName, numbered(0, 3000))
	s := j.open(func(o *Options) { o.Workers = 1 })
	r := request(t, everything)
	r.Partial = true
	result, err := during(t, s, r, func() { j.must(os.Truncate(j.path(liveName), 10)) })
	j.must(err)
	want := &Result{Count: 1, Total: 1, Rows: [][]byte{fmt.Appendf(nil, "%d yesterday", noon(-1))},
		Problems: []Problem{{liveName, "truncated under the query"}}}
	if diff := cmp.Diff(want, result); diff != "" {
		t.Errorf("answer mismatch (-want +got):\n%s", diff)
	}
}

// Files are cut and replaced while rows are rendered, too.

func TestFileChangesDuringFetch(t *testing.T) {
	for _, tt := range duringTests {
		j := newJournal(t)
		j.write(liveName, numbered(0, 3000))
		s := j.open(func(o *Options) { o.Workers = 1 })
		search(t, s, totals)
		r := request(t, everything)
		render, changed := r.Render, false
		r.Render = func(dst []byte, row *Row) []byte {
			if !changed {
				changed = true
				tt.change(j)
			}
			return render(dst, row)
		}
		result, err := s.Search(t.Context(), r)
		var report *ReadError
		switch {
		case tt.err != "":
			if !errors.As(err, &report) || report.Reason != tt.err {
				t.Errorf("%s: %+v, %v; want %s", tt.name, result, err, tt.err)
			}
		case err != nil:
			t.Errorf("%s: %v", tt.name, err)
		default:
			if diff := cmp.Diff(tt.want, rows(result)); diff != "" {
				t.Errorf("%s: rows mismatch (-want +got):\n%.1000s", tt.name, diff)
			}
		}
	}
}

// Of more files than are held open, one is deleted before its turn: the query

// begins anew without it.

func TestDeletedBeforeItsTurn(t *testing.T) {
	j := newJournal(t)
	const files = heldOpen + 50
	for d := range files {
		j.write("audit-"+dayOf(noon(-d)).String()+".tsv", line(noon(-d), "x"))
	}
	oldest := j.path("audit-" + dayOf(noon(1-files)).String() + ".tsv")
	s := j.open(func(o *Options) { o.Workers = 1 })
	r := request(t, `{"limit": 10, "offset": 0, "where": ["timestamp", ">", 0]}`)
	before := openFiles(t)
	result, err := during(t, s, r, func() {
		if n := openFiles(t) - before; n < heldOpen || n > heldOpen+10 {
			t.Errorf("%d files are open, want %d", n, heldOpen)
		}
		j.must(os.Remove(oldest))
	})
	if err != nil || result.Count != files-1 || result.Total != files-1 {
		t.Errorf("Search = %+v, %v; want %d records", result, err, files-1)
	}
	if n := openFiles(t) - before; n > 3 {
		t.Errorf("%d more files are open afterwards", n)
	}
}

// openFiles returns the number of the process's open files.

func openFiles(t testing.TB) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// Queries during two hundred rotations: each answer holds every record that

// was written before it began, once, in order.

// Parts move up by one name at each rotation, and the oldest is deleted, so

// that the folder's names stay the same. Every answer is a run of records

// without a gap, up to one not older than the last before it began.

// A folder that never comes to rest is an error that says so.
