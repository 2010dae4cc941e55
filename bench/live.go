package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"daybook/bench/workload"
)

// Today's file beside the same file as a day that is over.
const (
	liveBound  = 2 // the live file's time, at most, as a multiple of the sealed one's
	liveWithin = 5 * time.Minute
	liveRest   = 128 << 10 // bytes at the end that need have no segment
	liveMetric = "daybook_index_live_bytes"
)

// A liveReport is what the live part found.
type liveReport struct {
	Machine machine       `json:"machine"`
	Journal journalSize   `json:"journal"`
	Seconds float64       `json:"seconds"` // from the start until the file had its segments
	Queries []*liveResult `json:"queries"`
	Size    sizeResult    `json:"size"` // of the server over the live file
}

// A liveResult compares one question about today's file with the same about a
// day that is over.
type liveResult struct {
	Question string  `json:"question"`
	Text     string  `json:"text"`
	Live     timing  `json:"live"`
	Sealed   timing  `json:"sealed"`
	Ratio    float64 `json:"ratio"` // of the medians
	Bound    float64 `json:"bound_ratio"`
	Met      bool    `json:"met"`
}

// live measures today's file: one server takes the day for today, and one for a
// day that is over and has an index. Both answer the same.
func (b *bench) live(ctx context.Context) (r *liveReport, err error) {
	j, journal, err := b.sampledJournal(ctx, 1, b.lines/2)
	if err != nil {
		return nil, err
	}
	drawer, err := workload.NewDrawer(journal, b.seed)
	if err != nil {
		return nil, err
	}
	r = &liveReport{Machine: thisMachine(""), Journal: sizeOf(journal)}
	sealed, err := b.startSealed(ctx, j)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, sealed.stop()) }()
	today, err := b.startToday(ctx, j, r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, today.stop()) }()
	if err := b.askBoth(ctx, r, today, sealed, drawer, journal); err != nil {
		return nil, err
	}
	r.Size, err = sizeOfServer(ctx, today)
	return r, err
}

// startSealed starts a server for which the journal's day is over, with an index.
func (b *bench) startSealed(ctx context.Context, j *journal) (*server, error) {
	data, err := b.newData(ctx)
	if err != nil {
		return nil, err
	}
	b.say("build the index")
	if _, err := b.buildIndex(ctx, j, data.path); err != nil {
		return nil, err
	}
	return b.startReady(ctx, j, data, "--clock", lastDay().AddDate(0, 0, 2).Format(time.RFC3339))
}

// startToday starts a server for which the journal's day is today, and returns
// when the file has its segments.
func (b *bench) startToday(ctx context.Context, j *journal, r *liveReport) (*server, error) {
	data, err := b.newData(ctx)
	if err != nil {
		return nil, err
	}
	s, err := b.startReady(ctx, j, data)
	if err != nil {
		return nil, err
	}
	b.say("wait for segments of today's file")
	if err := s.awaitLive(ctx, r.Journal.Bytes-liveRest); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	r.Seconds = time.Since(s.began).Seconds()
	return s, nil
}

// startReady starts a server and returns when it answers requests.
func (b *bench) startReady(ctx context.Context, j *journal, data dataFolder, args ...string) (*server, error) {
	s, err := b.startServer(ctx, j, data, args...)
	if err != nil {
		return nil, err
	}
	if err := s.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// awaitLatest returns when the journal's last day, which is today for the server,
// has segments.
func (s *server) awaitLatest(ctx context.Context, j *journal) error {
	paths := j.paths()
	latest, err := os.Stat(paths[len(paths)-1])
	if err != nil {
		return err
	}
	return s.awaitLive(ctx, latest.Size()-liveRest)
}

// awaitLive returns when so many bytes of live files have segments.
func (s *server) awaitLive(ctx context.Context, enough int64) error {
	ctx, cancel := context.WithTimeout(ctx, liveWithin)
	defer cancel()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		text, err := s.metrics(ctx)
		if err != nil {
			return err
		}
		covered, ok, err := figureIn(text, liveMetric)
		switch {
		case err != nil:
			return err
		case !ok:
			return fmt.Errorf("the server has no metric %s", liveMetric)
		case covered >= enough:
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d bytes of today's file have segments: %w", covered, enough, ctx.Err())
		case <-look.C:
		}
	}
}

// askBoth asks both servers the same, in turns, and compares the answers.
func (b *bench) askBoth(ctx context.Context, r *liveReport, today, sealed *server, drawer *workload.Drawer, journal *workload.Sample) error {
	live, err := connect(ctx, today)
	if err != nil {
		return err
	}
	defer live.close()
	over, err := connect(ctx, sealed)
	if err != nil {
		return err
	}
	defer over.close()
	for _, question := range workload.Questions() {
		if !slices.Contains([]string{"Q1", "Q2", "Q3", "Q4", "Q10"}, question.Name) {
			continue
		}
		b.say("today's file: %s", question.Name)
		var of [2]series
		for n := range b.draws + 1 {
			request := drawer.Draw(question).Request(journal.All())
			var bodies [2][]byte
			for i := range of {
				which := (i + n) % 2
				body, took, err := []*connection{live, over}[which].ask(request.Body(1))
				if err != nil {
					return fmt.Errorf("%v: %w", request, err)
				}
				bodies[which] = bytes.Clone(body)
				of[which] = append(of[which], sample{took: took})
			}
			if !bytes.Equal(bodies[0], bodies[1]) || !bytes.Contains(bodies[0], []byte(`"result":`)) {
				return fmt.Errorf("%v: answers differ: %.200s; of a day that is over: %.200s", request, bodies[0], bodies[1])
			}
		}
		r.Queries = append(r.Queries, newLiveResult(question, of[0][1:], of[1][1:]))
	}
	return nil
}

// newLiveResult judges the times of a question.
func newLiveResult(question workload.Question, live, sealed series) *liveResult {
	r := &liveResult{Question: question.Name, Text: question.Text, Live: newTiming(live), Sealed: newTiming(sealed), Bound: liveBound}
	r.Ratio = r.Live.Median / r.Sealed.Median
	r.Met = r.Ratio <= r.Bound
	return r
}

// missed returns the number of bounds that were not met.
func (r *liveReport) missed() int {
	missed := 0
	for _, q := range r.Queries {
		if !q.Met {
			missed++
		}
	}
	if !r.Size.Met {
		missed++
	}
	return missed
}

// print writes the results to w as tables in the form that write gives them.
func (r *liveReport) print(w io.Writer, write func(*table) string) error {
	t := &table{head: []string{"today's file", "live ms", "sealed ms", "ratio", "at most", "verdict"}}
	for _, q := range r.Queries {
		t.add(q.Question+" "+q.Text, decimal(q.Live.Median, 2), decimal(q.Sealed.Median, 2), decimal(q.Ratio, 2), decimal(q.Bound, 0), verdict(q.Met))
	}
	size := &table{head: []string{"its server", "figure", "at most", "verdict"}}
	size.add("segments complete, seconds", decimal(r.Seconds, 1), "", "")
	size.add("heap in use at the end, MiB", mebibytes(r.Size.Heap), mebibytes(r.Size.Bound), verdict(r.Size.Met))
	size.add("peak resident size, MiB", mebibytes(r.Size.Peak), "", "")
	_, err := fmt.Fprintf(w, "%v\n%v\n\n%s\n%s", r.Machine, r.Journal, write(t), write(size))
	return err
}
