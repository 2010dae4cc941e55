package main

import (
	"strings"
	"testing"
	"time"

	"daybook/bench/workload"

	"github.com/google/go-cmp/cmp"
)

func TestLiveReport(t *testing.T) {
	took := func(ms ...time.Duration) (s series) {
		for _, n := range ms {
			s = append(s, sample{took: n * time.Millisecond})
		}
		return s
	}
	questions := workload.Questions()
	r := &liveReport{
		Journal: journalSize{Files: 1, Lines: 5_000_000, Bytes: 675_657_771},
		Seconds: 12.34,
		Queries: []*liveResult{
			newLiveResult(questions[0], took(4, 2, 3), took(2, 1, 3)),
			newLiveResult(questions[3], took(5), took(2)),
		},
		Size: sizeResult{Heap: 151 << 20, Bound: heapBound},
	}
	if missed := r.missed(); missed != 2 {
		t.Errorf("missed = %d, want 2: a ratio and the heap", missed)
	}
	var b strings.Builder
	if err := r.print(&b, (*table).markdown); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"1 day file, 5,000,000 lines, 675,657,771 bytes",
		"| Q1 " + questions[0].Text + " | 3.00 | 2.00 | 1.50 | 2 | ok |",
		"| Q4 " + questions[3].Text + " | 5.00 | 2.00 | 2.50 | 2 | MISSED |",
		"| segments complete, seconds | 12.3 |",
		"| heap in use at the end, MiB | 151.0 | 150.0 | MISSED |",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
}

func TestFigureIn(t *testing.T) {
	type figure struct {
		Value int64
		Found bool
	}
	for _, tt := range []struct {
		text string
		want figure
	}{
		{"a 1\ndaybook_index_live_bytes 6.75657771e+08\nb 2\n", figure{675_657_771, true}},
		{"daybook_index_live_bytes 0\n", figure{0, true}},
		{"# daybook_index_live_bytes 7\nx_daybook_index_live_bytes 7\n", figure{}},
	} {
		value, found, err := figureIn([]byte(tt.text), liveMetric)
		if diff := cmp.Diff(tt.want, figure{value, found}); err != nil || diff != "" {
			t.Errorf("figureIn(%q): %v (-want +got):\n%s", tt.text, err, diff)
		}
	}
	if _, _, err := figureIn([]byte(liveMetric+" many\n"), liveMetric); err == nil {
		t.Error("figureIn of no number: no error")
	}
}
