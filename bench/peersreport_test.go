package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daybook/bench/peer"
	"daybook/bench/workload"
)

func TestIndexVerdict(t *testing.T) {
	for _, tt := range []struct {
		took      time.Duration
		size, raw int64
		met       bool
	}{
		{15 * time.Second, 300_000_000, referenceBytes, true},
		{16 * time.Second, 300_000_000, referenceBytes, false},
		{15 * time.Second, 400_000_000, referenceBytes, false}, // 30.2 %
		{3 * time.Second, 1, referenceBytes / 10, false},       // a tenth of the journal, a tenth of the time
		{time.Second, 1, referenceBytes / 10, true},
	} {
		if r := newIndexResult(tt.took, tt.size, tt.raw); r.Met != tt.met || !r.Built {
			t.Errorf("newIndexResult(%v, %d, %d) = %+v, want met %v", tt.took, tt.size, tt.raw, r, tt.met)
		}
	}
}

func TestIndexRecheck(t *testing.T) {
	s := &server{data: t.TempDir()}
	none := indexResult{}
	if err := none.recheck(s); err != nil || none.Changed {
		t.Errorf("recheck without an index: %+v, %v", none, err)
	}
	name := filepath.Join(s.data, "index", "audit-2026-04-22.seg")
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("12345"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		before  int64
		changed bool
	}{{5, false}, {0, true}} {
		r := indexResult{Bytes: tt.before}
		if err := r.recheck(s); err != nil || r.Changed != tt.changed {
			t.Errorf("recheck after %d bytes: %+v, %v, want changed %v", tt.before, r, err, tt.changed)
		}
	}
}

func TestUnforeseenVerdict(t *testing.T) {
	timed, against := workload.Unforeseen{}, workload.Unforeseen{AgainstScan: 5}
	for _, tt := range []struct {
		u               workload.Unforeseen
		indexed, scan   series
		judged, met     bool
		worst, timesTen float64
	}{
		{timed, took(100, 99, 900), nil, true, true, 900, 0},
		{timed, took(101, 102, 1), took(1010), true, false, 102, 100},
		{against, took(200), took(1000), true, true, 200, 50},
		{against, took(201), took(1000), true, false, 201, 49},
		{against, took(1), nil, false, false, 1, 0},
	} {
		r := newUnforeseenResult(tt.u, "", tt.indexed, tt.scan)
		if r.judged() != tt.judged || r.Met != tt.met || r.Worst != tt.worst || float64(int(r.Ratio*10)) != tt.timesTen {
			t.Errorf("newUnforeseenResult(%v, %v) = %+v, judged %v", tt.indexed, tt.scan, r, r.judged())
		}
	}
}

func TestThroughput(t *testing.T) {
	var tooks []time.Duration
	for i := range 1000 {
		tooks = append(tooks, time.Duration(1000-i)*time.Millisecond)
	}
	l := newThroughput(16, 2*time.Second, tooks)
	if l.Rate != 500 || l.Median != 500 || l.P99 != 990 || l.Spread != 1.98 {
		t.Errorf("newThroughput = %+v, want 500 a second, 500 ms, 990 ms", l)
	}
	for _, tt := range []struct {
		rate, spread float64
		met          bool
	}{{500, 10, true}, {499, 10, false}, {500, 10.1, false}} {
		l := throughput{Rate: tt.rate, Spread: tt.spread}
		if l.judge(500); l.Met != tt.met {
			t.Errorf("%v a second with p99/p50 %v: met %v, want %v", tt.rate, tt.spread, l.Met, tt.met)
		}
	}
}

func TestPercentile(t *testing.T) {
	for _, tt := range []struct {
		n, percent int
		want       time.Duration
	}{{1, 50, 1}, {1, 99, 1}, {2, 50, 1}, {3, 50, 2}, {100, 99, 99}, {101, 99, 100}, {100, 0, 1}} {
		var sorted []time.Duration
		for i := range tt.n {
			sorted = append(sorted, time.Duration(i+1))
		}
		if got := percentile(sorted, tt.percent); got != tt.want {
			t.Errorf("percentile %d of 1 to %d = %d, want %d", tt.percent, tt.n, got, tt.want)
		}
	}
}

// newReport returns a report in which every bound is met.
func newReport() *peersReport {
	return &peersReport{
		Journal:    journalSize{Files: 30, Lines: 10, Bytes: 1000},
		Index:      indexResult{Built: true, Met: true, Seconds: 1, Bound: 2, Bytes: 200, Share: 0.2, ShareBound: 0.3},
		Queries:    []*duelResult{{Question: "Q1", Served: true, Met: true, Best: peer.SQLite, Ratio: 7.5, Bound: 5, Peers: []*peerTiming{{Name: peer.SQLite, Timing: timing{Median: 8}}}}},
		Unforeseen: []*unforeseenResult{{Text: "odd", Baseline: true, Met: true, Bound: 100}},
		Loads:      []*throughput{{Text: "many", Met: true}},
		Loaded:     []*loadResult{{Name: peer.SQLite, Steps: []peer.Step{{Name: "load", Seconds: 1.5, Bytes: 2710}}}},
		Size:       sizeResult{Met: true},
	}
}

