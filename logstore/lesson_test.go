package logstore

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap/zaptest/observer"
)

// A past bug: where an unfinished last line reached over the border of two
// regions, the border was taken for a line's end. Once the line was finished,
// its second half made a malformed line of its own, and the record was lost.
func TestUnfinishedLineOverRegions(t *testing.T) {
	j := newJournal(t)
	one := line(noon(0), strings.Repeat("x", 1000))
	head := strings.Repeat(one, regionSize/len(one))
	last := line(noon(0), strings.Repeat("y", 3000))
	j.write(liveName, head+last[:2500])
	if int64(len(head)) >= regionSize || int64(len(head)+2500) <= regionSize {
		t.Fatalf("the last line begins at %d, and ends at %d", len(head), len(head)+2500)
	}
	s := j.open()
	lines := int64(strings.Count(head, "\n"))
	if r := search(t, s, totals); r.Total != lines {
		t.Errorf("before the line is finished: total = %d, want %d", r.Total, lines)
	}
	j.append(liveName, last[2500:])
	r := search(t, s, `{"limit": 10, "offset": 0, "where": ["detail", "like", "y"]}`)
	if r.Total != lines+1 || r.Count != 1 {
		t.Errorf("after it is finished: total = %d, count = %d; want %d, 1", r.Total, r.Count, lines+1)
	}
	if n := s.Stats().Malformed; n != 0 {
		t.Errorf("%d lines are malformed", n)
	}
}

// A file that grows is read from where it was read to.
func TestGrowingFile(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 20_000))
	s := j.open()
	if r := search(t, s, totals); r.Count != 20_000 {
		t.Fatalf("count = %d", r.Count)
	}
	for i := range 50 {
		size := fileSize(j, liveName)
		more := numbered(20_000+i, 1)
		cut := i % len(more)
		j.append(liveName, more[:cut])
		before := s.Stats().BytesScanned
		r := search(t, s, totals)
		j.append(liveName, more[cut:])
		q := search(t, s, totals)
		if want := int64(20_000 + i); r.Count != want || r.Total != want || q.Count != want+1 || q.Total != want+1 {
			t.Fatalf("after %d more: count %d, total %d, then %d, %d", i, r.Count, r.Total, q.Count, q.Total)
		}
		if read := s.Stats().BytesScanned - before; read > 2*(fileSize(j, liveName)-size) {
			t.Fatalf("%d bytes are read after %d were appended", read, len(more))
		}
	}
	want := append(numberedRows(0, 20_000)[19_990:], numberedRows(20_000, 50)...)
	r := search(t, s, `{"limit": 60, "offset": 19990, "orderBy": ["actor_type", "ASC"]}`)
	if diff := cmp.Diff(want, rows(r)); diff != "" {
		t.Errorf("rows mismatch (-want +got):\n%s", diff)
	}
}

func fileSize(j *journal, name string) int64 {
	j.Helper()
	info, err := os.Stat(j.path(name))
	j.must(err)
	return info.Size()
}

// What changes a file other than appending to it, and what it holds then.
var rewriteTests = []struct {
	name   string
	change func(j *journal)
	want   []string
}{
	{"written anew, as long", func(j *journal) { j.write(liveName, numbered(500, 100)) }, numberedRows(500, 100)},
	{"another record at the end, as long", func(j *journal) { j.write(liveName, numbered(100, 99)+numbered(777, 1)) },
		append(numberedRows(100, 99), numberedRows(777, 1)...)},
	{"as many bytes, of other lines", func(j *journal) {
		size := len(numbered(100, 100))
		j.write(liveName, line(noon(0), "one")+line(noon(0), strings.Repeat("x", size-len(line(noon(0), "one"))-len(line(noon(0), "")))))
	}, nil},
	{"cut short", func(j *journal) { j.must(os.Truncate(j.path(liveName), int64(len(numbered(100, 10))))) }, numberedRows(100, 10)},
	{"emptied", func(j *journal) { j.must(os.Truncate(j.path(liveName), 0)) }, []string{}},
	{"emptied and regrown", func(j *journal) {
		j.must(os.Truncate(j.path(liveName), 0))
		j.append(liveName, numbered(200, 50))
	}, numberedRows(200, 50)},
	{"emptied and regrown past its size", func(j *journal) {
		j.must(os.Truncate(j.path(liveName), 0))
		j.append(liveName, numbered(200, 700))
	}, numberedRows(200, 700)},
	{"deleted and made anew", func(j *journal) {
		j.must(os.Remove(j.path(liveName)))
		j.write(liveName, numbered(300, 100))
	}, numberedRows(300, 100)},
	{"replaced", func(j *journal) {
		j.write("new", numbered(400, 120))
		j.must(os.Rename(j.path("new"), j.path(liveName)))
	}, numberedRows(400, 120)},
	{"deleted", func(j *journal) { j.must(os.Remove(j.path(liveName))) }, []string{}},
	{"touched", func(j *journal) { j.must(os.Chmod(j.path(liveName), 0o600)) }, numberedRows(100, 100)},
}

