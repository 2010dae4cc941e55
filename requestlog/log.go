package requestlog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"daybook/dayfile"
)

// A Log records requests in the journal of one folder:
//
//	requests ─▶ queue ─▶ writer ─▶ dayfile     one goroutine: mask, cut, number, append
//	   │                   └─▶ ids             in ranges, under a lock
//	   └─▶ dropped ─▶ watcher                  one: reports what was dropped
//	                  keeper                   one: removes what need not be kept
//
// Its methods may be called concurrently.
type Log struct {
	opts  Options
	queue *queue
	files journalWriter // of the writer; nil while it can't be opened
	ids   ids
	maker maker
	stamp atomic.Int64 // the moment of writing, Unix microseconds: decides the day
	usage usage

	written, dropped atomic.Int64
	why              atomic.Pointer[error] // the last record was dropped

	stop   chan struct{} // closed by Close
	once   sync.Once
	writer sync.WaitGroup
	others sync.WaitGroup // the watcher and the keeper

	complained time.Time // of the writer: when it last reported a failure
	err        error     // of the writer: of the last write
}

// Open opens the journal for writing. It creates no day file: the first record
// does.
func Open(o Options) (*Log, error) {
	o = o.withDefaults()
	l := &Log{
		opts:  o,
		queue: newQueue(),
		ids:   ids{dir: o.Dir, mode: o.Mode, now: o.Now},
		maker: maker{proxies: slices.Clone(o.TrustedProxies), bodyLimit: o.BodyLimit, responsesFrom: o.ResponsesFrom},
		stop:  make(chan struct{}),
	}
	if err := l.opts.check(); err != nil {
		return nil, fmt.Errorf("open request log: %w", err)
	}
	if err := l.open(); err != nil && !o.Patient {
		return nil, err
	}
	l.writer.Go(l.write)
	l.others.Go(l.watch)
	l.others.Go(l.keep)
	return l, nil
}

// open opens the folder, unless it is open.
func (l *Log) open() (err error) {
	if l.files != nil {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("open request log: %w", err)
		}
	}()
	if err := os.MkdirAll(l.opts.Dir, l.opts.Mode|l.opts.Mode&0o444>>2); err != nil {
		return err
	}
	if err := checkFolder(l.opts.Dir); err != nil {
		return err
	}
	l.stamp.Store(l.opts.Now().UnixMicro())
	files, err := l.opts.open(dayfile.Options{
		Dir:     l.opts.Dir,
		Pattern: Pattern,
		Now:     func() time.Time { return time.UnixMicro(l.stamp.Load()) },
		Mode:    l.opts.Mode,
		Report:  l.opts.Report,
	})
	if err == nil {
		l.files = files
	}
	return err
}

// leave closes the folder, so that it is opened again, and made where it is missing.
func (l *Log) leave() {
	if l.files != nil {
		l.files.Close() // what was written of it is written
		l.files = nil
	}
}

// Add records e, which from now on is the log's, with all that it points to. It
// returns at once; false means that the record was dropped. A record is in its
// file a moment later, at most a second unless the disk is slower.
func (l *Log) Add(e *Entry) bool {
	if l.usage.full.Load() {
		l.drop(1, ErrFull)
		return false
	}
	if !l.queue.put(e) {
		l.drop(1, ErrBehind)
		return false
	}
	return true
}

// KeepBody returns the beginning of a body that a log needs of it, copied.
func (l *Log) KeepBody(text []byte, contentType string) Body {
	b := Body{Size: int64(len(text)), Type: contentType}
	if n := min(len(text), l.keeps()); n > 0 {
		b.Text = slices.Clone(text[:n])
	}
	return b
}

// KeepFrom is KeepBody for a body of that size that is to be written.
func (l *Log) KeepFrom(body io.WriterTo, size int64, contentType string) Body {
	kept := &prefix{make([]byte, 0, min(size, int64(l.keeps())))}
	body.WriteTo(kept) // as far as it goes
	return Body{Text: kept.bytes, Size: size, Type: contentType}
}

// A prefix takes as many bytes as it has room for.
type prefix struct{ bytes []byte }

func (k *prefix) Write(p []byte) (int, error) {
	n := min(len(p), cap(k.bytes)-len(k.bytes))
	k.bytes = append(k.bytes, p[:n]...)
	if n < len(p) {
		return n, io.ErrShortWrite
	}
	return n, nil
}

// keeps returns how many bytes of a body the log needs.
func (l *Log) keeps() int {
	if l.opts.BodyLimit < 0 {
		return 0
	}
	return l.opts.BodyLimit + lookahead
}

// KeepsResponse reports whether the body of a response with that status is
// stored.
func (l *Log) KeepsResponse(status int) bool {
	return l.opts.BodyLimit >= 0 && status >= l.opts.ResponsesFrom
}

// drop counts records that were dropped.
func (l *Log) drop(n int, why error) {
	l.why.Store(&why)
	l.dropped.Add(int64(n))
}

// Stats are a log's gauge, and its counters since it was opened.
type Stats struct {
	Written int64 // records
	Dropped int64 // records that were not written, and never will be
	Waiting int   // records in memory
	Bytes   int64 // of the journal's files, as far as is known
}

// Stats returns the present numbers.
func (l *Log) Stats() Stats {
	return Stats{
		Written: l.written.Load(),
		Dropped: l.dropped.Load(),
		Waiting: l.queue.waiting(),
		Bytes:   l.usage.total(),
	}
}

// Close writes what waits, and ends the log: records that are added later are
// dropped. It waits for the disk, however long that takes; what a failing disk
// refuses is given up. The error is that of the last write, nil where it went
// well.
func (l *Log) Close() error {
	l.once.Do(func() {
		l.queue.close()
		close(l.stop)
	})
	l.writer.Wait()
	l.others.Wait()
	if l.files == nil {
		return l.err
	}
	err := l.files.Close()
	if errors.Is(err, os.ErrClosed) {
		err = nil // it was closed before
	}
	return errors.Join(l.err, err)
}

// reportEvery is how often dropped records are reported, at most.
const reportEvery = 10 * time.Second

// watch reports dropped records until the log is closed, and then the last of
// them. It never touches the disk.
func (l *Log) watch() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	var reported int64
	var last time.Time
	for {
		open := true
		select {
		case <-ticker.C:
		case <-l.stop:
			l.writer.Wait()
			open = false
		}
		if n := l.dropped.Load() - reported; n > 0 && (!open || time.Since(last) >= reportEvery) {
			reported, last = reported+n, time.Now()
			l.opts.Report(&DropError{n, *l.why.Load()})
		}
		if !open {
			return
		}
	}
}
