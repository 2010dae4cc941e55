package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"daybook/bench/peer"
)

// What is asked for over HTTP.
const (
	requestList = "/api/metrics/request_logs"
	aliveTarget = "/healthz" // whether the server is alive, which takes it no work
)

// Of the index of a journal of requests, which its server builds.
const (
	indexedWithin = 15 * time.Minute
	indexedFrom   = 256 << 10 // bytes of a day file; smaller ones get none
)

// requests measures the list of requests over HTTP beside SQLite, over the same
// records. With an error it returns what it has so far.
func (b *bench) requests(ctx context.Context) (r *requestsReport, err error) {
	j, err := b.generatedWith(ctx, "requests-", bigDays, b.lines/2, "--requests")
	if err != nil {
		return nil, err
	}
	size, err := sizeBelow(j.dir)
	if err != nil {
		return nil, err
	}
	r = &requestsReport{Journal: journalSize{Files: len(j.files), Lines: b.lines / 2, Bytes: size}, Params: listDraws * b.draws, Seed: b.seed}
	path, loaded, err := b.loadPeer(j, peer.SQLite, peer.SQLiteVersion(), func(file string) ([]peer.Step, error) {
		return peer.LoadRequests(ctx, file, j.paths())
	})
	if err != nil {
		return nil, err
	}
	r.Loaded = loaded
	lite, err := peer.OpenRequests(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lite.Close()) }()
	r.Machine = thisMachine(lite.Version())
	s, err := b.startRequests(ctx, j, r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := b.askRequests(ctx, r, s, lite); err != nil {
		return r, err
	}
	r.Size, err = sizeOfServer(ctx, s)
	return r, err
}

// startRequests starts a server over a journal of requests, and returns when that
// has its index.
func (b *bench) startRequests(ctx context.Context, j *journal, r *requestsReport) (*server, error) {
	data, err := b.newData(ctx)
	if err != nil {
		return nil, err
	}
	audit := &journal{dir: b.path("no-audit-journal")}
	if err := os.MkdirAll(audit.dir, 0o755); err != nil {
		return nil, err
	}
	s, err := b.startReady(ctx, audit, data, "--requests", j.dir)
	if err != nil {
		return nil, err
	}
	b.say("wait for the index of %s", j.dir)
	if r.IndexBytes, err = awaitIndex(ctx, j, data.path); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	r.Seconds = time.Since(s.began).Seconds()
	return s, nil
}

// awaitIndex returns when each file of a journal of requests that is to have an index
// has it, and how large that is. Today's has it in memory, before all others.
func awaitIndex(ctx context.Context, j *journal, data string) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, indexedWithin)
	defer cancel()
	want := 0
	for _, path := range j.paths() {
		info, err := os.Stat(path)
		if err != nil {
			return 0, err
		}
		today := strings.Contains(filepath.Base(path), lastDay().Format(time.DateOnly))
		if info.Size() >= indexedFrom && !today {
			want++
		}
	}
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		made, err := filepath.Glob(filepath.Join(data, "requests-*", "index", "*.seg"))
		switch {
		case err != nil:
			return 0, err
		case len(made) >= want && want > 0:
			return sizeBelow(filepath.Dir(made[0]))
		case want == 0:
			return 0, nil
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("%d of %d day files have an index: %w", len(made), want, ctx.Err())
		case <-look.C:
		}
	}
}

// askRequests asks both all questions: each once for nothing, and then as often as
// parameters are drawn, in turns and in random order. Among them it asks daybook for
// nothing, which tells what of its times is the exchange over HTTP.
func (b *bench) askRequests(ctx context.Context, r *requestsReport, s *server, lite *peer.Requests) error {
	conn, err := connect(ctx, s)
	if err != nil {
		return err
	}
	defer conn.close()
	first, err := lite.Value(ctx, "SELECT CAST(min(id) AS TEXT) FROM requests")
	if err != nil {
		return err
	}
	d := &requestDrawer{db: lite, rng: rand.New(rand.NewPCG(b.seed, 0)), count: r.Journal.Lines}
	if d.first, err = strconv.ParseInt(first, 10, 64); err != nil {
		return err
	}
	questions := requestQuestions()
	rounds := slices.Repeat([]int{len(questions)}, r.Params) // of questions, and behind them of nothing
	for i, q := range questions {
		r.Queries = append(r.Queries, newRequestResult(&q))
		rounds = append(rounds, slices.Repeat([]int{i}, r.Params)...)
	}
	d.rng.Shuffle(len(rounds), func(i, k int) { rounds[i], rounds[k] = rounds[k], rounds[i] })
	nothing := new(requestResult)
	meet := func(i int) error {
		if i == len(questions) {
			_, err := nothing.askDaybook(conn, s, aliveTarget)
			return err
		}
		page, err := questions[i].draw(ctx, d)
		if err == nil {
			err = r.Queries[i].meet(ctx, conn, s, lite, page, d.rng.IntN(2) == 0)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", questions[i].text, err)
		}
		return nil
	}
	for i, q := range questions {
		b.say("requests: %s, once", q.text)
		if err := meet(i); err != nil {
			return err
		}
		r.Queries[i].forget()
	}
	for n, i := range rounds {
		if n%r.Params == 0 {
			b.say("requests: %d of %d", n, len(rounds))
		}
		if err := meet(i); err != nil {
			return err
		}
	}
	r.Exchange = newTiming(nothing.daybook)
	if err := r.askDeep(b.draws, conn, s, d); err != nil {
		return err
	}
	r.judge()
	return nil
}

