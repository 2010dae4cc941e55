package oracle

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// largeOracle writes and reads the large journal of one seed.
func largeOracle(tb testing.TB, seed uint64, opts JournalOptions) (*Oracle, *Journal) {
	tb.Helper()
	dir := tb.TempDir()
	j, err := WriteJournal(dir, rand.New(rand.NewPCG(seed, 1)), opts)
	if err != nil {
		tb.Fatalf("WriteJournal with seed %d: %v", seed, err)
	}
	o, err := New(dir, j.Options)
	if err != nil {
		tb.Fatalf("New with seed %d: %v", seed, err)
	}
	return o, j
}

// distinct returns how many values the fields have in the part that has the
// most.
func distinct(o *Oracle) [fieldCount]int {
	var most [fieldCount]int
	for _, p := range o.parts {
		var seen [fieldCount]map[*value]bool
		for field := range seen {
			seen[field] = make(map[*value]bool)
		}
		for _, r := range p.records {
			for field, v := range r.values {
				seen[field][v] = true
			}
		}
		for field := range seen {
			most[field] = max(most[field], len(seen[field]))
		}
	}
	return most
}

// TestLargeTraits sees to it that a handful of large journals hold what they
// are for.
func TestLargeTraits(t *testing.T) {
	t.Parallel()
	seen := make(map[string]int)
	for seed := range uint64(6) {
		o, j := largeOracle(t, seed, JournalOptions{Large: true})
		records, longest := 0, 0
		for _, p := range o.parts {
			records, longest = records+len(p.records), max(longest, len(p.records))
			if p.problem != "" {
				t.Errorf("journal of seed %d: %s", seed, p.problem)
			}
		}
		if records < 6000 || records > 32000 || longest < 1500 {
			t.Errorf("journal of seed %d has %d records, %d in one file; want 6000 to 32000, and 1500 and more", seed, records, longest)
		}
		most := distinct(o)
		if most[fieldDetail] < 1000 && slices.Max(most[1:]) < 257 {
			t.Errorf("journal of seed %d has no more than %v values in one file", seed, most)
		}
		for trait, n := range j.Traits {
			seen[trait] += n
		}
	}
	for _, trait := range LargeTraits(false) {
		if seen[trait] == 0 {
			t.Errorf("six large journals lack %q", trait)
		}
	}
}

// TestWideJournal sees to it that one file has more values than two bytes can
// number.
func TestWideJournal(t *testing.T) {
	t.Parallel()
	o, j := largeOracle(t, 1, JournalOptions{Wide: true})
	most := distinct(o)
	if greatest := slices.Max(most[1:]); greatest <= 1<<16 {
		t.Errorf("the fields have up to %v values in one file, want more than 65,536 in one", most)
	}
	if j.Traits[traitCodesOfFour] != 1 {
		t.Errorf("traits %v, want %q once", slices.Sorted(maps.Keys(j.Traits)), traitCodesOfFour)
	}
}

// TestLargeRun makes the run that products are judged by of a large journal.
func TestLargeRun(t *testing.T) {
	t.Parallel()
	o, _ := largeOracle(t, 3, JournalOptions{Large: true})
	g := NewRequests(o, rand.New(rand.NewPCG(3, 2)))
	var coverage Coverage
	begun := time.Now()
	const requests = 500
	for range requests {
		method, params := g.Next()
		if len(params) > 1<<19 {
			t.Errorf("%s with %d bytes of params, want half a mebibyte and less", method, len(params))
		}
		result, err := o.Answer(method, params)
		coverage.Add(method, params, result, err)
	}
	t.Logf("%v, %v each", &coverage, time.Since(begun)/requests)
	coverage.Check(t, Minima{Requests: requests, WithRows: 0.4, Bad: 10, Group: 2})
}

func TestCutOut(t *testing.T) {
	t.Parallel()
	g := &Requests{rng: rand.New(rand.NewPCG(1, 1))}
	pieces := make(map[string]bool)
	for range 5000 {
		pieces[g.cutOut("Order 1223, счёт/K")] = true
	}
	for _, want := range []string{"Order", "Ord", "der", "rde", "1223", "223", "Order 1223", "1223, счёт", " 1223,", ", счёт/", "Order ", "/K", "K", "r 12", ""} {
		if !pieces[want] {
			t.Errorf("cutOut never draws %q", want)
		}
	}
}

func TestJournalOptionsAreReproducible(t *testing.T) {
	t.Parallel()
	answer := func() string {
		o, _ := largeOracle(t, 8, JournalOptions{Large: true, Lines: 3000})
		result, fault := o.Answer("GetLogTop", json.RawMessage(`{"field":"detail","limit":1000}`))
		if fault != nil {
			t.Fatal(fault)
		}
		return string(result)
	}
	if diff := cmp.Diff(answer(), answer()); diff != "" {
		t.Errorf("two large journals of one seed mismatch (-first +second):\n%s", diff)
	}
}
