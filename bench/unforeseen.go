package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"daybook/bench/workload"
)

// unforeseenBound is what a query may take that no index was made for.
const unforeseenBound = 100 * time.Millisecond

// An unforeseenResult is what a query took that no index was made for.
type unforeseenResult struct {
	Text    string  `json:"text"`
	Example string  `json:"example"`
	Daybook timing  `json:"daybook"`
	Worst   float64 `json:"worst_ms"`
	Scan    timing  `json:"scan"`     // of the same without an index
	Ratio   float64 `json:"ratio"`    // of Scan's median to daybook's
	Bound   float64 `json:"bound_ms"` // of the median; 0 where the bound is one on the ratio
	AtLeast float64 `json:"bound_ratio"`
	Met     bool    `json:"met"`
}

// unforeseen asks queries that no index was made for on conn, each with many
// parameters. Answers are compared with those of a server without an index.
func (b *bench) unforeseen(ctx context.Context, conn *connection, drawer *workload.Drawer, journal *workload.Sample) (all []*unforeseenResult, err error) {
	j, err := openJournal(journal.Dir)
	if err != nil {
		return nil, err
	}
	s, err := b.startScanning(ctx, j)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := s.awaitReady(ctx); err != nil {
		return nil, err
	}
	scanning, err := connect(ctx, s)
	if err != nil {
		return nil, err
	}
	defer scanning.close()
	for _, u := range workload.UnforeseenQueries() {
		b.say("unforeseen: %s", u.Text)
		r, err := b.measureUnforeseen(u, conn, scanning, drawer)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", u.Text, err)
		}
		all = append(all, r)
	}
	return all, nil
}

// measureUnforeseen measures one kind of query. The first answer is not timed.
// The scan answers leastRuns of them.
func (b *bench) measureUnforeseen(u workload.Unforeseen, conn, scanning *connection, drawer *workload.Drawer) (*unforeseenResult, error) {
	var indexed, scanned series
	var request workload.Request
	for i := range 1 + max(leastRuns, b.draws) {
		request = u.Draw(drawer)
		body, took, err := conn.ask(request.Body(1))
		if err != nil {
			return nil, fmt.Errorf("%v: %w", request, err)
		}
		if !bytes.Contains(body, []byte(`"result":`)) {
			return nil, fmt.Errorf("%v: answer: %.200s", request, body)
		}
		if i > 0 {
			indexed = append(indexed, sample{took: took})
		}
		if i > leastRuns {
			continue
		}
		theirs, took, err := scanning.ask(request.Body(1))
		if err != nil {
			return nil, fmt.Errorf("%v without an index: %w", request, err)
		}
		if !bytes.Equal(theirs, body) {
			return nil, fmt.Errorf("%v: answers differ: %.200s; without an index: %.200s", request, body, theirs)
		}
		if i > 0 {
			scanned = append(scanned, sample{took: took})
		}
	}
	return newUnforeseenResult(u, request.String(), indexed, scanned), nil
}

// newUnforeseenResult judges the times of a query.
func newUnforeseenResult(u workload.Unforeseen, example string, indexed, scanned series) *unforeseenResult {
	r := &unforeseenResult{Text: u.Text, Example: example, Daybook: newTiming(indexed), Scan: newTiming(scanned), AtLeast: u.AgainstScan}
	for _, run := range r.Daybook.Runs {
		r.Worst = max(r.Worst, run)
	}
	r.Ratio = r.Scan.Median / r.Daybook.Median
	if u.AgainstScan > 0 {
		r.Met = r.Ratio >= u.AgainstScan
		return r
	}
	r.Bound = milliseconds(unforeseenBound)
	r.Met = r.Daybook.Median <= r.Bound
	return r
}