// askDeep asks for first pages and deep ones, in turns, and for nothing else: what a
// peer leaves of the processor's caches meets both.
func (r *requestsReport) askDeep(params int, conn *connection, s *server, d *requestDrawer) error {
	first, deep := new(requestResult), new(requestResult)
	for range deepPairs * params {
		if _, err := first.askDaybook(conn, s, newestFrom(0).target()); err != nil {
			return err
		}
		if _, err := deep.askDaybook(conn, s, newestFrom(d.deep()).target()); err != nil {
			return err
		}
	}
	r.Deep = newDeepResult(first.daybook, deep.daybook)
	return nil
}

// meet has both answer one page, and compares the answers.
func (r *requestResult) meet(ctx context.Context, conn *connection, s *server, lite *peer.Requests, page *requestPage, liteFirst bool) error {
	var body []byte
	var theirs []liteAnswer
	turns := []func() error{
		func() (err error) { body, err = r.askDaybook(conn, s, page.target()); return err },
		func() (err error) { theirs, err = r.askLite(ctx, lite, page); return err },
	}
	if liteFirst {
		slices.Reverse(turns)
	}
	for _, turn := range turns {
		if err := turn(); err != nil {
			return fmt.Errorf("%s: %w", page.target(), err)
		}
	}
	ours, err := decodeRequests(body)
	if err != nil {
		return fmt.Errorf("%s: %w", page.target(), err)
	}
	r.Count, r.Example = ours.Count, page.target()
	for _, a := range theirs {
		if ours.Count != a.count || !slices.Equal(ours.ids(), a.ids) {
			return fmt.Errorf("%s: answers differ: %d records, %d; SQLite's (%s) are %d, %d", page.target(), ours.Count, ours.ids(), page.query.Where, a.count, a.ids)
		}
	}
	return nil
}

// askDaybook asks for a target, and returns the answer until the next call.
func (r *requestResult) askDaybook(conn *connection, s *server, target string) ([]byte, error) {
	before, err := s.cpu()
	if err != nil {
		return nil, err
	}
	body, took, err := conn.get(target)
	if err != nil {
		return nil, err
	}
	after, err := s.cpu()
	r.daybook = append(r.daybook, sample{took: took, cpu: after - before})
	return body, err
}

// A liteAnswer is SQLite's: the count, and the ids of the page.
type liteAnswer struct {
	count int64
	ids   []int64
}

// askLite asks SQLite, with the index of just this question as well where there is
// one; nothing where it has had its time.
func (r *requestResult) askLite(ctx context.Context, lite *peer.Requests, page *requestPage) ([]liteAnswer, error) {
	if r.spent() {
		return nil, nil
	}
	count, ids, took, err := lite.Answer(ctx, &page.query)
	if err != nil {
		return nil, err
	}
	r.lite = append(r.lite, sample{took: took})
	all := []liteAnswer{{count, ids}}
	if page.tailored != nil {
		if count, ids, took, err = lite.Answer(ctx, page.tailored); err != nil {
			return nil, err
		}
		r.tailored = append(r.tailored, sample{took: took})
		all = append(all, liteAnswer{count, ids})
	}
	return all, nil
}

// A requestAnswer is a page of the list.
type requestAnswer struct {
	Count   int64 `json:"count"`
	Results []struct {
		ID int64 `json:"id"`
	} `json:"results"`
}

// decodeRequests reads an answer.
func decodeRequests(body []byte) (*requestAnswer, error) {
	a := &requestAnswer{Count: -1}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(a); err != nil || a.Count < 0 {
		return nil, fmt.Errorf("answer: %w: %.200s", err, body)
	}
	return a, nil
}

func (a *requestAnswer) ids() []int64 {
	var ids []int64
	for _, r := range a.Results {
		ids = append(ids, r.ID)
	}
	return ids
}
