package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"daybook/bench/peer"
	"daybook/bench/workload"
)

// sampled is how many records parameters are drawn from, about.
const sampled = 200_000

// peers measures the program with its index beside what a user would pick
// instead, then queries that no index was made for, then many connections. With
// an error it returns what it has so far.
func (b *bench) peers(ctx context.Context) (r *peersReport, err error) {
	j, journal, err := b.sampledJournal(ctx, bigDays, b.lines)
	if err != nil {
		return nil, err
	}
	drawer, err := workload.NewDrawer(journal, b.seed)
	if err != nil {
		return nil, err
	}
	r = &peersReport{Journal: sizeOf(journal), Small: b.lines < judgedLines, Params: b.draws, Seed: b.seed}
	if r.Cat, err = measureCat(ctx, journal); err != nil {
		return nil, err
	}
	contenders, err := b.openPeers(ctx, j, journal, r)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, c := range contenders {
			err = errors.Join(err, c.Close())
		}
	}()
	s, err := b.startIndexed(ctx, j, &r.Index)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := b.againstServer(ctx, r, s, contenders, drawer, journal); err != nil {
		return r, err
	}
	if err := r.Index.recheck(s); err != nil {
		return r, err
	}
	r.Size, err = sizeOfServer(ctx, s)
	return r, err
}

// againstServer measures all that one server with an index is asked.
func (b *bench) againstServer(ctx context.Context, r *peersReport, s *server, contenders []contender, drawer *workload.Drawer, journal *workload.Sample) error {
	conn, err := connect(ctx, s)
	if err != nil {
		return err
	}
	defer conn.close()
	d := &duel{
		daybook: &daybook{conn: conn, all: journal.All()}, peers: contenders, journal: journal,
		drawer: drawer, draws: b.draws, cat: time.Duration(r.Cat * float64(time.Millisecond)), say: b.say,
	}
	if r.Queries, err = d.run(ctx); err != nil {
		return err
	}
	if r.Unforeseen, err = b.unforeseen(ctx, conn, drawer, journal); err != nil {
		return err
	}
	r.Loads, err = b.loads(ctx, s, drawer, journal)
	return err
}

// sampledJournal returns a generated journal, read once.
func (b *bench) sampledJournal(ctx context.Context, days int, lines int64) (*journal, *workload.Sample, error) {
	j, err := b.generated(ctx, days, lines)
	if err != nil {
		return nil, nil, err
	}
	b.say("read %s", j.dir)
	sample, err := workload.Read(ctx, j.dir, j.files, max(1, lines/sampled))
	return j, sample, err
}

// sizeOf returns how large a journal is.
func sizeOf(s *workload.Sample) journalSize {
	return journalSize{Files: len(s.Files), Lines: s.Lines(nil), Bytes: s.Bytes()}
}

// measureCat returns the median time, in milliseconds, that cat takes for all
// files: what the machine gives, by which the study's figures are scaled.
func measureCat(ctx context.Context, journal *workload.Sample) (float64, error) {
	args := []string{"--"}
	for _, f := range journal.Files {
		args = append(args, filepath.Join(journal.Dir, f.Name))
	}
	var tooks []time.Duration
	for range 5 {
		began := time.Now()
		if err := exec.CommandContext(ctx, "cat", args...).Run(); err != nil {
			return 0, fmt.Errorf("cat: %w", err)
		}
		tooks = append(tooks, time.Since(began))
	}
	return milliseconds(median(tooks)), nil
}

// openPeers opens every contender but daybook, and loads the journal into those
// that have not kept it. It tells r of them.
func (b *bench) openPeers(ctx context.Context, j *journal, journal *workload.Sample, r *peersReport) (all []contender, err error) {
	defer func() {
		if err != nil {
			for _, c := range all {
				err = errors.Join(err, c.Close())
			}
		}
	}()
	pipeline, err := peer.NewPipeline(ctx, journal, b.scratch)
	if err != nil { // before anything is loaded
		return nil, fmt.Errorf("a peer is missing: %w", err)
	}
	duck, lite, err := b.loadPeers(ctx, j, r)
	if err != nil {
		return nil, err
	}
	var beside []string
	for _, open := range []func() (contender, error){
		func() (contender, error) { return asContender(peer.OpenDuckDB(ctx, duck)) },
		func() (contender, error) { return asContender(peer.OpenSQLite(ctx, lite)) },
		func() (contender, error) { return asContender(peer.OpenSQLiteTrigram(ctx, lite)) },
		func() (contender, error) { return pipeline, nil },
	} {
		c, err := open()
		if err != nil {
			return all, fmt.Errorf("a peer is missing: %w", err)
		}
		all = append(all, c)
		if c.Name() != peer.SQLiteTrigram { // the same program
			beside = append(beside, c.Version())
		}
	}
	r.Machine = thisMachine(joined(beside))
	return all, nil
}

// asContender passes a contender on, and nil for an error.
func asContender[C contender](c C, err error) (contender, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}
