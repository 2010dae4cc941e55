package acceptance

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"daybook/internal/oracle"
	"daybook/logstore"
)

var (
	seed     = flag.Uint64("seed", 1, "of the random journals and requests")
	requests = flag.Int("requests", 10_000, "random requests in all")
)

// TestOracle asks random requests of random journals, over HTTP, WebSocket, TCP
// and TCP in the dialect of the platform by turns, and compares each answer with
// the naive evaluator's.
func TestOracle(t *testing.T) {
	const journals = 25
	each, perOperator := *requests/journals, 1
	if testing.Short() { // under the race detector
		each, perOperator = each/4, 0
	}
	coverage := &oracle.Coverage{}
	t.Run("journals", func(t *testing.T) {
		for i := range journals {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				opts := oracle.JournalOptions{Large: i%6 == 5, Wide: i == journals-1}
				compare(t, *seed+uint64(i), opts, each, coverage)
			})
		}
	})
	t.Log(coverage)
	coverage.Check(t, oracle.Minima{
		Requests: each * journals,
		WithRows: 0.4,
		Bad:      each * journals / 100,
		Operator: perOperator * each * journals / 1000,
		Order:    each * journals / 1000,
		Param:    each * journals / 1000,
		Group:    each * journals / 1000,
	})
}

// compare asks n requests of one journal.
func compare(t *testing.T, seed uint64, journalOptions oracle.JournalOptions, n int, coverage *oracle.Coverage) {
	rng := rand.New(rand.NewPCG(seed, 1))
	dir, judge, journal := randomJournal(t, seed, journalOptions)
	opts := storeOptions(dir, journal)
	if seed%4 == 0 {
		opts.QueryMemory = 64 << 10 // some pages do not fit: several passes are taken
		if journalOptions.Large {
			opts.QueryMemory = 4 << 20 // which the greatest answers themselves need
		}
	}
	opts.Workers = 1 + rng.IntN(4)
	s := serve(t, opts)
	callers := []caller{s.overHTTP(s.token), s.overWebSocket(t, s.token), s.overLines(t, s.token)}
	platform := s.overPlatform(t, s.token)
	draw := oracle.NewRequests(judge, rng)
	for i := range n {
		method, params := draw.Next()
		want, fault := judge.Answer(method, params)
		coverage.Add(method, params, want, fault)
		if i%4 == 3 {
			if diff := platform.differs(method, params, want, fault); diff != "" {
				t.Fatalf("seed %d, journal %s: %s %s\n%s", seed, dir, method, params, diff)
			}
			continue
		}
		got, err := ask(callers[i%4], method, params)
		if err != nil {
			t.Fatalf("seed %d: %s %s: %v", seed, method, params, err)
		}
		if diff := oracle.Difference(want, fault, got.Result, got.fault()); diff != "" {
			t.Errorf("seed %d, journal %s: %s %s\n%s", seed, dir, method, params, diff)
			if t.Failed() {
				return
			}
		}
	}
}

// randomJournal writes the journal of one seed and reads it with the oracle.
func randomJournal(t *testing.T, seed uint64, opts oracle.JournalOptions) (dir string, judge *oracle.Oracle, journal *oracle.Journal) {
	t.Helper()
	dir = t.TempDir()
	journal, err := oracle.WriteJournal(dir, rand.New(rand.NewPCG(seed, 0)), opts)
	if err != nil {
		t.Fatal(err)
	}
	judge, err = oracle.New(dir, journal.Options)
	if err != nil {
		t.Fatal(err)
	}
	return dir, judge, journal
}

// storeOptions returns the options by which a store reads a random journal as
// the oracle does.
func storeOptions(dir string, journal *oracle.Journal) logstore.Options {
	return logstore.Options{
		Dir:     dir,
		Pattern: journal.Options.Pattern,
		MaxLine: journal.Options.MaxLine,
		Grace:   journal.Options.Grace,
		Now:     func() time.Time { return journal.Options.Now },
	}
}
