package acceptance

import (
	"encoding/json"
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

// TestOracle asks random requests of random journals, half over HTTP and half
// over WebSocket, and compares each answer with the naive evaluator's.
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
				compare(t, *seed+uint64(i), each, coverage)
			})
		}
	})
	t.Log(coverage)
	coverage.Check(t, oracle.Minima{
		Requests: each * journals,
		WithRows: 0.4,
		Bad:      each * journals / 100,
		Operator: perOperator,
		Order:    each * journals / 1000,
		Param:    each * journals / 1000,
	})
}

// compare asks n requests of one journal.
func compare(t *testing.T, seed uint64, n int, coverage *oracle.Coverage) {
	rng := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	journal, err := oracle.WriteJournal(dir, rng, oracle.JournalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	judge, err := oracle.New(dir, journal.Options)
	if err != nil {
		t.Fatal(err)
	}
	memory := int64(logstore.DefaultQueryMemory)
	if seed%4 == 0 {
		memory = 64 << 10 // some pages do not fit: several passes are taken
	}
	s := serve(t, logstore.Options{
		Dir:         dir,
		Pattern:     journal.Options.Pattern,
		MaxLine:     journal.Options.MaxLine,
		Grace:       journal.Options.Grace,
		Now:         func() time.Time { return journal.Options.Now },
		QueryMemory: memory,
		Workers:     1 + rng.IntN(4),
	})
	callers := []caller{s.overHTTP(s.token), s.overWebSocket(t, s.token)}
	draw := oracle.NewRequests(judge, rng, "GetLogHistogram", "GetLogTop", "explain", "cursor", "at")
	for i := range n {
		method, params := draw.Next()
		want, fault := judge.Answer(method, params)
		coverage.Add(method, params, want, fault)
		got, err := ask(callers[i%2], method, params)
		if err != nil {
			t.Fatalf("seed %d: %s %s: %v", seed, method, params, err)
		}
		if diff := difference(want, fault, got); diff != "" {
			t.Errorf("seed %d, journal %s: %s %s\n%s", seed, dir, method, params, diff)
			if t.Failed() {
				return
			}
		}
	}
}

// difference says how an answer differs from what the oracle wants.
func difference(want json.RawMessage, fault *oracle.Error, got reply) string {
	switch {
	case fault == nil && got.Error == nil:
		return oracle.Diff(want, got.Result)
	case fault == nil:
		return fmt.Sprintf("got error %+v, want a result", *got.Error)
	case got.Error == nil:
		return fmt.Sprintf("got a result, want error %+v", *fault)
	case got.Error.Code != fault.Code || !oracle.PathsAgree(fault.Param, got.Error.Data.Param):
		return fmt.Sprintf("got error %+v, want %+v", *got.Error, *fault)
	}
	return ""
}
