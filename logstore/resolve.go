package logstore

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// resolve returns the files that hold a part's records: one, or the
// compressed and the plain file where the plain one was created anew.
func (s *Store) resolve(ctx context.Context, p *listedPart) ([]*source, error) {
	return s.resolveIn(ctx, s.unopened(), p)
}

// resolveIn is resolve with the journal folder opened.
func (s *Store) resolveIn(ctx context.Context, dir folder, p *listedPart) ([]*source, error) {
	compressed, err := s.compressed(ctx, dir, p)
	if err != nil {
		return nil, err
	}
	if !p.has[plain] {
		return []*source{compressed}, nil
	}
	only, err := s.sourceIn(dir, p, plain)
	if err != nil || compressed == nil {
		return []*source{only}, err
	}
	switch r, err := s.relate(ctx, only, compressed); {
	case err != nil:
		return nil, err
	case r == bothStand:
		return []*source{compressed, only}, nil
	case r == compressedStands:
		return []*source{compressed}, nil
	}
	return []*source{only}, nil
}

// compressed returns the compressed file that counts: the first complete one,
// or else the first. Nil means that there is none.
func (s *Store) compressed(ctx context.Context, dir folder, p *listedPart) (*source, error) {
	switch {
	case p.has[gzipped] && p.has[zstandard]:
		first, err := s.sourceIn(dir, p, gzipped)
		if err != nil {
			return nil, err
		}
		if first.whole {
			return first, nil
		}
		if bad, err := s.measure(ctx, []*source{first}); err != nil {
			return nil, err
		} else if len(bad) == 0 || unlessDamaged(bad[0].err) != nil {
			return first, nil
		}
		return s.sourceIn(dir, p, zstandard)
	case p.has[gzipped]:
		return s.sourceIn(dir, p, gzipped)
	case p.has[zstandard]:
		return s.sourceIn(dir, p, zstandard)
	}
	return nil, nil
}

// relate finds out how a part's plain and compressed files relate.
func (s *Store) relate(ctx context.Context, only, compressed *source) (relation, error) {
	file, release, err := only.acquire(s.opts.Dir)
	if err != nil {
		return 0, err
	}
	defer release()
	if r, ok := s.twins.recall(compressed.name, only.stamp, compressed.stamp, file, time.Now()); ok {
		return r, nil
	}
	packed, releasePacked, err := compressed.acquire(s.opts.Dir)
	if err != nil {
		return 0, err
	}
	defer releasePacked()
	r, whole, err := compareTwins(ctx, file, only.stamp.Size, &fileRange{file: packed, end: compressed.stamp.Size, ctx: ctx}, compressed.enc)
	if err != nil {
		return 0, err
	}
	print, err := fingerprint(file, only.stamp.Size)
	if err != nil {
		return 0, err
	}
	news := s.twins.learn(compressed.name, twin{only.stamp, compressed.stamp, print, r, whole})
	if news && r == bothStand {
		s.incident(Recreated, only.name, 0, witness{}, zap.String("compressed", compressed.name))
	}
	return r, nil
}

// over reports whether files of that day are appended to no more: it ended more
// than the grace ago.
func (s *Store) over(d Day) bool { return s.overAt(d, s.opts.Now()) }

// overAt is over at a moment.
func (s *Store) overAt(d Day, now time.Time) bool { return now.After(d.End().Add(s.opts.Grace)) }

// source describes one file as it is now, without opening it.
func (s *Store) source(p *listedPart, e encoding) (*source, error) {
	return s.sourceIn(s.unopened(), p, e)
}

// sourceIn is source with the journal folder opened.
func (s *Store) sourceIn(dir folder, p *listedPart, e encoding) (*source, error) {
	src := &source{}
	if err := s.look(src, dir, -1, p, e, s.opts.Now()); err != nil {
		return nil, err
	}
	src.known, src.whole = s.memory.recall(src.name, src.stamp, nil)
	s.recallPrint(src)
	return src, nil
}

// look makes src, which is zero, a file as it is now, which fd is open for unless it
// is -1.
func (s *Store) look(src *source, dir folder, fd int, p *listedPart, e encoding, now time.Time) (err error) {
	src.name, src.day, src.enc = p.file(e), p.day, e
	src.closed = e != plain || s.overAt(p.day, now)
	src.stamp, err = dir.lookAt(src.name, fd)
	return err
}

// recall gives a source, which was looked at no sooner than now, its index, and tells
// what is known of it.
func (s *Store) recall(src *source, now time.Time) {
	if src.index = s.indexOf(src, now); src.index != nil {
		src.known, src.whole = src.index.facts, true
	} else {
		src.known, src.whole = s.memory.recall(src.name, src.stamp, nil)
	}
}

// recallPrint gives a compressed source the fingerprint of its content, if it is
// known.
func (s *Store) recallPrint(src *source) {
	if src.enc == plain {
		return
	}
	if _, print, ok := s.memory.print(src.name, src.stamp); ok {
		src.print = print
	}
}

// indexChanges returns how often the indexes have changed.
func (s *Store) indexChanges() uint64 {
	if s.index == nil {
		return 0
	}
	return s.index.changes.Load()
}

// indexOf returns the index of a source, if it has one, and its stamp proves what it
// holds. It was looked at about now; a moment before that is on the safe side.
func (s *Store) indexOf(src *source, now time.Time) *fileIndex {
	if s.index == nil || !src.closed || !src.stamp.settled(now) {
		return nil
	}
	return s.index.lookup(src.name, src.stamp)
}

// hold opens a source, if that is wanted for as long as the snapshot lives, or
// needed to tell what is known of it. The query reads what the file holds at
// this moment. What is kept open may be borrowed.
func (s *Store) hold(src *source, keep bool, kept *handles) error {
	if !keep && (src.enc != plain || src.whole || !s.memory.knows(src.name)) {
		return nil
	}
	now, err := src.open(s.opts.Dir, kept)
	if err != nil {
		return err
	}
	if !now.sameFile(src.stamp) || src.enc != plain && now != src.stamp {
		src.close()
		return errReplaced
	}
	if src.enc == plain && !(src.whole && now == src.stamp) {
		src.stamp = now
		src.known, src.whole = s.memory.recall(src.name, now, src.file)
	}
	if !keep {
		src.close()
		return nil
	}
	// Whatever changes the content will change the stamp.
	src.proven = s.memory.settled(now)
	if src.enc != plain || src.closed && src.proven {
		return nil
	}
	print, err := s.memory.mark(src.name, now, src.proven, src.file)
	src.mark = &print
	return err
}
