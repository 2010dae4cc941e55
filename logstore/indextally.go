package logstore

import (
	"sync"
	"time"

	"go.uber.org/zap"
)

// An IndexProgress is how far building has come.
type IndexProgress struct {
	File        string // the day file that was done last; empty before the first
	Files, Of   int    // day files done, and to be done
	Left        int    // of the day files done, those that got no index: unreadable, or without a record
	Others      int    // of the day files done, those that another process has indexed meanwhile
	Bytes, From int64  // of the day files done but for Others, and of all to be done
	Written     int64  // bytes of index

	// Shared says that the data folder is another process's, which builds as well
	// if it is a server with an index; Owner is its number, 0 where that is unknown.
	Shared bool
	Owner  int
}

// An indexTally counts what builders have done, and tells the log and whoever
// wants to know.
type indexTally struct {
	store  *Store
	report func(IndexProgress) // nil for nobody

	mu sync.Mutex
	p  IndexProgress
}

// begin tells what is to be done.
func (t *indexTally) begin(builders int) {
	t.store.log.Info("building index", zap.Int("files", t.p.Of), zap.Int64("bytes", t.p.From), zap.Int("threads", builders))
	if t.report != nil {
		t.report(t.p)
	}
}

// done counts a day file, and the bytes of its index: 0 where it got none.
func (t *indexTally) done(src *source, size int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := &t.p
	p.File = src.name
	p.Files++
	p.Bytes += src.stamp.Size
	p.Written += size
	if size == 0 {
		p.Left++
	} else {
		t.store.log.Info("day file indexed", zap.String("file", src.name), zap.Int64("bytes", src.stamp.Size),
			zap.Int64("index_bytes", size), zap.Int("done", p.Files), zap.Int("of", p.Of))
	}
	t.tellLocked()
}

// elsewhere counts a day file that another process has indexed meanwhile.
func (t *indexTally) elsewhere(src *source) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.p.File = src.name
	t.p.Files++
	t.p.From -= src.stamp.Size
	t.p.Others++
	t.tellLocked()
}

// tellLocked tells how far building has come.
func (t *indexTally) tellLocked() {
	t.store.index.owe(t.p.Of - t.p.Files + t.p.Left)
	if t.report != nil {
		t.report(t.p)
	}
}

// end tells that all is done.
func (t *indexTally) end(took time.Duration) {
	p := &t.p
	t.store.log.Info("index complete", zap.Int("files", p.Files-p.Left-p.Others), zap.Int("left_out", p.Left), zap.Int("by_others", p.Others), zap.Int64("bytes", p.Bytes),
		zap.Int64("index_bytes", p.Written), zap.Duration("took_seconds", took))
}
