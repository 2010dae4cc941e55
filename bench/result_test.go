package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// took returns a series of wall times in milliseconds, half of it processor
// time.
func took(ms ...int) series {
	var s series
	for _, n := range ms {
		d := time.Duration(n) * time.Millisecond
		s = append(s, sample{took: d, cpu: d / 2})
	}
	return s
}

func TestNewTiming(t *testing.T) {
	want := timing{Median: 20, Best: 10, CPU: 10, Runs: []float64{30, 10, 20}}
	if diff := cmp.Diff(want, newTiming(took(30, 10, 20))); diff != "" {
		t.Errorf("newTiming mismatch (-want +got):\n%s", diff)
	}
}

func TestQueryVerdict(t *testing.T) {
	for _, tt := range []struct {
		daybook, ripgrep series
		ratio            float64
		met              bool
	}{
		{took(20, 20, 90), took(10, 10, 10), 2, true}, // one slow run does not count
		{took(21, 21, 21), took(10, 10, 10), 2.1, false},
		{took(5), took(10), 0.5, true},
	} {
		r := newQueryResult(&query{bound: 2}, new(expectation), tt.daybook, tt.ripgrep)
		if r.Ratio != tt.ratio || r.Met != tt.met {
			t.Errorf("newQueryResult(%v, %v): ratio %v, met %v, want %v, %v", tt.daybook, tt.ripgrep, r.Ratio, r.Met, tt.ratio, tt.met)
		}
	}
}

func TestStartVerdict(t *testing.T) {
	for _, tt := range []struct {
		starts series
		met    bool
	}{
		{took(300, 100, 900), true},
		{took(301, 100, 900), false},
	} {
		r := newStartResult(journalSize{}, tt.starts, 1, 300*time.Millisecond)
		if r.Met != tt.met || r.Worst != 900 {
			t.Errorf("newStartResult(%v): met %v, worst %v, want %v, 900", tt.starts, r.Met, r.Worst, tt.met)
		}
	}
}

func TestMissed(t *testing.T) {
	met := &report{Queries: []*queryResult{{Met: true}}, Starts: []*startResult{{Met: true}}, Peak: peakResult{Met: true}}
	if got := met.missed(); got != 0 {
		t.Errorf("missed() = %d with all bounds met", got)
	}
	none := &report{Queries: []*queryResult{{}, {Met: true}, {}}, Starts: []*startResult{{}}}
	if got := none.missed(); got != 4 {
		t.Errorf("missed() = %d, want 4: two queries, a start and the size", got)
	}
}
