package generate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	flushBytes = 1 << 20 // written at once
	lineBytes  = 4 << 10 // more than any line takes
)

// A Result tells what was written.
type Result struct {
	Files []string // names, oldest day first
	Lines int64
	Bytes int64
}

// Write writes the journal that o describes. Each day file appears under its
// name when it is complete: until then it has a name that no pattern for day
// files takes for one. It is not synced to disk. Unless told otherwise, Write
// refuses to start when one of its files is there (*ExistsError). After
// another error, or when ctx ends, the files of days that were done remain.
func Write(ctx context.Context, o Options) (*Result, error) {
	switch {
	case o.Pattern == "" && o.Requests:
		o.Pattern = DefaultRequestPattern
	case o.Pattern == "":
		o.Pattern = DefaultPattern
	}
	if o.Workers < 1 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	if !o.Overwrite {
		if err := o.checkFree(); err != nil {
			return nil, fmt.Errorf("generate: %w", err)
		}
	}
	w := &writer{options: o, world: newWorld(o.Seed)}
	if err := w.run(ctx); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	return &w.result, nil
}

// A writer writes the day files of one call of Write.
type writer struct {
	options Options
	world   *world

	mu     sync.Mutex // guards result's numbers, and calls of Progress
	result Result
}

// run writes all days, several at once.
func (w *writer) run(ctx context.Context) error {
	first := w.options.first()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(w.options.Workers)
	before := int64(0)
	for i, lines := range shares(first, w.options.Days, w.options.Lines) {
		d := first + day(i)
		earlier := before
		before += lines
		w.result.Files = append(w.result.Files, w.options.name(d))
		group.Go(func() error { return w.writeDay(ctx, d, earlier, lines) })
	}
	return group.Wait()
}

// writeDay writes the file of d, which so many lines of earlier days precede.
func (w *writer) writeDay(ctx context.Context, d day, earlier, lines int64) error {
	name := w.options.name(d)
	// With one more dot in front, no date follows what the pattern begins
	// with, whatever that is.
	temp := filepath.Join(w.options.Dir, "."+name+".partial")
	f, err := os.Create(temp)
	if err != nil {
		return err
	}
	err = errors.Join(w.writeLines(ctx, f, d, earlier, lines), f.Close())
	if err == nil {
		err = os.Rename(temp, filepath.Join(w.options.Dir, name))
	}
	if err != nil {
		os.Remove(temp)
		return err
	}
	return nil
}

// writeLines writes d's lines to f.
func (w *writer) writeLines(ctx context.Context, f *os.File, d day, earlier, lines int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := newRandom(w.options.Seed, int64(d))
	times := newClock(newRandom(r.next(), 0), lines)
	line := w.auditLines(&r, d)
	if w.options.Requests {
		line = w.world.requestLines(&r, d, earlier)
	}
	buf := make([]byte, 0, flushBytes+lineBytes)
	since := int64(0) // lines in buf
	for left := lines; left > 0; left-- {
		buf = line(buf, times.next())
		if since++; len(buf) < flushBytes && left > 1 {
			continue
		}
		if _, err := f.Write(buf); err != nil {
			return err
		}
		w.report(since, int64(len(buf)))
		buf, since = buf[:0], 0
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// auditLines returns what appends the next record of d, of a second of the day.
func (w *writer) auditLines(r *random, d day) func(dst []byte, sec int) []byte {
	draft := w.world.newDraft(r)
	start := d.start()
	date := start.AppendFormat(nil, time.DateOnly+"T")
	return func(dst []byte, sec int) []byte {
		dst = append(dst, date...)
		dst = appendTimeOfDay(dst, sec)
		return draft.appendColumns(dst, start.Unix()+int64(sec))
	}
}

// report counts what was written.
func (w *writer) report(lines, bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.result.Lines += lines
	w.result.Bytes += bytes
	if w.options.Progress != nil {
		w.options.Progress(w.result.Lines, w.result.Bytes)
	}
}

// appendTimeOfDay appends a second of the day as hh:mm:ssZ.
func appendTimeOfDay(dst []byte, sec int) []byte {
	two := func(n int, then byte) { dst = append(dst, byte('0'+n/10), byte('0'+n%10), then) }
	two(sec/3600, ':')
	two(sec/60%60, ':')
	two(sec%60, 'Z')
	return dst
}