// However a file was changed between two queries, and at once: the second one
// answers what stands in it. That holds from what was learnt in the same
// process, settled or not, and by an earlier one.
func TestRewrittenFile(t *testing.T) {
	for _, tt := range rewriteTests {
		for _, how := range []string{"at once", "settled", "reopened"} {
			j := newJournal(t)
			j.write(liveName, numbered(100, 100))
			s := j.open()
			if how != "at once" {
				later(s)
			}
			if r := search(t, s, everything); r.Count != 100 {
				t.Fatalf("count = %d, want 100", r.Count)
			}
			if how == "reopened" {
				j.must(s.Close())
				s = j.open()
			}
			tt.change(j)
			r := search(t, s, everything)
			if tt.want == nil {
				if r.Count != 2 || r.Total != 2 {
					t.Errorf("%s, %s: count %d, total %d, want 2", tt.name, how, r.Count, r.Total)
				}
				continue
			}
			if diff := cmp.Diff(tt.want, rows(r)); diff != "" || r.Total != int64(len(tt.want)) {
				t.Errorf("%s, %s: total %d, rows mismatch (-want +got):\n%s", tt.name, how, r.Total, diff)
			}
		}
	}
}

// A last line without its newline is a record when the newline comes, or when
// its day is over for longer than the grace.
func TestUnterminatedLine(t *testing.T) {
	const content = "1776859200\tCLIENT\t1\tLogin\tSUCCESS\t10.0.0.1\tfirst\n1776859201\tCLIENT\t1\tLogin\tSUCCESS\t10.0.0.1\tlast"
	for _, tt := range []struct {
		name, now string
		content   string
		want      []string
		total     int64
	}{
		{liveName, "2026-04-22T12:00:00Z", content, []string{"1776859200 first"}, 1},
		{liveName, "2026-04-23T00:10:01Z", content, []string{"1776859201 last", "1776859200 first"}, 2},
		{liveName, "2026-04-23T00:09:59Z", content, []string{"1776859200 first"}, 1},
		{liveName, "2026-04-22T12:00:00Z", content + "\n", []string{"1776859201 last", "1776859200 first"}, 2},
		{liveName, "2026-04-23T00:10:01Z", content + "\r", []string{"1776859201 last", "1776859200 first"}, 2},
		{liveName, "2026-04-23T00:10:01Z", content[:50] + "cut", []string{"1776859200 first"}, 2},
		{liveName, "2026-04-22T12:00:00Z", "", []string{}, 0},
		{liveName + ".gz", "2026-04-22T12:00:00Z", content, []string{"1776859201 last", "1776859200 first"}, 2},
		{liveName + ".zst", "2026-04-22T12:00:00Z", content, []string{"1776859201 last", "1776859200 first"}, 2},
		{liveName + ".gz", "2026-04-22T12:00:00Z", "", []string{}, 0},
		{liveName + ".zst", "2026-04-22T12:00:00Z", "", []string{}, 0},
	} {
		j := newJournal(t)
		p, err := parsePattern(DefaultPattern)
		j.must(err)
		_, enc, _ := p.parse(tt.name)
		j.write(tt.name, packed(t, enc, tt.content))
		now := parseTime(t, tt.now)
		s := j.open(func(o *Options) { o.Now = now })
		for i := range 3 {
			r := search(t, s, `{"limit": 10, "offset": 0}`)
			if diff := cmp.Diff(tt.want, rows(r)); diff != "" || r.Total != tt.total || r.Count != int64(len(tt.want)) {
				t.Errorf("%s at %s, %q, query %d: count %d, total %d, want %d; rows mismatch (-want +got):\n%s",
					tt.name, tt.now, tt.content, i, r.Count, r.Total, tt.total, diff)
			}
		}
	}
}

