package logstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sync/errgroup"
)

// An IndexFault is what is wrong with the index of a day file.
type IndexFault struct {
	File   string     `json:"file"`            // the day file
	State  IndexState `json:"state,omitempty"` // stale, damaged or unreadable; empty where the day file can't be read
	Reason string     `json:"reason"`
}

// VerifyIndex reads every index whole, and builds it again in memory to compare:
// the same day file makes the same bytes. When quick, only checksums are checked,
// and whether the index is of the day file as it is now. It writes nothing.
// report, unless nil, is called as by BuildIndex. The faults are in the order of
// IndexStatus.
func (s *Store) VerifyIndex(ctx context.Context, quick bool, report func(IndexProgress)) ([]IndexFault, error) {
	files, err := s.IndexStatus(ctx)
	if err != nil {
		return nil, err
	}
	var p IndexProgress
	for _, f := range files {
		if f.verifiable() {
			p.Of++
			p.From += f.Size
		}
	}
	if report == nil {
		report = func(IndexProgress) {}
	}
	report(p)
	found := make([]*IndexFault, len(files))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(s.builders(len(files)))
	var mu sync.Mutex
	for i, f := range files {
		if !f.verifiable() {
			continue
		}
		work.Go(func() (err error) {
			if found[i], err = s.verifyIndex(ctx, &f, quick); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			p.File = f.File
			p.Files++
			p.Bytes += f.Size
			report(p)
			return nil
		})
	}
	err = work.Wait()
	var faults []IndexFault
	for _, f := range found {
		if f != nil {
			faults = append(faults, *f)
		}
	}
	return faults, err
}

// verifiable reports whether there is an index of a day file.
func (f *IndexFile) verifiable() bool {
	switch f.State {
	case IndexReady, IndexStale, IndexDamaged, IndexUnreadable:
		return true
	}
	return false
}

// verifyIndex returns what is wrong with one index, nil for nothing. The error is
// the context's.
func (s *Store) verifyIndex(ctx context.Context, f *IndexFile, quick bool) (*IndexFault, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if f.State != IndexReady {
		return &IndexFault{f.File, f.State, f.Reason}, nil
	}
	path := s.index.path(f.File)
	if _, err := openIndex(s.index.disk, path, s.memory.terms, s.index.mapped); err != nil {
		return &IndexFault{f.File, IndexDamaged, err.Error()}, nil
	}
	if quick {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return &IndexFault{f.File, IndexDamaged, err.Error()}, nil
	}
	defer file.Close()
	c := &comparison{file: file}
	size, err := s.newIndexBuilder(func() {}).write(ctx, f.src, c)
	var different *differenceError
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &different):
		return &IndexFault{f.File, IndexDamaged, err.Error()}, nil
	case err != nil:
		return &IndexFault{f.File, "", readError(f.File, err).Error()}, nil
	case size != f.Index:
		return &IndexFault{f.File, IndexDamaged, (&differenceError{size}).Error()}, nil
	}
	return nil, nil
}

// A differenceError means that an index is not what its day file makes.
type differenceError struct {
	offset int64 // of the first byte that is another
}

func (e *differenceError) Error() string {
	return fmt.Sprintf("it is not what the day file makes, from byte %d on", e.offset)
}

// A comparison is a writer that compares what is written with the content of a
// file. Its error is a *differenceError.
type comparison struct {
	file *os.File
	at   int64
	buf  [64 << 10]byte
}

func (c *comparison) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		part := p[done:min(len(p), done+len(c.buf))]
		have, _ := c.file.ReadAt(c.buf[:len(part)], c.at) // what can't be read differs
		if same := commonPrefix(part, c.buf[:have]); same < len(part) {
			return done + same, &differenceError{c.at + int64(same)}
		}
		done += len(part)
		c.at += int64(len(part))
	}
	return len(p), nil
}

// commonPrefix returns how many bytes a and b begin with alike.
func commonPrefix(a, b []byte) int {
	if bytes.Equal(a, b) {
		return len(a)
	}
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
