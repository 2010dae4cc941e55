package oracle

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// randomOracle writes the journal of one seed and reads it.
func randomOracle(tb testing.TB, seed uint64) (*Oracle, *Journal, string) {
	tb.Helper()
	dir := tb.TempDir()
	j, err := WriteJournal(dir, rand.New(rand.NewPCG(seed, 1)), JournalOptions{})
	if err != nil {
		tb.Fatalf("WriteJournal with seed %d: %v", seed, err)
	}
	o, err := New(dir, j.Options)
	if err != nil {
		tb.Fatalf("New with seed %d: %v", seed, err)
	}
	return o, j, dir
}

// TestRandomRun makes the run that products are judged by, with the oracle in
// the product's place: it must not be vacuous.
func TestRandomRun(t *testing.T) {
	t.Parallel()
	const journals, perJournal = 12, 250
	var coverage Coverage
	for seed := range uint64(journals) {
		o, _, _ := randomOracle(t, seed)
		g := NewRequests(o, rand.New(rand.NewPCG(seed, 2)))
		for range perJournal {
			method, params := g.Next()
			if len(params) > 0 && !json.Valid(params) {
				t.Fatalf("Next with seed %d: params %s are no JSON", seed, params)
			}
			result, err := o.Answer(method, params)
			if err != nil && err.Code != codeBadParams {
				t.Fatalf("Answer(%s, %s): %v", method, params, err)
			}
			coverage.Add(method, params, result, err)
		}
	}
	coverage.Check(t, Minima{
		Requests: journals * perJournal, WithRows: 0.4, Bad: 80, Operator: 6, Order: 60, Param: 30, Group: 10,
	})
	t.Log(coverage.String())
}

// TestSpoiledRequests sees to it that what Next spoils is answered -32602.
func TestSpoiledRequests(t *testing.T) {
	t.Parallel()
	o, _, _ := randomOracle(t, 1)
	g := NewRequests(o, rand.New(rand.NewPCG(1, 3)))
	for range 1000 {
		method := g.method()
		members := g.members(method)
		params := g.spoil(method, members)
		result, err := o.Answer(method, params)
		if err == nil || err.Code != codeBadParams || err.Param == "" && !strings.Contains(string(params), `"":`) {
			t.Fatalf("Answer(%s, %.300s) = %.100s, %v, want -32602 with a path", method, params, result, err)
		}
	}
}

// TestWellFormedRequests sees to it that nothing else is, but for histograms of
// too many buckets.
func TestWellFormedRequests(t *testing.T) {
	t.Parallel()
	o, _, _ := randomOracle(t, 2)
	g := NewRequests(o, rand.New(rand.NewPCG(2, 3)))
	unfit := 0
	for range 1000 {
		method := g.method()
		members := g.members(method)
		params := object(members)
		_, err := o.Answer(method, params)
		if err != nil && strings.HasSuffix(err.Reason, "buckets") {
			unfit++
		} else if err != nil {
			t.Fatalf("Answer(%s, %s): %v", method, params, err)
		}
	}
	if unfit == 0 || unfit > 50 {
		t.Errorf("%d of 1000 requests have too many buckets, want some and no more than 50", unfit)
	}
}

// TestJournalTraits sees to it that a dozen journals hold every trouble.
func TestJournalTraits(t *testing.T) {
	t.Parallel()
	seen := make(map[string]int)
	for seed := range uint64(12) {
		o, j, _ := randomOracle(t, seed)
		lines := 0
		for _, p := range o.parts {
			lines += p.lines
		}
		if lines < 300 || lines > 3000 {
			t.Errorf("journal of seed %d has %d lines, want 300 to 3000", seed, lines)
		}
		for trait, n := range j.Traits {
			seen[trait] += n
		}
	}
	want := slices.Sorted(slices.Values(Traits()))
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(seen))); diff != "" {
		t.Errorf("traits of twelve journals mismatch (-want +got):\n%s", diff)
	}
}

// TestJournalIsReproducible writes one journal twice.
func TestJournalIsReproducible(t *testing.T) {
	t.Parallel()
	_, _, first := randomOracle(t, 7)
	_, _, second := randomOracle(t, 7)
	if diff := cmp.Diff(folderContent(t, first), folderContent(t, second)); diff != "" {
		t.Errorf("two journals of one seed mismatch (-first +second):\n%s", diff)
	}
}

// folderContent returns the files in dir by name.
func folderContent(t *testing.T, dir string) map[string]string {
	t.Helper()
	content := make(map[string]string)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			content[e.Name()] = string(raw)
		}
	}
	return content
}

