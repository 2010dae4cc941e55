package requestlog

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"time"

	"daybook/dayfile"
)

// chunkBytes is how many bytes of lines are written at once, about.
const chunkBytes = 4 << 20

// write writes what comes into the queue until the log is closed.
func (l *Log) write() {
	for {
		batch := l.queue.take(l.opts.gather)
		if batch == nil {
			return
		}
		records := make([]*Record, 0, len(batch))
		for _, e := range batch {
			if r := l.makeRecord(e); r != nil {
				records = append(records, r)
			}
		}
		l.writeAll(records)
		l.queue.release(batch)
	}
}

// makeRecord returns the record of e. What is wrong with one request must not
// end the program that serves them all.
func (l *Log) makeRecord(e *Entry) (r *Record) {
	defer func() {
		if v := recover(); v != nil {
			r = nil
			l.drop(1, fmt.Errorf("make record: panic: %T\n%s", v, debug.Stack()))
		}
	}()
	return l.maker.record(e)
}

// writeAll writes records, again and again until all are written; once more after
// the log was closed.
func (l *Log) writeAll(records []*Record) {
	last := false
	for len(records) > 0 {
		n, err := l.writeSome(records)
		l.written.Add(int64(n))
		records = records[n:]
		l.err = err
		if err == nil {
			continue
		}
		if errors.Is(err, fs.ErrNotExist) {
			l.leave() // the folder may have been taken away
		}
		if now := time.Now(); now.Sub(l.complained) >= reportEvery {
			l.complained = now
			l.opts.Report(fmt.Errorf("write request log: %w", err))
		}
		if last {
			l.drop(len(records), err)
			return
		}
		select {
		case <-l.stop:
			last = true
		case <-time.After(l.opts.retry):
		}
	}
}

// writeSome writes the first of records, and returns how many it has written.
func (l *Log) writeSome(records []*Record) (written int, err error) {
	if err := l.open(); err != nil {
		return 0, err
	}
	now := l.opts.Now()
	l.stamp.Store(now.UnixMicro())
	var lines []byte
	n := 0
	for ; n < len(records) && len(lines) < chunkBytes; n++ {
		r := records[n]
		if r.ID == 0 {
			if r.ID, err = l.ids.take(); err != nil {
				break
			}
		}
		r.CreatedAt = timestamp(now)
		r.UpdatedAt = r.CreatedAt
		lines = appendShort(lines, r)
	}
	if n == 0 {
		return 0, err
	}
	took, writing := l.files.Write(lines)
	l.usage.add(int64(took))
	var failed *dayfile.WriteError
	var sync *dayfile.SyncError
	switch {
	case writing == nil:
		return n, err
	case errors.As(writing, &failed):
		return failed.Written, writing
	case errors.As(writing, &sync):
		return n, writing
	}
	return 0, writing
}

// appendShort appends the line of r, shortened where it is too long.
func appendShort(lines []byte, r *Record) []byte {
	start := len(lines)
	lines = r.appendLine(lines)
	if len(lines)-start > MaxLine+1 {
		r.shorten()
		lines = r.appendLine(lines[:start])
	}
	return lines
}
