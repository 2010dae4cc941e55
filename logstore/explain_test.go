package logstore

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// explain answers params with an explanation, without its times.
func (a *aged) explain(s *Store, params string) (*Result, *Explanation) {
	a.Helper()
	r := request(a, params)
	r.Explain = true
	result, err := s.Search(context.Background(), r)
	if err != nil {
		a.Fatalf("Search(%s): %v", params, err)
	}
	plain := search(a, s, params)
	if plain.Explain != nil {
		a.Errorf("Search(%s) explains itself unasked", params)
	}
	if diff := cmp.Diff(plain, result, cmpopts.IgnoreFields(Result{}, "Explain")); diff != "" {
		a.Errorf("Search(%s) explained mismatch (-without +with):\n%s", params, diff)
	}
	x := result.Explain
	if x == nil {
		a.Fatalf("Search(%s) does not explain", params)
	}
	took := 0.0
	for i := range x.Steps {
		took += x.Steps[i].Took
		x.Steps[i].Took = 0
	}
	if x.Took <= 0 || took > x.Took {
		a.Errorf("Search(%s) took %v ms, its steps %v ms", params, x.Took, took)
	}
	x.Took = 0
	return result, x
}

// TestExplain asks for rows of yesterday and today: yesterday's file has an
// index, today's segments up to a point, and the two files around are told by
// what is known of their times.
func TestExplain(t *testing.T) {
	a := newAged(t)
	s := a.store(IndexManual)
	search(t, s, totals) // learns what the files hold
	const params = `{"limit":10,"offset":0,"where":[["status","=","ERROR"],["detail","like","%order%7%"],["actor_type","!=","nobody"]],
		"whereBetween":["timestamp",["2026-04-21T00:00:00Z","2026-04-22T23:59:59Z"]]}`
	result, x := a.explain(s, params)
	steps := map[string]ExplainedStep{}
	for _, step := range x.Steps {
		steps[step.Step] = step
	}
	if got := steps["select"]; got.Files != 2 || got.Skipped == 0 {
		t.Errorf("select: %+v, want 2 files and some skipped", got)
	}
	index, scan, fetch := steps["index"], steps["scan"], steps["fetch"]
	if index.Matches+scan.Matches != result.Count || result.Count == 0 {
		t.Errorf("index has %d matches and scan %d, count is %d", index.Matches, scan.Matches, result.Count)
	}
	if index.Files != 2 || index.Segments < 4 || index.Skipped > 0 && index.Matches > 0 && scan.Files == 0 {
		t.Errorf("index: %+v, scan: %+v", index, scan)
	}
	if fetch.Lines != int64(len(result.Rows)) || fetch.Bytes == 0 || fetch.Files == 0 {
		t.Errorf("fetch: %+v, want %d lines", fetch, len(result.Rows))
	}
	var order []string
	for _, c := range x.Conditions {
		order = append(order, c.By+" "+strings.SplitN(c.Condition, " ", 2)[1])
	}
	want := []string{`dictionary ["detail","like","%order%7%"]`, `dictionary ["status","=","ERROR"]`, `dictionary ["actor_type","!=","nobody"]`,
		`time ["timestamp",[1776729600,1776902399]]`}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("conditions mismatch (-want +got):\n%s", diff)
	}
	if c := x.Conditions[0]; c.Values == 0 || c.Values >= c.Of || c.Left == 0 {
		t.Errorf("status: %+v", c)
	}
	if first, last := x.Conditions[0], x.Conditions[3]; last.Left > first.Left || last.Left < index.Matches {
		t.Errorf("%d left after the first condition, %d after the last, %d matches", first.Left, last.Left, index.Matches)
	}
}

// TestExplainScan has no index: all that is read is scanned, and none of what
// can be told from what is known.
func TestExplainScan(t *testing.T) {
	a := newAged(t)
	s := a.store(IndexOff)
	for name, tt := range map[string]struct {
		params string
		bytes  bool
		want   ExplainedStep
	}{
		"all are counted":    {totals, false, ExplainedStep{Step: "scan", Skipped: 3, Files: 2}},
		"lines are compared": {`{"limit":0,"offset":0,"where":["status","=","ERROR"]}`, true, ExplainedStep{Step: "scan", Files: 5}},
		"nothing can match":  {`{"limit":0,"offset":0,"whereIn":["status",[]]}`, false, ExplainedStep{Step: "scan", Skipped: 3, Files: 2}},
	} {
		search(t, s, totals)
		result, x := a.explain(s, tt.params)
		got := x.Steps[scanning]
		if got.Matches != result.Count || (got.Bytes > 1000) != tt.bytes {
			t.Errorf("%s: %+v, count is %d", name, got, result.Count)
		}
		got.Bytes, got.Lines, got.Matches = 0, 0, 0
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", name, diff)
		}
		for _, c := range x.Conditions {
			if want := map[bool]string{true: "lines", false: "constant"}[tt.bytes]; c.By != want {
				t.Errorf("%s: decided by %s, want %s", name, c.By, want)
			}
		}
	}
}

// TestExplainGroups explains counts, which may take several passes.
func TestExplainGroups(t *testing.T) {
	a := newAged(t)
	s := a.store(IndexManual)
	for _, field := range []string{"status", "detail"} {
		f, _ := auditSchema().Lookup(field)
		g, err := s.Group(context.Background(), &GroupRequest{Query: request(t, totals).Query, Interval: 3600, Values: 10, Field: f, Explain: true})
		if err != nil {
			t.Fatal(err)
		}
		if g.Explain == nil || g.Explain.Steps[searching].Matches+g.Explain.Steps[scanning].Matches != g.Count {
			t.Errorf("by %s: %+v, count is %d", field, g.Explain, g.Count)
		}
		if g.Explain.Steps[selecting].Files != 5 || g.Explain.Steps[fetching] != (ExplainedStep{Step: "fetch"}) {
			t.Errorf("by %s: %+v", field, g.Explain.Steps)
		}
	}
}
