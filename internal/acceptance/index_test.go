package acceptance

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"daybook/internal/oracle"
	"daybook/logstore"
)

var comparisons = flag.Int("comparisons", 15_000, "requests of which the index's answer is compared with the scan's, one in five with the naive evaluator's too")

// An equalityTally counts what TestIndexEquality compared.
type equalityTally struct {
	mu                                     sync.Mutex
	asked, valid, rows, indexed, judged    int
	journals, segments, fewSegments, files int
}

// TestIndexEquality asks random requests of random journals whose files have an
// index, and compares each answer with that of a server without one, and some
// with the naive evaluator's.
func TestIndexEquality(t *testing.T) {
	const journals = 30
	each := *comparisons / journals
	if testing.Short() { // under the race detector
		each /= 10
	}
	tally := &equalityTally{}
	t.Run("journals", func(t *testing.T) {
		for i := range journals {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				n, opts := each, oracle.JournalOptions{Large: i%10 == 9, Wide: i == 9}
				if opts.Large {
					n /= 10 // they take as much longer
				}
				compareIndex(t, *seed+1000+uint64(i), opts, n, tally)
			})
		}
	})
	t.Logf("%d journals with %d segments of %d files: %d requests, %d valid, %d with rows, %d answered by the index; %d compared with the evaluator",
		tally.journals, tally.segments, tally.files, tally.asked, tally.valid, tally.rows, tally.indexed, tally.judged)
	if min := each * journals * 8 / 10; tally.asked < min {
		t.Errorf("%d requests, want at least %d", tally.asked, min)
	}
	if 10*tally.rows < 4*tally.valid {
		t.Errorf("only %d of %d answers have rows", tally.rows, tally.valid)
	}
	if 10*tally.indexed < 9*tally.rows {
		t.Errorf("the index answered %d requests only; %d answers have rows", tally.indexed, tally.rows)
	}
	if 2*tally.fewSegments > tally.journals {
		t.Errorf("%d of %d journals have fewer than three segments", tally.fewSegments, tally.journals)
	}
}

// compareIndex asks n requests of one journal.
func compareIndex(t *testing.T, seed uint64, journalOptions oracle.JournalOptions, n int, tally *equalityTally) {
	dir, judge, journal := randomJournal(t, seed, journalOptions)
	opts := storeOptions(dir, journal)
	opts.Index = logstore.IndexOff
	without := serve(t, opts)
	opts.Index, opts.IndexFrom, opts.NoMmap = logstore.IndexManual, 1, seed%3 == 0
	with := serve(t, opts)
	if err := with.store.BuildIndex(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	draw := oracle.NewRequests(judge, rand.New(rand.NewPCG(seed, 2)), "explain", "cursor", "at")
	scan, index := without.direct(without.token), with.direct(with.token)
	asked, valid, rows, judged := 0, 0, 0, 0
	for asked < n {
		method, params := draw.Next()
		want, err := ask(scan, method, params)
		if err != nil {
			t.Fatalf("seed %d: %s %s: %v", seed, method, params, err)
		}
		got, err := ask(index, method, params)
		if err != nil {
			t.Fatalf("seed %d: %s %s: %v", seed, method, params, err)
		}
		asked++
		if string(got.Result) != string(want.Result) || (got.Error == nil) != (want.Error == nil) || got.Error != nil && got.Error.Code != want.Error.Code {
			t.Fatalf("seed %d, journal %s: %s %s\nindex %+v\nscan  %+v", seed, dir, method, params, got, want)
		}
		if got.Error == nil {
			valid++
			if hasRows(got.Result) {
				rows++
			}
		}
		if asked%5 != 0 {
			continue
		}
		judged++
		answer, fault := judge.Answer(method, params)
		if diff := oracle.Difference(answer, fault, got.Result, got.fault()); diff != "" {
			t.Fatalf("seed %d, journal %s: %s %s\n%s", seed, dir, method, params, diff)
		}
	}
	files, err := with.store.IndexStatus(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	tally.mu.Lock()
	defer tally.mu.Unlock()
	segments := 0
	for _, f := range files {
		segments += f.Segments
	}
	if segments < 3 {
		tally.fewSegments++
	}
	tally.journals++
	tally.files += len(files)
	tally.segments += segments
	tally.asked += asked
	tally.valid += valid
	tally.rows += rows
	tally.judged += judged
	tally.indexed += int(with.store.Stats().Indexed)
}

// hasRows reports whether an answer shows any.
func hasRows(result json.RawMessage) bool {
	var answer struct {
		Count int64             `json:"count"`
		Rows  []json.RawMessage `json:"rows"`
	}
	return json.Unmarshal(result, &answer) == nil && answer.Count > 0 && len(answer.Rows) > 0
}
