package logstore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"go.uber.org/zap"
)

// measure finds out what sources hold, as far as it is not known. It returns
// those that can't be read.
func (s *Store) measure(ctx context.Context, sources []*source) ([]failure, error) {
	if len(sources) == 0 {
		return nil, nil
	}
	scan := s.newScan(ctx, sources, true)
	err := scan.run()
	return scan.failed, err
}

// remember adds what the scan learnt to what is known of its sources, for
// this query and for later ones. Sources that were cut or replaced meanwhile
// join those that failed.
func (s *scan) remember() {
	for i, src := range s.sources {
		if src.left || slices.ContainsFunc(s.failed, func(f failure) bool { return f.source == src }) {
			continue
		}
		more := src.take(&s.learnt[i])
		if err := s.store.confirm(src, more); err != nil {
			s.failed = append(s.failed, failure{src, err})
			continue
		}
		s.reportMalformed(src, &s.learnt[i])
	}
}

// take adds what a scan learnt to what is known of s. It reports whether that
// is more than before.
func (s *source) take(l *lesson) bool {
	s.fresh = l.torn
	printed := s.print == 0 && l.print != 0
	if printed {
		s.print = l.print
	}
	if s.whole {
		return printed
	}
	before := s.known.Covered
	s.known.add(l.fresh)
	s.known.Covered = max(s.known.Covered, l.end)
	if s.enc == plain {
		s.whole = s.known.Covered == s.stamp.Size
	} else {
		s.known.add(l.torn)
		s.fresh = facts{}
		s.whole = true
	}
	return s.whole || s.known.Covered > before
}

// confirm makes sure that what was read of src is what it holds, and puts what
// is known of it into the store's memory, if there is more to know.
func (s *Store) confirm(src *source, more bool) error {
	if src.cut {
		return s.confirmCut(src, more)
	}
	print := src.print
	if more && src.enc == plain {
		file, release, err := src.acquire(s.opts.Dir)
		if err != nil {
			return err
		}
		defer release()
		if print, err = fingerprint(file, src.known.Covered); err != nil {
			return err
		}
	}
	if err := src.unchanged(); err != nil {
		return err
	}
	if more && s.memory.learn(src.name, src.stamp, src.known, src.whole, print) {
		s.saver.wake()
	}
	return nil
}

// confirmCut is confirm for a source that is cut, of which the store's memory
// may know more already.
func (s *Store) confirmCut(src *source, more bool) error {
	if err := src.unchanged(); err != nil {
		return err
	}
	if more && src.mark != nil {
		s.pins.learn(pin{src.day, src.length, *src.mark}, src.known)
	}
	return nil
}

// reportMalformed logs and counts malformed lines that a scan was the first to
// meet.
func (s *scan) reportMalformed(src *source, l *lesson) {
	met := l.fresh
	met.add(l.torn)
	if met.Malformed > 0 && !src.cut {
		all := src.known
		all.add(src.fresh)
		s.store.reportMalformed(src.name, src.stamp, &all, met.Bad-1)
	}
}

// reportMalformed logs and counts those of a file's malformed lines that were
// not met before, of all that it is known to have. The first of them begins at the
// offset first, or behind.
func (s *Store) reportMalformed(name string, state stamp, all *facts, first int64) {
	lines := s.memory.report(name, state, all, s.lacks)
	if lines == 0 {
		return
	}
	s.counters.malformed.Add(lines)
	s.log.Warn("malformed lines are counted and skipped",
		zap.String("file", name),
		zap.Int64("lines", lines),
		zap.Int64("first_offset", first))
}

// lacks reports whether the journal folder has no file of that name.
func (s *Store) lacks(name string) bool {
	_, err := os.Lstat(filepath.Join(s.opts.Dir, name))
	return errors.Is(err, fs.ErrNotExist)
}
