package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"daybook/bench/workload"
)

// Measurements with many connections. The program and the connections share
// the processors.
const (
	loadConnections = 16
	loadRequests    = 4096 // different ones, which take turns
	rateBoundDay    = 5000 // a second, over one day
	rateBoundAll    = 1500 // over all days
	spreadBound     = 10   // p99 as a multiple of the median
)

// A throughput is what a server does for many connections at once.
type throughput struct {
	Text        string  `json:"text"`
	Connections int     `json:"connections"`
	Seconds     float64 `json:"seconds"`
	Answers     int     `json:"answers"`
	Rate        float64 `json:"per_second"`
	RateBound   float64 `json:"bound_per_second"`
	Median      float64 `json:"median_ms"`
	P99         float64 `json:"p99_ms"`
	Spread      float64 `json:"spread"` // p99 as a multiple of the median
	SpreadBound float64 `json:"bound_spread"`
	Met         bool    `json:"met"`
}

// loads asks the documentation's example, Q1 and Q2, on many connections.
func (b *bench) loads(ctx context.Context, s *server, drawer *workload.Drawer, journal *workload.Sample) ([]*throughput, error) {
	if b.load == 0 {
		return nil, nil
	}
	var all []*throughput
	for i, bound := range []float64{rateBoundDay, rateBoundAll} {
		question := workload.Questions()[i]
		b.say("%d connections: %s", loadConnections, question.Text)
		t, err := drive(ctx, s, loadConnections, b.load, messages(drawer, question, journal))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", question.Text, err)
		}
		t.Text = question.Text
		t.judge(bound)
		all = append(all, t)
	}
	return all, nil
}

// messages draws different requests for a question.
func messages(drawer *workload.Drawer, question workload.Question, journal *workload.Sample) [][]byte {
	all := make([][]byte, loadRequests)
	for i := range all {
		all[i] = drawer.Draw(question).Request(journal.All()).Body(i)
	}
	return all
}

// judge compares the figures with their bounds.
func (t *throughput) judge(rate float64) {
	t.RateBound, t.SpreadBound = rate, spreadBound
	t.Met = t.Rate >= t.RateBound && t.Spread <= t.SpreadBound
}

// drive asks messages on so many connections at once, each one request after
// the other, for so long.
func drive(ctx context.Context, s *server, connections int, span time.Duration, messages [][]byte) (*throughput, error) {
	tooks, failed := make([][]time.Duration, connections), make([]error, connections)
	open := make([]*connection, connections)
	for i := range open {
		var err error
		if open[i], err = connect(ctx, s); err != nil {
			return nil, err
		}
		defer open[i].close()
	}
	var group sync.WaitGroup
	began := time.Now()
	for i, c := range open {
		group.Go(func() {
			next := i * len(messages) / connections
			for time.Since(began) < span && failed[i] == nil {
				var took time.Duration
				took, failed[i] = askForResult(c, messages[next%len(messages)])
				tooks[i] = append(tooks[i], took)
				next++
			}
		})
	}
	group.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	return newThroughput(connections, time.Since(began), slices.Concat(tooks...)), nil
}

// askForResult asks a message whose answer must be a result.
func askForResult(c *connection, message []byte) (time.Duration, error) {
	body, took, err := c.ask(message)
	if err == nil && !bytes.Contains(body, []byte(`"result":`)) {
		err = fmt.Errorf("%s: answer: %.200s", message, body)
	}
	return took, err
}

// newThroughput works the figures out. There is at least one answer.
func newThroughput(connections int, took time.Duration, tooks []time.Duration) *throughput {
	slices.Sort(tooks)
	t := &throughput{Connections: connections, Seconds: took.Seconds(), Answers: len(tooks)}
	t.Rate = float64(t.Answers) / t.Seconds
	t.Median = milliseconds(percentile(tooks, 50))
	t.P99 = milliseconds(percentile(tooks, 99))
	t.Spread = t.P99 / t.Median
	return t
}

// percentile returns the duration that so many percent of sorted ones, of which
// there are some, don't exceed.
func percentile(sorted []time.Duration, percent int) time.Duration {
	rank := (len(sorted)*percent + 99) / 100
	return sorted[max(0, rank-1)]
}
