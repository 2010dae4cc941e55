package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daybook/bench/peer"
	"daybook/bench/workload"

	"github.com/google/go-cmp/cmp"
)

// A stub answers from a function.
type stub struct {
	name   string
	only   string // the question it takes; "" for all
	answer func(q *workload.Query) (*peer.Answer, time.Duration, error)
	asked  []string
}

func (s *stub) Name() string                 { return s.name }
func (s *stub) Version() string              { return s.name + " 1" }
func (s *stub) Close() error                 { return nil }
func (s *stub) Takes(q *workload.Query) bool { return s.only == "" || s.only == q.Name }

func (s *stub) Answer(_ context.Context, q *workload.Query) (*peer.Answer, time.Duration, error) {
	s.asked = append(s.asked, q.Request(workload.Span{}).String())
	return s.answer(q)
}

// after returns an answer function for a right answer after so long.
func after(journal *workload.Sample, took time.Duration, whole bool) func(*workload.Query) (*peer.Answer, time.Duration, error) {
	return func(q *workload.Query) (*peer.Answer, time.Duration, error) {
		total := journal.Lines(q.Span)
		if whole {
			total = journal.Lines(nil)
		}
		return &peer.Answer{Count: 7, Total: total}, took, nil
	}
}

// sampleJournal writes a journal that parameters can be drawn from.
func sampleJournal(t *testing.T) *workload.Sample {
	t.Helper()
	dir := t.TempDir()
	var names []string
	for i := range 3 {
		day := time.Date(2026, 4, 20+i, 0, 0, 0, 0, time.UTC)
		var text strings.Builder
		for j := range 1200 {
			n := 1200*i + j
			fmt.Fprintf(&text, "%s\t%s\t%d\t%s\t%s\t10.0.%d.%d\t"+[...]string{"order price:%d.25", "trade %d", "trade %d", "completed %d"}[n%8%7%4]+"\n",
				day.Add(time.Duration(j)*time.Minute).Format(time.RFC3339), [...]string{"CLIENT", "MANAGER", "CLIENT"}[n%3], 1000+n,
				[...]string{"Login", "Deposit", "Withdraw", "Transfer"}[n%4], [...]string{"SUCCESS", "SUCCESS", "SUCCESS", "INFO"}[n%13%4], n/250, n%250, n+1000)
		}
		fmt.Fprintf(&text, "%s\tSYSTEM\t-\tStart\tERROR\tWatchdog\trestarted by hand\n", day.Format(time.RFC3339))
		for range 300 {
			fmt.Fprintf(&text, "%s\tSYSTEM\t-\tStart\tSUCCESS\tWatchdog\tconfirmed by hand\n", day.Format(time.RFC3339))
		}
		names = append(names, dayName(day))
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

// newDuel returns a duel of right contenders: daybook is ten times as fast as
// the second of two peers.
func newDuel(t *testing.T) (d *duel, ours, slow, fast *stub) {
	t.Helper()
	journal := sampleJournal(t)
	drawer, err := workload.NewDrawer(journal, 1)
	if err != nil {
		t.Fatal(err)
	}
	ours = &stub{name: daybookName, answer: after(journal, time.Millisecond, false)}
	slow = &stub{name: peer.DuckDB, answer: after(journal, enough, true)}
	fast = &stub{name: peer.SQLite, answer: after(journal, 10*time.Millisecond, true)}
	return &duel{
		daybook: ours, peers: []contender{slow, fast}, journal: journal, drawer: drawer, draws: 5, cat: time.Second, say: func(string, ...any) {},
	}, ours, slow, fast
}

func TestDuel(t *testing.T) {
	d, ours, slow, fast := newDuel(t)
	results, err := d.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	questions := len(workload.Questions())
	if len(results) != questions || len(ours.asked) != 6*questions || len(fast.asked) != 6*questions {
		t.Errorf("%d results, daybook asked %d times, the fast peer %d times, want %d, and %d of both", len(results), len(ours.asked), len(fast.asked), questions, 6*questions)
	}
	if want := (1 + leastRuns) * questions; len(slow.asked) != want {
		t.Errorf("a peer that spends much is asked %d times, want %d", len(slow.asked), want)
	}
	if diff := cmp.Diff(ours.asked, fast.asked); diff != "" {
		t.Errorf("contenders are asked different queries (-ours +theirs):\n%s", diff)
	}
	for _, r := range results {
		if r.Best != peer.SQLite || r.Ratio != 10 || !r.Met || len(r.Daybook.Runs) != 5 || len(r.Peers) != 2 {
			t.Errorf("%s: %+v", r.Question, r)
		}
	}
	// With a second for cat, DuckDB may take 307 ms for Q1 and 53 s for Q8.
	if q1, q8 := results[0].Peers[0], results[7].Peers[0]; !q1.Slow || q8.Slow {
		t.Errorf("Q1: slow %v with %v ms allowed; Q8: slow %v with %v ms allowed", q1.Slow, q1.Allowed, q8.Slow, q8.Allowed)
	}
}

func TestDuelNotServed(t *testing.T) {
	d, ours, _, fast := newDuel(t)
	right := ours.answer
	ours.answer = func(q *workload.Query) (*peer.Answer, time.Duration, error) {
		if q.Shape == workload.Top {
			return nil, 0, fmt.Errorf("asked: %w", errNotServed)
		}
		return right(q)
	}
	fast.only = "Q1"
	results, err := d.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if served := r.Question != "Q12"; r.Served != served {
			t.Errorf("%s: served %v, want %v", r.Question, r.Served, served)
		}
	}
	r := &peersReport{Queries: results, Size: sizeResult{Met: true}}
	row := r.duelTable().rows[11]
	if got := row[len(row)-1]; got != "not served" {
		t.Errorf("verdict of Q12 is %q", got)
	}
	if results[1].median(peer.SQLite) != 0 || results[0].median(peer.SQLite) == 0 {
		t.Error("a peer has figures for a question that it does not take, or none for its own")
	}
}

// TestDuelDiffers changes one answer of one contender: the run fails and shows
// the request and both answers.
func TestDuelDiffers(t *testing.T) {
	for _, tt := range []struct {
		change func(a *peer.Answer)
		want   string
	}{
		{func(a *peer.Answer) { a.Count = 4711 }, "count 4711, want 7"},
		{func(a *peer.Answer) { a.Total = 4711 }, "total 4711, want 4503"},
		{func(a *peer.Answer) { a.Rows = [][]string{{"a row"}} }, "1 rows, want 0"},
	} {
		d, _, _, fast := newDuel(t)
		right := fast.answer
		fast.answer = func(q *workload.Query) (*peer.Answer, time.Duration, error) {
			a, took, err := right(q)
			if q.Name == "Q3" {
				tt.change(a)
			}
			return a, took, err
		}
		_, err := d.run(t.Context())
		for _, want := range []string{"Q3", tt.want, "GetLogsByFilter {", peer.SQLite + ": &{", daybookName + ": &{"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("run = %v, want %q in it", err, want)
			}
		}
	}
}

func TestDuelChecksDaybook(t *testing.T) {
	d, ours, _, _ := newDuel(t)
	ours.answer = after(d.journal, time.Millisecond, true) // of one day, too: Q1's total is wrong
	if _, err := d.run(t.Context()); err == nil || !strings.Contains(err.Error(), "total 4503, want 1501") {
		t.Errorf("run = %v, want a complaint about the total of one day", err)
	}
}
