package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime/debug"
	"sync"
	"testing"

	"daybook/internal/oracle"
	"daybook/logstore"
)

var comparisons = flag.Int("comparisons", 150_000, "requests of which the index's answer is compared with the scan's, every third one with the naive evaluator's too")

// An equalityTally counts what TestIndexEquality compared.
type equalityTally struct {
	mu                                     sync.Mutex
	asked, valid, indexed, judged          int
	journals, segments, fewSegments, files int
	codes                                  map[int]int // columns of segments by the bytes that a code takes
	coverage                               oracle.Coverage
}

// TestIndexEquality asks random requests of random journals whose files have an
// index, and compares each answer with that of a server without one, and many
// with the naive evaluator's.
func TestIndexEquality(t *testing.T) {
	const journals = 42
	most := *comparisons
	if testing.Short() { // under the race detector
		most /= 100
	}
	// Most of the journals are small, so that much is asked: the collector
	// would run all the time.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	tally := &equalityTally{codes: make(map[int]int)}
	t.Run("journals", func(t *testing.T) {
		for i := range journals {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				opts, n := oracle.JournalOptions{Days: 3, Lines: 500, Plain: i%4 != 1}, most*28/1000
				switch i % 14 {
				case 12: // of a month
					opts, n = oracle.JournalOptions{}, most/1000
				case 13:
					opts, n = oracle.JournalOptions{Large: true, Wide: i == 13}, most/1000
				}
				compareIndex(t, *seed+1000+uint64(i), opts, n, tally)
			})
		}
	})
	tally.check(t, most)
}

// check fails the test where too little was compared.
func (e *equalityTally) check(t *testing.T, most int) {
	t.Helper()
	cell, times := e.coverage.Least()
	t.Logf("%d journals with %d segments of %d files, columns by size of their codes: %v; %d requests, %d of them valid, %d answered by the index, %d compared with the evaluator; %v; least often, %d times, %s",
		e.journals, e.segments, e.files, e.codes, e.asked, e.valid, e.indexed, e.judged, &e.coverage, times, cell)
	if e.asked < most || e.judged < most*30/100 {
		t.Errorf("%d requests, %d of them compared with the evaluator, want %d and %d", e.asked, e.judged, most, most*30/100)
	}
	crossed := 0
	if most >= 150_000 { // fewer are not enough for each combination
		crossed = 50
	}
	e.coverage.Check(t, oracle.Minima{Requests: most, WithRows: 0.4, Bad: most / 100, Crossed: crossed, Group: most / 1000})
	if 10*e.indexed < 9*e.valid {
		t.Errorf("the index answered only %d of %d requests", e.indexed, e.valid)
	}
	if 2*e.fewSegments > e.journals {
		t.Errorf("%d of %d journals have fewer than three segments", e.fewSegments, e.journals)
	}
	for _, size := range []int{1, 2, 4} {
		if e.codes[size] == 0 {
			t.Errorf("no column has codes of %d bytes: %v", size, e.codes)
		}
	}
}

// compareIndex asks n requests of one journal.
func compareIndex(t *testing.T, seed uint64, journalOptions oracle.JournalOptions, n int, tally *equalityTally) {
	dir, judge, journal := randomJournal(t, seed, journalOptions)
	opts := storeOptions(dir, journal)
	opts.Index, opts.Workers = logstore.IndexOff, 1
	without := serve(t, opts)
	opts.Index, opts.IndexFrom, opts.NoMmap, opts.DataDir = logstore.IndexManual, 1, seed%3 == 0, t.TempDir()
	with := serve(t, opts)
	if err := with.store.BuildIndex(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	left := []string{"explain"} // which says how an answer was found
	if seed%2 == 0 {            // more of GetLogsByFilter, of which there are most kinds
		left = append(left, "GetLogs")
	}
	draw := oracle.NewRequests(judge, rand.New(rand.NewPCG(seed, 2)), left...)
	scan, index := without.direct(without.token), with.direct(with.token)
	valid, judged := 0, 0
	for asked := range n {
		method, params := draw.Next()
		request := messageOf(method, params)
		want, err := scan.call(request)
		if err != nil {
			t.Fatalf("seed %d: %s %s: %v", seed, method, params, err)
		}
		got, err := index.call(request)
		if err != nil {
			t.Fatalf("seed %d: %s %s: %v", seed, method, params, err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("seed %d, journal %s: %s %s\nindex %s\nscan  %s", seed, dir, method, params, got, want)
		}
		var answer reply
		if err := json.Unmarshal(got, &answer); err != nil {
			t.Fatalf("seed %d: %s %s: %v in %s", seed, method, params, err, got)
		}
		if answer.Error == nil {
			valid++
		}
		tally.coverage.Add(method, params, answer.Result, answer.fault())
		if asked%3 != 0 {
			continue
		}
		judged++
		result, fault := judge.Answer(method, params)
		if diff := oracle.Difference(result, fault, answer.Result, answer.fault()); diff != "" {
			t.Fatalf("seed %d, journal %s: %s %s\n%s", seed, dir, method, params, diff)
		}
	}
	tally.add(t, opts.DataDir, with.store, n, valid, judged)
}

// messageOf returns the call of a method. Empty params are not sent.
func messageOf(method string, params json.RawMessage) []byte {
	if len(params) == 0 {
		return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":%q}`, method)
	}
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, method, params)
}

// add counts what was asked of one journal, whose index is in the data folder.
func (e *equalityTally) add(t *testing.T, data string, s *logstore.Store, asked, valid, judged int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data, "index", "*.seg"))
	if err != nil {
		t.Fatal(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	segments := 0
	for _, name := range files {
		d, err := logstore.DescribeIndex(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range d.Segments {
			segments++
			for _, c := range s.Columns {
				if !c.Text {
					e.codes[codeSize(c.Values)]++
				}
			}
		}
	}
	if segments < 3 {
		e.fewSegments++
	}
	e.journals++
	e.files += len(files)
	e.segments += segments
	e.asked += asked
	e.valid += valid
	e.judged += judged
	e.indexed += int(s.Stats().Indexed)
}

// codeSize returns how many bytes it takes to number so many values.
func codeSize(values int64) int {
	switch {
	case values <= 1<<8:
		return 1
	case values <= 1<<16:
		return 2
	}
	return 4
}