// TestSpelledTimes reads back every spelling of a time.
func TestSpelledTimes(t *testing.T) {
	t.Parallel()
	w := newJournalWriter("", rand.New(rand.NewPCG(4, 4)), JournalOptions{})
	g := &Requests{rng: w.rng}
	for range 5000 {
		sec := pick(w.rng, []int64{minTime, maxTime, -1, 0, 1713787200, w.rng.Int64N(2 * maxTime / 3), -w.rng.Int64N(-minTime)})
		if text := w.spellTime(sec); !timeIs(text, sec) {
			t.Errorf("parseTime(%q) is not %d", text, sec)
		}
		literal := g.timeLiteral(sec)
		if got, err := timeValue(json.RawMessage(literal), "x"); err != nil || got != sec {
			t.Errorf("timeValue(%s) = %d, %v, want %d", literal, got, err, sec)
		}
	}
}

// timeIs reports whether text is the time sec.
func timeIs(text string, sec int64) bool {
	got, ok := parseTime(text)
	return ok && got == sec
}

// TestCoverageGuard checks that a run of nothing fails.
func TestCoverageGuard(t *testing.T) {
	t.Parallel()
	var c Coverage
	c.Add("GetLogsByFilter", json.RawMessage(`{"limit":1,"offset":0,"where":["action","LIKE","x"]}`), json.RawMessage(`{"rows":[]}`), nil)
	c.Add("GetLogsByFilter", json.RawMessage(`{}`), nil, fault("limit", "required"))
	var failures failureLog
	c.Check(&failures, Minima{Requests: 3, WithRows: 0.4, Bad: 2, Operator: 1, Crossed: 1, Group: 1})
	for _, want := range []string{
		"2 requests, want at least 3", "0.000 of the answers", "1 malformed", `"where like detail" asked 0 times`, `"whereNotBetween timestamp" asked 0 times`,
		`"where like action, order source ASC" asked 0 times`, `"GetLogTop action" asked 0 times`, `"GetLogHistogram timestamp" asked 0 times`,
	} {
		if !strings.Contains(failures.text, want) {
			t.Errorf("Check does not complain of %q; it says:\n%s", want, failures.text)
		}
	}
	if strings.Contains(failures.text, `"where like action"`) || strings.Contains(failures.text, `"where like action, default order"`) {
		t.Errorf("Check complains of what was asked:\n%s", failures.text)
	}
}

// A failureLog takes the place of a *testing.T that is meant to fail.
type failureLog struct{ text string }

func (f *failureLog) Helper() {}

func (f *failureLog) Errorf(format string, args ...any) {
	f.text += fmt.Sprintf(format, args...) + "\n"
}

func BenchmarkAnswer(b *testing.B) {
	o, _, _ := randomOracle(b, 3)
	g := NewRequests(o, rand.New(rand.NewPCG(3, 3)))
	b.ReportAllocs()
	for b.Loop() {
		o.Answer(g.Next())
	}
	b.ReportMetric(float64(len(g.records)), "records")
}

// TestNowDecidesTails reads one journal a second before and after the moment
// at which yesterday's last line counts.
func TestNowDecidesTails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	line := "2026-04-21T12:00:00Z\tCLIENT\t-\tLOGIN\tSUCCESS\t127.0.0.1\tx"
	if err := os.WriteFile(filepath.Join(dir, "audit-2026-04-21.tsv"), []byte(line+"\n"+line), 0o644); err != nil {
		t.Fatal(err)
	}
	midnight := time.Date(2026, 4, 22, 0, 0, 0, 0, time.UTC)
	for after, want := range map[time.Duration]int{
		0:                             1,
		10 * time.Minute:              1,
		10*time.Minute + time.Second:  2,
		10*time.Minute + 1:            2,
		-time.Hour:                    1,
		365 * 24 * time.Hour:          2,
		10*time.Minute - time.Second:  1,
		24*time.Hour + 10*time.Minute: 2,
	} {
		o, err := New(dir, Options{Now: midnight.Add(after)})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(o.parts[0].records); got != want {
			t.Errorf("%v after the day %d records, want %d", after, got, want)
		}
	}
}

// TestDeck sees to it that a deck's worth of requests asks for every operator on
// every field in every order.
func TestDeck(t *testing.T) {
	t.Parallel()
	o, _, _ := randomOracle(t, 4)
	g := NewRequests(o, rand.New(rand.NewPCG(4, 2)))
	var coverage Coverage
	for range newDeck() {
		coverage.Add("GetLogsByFilter", object(g.getLogsByFilter()), nil, nil)
	}
	coverage.Check(t, Minima{Requests: 1785, Operator: 15, Order: 119, Crossed: 1})
}