// A closed day's last line without its newline was a record; when its writer goes
// on after all, there is one record still, the longer one.
func TestUnterminatedLineGrows(t *testing.T) {
	const yesterday = "audit-2026-04-21.tsv"
	at := noon(-1)
	for _, indexed := range []bool{false, true} {
		j := newJournal(t)
		j.write(yesterday, line(at, "first")+strings.TrimSuffix(line(at+1, "last"), "\n"))
		s := j.open(func(o *Options) {
			if indexed {
				o.Index, o.IndexFrom = IndexManual, 1
			}
		})
		later(s)
		if indexed {
			j.must(s.BuildIndex(t.Context(), nil))
		}
		if r := search(t, s, everything); r.Count != 2 || r.Total != 2 {
			t.Fatalf("indexed %t, before: count %d, total %d; want 2, 2", indexed, r.Count, r.Total)
		}
		j.append(yesterday, " word\n"+line(at+2, "next"))
		want := []string{rowText(at, "first"), rowText(at+1, "last word"), rowText(at+2, "next")}
		for i := range 2 {
			r := search(t, s, everything)
			if diff := cmp.Diff(want, rows(r)); diff != "" || r.Count != 3 || r.Total != 3 {
				t.Errorf("indexed %t, query %d after: count %d, total %d, want 3, 3; rows mismatch (-want +got):\n%s",
					indexed, i, r.Count, r.Total, diff)
			}
		}
	}
}

// Malformed lines are reported once, wherever they stand, and again when more
// come.
func TestMalformedLines(t *testing.T) {
	j := newJournal(t)
	const yesterday = "audit-2026-04-21.tsv"
	good := line(noon(0), "good")
	j.write(yesterday, good+"bad\n\n\r\nno\ttime\t\t\t\t\t\n"+strings.Repeat("x", 3000)+"\n"+"torn and bad")
	s, logs := openObserved(j, func(o *Options) { o.MaxLine = 1000 })
	for range 3 {
		if r := search(t, s, everything); r.Count != 1 || r.Total != 5 {
			t.Errorf("count %d, total %d; want 1, 5", r.Count, r.Total)
		}
	}
	if diff := cmp.Diff([]string{fmt.Sprintf("%s: 4 lines from %d on", yesterday, len(good))}, malformed(logs)); diff != "" {
		t.Errorf("log mismatch (-want +got):\n%s", diff)
	}
	j.write(liveName, good)
	search(t, s, everything)
	j.append(liveName, "bad\n")
	search(t, s, everything)
	j.append(liveName, good+"bad as well\n")
	for range 2 {
		if r := search(t, s, everything); r.Count != 3 || r.Total != 9 {
			t.Errorf("count %d, total %d; want 3, 9", r.Count, r.Total)
		}
	}
	if diff := cmp.Diff([]string{
		fmt.Sprintf("%s: 1 lines from %d on", liveName, len(good)),
		fmt.Sprintf("%s: 1 lines from %d on", liveName, 2*len(good)+len("bad\n")),
	}, malformed(logs)); diff != "" {
		t.Errorf("log mismatch (-want +got):\n%s", diff)
	}
	if got := s.Stats().Malformed; got != 6 {
		t.Errorf("malformed lines counted: %d, want 6", got)
	}
}

// malformed takes the messages about malformed lines from a log.
func malformed(logs *observer.ObservedLogs) (all []string) {
	for _, m := range logs.TakeAll() {
		if c := m.ContextMap(); strings.HasPrefix(m.Message, "malformed") {
			all = append(all, fmt.Sprintf("%v: %v lines from %v on", c["file"], c["lines"], c["first_offset"]))
		}
	}
	return all
}

// NUL bytes are data, a byte order mark is none, and a line that is no UTF-8
// is shown repaired.
func TestOddContent(t *testing.T) {
	j := newJournal(t)
	j.write("audit-2026-04-21.tsv", "\xef\xbb\xbf"+line(noon(-1), "nul \x00 here")+line(noon(-1), "bad \xff\xfe utf8")+
		strings.TrimSuffix(line(noon(-1), `tab \t, back \\ and \x`), "\n")+"\r\n"+line(noon(-1), "\xef\xbb\xbfmark"))
	j.write(liveName, string(bytes.Repeat([]byte{0}, 5<<20)))
	s := j.open()
	r := search(t, s, everything)
	at := noon(-1)
	want := []string{
		fmt.Sprint(at, " nul \x00 here"), fmt.Sprint(at, " bad \ufffd\ufffd utf8"),
		fmt.Sprint(at, " tab \t, back \\ and \\x"), fmt.Sprint(at, " \ufeffmark"),
	}
	if diff := cmp.Diff(want, rows(r)); diff != "" || r.Total != 4 {
		t.Errorf("total %d, rows mismatch (-want +got):\n%s", r.Total, diff)
	}
}
