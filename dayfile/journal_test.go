package dayfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daybook/dayfile"
	"daybook/filter"
	"daybook/logstore"
)

var noon = time.Date(2026, 4, 22, 12, 0, 0, 0, time.UTC)

// A folder is a journal that a test writes to, with a clock that the test sets.
type folder struct {
	testing.TB
	dir      string
	now      time.Time
	reported []error
}

func newFolder(t testing.TB) *folder { return &folder{TB: t, dir: t.TempDir(), now: noon} }

// open opens a writer, which is closed at the end of the test.
func (f *folder) open(change ...func(*dayfile.Options)) *dayfile.Writer {
	f.Helper()
	o := dayfile.Options{Dir: f.dir, Now: func() time.Time { return f.now }, Report: func(err error) { f.reported = append(f.reported, err) }}
	for _, c := range change {
		c(&o)
	}
	w, err := dayfile.Open(o)
	f.must(err)
	f.Cleanup(func() { w.Close() })
	return w
}

func (f *folder) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// write writes lines that must be taken whole.
func (f *folder) write(w *dayfile.Writer, lines string) {
	f.Helper()
	if n, err := w.Write([]byte(lines)); n != len(lines) || err != nil {
		f.Fatalf("Write(%q) = %d, %v", lines, n, err)
	}
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

// put writes a file as another program would.
func (f *folder) put(name, content string) {
	f.Helper()
	f.must(os.WriteFile(f.path(name), []byte(content), 0o644))
}

// content returns the content of each file by its name.
func (f *folder) content() map[string]string {
	f.Helper()
	entries, err := os.ReadDir(f.dir)
	f.must(err)
	files := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(f.path(e.Name()))
		f.must(err)
		files[e.Name()] = string(text)
	}
	return files
}

// A journal is what a reader finds in a folder.
type journal struct {
	rows  [][]string // the columns after the time, in the order of the files
	total int64      // lines
}

// schema is that of an audit journal.
func schema() *filter.Schema {
	specs := []filter.FieldSpec{{Name: "timestamp", Kind: filter.Time}}
	for _, name := range []string{"actor_type", "actor_id", "action", "status", "source", "detail"} {
		specs = append(specs, filter.FieldSpec{Name: name})
	}
	return filter.NewSchema(specs...)
}

// openStore opens a folder as Daybook does.
func openStore(t testing.TB, dir string, o logstore.Options) *logstore.Store {
	t.Helper()
	o.Dir, o.DataDir, o.Schema = dir, t.TempDir(), schema()
	o.Index, o.Now = logstore.IndexOff, nowNoon
	store, err := logstore.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// everything is a query for all records, in the order of the files.
func everything(t testing.TB) *filter.Query {
	t.Helper()
	params, err := filter.ParseParams([]byte(`{"limit": 1000000, "offset": 0, "orderBy": ["actor_type", "ASC"]}`))
	if err != nil {
		t.Fatal(err)
	}
	query, err := filter.Decode(schema(), params, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	return query
}

// read reads a folder as Daybook does.
func read(t testing.TB, dir string) journal {
	t.Helper()
	store := openStore(t, dir, logstore.Options{Follow: logstore.FollowOff})
	defer store.Close()
	query := everything(t)
	const between = "\x00|" // of columns; no test writes it
	result, err := store.Search(t.Context(), &logstore.Request{Query: query, Render: func(dst []byte, row *logstore.Row) []byte {
		for i := range query.Schema.Len() - 1 {
			dst = append(dst, row.Text(filter.Field(i+1))...)
			dst = append(dst, between...)
		}
		return dst
	}})
	if err != nil {
		t.Fatal(err)
	}
	j := journal{total: result.Total}
	for _, row := range result.Rows {
		columns := strings.Split(string(row), between)
		j.rows = append(j.rows, columns[:len(columns)-1])
	}
	return j
}

// details returns the last column of every row.
func (j journal) details() []string {
	var details []string
	for _, row := range j.rows {
		details = append(details, row[len(row)-1])
	}
	return details
}

// line makes the line of a record that is known by its detail.
func line(detail string) string {
	return string(dayfile.AppendTSV(nil, noon, "CLIENT", "1223", "LOGIN", "SUCCESS", "10.0.4.17", detail))
}

// lines makes the lines of several records.
func lines(details ...string) string {
	var all strings.Builder
	for _, d := range details {
		all.WriteString(line(d))
	}
	return all.String()
}
