package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A bench is one run of all measurements.
type bench struct {
	*options
	progress io.Writer // told what is going on
	scratch  string    // folder that goes away with the run
}

// run measures every part asked for and returns the results. An error means
// that something could not be measured, or that an answer was wrong; the
// results are those of the parts before it.
func (b *bench) run(ctx context.Context) (*results, error) {
	r := new(results)
	var err error
	if b.scratch, err = os.MkdirTemp("", "daybook-bench-"); err != nil {
		return r, err
	}
	defer os.RemoveAll(b.scratch)
	if err := b.build(ctx); err != nil {
		return r, err
	}
	for _, part := range b.parts {
		switch part {
		case scanPart:
			r.Scan, err = b.scan(ctx)
		case peersPart:
			r.Peers, err = b.peers(ctx)
		case livePart:
			r.Live, err = b.live(ctx)
		case curvesPart:
			r.Curves, err = b.curves(ctx)
		case requestsPart:
			r.Requests, err = b.requests(ctx)
		}
		if err != nil {
			return r, fmt.Errorf("%s: %w", part, err)
		}
	}
	return r, nil
}

// scan measures the program without an index beside ripgrep. Its server has a
// fresh data folder each time, and is told to keep none where it could.
func (b *bench) scan(ctx context.Context) (*report, error) {
	rg, err := findRipgrep(ctx)
	if err != nil {
		return nil, err
	}
	big, err := b.bigJournal(ctx)
	if err != nil {
		return nil, err
	}
	b.say("read %s", big.dir)
	truth, err := surveyJournal(ctx, big, bigQueries())
	if err != nil {
		return nil, err
	}
	r := &report{Machine: thisMachine(rg.version), Journal: truth.size(), Rounds: b.rounds, NoIndex: b.takes(ctx, noIndex)}
	if err := b.starts(ctx, r, big, truth); err != nil {
		return nil, err
	}
	return r, b.queries(ctx, r, rg, truth)
}

// starts measures starts over the big journal, which truth is of, and over the
// tiny one.
func (b *bench) starts(ctx context.Context, r *report, big *journal, truth *survey) error {
	start, err := b.measureStarts(ctx, truth, startBoundDays)
	if err != nil {
		return err
	}
	r.Starts = append(r.Starts, start)
	if b.files == 0 {
		return nil
	}
	tiny, err := b.tinyJournal(ctx)
	if err != nil {
		return err
	}
	b.say("read %s", tiny.dir)
	if truth, err = surveyJournal(ctx, tiny, nil); err != nil {
		return err
	}
	if start, err = b.measureStarts(ctx, truth, startBoundTiny); err != nil {
		return err
	}
	r.Starts = append(r.Starts, start)
	return nil
}

// queries measures all queries on one server, and its peak size at the end.
func (b *bench) queries(ctx context.Context, r *report, rg *ripgrep, truth *survey) (err error) {
	s, err := b.startScanning(ctx, truth.journal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := s.awaitReady(ctx); err != nil {
		return err
	}
	for i := range truth.queries {
		if i == first {
			continue // belongs to the starts
		}
		q := &truth.queries[i]
		b.say("query: %s", q.name)
		e, err := truth.expect(i)
		if err != nil {
			return err
		}
		result, err := measureQuery(ctx, s, rg, q, e, b.rounds)
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		r.Queries = append(r.Queries, result)
	}
	r.Peak, err = peakOf(s)
	return err
}

// say tells what begins.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.progress, format+"\n", args...)
}

// path returns a name in the scratch folder.
func (b *bench) path(name string) string { return filepath.Join(b.scratch, name) }
