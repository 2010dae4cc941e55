package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// measureQuery times one query in turns with ripgrep over the files that the
// query reads: what else the machine does meets both. Before that, each runs
// once without being timed. Every answer is checked, outside of the time.
func measureQuery(ctx context.Context, s *server, rg *ripgrep, q *query, e *expectation, rounds int) (*queryResult, error) {
	var daybook, ripgrep series
	for round := range 1 + rounds {
		theirs, err := rg.countWord(ctx, e.files, e.withWord)
		if err != nil {
			return nil, err
		}
		ours, err := askOnce(ctx, s, q, e)
		if err != nil {
			return nil, err
		}
		if round > 0 {
			daybook, ripgrep = append(daybook, ours), append(ripgrep, theirs)
		}
	}
	return newQueryResult(q, e, daybook, ripgrep), nil
}

// askOnce asks and checks the answer. The processor time is the server's.
func askOnce(ctx context.Context, s *server, q *query, e *expectation) (sample, error) {
	before, err := s.cpu()
	if err != nil {
		return sample{}, err
	}
	body, took, err := s.ask(ctx, q)
	if err != nil {
		return sample{}, err
	}
	after, err := s.cpu()
	if err != nil {
		return sample{}, err
	}
	return sample{took: took, cpu: after - before}, check(body, q, e)
}

// measureStarts times starts over the journal that truth is of, each with a
// data folder that remembers nothing: from exec to the first right answer.
func (b *bench) measureStarts(ctx context.Context, truth *survey, bound time.Duration) (*startResult, error) {
	b.say("starts over %d files", len(truth.files))
	e, err := truth.expect(first)
	if err != nil {
		return nil, err
	}
	var starts series
	var peak int64
	for range b.rounds {
		start, size, err := b.startOnce(ctx, truth.journal, &truth.queries[first], e)
		if err != nil {
			return nil, fmt.Errorf("start over %d files: %w", len(truth.files), err)
		}
		starts = append(starts, start)
		peak = max(peak, size)
	}
	return newStartResult(truth.size(), starts, peak, bound), nil
}

// startOnce starts a server, asks it as soon as it can be asked, and stops it.
// It returns how long the answer took from exec on, and the server's largest
// size.
func (b *bench) startOnce(ctx context.Context, j *journal, q *query, e *expectation) (start sample, peak int64, err error) {
	s, err := b.startScanning(ctx, j)
	if err != nil {
		return sample{}, 0, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := s.awaitReady(ctx); err != nil {
		return sample{}, 0, err
	}
	body, _, err := s.ask(ctx, q)
	start.took = time.Since(s.began)
	if err != nil {
		return sample{}, 0, err
	}
	if start.cpu, err = s.cpu(); err != nil {
		return sample{}, 0, err
	}
	if err := check(body, q, e); err != nil {
		return sample{}, 0, err
	}
	peak, err = s.peak()
	return start, peak, err
}
