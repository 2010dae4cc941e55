package peer

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daybook/bench/workload"

	"github.com/google/go-cmp/cmp"
)

// A contender is one that answers.
type contender interface {
	Name() string
	Takes(q *workload.Query) bool
	Answer(ctx context.Context, q *workload.Query) (*Answer, time.Duration, error)
	Close() error
}

// writeJournal writes ten days of 1,200 records, some of them with escapes and
// all with believable shares of each value, and reads them.
func writeJournal(t *testing.T) *workload.Sample {
	t.Helper()
	dir := t.TempDir()
	var names []string
	for i := range 10 {
		day := time.Date(2026, 4, 1+i, 0, 0, 0, 0, time.UTC)
		var text strings.Builder
		for j := range 1200 {
			n := 1200*i + j
			detail := [...]string{`group real\\vip price:%d.25`, "order #%d opened", `{"price":%d.10}`, "request %d completed", `first\nline %d`, "%d lots"}[n%11%6]
			fmt.Fprintf(&text, "%s\t%s\t%d\t%s\t%s\t10.0.%d.%d\t"+detail+"\n", day.Add(time.Duration(j)*time.Minute).Format(time.RFC3339),
				[...]string{"CLIENT", "MANAGER", "CLIENT", "SYSTEM", "CLIENT"}[n%5], 1000+n%4001, [...]string{"Login", "Deposit", "Withdraw", "Transfer"}[n%4],
				[...]string{"SUCCESS", "SUCCESS", "ERROR", "SUCCESS", "SUCCESS", "INFO", "SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS", "WARNING", "SUCCESS"}[n%13],
				n%29, n%5003%251, n+1000)
		}
		names = append(names, "audit-"+day.Format(time.DateOnly)+".tsv")
		if err := os.WriteFile(filepath.Join(dir, names[i]), []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := workload.Read(t.Context(), dir, names, 1)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// contenders loads a journal into all that can be had here. Pipelines need
// programs beside Go; where CI is set they must be there.
func contenders(t *testing.T, journal *workload.Sample) []contender {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for _, f := range journal.Files {
		paths = append(paths, filepath.Join(journal.Dir, f.Name))
	}
	duck, lite := filepath.Join(dir, "duck.db"), filepath.Join(dir, "lite.db")
	if _, err := LoadDuckDB(t.Context(), duck, paths); err != nil {
		t.Fatal(err)
	}
	if err := loadWithoutTrigrams(t.Context(), lite, paths); err != nil {
		t.Fatal(err)
	}
	var all []contender
	add := func(c contender, err error) {
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		all = append(all, c)
	}
	add(OpenDuckDB(t.Context(), duck))
	add(OpenSQLite(t.Context(), lite))
	if _, err := exec.LookPath("rg"); err == nil || os.Getenv("CI") == "true" {
		add(NewPipeline(t.Context(), journal, dir))
	}
	return all
}

// loadWithoutTrigrams makes what LoadSQLite makes, less the trigram index, for
// which the library needs a tag.
func loadWithoutTrigrams(ctx context.Context, file string, paths []string) error {
	d, err := openDatabase(ctx, "sqlite3", "file:"+file, []string{sqliteTable()})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.insert(ctx, auditTable(), paths); err != nil {
		return err
	}
	return d.execute(ctx, sqliteIndexes()...)
}

// TestAgree asks all contenders all questions. They share no code that looks
// at a record, so what they agree on is right.
func TestAgree(t *testing.T) {
	journal := writeJournal(t)
	all := contenders(t, journal)
	agree(t, journal, all)
}

// agree fails where contenders answer differently, or where there is nothing
// to agree on.
func agree(t *testing.T, journal *workload.Sample, all []contender) {
	t.Helper()
	d, err := workload.NewDrawer(journal, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, question := range workload.Questions() {
		rows := 0
		for range 3 {
			q := d.Draw(question)
			var first *Answer
			for _, c := range all {
				if !c.Takes(q) {
					continue
				}
				a, took, err := c.Answer(t.Context(), q)
				if err != nil {
					t.Fatalf("%s to %s: %v", c.Name(), q.Name, err)
				}
				if took <= 0 || q.Shape == workload.Page && a.Total != journal.Lines(nil) {
					t.Errorf("%s to %s: total %d in %v, want %d", c.Name(), q.Name, a.Total, took, journal.Lines(nil))
				}
				if first == nil {
					first = a
				}
				if err := Compare(q, first, a); err != nil {
					t.Errorf("%s to %+v: %v", c.Name(), q, err)
				}
				rows += len(a.Rows)
			}
		}
		if rows == 0 {
			t.Errorf("%s has no rows in any answer", question.Name)
		}
	}
}

func TestCompare(t *testing.T) {
	page := &workload.Query{Order: &workload.Order{Field: workload.ActorType}}
	loose := &workload.Query{}
	perDay := &workload.Query{Shape: workload.PerDay}
	top := &workload.Query{Shape: workload.Top}
	rows := func(cells ...[]string) *Answer { return &Answer{Count: 1, Rows: cells} }
	for _, tt := range []struct {
		q         *workload.Query
		want, got *Answer
		err       string
	}{
		{page, rows([]string{"t1", "a"}), rows([]string{"t2", "a"}), ""}, // a tie
		{page, rows([]string{"t1", "a"}), rows([]string{"t1", "b"}), `row 1 has "b", want "a"`},
		{page, rows([]string{"t1", "a"}), rows(), "0 rows, want 1"},
		{page, rows([]string{"t1", "a"}), rows([]string{"t1"}), `row 1 has "", want "a"`},
		{page, &Answer{Count: 1}, &Answer{Count: 2}, "count 2, want 1"},
		{page, &Answer{Count: Untold}, &Answer{Count: 2}, ""},
		{loose, rows([]string{"t1"}), rows([]string{"t2"}), ""},
		{perDay, rows([]string{"d1", "a", "5"}, []string{"d2", "a", "6"}), rows([]string{"d2", "a", "6"}, []string{"d1", "a", "5"}), ""},
		{perDay, rows([]string{"d1", "a", "5"}), rows([]string{"d1", "a", "6"}), "row 1 has"},
		{top, rows([]string{"x", "5"}), rows([]string{"y", "5"}), ""}, // a tie
		{top, rows([]string{"x", "5"}), rows([]string{"x", "4"}), `row 1 has "4", want "5"`},
	} {
		err := Compare(tt.q, tt.want, tt.got)
		if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("Compare(%v, %v) = %v, want %q", tt.want, tt.got, err, tt.err)
		}
	}
}

func TestParseOutput(t *testing.T) {
	page, top := &workload.Query{}, &workload.Query{Shape: workload.Top}
	a, err := parseOutput(page, "  2\n9\nt\ta\tb\tc\td\te\tf\tg\nt\ta\n")
	if err != nil {
		t.Fatal(err)
	}
	want := &Answer{Count: 2, Total: 9, Rows: [][]string{{"t", "a", "b", "c", "d", "e", "f\tg"}, {"t", "a"}}}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Errorf("page mismatch (-want +got):\n%s", diff)
	}
	if a, err = parseOutput(top, "5\t10.0.0.1\n"); err != nil || a.Rows[0][0] != "10.0.0.1" || a.Count != Untold {
		t.Errorf("top: %+v, %v, want the value first and no count", a, err)
	}
	for _, out := range []string{"", "2\n", "two\n9\n", "2\nnine\n"} {
		if a, err := parseOutput(page, out); err == nil {
			t.Errorf("parseOutput(%q) = %+v, want an error", out, a)
		}
	}
}

func TestAllowed(t *testing.T) {
	for _, tt := range []struct {
		name     string
		question int
		cat      time.Duration
		want     time.Duration
	}{
		{DuckDB, 5, referenceCat, 3*186*time.Millisecond + fixedDuckDB},
		{DuckDB, 5, 2 * referenceCat, 6*186*time.Millisecond + fixedDuckDB},
		{Pipelines, 1, referenceCat / 10, 62100*time.Microsecond + fixedPrograms},
		{SQLiteTrigram, 5, referenceCat, 0}, // it is not asked
		{"Oracle", 5, referenceCat, 0},
		{DuckDB, 13, referenceCat, 0},
	} {
		if got := Allowed(tt.name, tt.question, tt.cat); (got - tt.want).Abs() > time.Microsecond {
			t.Errorf("Allowed(%s, %d, %v) = %v, want %v", tt.name, tt.question, tt.cat, got, tt.want)
		}
	}
	for _, name := range []string{DuckDB, SQLite, SQLiteTrigram, Pipelines} {
		if n := len(references(name)); n != len(workload.Questions()) {
			t.Errorf("%d figures of %s, want one for each question", n, name)
		}
	}
}
