package logstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"daybook/filter"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"go.uber.org/zap"
)

// today is the day that the stores of these tests think it is.
var today = time.Date(2026, 4, 22, 12, 0, 0, 0, time.UTC)

// liveName is the name of today's file.
const liveName = "audit-2026-04-22.tsv"

// auditSchema is a schema like that of the audit journal.
func auditSchema() *filter.Schema {
	specs := []filter.FieldSpec{{Name: "timestamp", Kind: filter.Time}}
	for _, name := range []string{"actor_type", "actor_id", "action", "status", "source", "detail"} {
		specs = append(specs, filter.FieldSpec{Name: name})
	}
	return filter.NewSchema(specs...)
}

// A journal is a folder of day files for one test.
type journal struct {
	testing.TB
	dir, data string
}

func newJournal(t testing.TB) *journal {
	t.Helper()
	base := t.TempDir()
	// Others than the owner must get at the folder, to find its files closed.
	for _, dir := range []string{filepath.Dir(base), base} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	j := &journal{t, filepath.Join(base, "journal"), filepath.Join(base, "data")}
	if err := os.Mkdir(j.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return j
}

func (j *journal) path(name string) string { return filepath.Join(j.dir, name) }

func (j *journal) must(err error) {
	j.Helper()
	if err != nil {
		j.Fatal(err)
	}
}

// write writes a file of the journal anew, keeping its inode.
func (j *journal) write(name, content string) {
	j.Helper()
	j.must(os.WriteFile(j.path(name), []byte(content), 0o644))
}

// append appends to a file of the journal.
func (j *journal) append(name, content string) {
	j.Helper()
	f, err := os.OpenFile(j.path(name), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	j.must(err)
	_, err = f.WriteString(content)
	j.must(errors.Join(err, f.Close()))
}

// open opens the journal. The store is closed at the end of the test, if the
// test did not do it.
func (j *journal) open(change ...func(*Options)) *Store {
	j.Helper()
	s, err := j.tryOpen(change...)
	j.must(err)
	j.Cleanup(func() { s.Close() })
	return s
}

func (j *journal) tryOpen(change ...func(*Options)) (*Store, error) {
	opts := Options{Dir: j.dir, DataDir: j.data, Schema: auditSchema(), Workers: 2, Index: IndexOff, Follow: FollowOff,
		Now: func() time.Time { return today }, SaveDelay: time.Hour, Log: zap.NewNop()}
	for _, f := range change {
		f(&opts)
	}
	return Open(opts)
}

// later makes the store believe that all files were last changed long ago, so
// that their stamps prove their content.
func later(s *Store) { s.memory.now = func() time.Time { return time.Now().Add(time.Hour) } }

// request decodes params. Rows show the time and the detail.
func request(t testing.TB, params string) *Request {
	t.Helper()
	p, err := filter.ParseParams([]byte(params))
	if err != nil {
		t.Fatal(err)
	}
	schema := auditSchema()
	q, err := filter.Decode(schema, p, 50_000)
	if err != nil {
		t.Fatalf("Decode(%s): %v", params, err)
	}
	detail, _ := schema.Lookup("detail")
	return &Request{Query: q, Render: func(dst []byte, r *Row) []byte {
		return fmt.Appendf(dst, "%d %s", r.Time(), r.Text(detail))
	}}
}

// everything asks for the rows of the last thirty days, in the order of the
// files.
const everything = `{"limit": 50000, "offset": 0, "where": ["actor_type", "!=", "nobody"], "orderBy": ["actor_type", "ASC"]}`

// totals asks for nothing but the counts.
const totals = `{"limit": 0, "offset": 0}`

// search answers params, and fails the test where that fails.
func search(t testing.TB, s *Store, params string) *Result {
	t.Helper()
	r, err := s.Search(context.Background(), request(t, params))
	if err != nil {
		t.Fatalf("Search(%s): %v", params, err)
	}
	return r
}

// rows returns what the rows of a result show.
func rows(r *Result) []string {
	all := []string{}
	for _, row := range r.Rows {
		all = append(all, string(row))
	}
	return all
}

// readErrorOf returns the reason for which a search fails.
func readErrorOf(t testing.TB, s *Store, r *Request) ReadError {
	t.Helper()
	result, err := s.Search(context.Background(), r)
	var report *ReadError
	if !errors.As(err, &report) {
		t.Fatalf("Search = %v, %v; want a *ReadError", result, err)
	}
	return ReadError{File: report.File, Reason: report.Reason}
}

// noon is a second in the middle of the day that is days off today.
func noon(days int) int64 { return today.Unix() + int64(days)*secondsPerDay }

// line returns a record.
func line(sec int64, detail string) string {
	return fmt.Sprintf("%d\tCLIENT\t1001\tLogin\tSUCCESS\t10.0.0.1\t%s\n", sec, detail)
}

// numbered returns n records of today, numbered from first on.
func numbered(first, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line(noon(0), fmt.Sprintf("record %d", first+i)))
	}
	return b.String()
}

// numberedRows returns what rows the records of numbered make.
func numberedRows(first, n int) []string {
	all := []string{}
	for i := range n {
		all = append(all, fmt.Sprintf("%d record %d", noon(0), first+i))
	}
	return all
}

// packed returns content in encoding e.
func packed(t testing.TB, e encoding, content string) string {
	t.Helper()
	var b bytes.Buffer
	switch e {
	case plain:
		return content
	case gzipped:
		z := gzip.NewWriter(&b)
		z.Write([]byte(content))
		z.Close()
	case zstandard:
		z, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		z.Write([]byte(content))
		z.Close()
	}
	return b.String()
}

// asNobody calls f with the file permissions of a user who owns nothing, even
// where the tests run as root. It holds for what f's own goroutine opens.
func asNobody(t testing.TB, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	done := make(chan struct{})
	go func() {
		defer close(done)
		// The thread is not unlocked: it ends with the goroutine, so that
		// no other runs on it.
		runtime.LockOSThread()
		if err := syscall.Setfsuid(nobody); err != nil {
			t.Error(err)
			return
		}
		f()
	}()
	<-done
}

// parseTime returns a clock that stands still.
func parseTime(t testing.TB, text string) func() time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return func() time.Time { return at }
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
