package main

import (
	"time"

	"daybook/bench/peer"
	"daybook/bench/workload"
)

// A duelResult compares daybook with its peers on one question.
type duelResult struct {
	Question string        `json:"question"`
	Text     string        `json:"text"`
	Example  string        `json:"example"` // one of the requests
	Served   bool          `json:"served"`  // daybook has the method
	Daybook  timing        `json:"daybook"`
	Peers    []*peerTiming `json:"peers"`
	Best     string        `json:"best"`  // the fastest peer
	Ratio    float64       `json:"ratio"` // of its median to daybook's
	Bound    float64       `json:"bound"` // at least
	Met      bool          `json:"met"`

	runs map[string]series // of each contender
}

// A peerTiming is what one peer took.
type peerTiming struct {
	Name    string  `json:"name"`
	Timing  timing  `json:"timing"`
	Allowed float64 `json:"allowed_ms"` // beyond which it is not the peer of the study; 0: any
	Slow    bool    `json:"slow"`
}

// newDuelResult returns a result without any runs.
func newDuelResult(q workload.Question) *duelResult {
	return &duelResult{Question: q.Name, Text: q.Text, Bound: q.Bound, Served: true, runs: make(map[string]series)}
}

// add adds a run of a contender.
func (r *duelResult) add(name string, took time.Duration) {
	r.runs[name] = append(r.runs[name], sample{took: took})
}

// forget drops all runs so far.
func (r *duelResult) forget() { clear(r.runs) }

// spent tells whether a contender has had its time for this question.
func (r *duelResult) spent(name string) bool {
	var sum time.Duration
	for _, run := range r.runs[name] {
		sum += run.took
	}
	return len(r.runs[name]) >= leastRuns && sum >= enough
}

// judge works the figures out. Number is the question's, from 1 on; cat is
// what cat takes for the journal's files.
func (r *duelResult) judge(number int, cat time.Duration) {
	if !r.Served {
		return
	}
	r.Daybook = newTiming(r.runs[daybookName])
	best := 0.0
	for _, name := range []string{peer.DuckDB, peer.SQLite, peer.SQLiteTrigram, peer.Pipelines} {
		if len(r.runs[name]) == 0 {
			continue
		}
		p := &peerTiming{Name: name, Timing: newTiming(r.runs[name]), Allowed: milliseconds(peer.Allowed(name, number, cat))}
		p.Slow = p.Allowed > 0 && p.Timing.Median > p.Allowed
		r.Peers = append(r.Peers, p)
		if r.Best == "" || p.Timing.Median < best {
			r.Best, best = name, p.Timing.Median
		}
	}
	r.Ratio = best / r.Daybook.Median
	r.Met = r.Ratio >= r.Bound
}

// median returns a peer's median in milliseconds; 0 where it was not asked.
func (r *duelResult) median(name string) float64 {
	for _, p := range r.Peers {
		if p.Name == name {
			return p.Timing.Median
		}
	}
	return 0
}
