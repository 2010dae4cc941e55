package main

import (
	"fmt"
	"io"
	"time"
)

// A requestsReport is what the requests part found.
type requestsReport struct {
	Machine    machine          `json:"machine"`
	Journal    journalSize      `json:"journal"`
	Params     int              `json:"params"` // times that parameters were drawn
	Seed       uint64           `json:"seed"`
	Loaded     *loadResult      `json:"loaded"`
	Seconds    float64          `json:"seconds"`     // from the start until the journal had its index
	IndexBytes int64            `json:"index_bytes"` // of that
	Queries    []*requestResult `json:"queries"`
	Exchange   timing           `json:"exchange"` // with nothing to find
	Deep       deepResult       `json:"deep"`
	Size       sizeResult       `json:"size"`
}

// A deepResult compares pages far behind with first ones.
type deepResult struct {
	First timing  `json:"first"`
	Deep  timing  `json:"deep"`
	Ratio float64 `json:"ratio"` // of the medians
	Bound float64 `json:"bound_ratio"`
	Met   bool    `json:"met"`
}

// newDeepResult judges the times of pages.
func newDeepResult(first, deep series) deepResult {
	r := deepResult{First: newTiming(first), Deep: newTiming(deep), Bound: deepBound}
	r.Ratio = r.Deep.Median / r.First.Median
	r.Met = r.Ratio <= r.Bound
	return r
}

// A requestResult compares one question with SQLite.
type requestResult struct {
	Text    string `json:"text"`
	Example string `json:"example"` // the last target that was asked for
	Count   int64  `json:"count"`   // its matches
	Daybook timing `json:"daybook"`
	SQLite  timing `json:"sqlite"`
	// With an index of several fields that was made for just this question; not
	// judged, and nil where there is none.
	Tailored *timing `json:"sqlite_tailored,omitempty"`
	Ratio    float64 `json:"ratio"`       // of SQLite's median to daybook's
	AtLeast  float64 `json:"bound_ratio"` // 0: not judged
	Bound    float64 `json:"bound_ms"`    // of daybook's median; 0: none
	Met      bool    `json:"met"`

	daybook, lite, tailored series
}

// newRequestResult returns a result without any runs.
func newRequestResult(q *requestQuestion) *requestResult {
	return &requestResult{Text: q.text, AtLeast: q.atLeast, Bound: milliseconds(q.bound)}
}

// forget drops all runs so far.
func (r *requestResult) forget() { r.daybook, r.lite, r.tailored = nil, nil, nil }

// spent tells whether SQLite has had its time for this question.
func (r *requestResult) spent() bool {
	var sum time.Duration
	for _, took := range r.lite.tooks() {
		sum += took
	}
	return len(r.lite) >= leastRuns && sum >= enough
}

// judge works the figures out.
func (r *requestsReport) judge() {
	for _, q := range r.Queries {
		q.Daybook, q.SQLite = newTiming(q.daybook), newTiming(q.lite)
		if len(q.tailored) > 0 {
			q.Tailored = new(newTiming(q.tailored))
		}
		q.Ratio = q.SQLite.Median / q.Daybook.Median
		q.Met = q.Ratio >= q.AtLeast && (q.Bound == 0 || q.Daybook.Median <= q.Bound)
	}
}

// missed returns the number of bounds that were not met.
func (r *requestsReport) missed() int {
	missed := 0
	for _, q := range r.Queries {
		if !q.Met {
			missed++
		}
	}
	for _, met := range []bool{r.Deep.Met, r.Size.Met} {
		if !met {
			missed++
		}
	}
	return missed
}

// print writes the results to w as tables in the form that write gives them.
func (r *requestsReport) print(w io.Writer, write func(*table) string) error {
	t := &table{head: []string{"list of requests", "matches", "Daybook ms", "at most", "CPU ms", "SQLite ms", "ratio", "at least", "verdict", "SQLite, tailored"}}
	for _, q := range r.Queries {
		judged := notJudged
		if q.AtLeast > 0 || q.Bound > 0 {
			judged = verdict(q.Met)
		}
		tailored := "-"
		if q.Tailored != nil {
			tailored = decimal(q.Tailored.Median, 2)
		}
		t.add(q.Text, grouped(q.Count), decimal(q.Daybook.Median, 2), known(q.Bound, 2), decimal(q.Daybook.CPU, 2), decimal(q.SQLite.Median, 2),
			decimal(q.Ratio, 1), known(q.AtLeast, 0), judged, tailored)
	}
	deep := &table{head: []string{"pages of the list, in turns", "first ms", "deep ms", "ratio", "at most", "verdict"}}
	deep.add("behind none and behind four fifths", decimal(r.Deep.First.Median, 2), decimal(r.Deep.Deep.Median, 2), decimal(r.Deep.Ratio, 2),
		decimal(r.Deep.Bound, 2), verdict(r.Deep.Met))
	own := &table{head: []string{"daybook's own", "figure", "at most", "verdict"}}
	own.add("from the start to the last index, seconds", decimal(r.Seconds, 1), "", "")
	own.add("index, MiB", mebibytes(r.IndexBytes), "", "")
	own.add("index, % of raw", decimal(100*float64(r.IndexBytes)/float64(r.Journal.Bytes), 1), "", "")
	own.add("an exchange over HTTP with nothing to find, milliseconds", decimal(r.Exchange.Median, 2), "", "")
	own.add("heap in use at the end, MiB", mebibytes(r.Size.Heap), mebibytes(r.Size.Bound), verdict(r.Size.Met))
	own.add("peak resident size, MiB", mebibytes(r.Size.Peak), "", "")
	_, err := fmt.Fprintf(w, "%v\n%v, parameters drawn %s with seed %d\n\n%s\n%s\n%s\n%s", r.Machine, r.Journal, plural(int64(r.Params), "time"), r.Seed,
		write(t), write(deep), write(loadedTable([]*loadResult{r.Loaded}, r.Journal.Bytes)), write(own))
	return err
}
