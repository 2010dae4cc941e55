package logstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"daybook/logstore/segment"

	"go.uber.org/zap"
)

// A file that is still appended to has segments as well, of its beginning. Each
// full stretch of liveStretch bytes becomes one, as large as those of a file that
// is done, in a file of the data folder which is mapped and has no name: it goes
// with the process, and nobody else can write to it. Of what is behind the last
// stretch, each liveRecords records become one in memory, and the rest a smaller
// one, which is built anew when there is more. What was appended since is
// scanned.
const (
	liveStretch = 16 << 20
	liveRecords = 16 << 10

	// liveStep is how many bytes behind the segments are worth building one
	// for.
	liveStep = 64 << 10

	// liveMemory is how many bytes the segments of one file take at most that
	// are in memory: where none can be mapped, the rest of the file is scanned
	// until its day is over.
	liveMemory = 64 << 20

	// livePoll is how long after a live file grew the indexer looks again.
	livePoll = time.Second
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
// if that is enough for one. It reports whether it was.
func (s *Store) growLive(ctx context.Context, b *indexBuilder, src *source) (grew bool, err error) {
	s.index.mu.Lock()
	f := s.index.live[src.name]
	s.index.mu.Unlock()
	if f != nil && f.source.sameFile(src.stamp) && src.stamp.Size-f.to < liveStep || src.stamp.Size < liveStep {
		return false, nil
	}
	defer src.close()
	if err := s.hold(src, true, nil); err != nil {
		return false, err
	}
	if f == nil || !f.begins(src) {
		f = &fileIndex{live: true}
	}
	for published := f; ; {
		grown, err := b.grow(ctx, src, f)
		if err != nil || grown == nil && f == published {
			return grew, err
		}
		if grown != nil {
			f = grown
		}
		if grown != nil && f.to < published.to {
			continue // those in memory are built anew behind the new stretch
		}
		if err := s.publishLive(ctx, src, f); err != nil || grown == nil || src.stamp.Size-f.to < liveStep {
			return true, err
		}
		grew, published = true, f
	}
}

// publishLive lets queries use the segments of f.
func (s *Store) publishLive(ctx context.Context, src *source, f *fileIndex) error {
	s.index.mu.Lock()
	s.index.live[src.name] = f
	s.index.mu.Unlock()
	s.log.Debug("live file indexed", zap.String("file", src.name), zap.Int64("bytes", f.to), zap.Int64("index_bytes", f.bytes))
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

// onlyStretches returns f without the segments behind the last full stretch.
func (f *fileIndex) onlyStretches() *fileIndex {
	only := *f
	only.segments = f.segments[:f.stretches:f.stretches]
	only.bytes, only.lastBytes = f.stretchBytes, 0
	only.to, only.fullTo = f.stretchTo, f.stretchTo
	return &only
}

// images keeps what is written to it, each time as a segment of its own.
type images [][]byte

func (i *images) Write(image []byte) (int, error) {
	*i = append(*i, image)
	return len(image), nil
}

// grow returns f with the next full stretch, or where there is none with segments
// of what src, which is held open, has behind the last one; nil where there is
// nothing.
func (b *indexBuilder) grow(ctx context.Context, src *source, f *fileIndex) (*fileIndex, error) {
	stretch := b.store.opts.liveStretch
	if src.stamp.Size-f.stretchTo >= stretch+stretch/16 && f.stretchBytes < liveMemory {
		return b.growStretch(ctx, src, f.onlyStretches(), f.stretchTo+stretch)
	}
	f = f.full()
	if f.bytes > liveMemory {
		return nil, nil
	}
	built, err := b.imagesOf(ctx, src, f.to, min(liveRecords, b.store.opts.segmentRecords))
	if err != nil || len(built.all) == 0 {
		return nil, err
	}
	grown := *f
	grown.segments = slices.Clone(f.segments)
	for _, image := range built.all {
		s, err := segment.Open(image)
		if err != nil {
			return nil, err
		}
		grown.segments = append(grown.segments, s)
		grown.bytes += int64(len(image))
	}
	grown.to, grown.fullTo, grown.lastBytes = built.to, built.fullTo, built.lastBytes
	return grown.provenBy(src)
}

// growStretch returns f, which has stretches only, with the one that ends
// before an offset.
func (b *indexBuilder) growStretch(ctx context.Context, src *source, f *fileIndex, end int64) (*fileIndex, error) {
	part := *src
	part.stamp.Size, part.proven = end, false
	print, err := fingerprint(src.file, end)
	if err != nil {
		return nil, err
	}
	part.mark = &print
	built, err := b.imagesOf(ctx, &part, f.to, b.store.opts.segmentRecords)
	if err != nil {
		return nil, err
	}
	if built.to == f.to {
		return nil, nil // one line is longer
	}
	for _, image := range built.all {
		s, bytes, err := b.store.index.stow(src.name, image)
		if err != nil {
			return nil, err
		}
		f.segments = append(f.segments, s)
		f.bytes += bytes
	}
	f.stretches, f.stretchTo, f.stretchBytes = len(f.segments), built.to, f.bytes
	f.to, f.fullTo = built.to, built.to
	return f.provenBy(src)
}

// provenBy returns f as what the source, which is held open, begins with.
func (f *fileIndex) provenBy(src *source) (*fileIndex, error) {
	var err error
	f.summarize()
	f.source, f.proven = src.stamp, src.proven
	f.print, err = fingerprint(src.file, f.to)
	return f, err
}

// builtImages are the images of the segments of a stretch.
type builtImages struct {
	all       images
	to        int64 // where the last whole line ends
	fullTo    int64 // where the last segment begins, if it is not full
	lastBytes int64 // its size
}

// imagesOf builds the segments of what a source has from an offset on, of at most
// so many records.
func (b *indexBuilder) imagesOf(ctx context.Context, src *source, from int64, most int) (built builtImages, err error) {
	b.most = most
	b.begin(src, &built.all, from)
	defer b.end()
	if err := b.read(ctx); err != nil {
		return built, err
	}
	built.fullTo, built.to = b.from, b.facts.Covered
	if b.builder.Len() > 0 {
		if err := b.finish(b.facts.Covered, false); err != nil {
			return built, err
		}
		built.lastBytes = int64(len(built.all[len(built.all)-1]))
	} else {
		built.fullTo = built.to
	}
	return built, nil
}

// stow opens an image of a day file's stretch from a file that is mapped and has
// no name, or where that can't be done from memory. It returns how many bytes of
// memory that takes.
func (x *index) stow(name string, image []byte) (s *segment.Segment, memory int64, err error) {
	if x.mapped {
		if s, err = x.mapUnnamed(name, image); err == nil {
			return s, 0, nil
		}
		x.unstowed.Do(func() {
			x.log.Warn("segments of files that are written to are kept in memory; what is beyond their bound is read instead",
				zap.String("file", name), zap.NamedError("reason", err))
		})
	}
	s, err = segment.Open(image)
	return s, int64(len(image)), err
}

// mapUnnamed writes an image to a file, and opens it from there. The file has no
// name when this returns.
func (x *index) mapUnnamed(name string, image []byte) (*segment.Segment, error) {
	written, err := x.create(x.path(name))
	if err != nil {
		return nil, err
	}
	defer written.discard()
	if _, err := written.Write(image); err != nil {
		return nil, err
	}
	// What can't be written back later would be lost without a word: what is
	// mapped is not checked again.
	if err := written.Sync(); err != nil {
		return nil, err
	}
	file, now, err := x.disk.open(written.Name())
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if now.Size != int64(len(image)) {
		return nil, errChanged
	}
	content, unmap, err := file.mapped(now.Size)
	if err != nil {
		return nil, err
	}
	s, err := openMapped(content)
	if err != nil {
		unmap()
		return nil, err
	}
	runtime.AddCleanup(s, func(unmap func()) { unmap() }, unmap)
	return s, nil
}

// openMapped opens an image in a file that somebody may cut short.
func openMapped(image []byte) (s *segment.Segment, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("can't be read: %v", v)
		}
	}()
	return segment.Open(image)
}

// indexLive builds what is missing of the segments of files that are still
// appended to. It reports whether there was any.
func (s *Store) indexLive(ctx context.Context, b *indexBuilder) (grew bool, err error) {
	l, err := s.list()
	if err != nil {
		return false, err
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
				some, failed := s.growLive(ctx, b, src)
				grew, err = grew || some, errors.Join(err, failed)
			}
		}
		if err != nil {
			return grew, err
		}
	}
	return grew, nil
}
