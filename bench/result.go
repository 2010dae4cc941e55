package main

import (
	"encoding/json"
	"slices"
	"time"
)

// Bounds that are not a multiple of anything.
const (
	startBoundDays = 300 * time.Millisecond // with 30 day files
	startBoundTiny = 2 * time.Second        // with 100,000
	peakBound      = 200 << 20              // bytes
)

// Results are everything that one run found, nil for parts that were left out.
// Their JSON form is the file that -json writes.
type results struct {
	Scan     *report         `json:"scan,omitempty"`
	Peers    *peersReport    `json:"peers,omitempty"`
	Live     *liveReport     `json:"live,omitempty"`
	Curves   *curveReport    `json:"curves,omitempty"`
	Requests *requestsReport `json:"requests,omitempty"`
}

// missed returns the number of bounds that were not met.
func (r *results) missed() int {
	missed := 0
	if r.Scan != nil {
		missed += r.Scan.missed()
	}
	if r.Peers != nil {
		missed += r.Peers.missed()
	}
	if r.Live != nil {
		missed += r.Live.missed()
	}
	if r.Requests != nil {
		missed += r.Requests.missed()
	}
	return missed
}

// A report is what the scan part found.
type report struct {
	Machine machine        `json:"machine"`
	Journal journalSize    `json:"journal"`
	Rounds  int            `json:"rounds"`
	NoIndex bool           `json:"no_index"` // the server was kept from making an index
	Queries []*queryResult `json:"queries"`
	Starts  []*startResult `json:"starts"`
	Peak    peakResult     `json:"peak"`
}

// A journalSize is how large a journal is.
type journalSize struct {
	Files int   `json:"files"`
	Lines int64 `json:"lines"`
	Bytes int64 `json:"bytes"`
}

// A timing is the figures of a series, in milliseconds.
type timing struct {
	Median float64   `json:"median_ms"`
	Best   float64   `json:"best_ms"`
	CPU    float64   `json:"cpu_ms"` // median; 0 where the system does not tell
	Runs   []float64 `json:"runs_ms"`
}

// newTiming returns the figures of a series, which is not empty.
func newTiming(s series) timing {
	tooks := s.tooks()
	return timing{
		Median: milliseconds(median(tooks)),
		Best:   milliseconds(slices.Min(tooks)),
		CPU:    milliseconds(median(s.cpus())),
		Runs:   allMilliseconds(tooks),
	}
}

// A queryResult compares one query with ripgrep.
type queryResult struct {
	Name    string          `json:"name"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Count   int64           `json:"count"` // matches
	Files   int             `json:"files"` // read by both
	Daybook timing          `json:"daybook"`
	Ripgrep timing          `json:"ripgrep"`
	Ratio   float64         `json:"ratio"` // of the medians
	Bound   float64         `json:"bound"`
	Met     bool            `json:"met"`
}

// newQueryResult judges the times of a query.
func newQueryResult(q *query, e *expectation, daybook, ripgrep series) *queryResult {
	r := &queryResult{
		Name: q.name, Method: q.method, Params: json.RawMessage(q.params), Count: e.count, Files: len(e.files),
		Daybook: newTiming(daybook), Ripgrep: newTiming(ripgrep), Bound: q.bound,
	}
	r.Ratio = r.Daybook.Median / r.Ripgrep.Median
	r.Met = r.Ratio <= r.Bound
	return r
}

// A startResult is how long the program takes from exec to its first right
// answer. Its median is what the bound is for.
type startResult struct {
	Journal journalSize `json:"journal"`
	Times   timing      `json:"times"`
	Worst   float64     `json:"worst_ms"`
	Peak    int64       `json:"peak_bytes"` // largest of all starts
	Bound   float64     `json:"bound_ms"`
	Met     bool        `json:"met"`
}

// newStartResult judges the times of starts.
func newStartResult(size journalSize, starts series, peak int64, bound time.Duration) *startResult {
	r := &startResult{Journal: size, Times: newTiming(starts), Peak: peak, Bound: milliseconds(bound)}
	r.Worst = milliseconds(slices.Max(starts.tooks()))
	r.Met = r.Times.Median <= r.Bound
	return r
}

// A peakResult is the largest resident size of the server that answered all
// queries.
type peakResult struct {
	Bytes int64 `json:"bytes"` // 0 where the system does not tell
	Bound int64 `json:"bound_bytes"`
	Met   bool  `json:"met"`
}

// peakOf judges the size of a server.
func peakOf(s *server) (peakResult, error) {
	size, err := s.peak()
	return peakResult{Bytes: size, Bound: peakBound, Met: size <= peakBound}, err
}

// missed returns the number of bounds that were not met.
func (r *report) missed() int {
	verdicts := []bool{r.Peak.Met}
	for _, q := range r.Queries {
		verdicts = append(verdicts, q.Met)
	}
	for _, s := range r.Starts {
		verdicts = append(verdicts, s.Met)
	}
	missed := 0
	for _, met := range verdicts {
		if !met {
			missed++
		}
	}
	return missed
}
