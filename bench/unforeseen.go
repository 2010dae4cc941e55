package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"daybook/bench/workload"
)

// unforeseenBound is what a query may take that no index was made for.
const unforeseenBound = 100 * time.Millisecond

// An unforeseenResult is what a query took that no index was made for.
type unforeseenResult struct {
	Text     string  `json:"text"`
	Example  string  `json:"example"`
	Daybook  timing  `json:"daybook"`
	Worst    float64 `json:"worst_ms"`
	Baseline bool    `json:"baseline"` // there was a server without an index
	Scan     timing  `json:"scan"`     // what that took
	Ratio    float64 `json:"ratio"`    // of Scan's median to daybook's
	Bound    float64 `json:"bound_ms"` // of the median; 0 where the bound is one on the ratio
	AtLeast  float64 `json:"bound_ratio"`
	Met      bool    `json:"met"`
}

// judged tells whether there was anything to judge by.
func (r *unforeseenResult) judged() bool { return r.AtLeast == 0 || r.Baseline }

// unforeseen asks queries that no index was made for on conn, each with many
// parameters. Answers are compared with those of a server without an index,
// where the program can be kept from making one.
func (b *bench) unforeseen(ctx context.Context, conn *connection, drawer *workload.Drawer, journal *workload.Sample) (all []*unforeseenResult, err error) {
	var scanning *connection
	if b.takes(ctx, noIndex) {
		var s *server
		if s, err = b.startScan(ctx, journal); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, s.stop()) }()
		if scanning, err = connect(ctx, s); err != nil {
			return nil, err
		}
		defer scanning.close()
	}
	for _, u := range workload.UnforeseenQueries() {
		b.say("unforeseen: %s", u.Text)
		r, err := measureUnforeseen(u, conn, scanning, drawer, b.draws)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", u.Text, err)
		}
		all = append(all, r)
	}
	return all, nil
}

// startScan starts a server over the journal without an index.
func (b *bench) startScan(ctx context.Context, journal *workload.Sample) (*server, error) {
	j, err := openJournal(journal.Dir)
	if err != nil {
		return nil, err
	}
	s, err := b.startScanning(ctx, j)
	if err != nil {
		return nil, err
	}
	if err := s.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// measureUnforeseen measures one kind of query, with up to so many parameters.
// What is asked first is not timed. Scanning, nil for none, answers leastRuns
// of them.
func measureUnforeseen(u workload.Unforeseen, conn, scanning *connection, drawer *workload.Drawer, draws int) (*unforeseenResult, error) {
	var indexed, scanned series
	var request workload.Request
	for began := time.Now(); len(indexed) <= draws && (len(indexed) <= leastRuns || time.Since(began) < enough); {
		request = u.Draw(drawer)
		body, took, err := conn.ask(request.Body(1))
		if err == nil && !bytes.Contains(body, []byte(`"result":`)) {
			err = fmt.Errorf("answer: %.200s", body)
		}
		if err != nil {
			return nil, fmt.Errorf("%v: %w", request, err)
		}
		indexed = append(indexed, sample{took: took})
		if scanning == nil || len(scanned) > leastRuns {
			continue
		}
		theirs, took, err := scanning.ask(request.Body(1))
		if err != nil {
			return nil, fmt.Errorf("%v without an index: %w", request, err)
		}
		if !bytes.Equal(theirs, body) {
			return nil, fmt.Errorf("%v: answers differ: %.200s; without an index: %.200s", request, body, theirs)
		}
		scanned = append(scanned, sample{took: took})
	}
	return newUnforeseenResult(u, request.String(), indexed[1:], scanned[min(1, len(scanned)):]), nil
}

// newUnforeseenResult judges the times of a query; scanned is empty where
// there was no server without an index.
func newUnforeseenResult(u workload.Unforeseen, example string, indexed, scanned series) *unforeseenResult {
	r := &unforeseenResult{Text: u.Text, Example: example, Daybook: newTiming(indexed), AtLeast: u.AgainstScan, Baseline: len(scanned) > 0}
	r.Worst = slices.Max(r.Daybook.Runs)
	if r.Baseline {
		r.Scan = newTiming(scanned)
		r.Ratio = r.Scan.Median / r.Daybook.Median
	}
	if u.AgainstScan > 0 {
		r.Met = r.Ratio >= u.AgainstScan
		return r
	}
	r.Bound = milliseconds(unforeseenBound)
	r.Met = r.Daybook.Median <= r.Bound
	return r
}
