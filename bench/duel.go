package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"daybook/bench/peer"
	"daybook/bench/workload"
)

// What a slow peer may spend on one question. It is asked leastRuns times, and
// again while it has spent less than enough.
const (
	leastRuns = 3
	enough    = 6 * time.Second
)

// A contender answers queries.
type contender interface {
	Name() string
	Version() string
	Takes(q *workload.Query) bool
	Answer(ctx context.Context, q *workload.Query) (*peer.Answer, time.Duration, error)
	Close() error
}

// A duel asks daybook and its peers the same queries, one after the other.
type duel struct {
	daybook answerer
	peers   []contender
	journal *workload.Sample
	drawer  *workload.Drawer
	draws   int           // of parameters for each question
	cat     time.Duration // for the journal's files
	say     func(format string, args ...any)
}

// A round is one question with the parameters drawn for it.
type round struct {
	question int // index among workload.Questions
	query    *workload.Query
}

// run asks every question once for nothing, and then with parameters drawn for
// each time, all questions in random order. In each round the contenders have
// a random order too. An error names the query on which answers differ.
func (d *duel) run(ctx context.Context) ([]*duelResult, error) {
	questions := workload.Questions()
	results := make([]*duelResult, len(questions))
	for i, question := range questions {
		d.say("%s: %s, once", question.Name, question.Text)
		results[i] = newDuelResult(question)
		if err := d.meet(ctx, results[i], d.drawer.Draw(question)); err != nil {
			return nil, err
		}
		results[i].forget()
	}
	var rounds []round
	for i, question := range questions {
		for range d.draws {
			rounds = append(rounds, round{i, d.drawer.Draw(question)})
		}
	}
	d.drawer.Shuffle(len(rounds), func(i, j int) { rounds[i], rounds[j] = rounds[j], rounds[i] })
	for i, round := range rounds {
		if i%len(questions) == 0 {
			d.say("queries: %d of %d", i, len(rounds))
		}
		if err := d.meet(ctx, results[round.question], round.query); err != nil {
			return nil, err
		}
	}
	for i := range results {
		results[i].judge(i+1, d.cat)
	}
	return results, nil
}

// meet has the contenders answer one query, in random order, and compares the
// answers with daybook's.
func (d *duel) meet(ctx context.Context, r *duelResult, q *workload.Query) error {
	if !r.Served {
		return nil
	}
	answers := make(map[string]*peer.Answer)
	for _, c := range d.order(r, q) {
		a, took, err := c.Answer(ctx, q)
		if errors.Is(err, errNotServed) {
			r.Served = false
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", q.Name, c.Name(), err)
		}
		answers[c.Name()] = a
		r.add(c.Name(), took)
	}
	r.Example = q.Request(d.journal.All()).String()
	return d.compare(q, answers)
}

// An answerer is what meet asks: daybook or a peer.
type answerer interface {
	Name() string
	Answer(ctx context.Context, q *workload.Query) (*peer.Answer, time.Duration, error)
}

// order returns who is asked q, in random order: daybook, and each peer that
// takes it and has not spent enough on it.
func (d *duel) order(r *duelResult, q *workload.Query) []answerer {
	all := []answerer{d.daybook}
	for _, p := range d.peers {
		if p.Takes(q) && !r.spent(p.Name()) {
			all = append(all, p)
		}
	}
	d.drawer.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// compare compares all answers with daybook's, and totals with the lines that
// each should have looked at: daybook those of the days asked for, peers all.
func (d *duel) compare(q *workload.Query, answers map[string]*peer.Answer) error {
	ours := answers[daybookName]
	fail := func(name string, err error) error {
		return fmt.Errorf("%s: %s and %s answer %v differently: %w\n%s: %v\n%s: %v",
			q.Name, name, daybookName, q.Request(d.journal.All()), err, name, answers[name], daybookName, ours)
	}
	for name, a := range answers {
		lines := d.journal.Lines(nil)
		if name == daybookName {
			lines = d.journal.Lines(q.Span)
		}
		if a.Total != peer.Untold && a.Total != lines {
			return fail(name, fmt.Errorf("total %d, want %d", a.Total, lines))
		}
		if err := peer.Compare(q, ours, a); err != nil {
			return fail(name, err)
		}
	}
	return nil
}