func TestPeersMissed(t *testing.T) {
	for name, change := range map[string]func(r *peersReport){
		"index":            func(r *peersReport) { r.Index.Met = false },
		"changed index":    func(r *peersReport) { r.Index.Changed = true },
		"query":            func(r *peersReport) { r.Queries[0].Met = false },
		"slow peer":        func(r *peersReport) { r.Queries[0].Peers[0].Slow = true },
		"unforeseen query": func(r *peersReport) { r.Unforeseen[0].Met = false },
		"load":             func(r *peersReport) { r.Loads[0].Met = false },
		"size":             func(r *peersReport) { r.Size.Met = false },
	} {
		r := newReport()
		if got := r.missed(); got != 0 {
			t.Fatalf("missed() = %d with all bounds met", got)
		}
		if change(r); r.missed() != 1 {
			t.Errorf("missed() = %d with one bound missed: %s", r.missed(), name)
		}
	}
	r := newReport()
	r.Index, r.Queries[0].Met, r.Queries[0].Served = indexResult{}, false, false
	r.Unforeseen[0] = &unforeseenResult{AtLeast: 5}
	if got := r.missed(); got != 0 {
		t.Errorf("missed() = %d where nothing could be judged", got)
	}
}

// Of a journal that is smaller than the bounds are of, figures that are compared
// with others', or scaled to it, are shown and not judged; everything else is.
func TestPeersSmall(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(r *peersReport)
		missed int
	}{
		"query":          {func(r *peersReport) { r.Queries[0].Met = false }, 0},
		"load":           {func(r *peersReport) { r.Loads[0].Met = false }, 0},
		"slow building":  {func(r *peersReport) { r.Index.Seconds, r.Index.Met = 3, false }, 0},
		"large index":    {func(r *peersReport) { r.Index.Share, r.Index.Met = 0.31, false }, 0},
		"slow peer":      {func(r *peersReport) { r.Queries[0].Peers[0].Slow = true }, 0},
		"beside a scan":  {func(r *peersReport) { r.Unforeseen[0].AtLeast, r.Unforeseen[0].Met = 5, false }, 0},
		"slow answer":    {func(r *peersReport) { r.Unforeseen[0].Met = false }, 1},
		"changed index":  {func(r *peersReport) { r.Index.Changed = true }, 1},
		"size":           {func(r *peersReport) { r.Size.Met = false }, 1},
		"nothing missed": {func(*peersReport) {}, 0},
	} {
		r := newReport()
		r.Small = true
		if tt.change(r); r.missed() != tt.missed {
			t.Errorf("%s: missed() = %d, want %d", name, r.missed(), tt.missed)
		}
		var b strings.Builder
		if err := r.print(&b, (*table).markdown); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if strings.Contains(text, "MISSED") != (tt.missed > 0 && name != "changed index") || strings.Count(text, "| not judged |") < 3 ||
			!strings.Contains(text, "NOT JUDGED beside peers: bounds are of 10,000,000 lines") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

func TestPeersPrint(t *testing.T) {
	show := func(r *peersReport) string {
		var b strings.Builder
		if err := r.print(&b, (*table).markdown); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	text := show(newReport())
	for _, want := range []string{
		"| Q1  | 0.00 | - | 8.0 | - | - | SQLite | 7.5 | 5 | ok |\n", "| odd | 0.00 | 0.00 | - | - | 100 ms | ok |\n",
		"| SQLite load | 1.5 | 0.0 | 271 | this run |\n", "| index, % of raw | 20.0 | 30 | ok |\n", "| many |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	for _, caveat := range []string{"NO INDEX", "CHANGED", "NO SCAN", "SLOW PEER"} {
		if strings.Contains(text, caveat) {
			t.Errorf("%q stands in:\n%s", caveat, text)
		}
	}
	r := newReport()
	r.Index, r.Unforeseen[0].Baseline, r.Queries[0].Peers[0].Slow = indexResult{}, false, true
	for _, caveat := range []string{"NO INDEX", "NO SCAN", "SLOW PEER: SQLite"} {
		if text := show(r); !strings.Contains(text, caveat) {
			t.Errorf("no %q in:\n%s", caveat, text)
		}
	}
	r = newReport()
	r.Index.Changed = true
	if text := show(r); !strings.Contains(text, "INDEX CHANGED") {
		t.Errorf("no caveat in:\n%s", text)
	}
}

// TestLoadPeer loads once and keeps it; another version is loaded anew.
func TestLoadPeer(t *testing.T) {
	b := &bench{options: &options{dir: t.TempDir()}, progress: new(strings.Builder)}
	j := &journal{dir: filepath.Join(b.dir, "days")}
	loads := 0
	into := func(file string) ([]peer.Step, error) {
		loads++
		return []peer.Step{{Name: "load", Seconds: 1.5, Bytes: 5}}, os.WriteFile(file, []byte("12345"), 0o644)
	}
	for i, tt := range []struct {
		version string
		kept    bool
		loads   int
	}{{"1", false, 1}, {"1", true, 1}, {"2", false, 2}} {
		path, r, err := b.loadPeer(j, "Peer", tt.version, into)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != "12345" {
			t.Errorf("%d: database is %q, %v", i, text, err)
		}
		if r.Kept != tt.kept || loads != tt.loads || len(r.Steps) != 1 || r.Steps[0].Seconds != 1.5 {
			t.Errorf("%d: %+v after %d loads, want kept %v after %d", i, r, loads, tt.kept, tt.loads)
		}
	}
}
