package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"daybook/dayfile"
	"daybook/internal/generate"
)

// What the demonstration shows.
const (
	demoDays  = 30
	demoLines = 300_000
	demoSeed  = 20260422
	demoPause = 300 * time.Millisecond // between new records
)

// openJournal opens the journal for appending, with the records of the days
// before today and those of today up to now. A folder that has some already
// keeps them.
func (d *demo) openJournal(ctx context.Context) (*dayfile.Writer, error) {
	entries, err := os.ReadDir(d.journal())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	now := time.Now().UTC()
	if len(entries) == 0 {
		if err := d.writeDays(ctx, now.AddDate(0, 0, -1)); err != nil {
			return nil, err
		}
	}
	records, err := dayfile.Open(dayfile.Options{Dir: d.journal(), Mode: 0o644})
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		_, err = records.Write(recordsUntil(now))
	}
	if err != nil {
		return nil, errors.Join(err, records.Close())
	}
	return records, nil
}

// writeDays makes the records of all days but today.
func (d *demo) writeDays(ctx context.Context, last time.Time) error {
	const lines = demoLines / demoDays * (demoDays - 1)
	bar := newProgress(d.app.stderr, "writing records")
	defer bar.Done()
	_, err := generate.Write(ctx, generate.Options{
		Dir:      d.journal(),
		Days:     demoDays - 1,
		Lines:    lines,
		End:      last,
		Seed:     demoSeed,
		Progress: func(done, _ int64) { bar.Show(done, lines) },
	})
	return err
}

// recordsUntil makes the records from midnight to now, evenly spread: one at
// least.
func recordsUntil(now time.Time) []byte {
	const spread = 24 * time.Hour / (demoLines / demoDays)
	records := generate.NewFeed(demoSeed)
	var text []byte
	for at := now.Truncate(24 * time.Hour); !at.After(now); at = at.Add(spread) {
		text = records.AppendRecord(text, at)
	}
	return text
}

// feed appends a few records a second until ctx ends or the disk refuses.
func (d *demo) feed(ctx context.Context, records *dayfile.Writer) {
	ticker := time.NewTicker(demoPause)
	defer ticker.Stop()
	made := generate.NewFeed(uint64(time.Now().UnixNano()))
	var line []byte
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			line = made.AppendRecord(line[:0], now)
			if _, err := records.Write(line); err != nil {
				fmt.Fprintf(d.app.stderr, "daybook: no more new records: %v\n", err)
				return
			}
		}
	}
}
