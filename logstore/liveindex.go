package logstore

import (
	"context"
	"errors"
	"slices"

	"daybook/logstore/segment"

	"go.uber.org/zap"
)

// A file that is still appended to has segments as well, of its beginning and
// in memory: each stretch of liveRecords records becomes one, and what is behind
// the last full one becomes a smaller one, which is built anew when there is
// more. What was appended since is scanned.
const (
	liveRecords = 16 << 10

	// liveStep is how many bytes behind the segments are worth building one
	// for.
	liveStep = 64 << 10

	// liveMemory is how many bytes the segments of one file take at most.
	// Beyond it, the rest of the file is scanned until its day is over.
	liveMemory = 64 << 20
)

// liveOf returns the segments of the beginning of a source that is held open
// and still appended to, if it has some and begins as it did.
func (x *index) liveOf(src *source) *fileIndex {
	x.mu.Lock()
	f := x.live[src.name]
	x.mu.Unlock()
	if f == nil || src.file == nil || src.known.Covered < f.to || !f.begins(src) {
		return nil
	}
	return f
}

// begins reports whether the source, which is held open, begins with what f
// was built from.
func (f *fileIndex) begins(src *source) bool {
	switch {
	case !f.source.sameFile(src.stamp) || src.stamp.Size < f.to:
		return false
	case f.proven && f.source == src.stamp:
		return true
	}
	print, err := fingerprint(src.file, f.to)
	return err == nil && print == f.print
}

// growLive builds segments of what was appended to a source that is not closed,
// if that is enough for one.
func (s *Store) growLive(ctx context.Context, b *indexBuilder, src *source) error {
	s.index.mu.Lock()
	f := s.index.live[src.name]
	s.index.mu.Unlock()
	if f != nil && f.source.sameFile(src.stamp) && src.stamp.Size-f.to < liveStep || src.stamp.Size < liveStep {
		return nil
	}
	if err := s.hold(src, true); err != nil {
		return err
	}
	defer src.close()
	if f == nil || !f.begins(src) {
		f = &fileIndex{live: true}
	}
	grown, err := b.grow(ctx, src, f)
	if err != nil || grown == nil {
		return err
	}
	s.index.mu.Lock()
	s.index.live[src.name] = grown
	s.index.mu.Unlock()
	s.log.Debug("live file indexed", zap.String("file", src.name), zap.Int64("bytes", grown.to), zap.Int64("index_bytes", grown.bytes))
	// Queries use the segments where they know what the file holds.
	bad, err := s.measure(ctx, []*source{src})
	for _, b := range bad {
		err = errors.Join(err, b.err)
	}
	return err
}

// full returns f without the segment that is built anew when there is more.
func (f *fileIndex) full() *fileIndex {
	if f.fullTo == f.to {
		return f
	}
	last := len(f.segments) - 1
	full := *f
	full.segments, full.to = f.segments[:last:last], f.fullTo
	full.bytes -= f.lastBytes
	return &full
}

// images keeps what is written to it, each time as a segment of its own.
type images [][]byte

func (i *images) Write(image []byte) (int, error) {
	*i = append(*i, image)
	return len(image), nil
}

// grow returns f with segments of what src, which is held open, has behind the
// full ones of f; nil where there is nothing.
func (b *indexBuilder) grow(ctx context.Context, src *source, f *fileIndex) (*fileIndex, error) {
	f = f.full()
	if f.bytes > liveMemory {
		return nil, nil
	}
	var built images
	b.most = min(liveRecords, b.store.opts.segmentRecords)
	b.begin(src, &built, f.to)
	defer b.end()
	if err := b.read(ctx); err != nil {
		return nil, err
	}
	grown := *f
	grown.source, grown.fullTo, grown.lastBytes = src.stamp, b.from, 0
	grown.proven = src.proven
	if b.builder.Len() > 0 {
		if err := b.finish(b.facts.Covered, false); err != nil {
			return nil, err
		}
		grown.lastBytes = int64(len(built[len(built)-1]))
	}
	if len(built) == 0 {
		return nil, nil
	}
	grown.to = b.from
	grown.segments = slices.Clone(f.segments)
	for _, image := range built {
		s, err := segment.Open(image)
		if err != nil {
			return nil, err
		}
		grown.segments = append(grown.segments, s)
		grown.bytes += int64(len(image))
	}
	var err error
	grown.print, err = fingerprint(src.file, grown.to)
	return &grown, err
}

// indexLive builds what is missing of the segments of files that are still
// appended to.
func (s *Store) indexLive(ctx context.Context, b *indexBuilder) error {
	l, err := s.list()
	if err != nil {
		return err
	}
	for i := len(l.parts) - 1; i >= 0; i-- {
		p := &l.parts[i]
		if s.over(p.day) {
			break // and all before it
		}
		sources, err := s.resolve(ctx, p)
		if err != nil {
			continue // queries report it
		}
		for _, src := range sources {
			if src.enc == plain && !src.closed {
				err = errors.Join(err, s.growLive(ctx, b, src))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
