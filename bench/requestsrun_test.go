//go:build sqlite_fts5

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRunRequests measures the real program over a small journal of requests: all
// is measured, and daybook and SQLite agree. What the figures say of the bounds
// depends on the machine.
func TestRunRequests(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "results.json")
	var stdout, stderr strings.Builder
	code := run(t.Context(), []string{"requests", "-dir", dir, "-lines", "100000", "-params", "2", "-json", file, "-markdown"}, &stdout, &stderr)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("run ended with %d and no results: %v\n%s", code, err, stderr.String())
	}
	var all results
	if err := json.Unmarshal(text, &all); err != nil || all.Requests == nil || len(all.Requests.Queries) != len(requestQuestions()) {
		t.Fatalf("results: %v\n%s\n%s", err, text, stderr.String())
	}
	r := all.Requests
	if want := map[bool]int{true: exitMet, false: exitFailed}[r.missed() == 0]; code != want {
		t.Errorf("run with %d bounds missed = %d, want %d\n%s", r.missed(), code, want, stderr.String())
	}
	if r.Journal.Files != bigDays || r.Journal.Lines != 50_000 || r.IndexBytes == 0 {
		t.Errorf("journal is %v with an index of %d bytes", r.Journal, r.IndexBytes)
	}
	for _, q := range r.Queries {
		if len(q.Daybook.Runs) != 2*listDraws || len(q.SQLite.Runs) != 2*listDraws || q.Count == 0 || q.Ratio <= 0 {
			t.Errorf("%s: %+v", q.Text, q)
		}
	}
	if len(r.Exchange.Runs) != 2*listDraws || r.Exchange.Median <= 0 {
		t.Errorf("exchanges with nothing to find: %+v", r.Exchange)
	}
	if first := r.Queries[0]; first.Count != r.Journal.Lines || first.Example != requestList {
		t.Errorf("the first page is of %d records, asked for by %s", first.Count, first.Example)
	}
	if !strings.Contains(stdout.String(), "| the first page | 50,000 | ") {
		t.Errorf("no table in Markdown:\n%s", stdout.String())
	}
}
