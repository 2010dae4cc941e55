package logstore

import (
	"context"
	"slices"
	"time"

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
// this query and for later ones.
func (s *scan) remember() {
	for i, src := range s.sources {
		if slices.ContainsFunc(s.failed, func(f failure) bool { return f.source == src }) {
			continue
		}
		l := &s.learnt[i]
		if l.fresh.Malformed+l.torn.Malformed > 0 {
			s.store.reportMalformed(src, l)
		}
		src.fresh = l.torn
		if src.whole {
			continue
		}
		before := src.known.Covered
		src.known.add(l.fresh)
		src.known.Covered = max(src.known.Covered, l.end)
		if src.enc != plain {
			src.known.add(l.torn)
			src.fresh = facts{}
			src.whole = true
		} else {
			src.whole = src.known.Covered == src.stamp.Size
		}
		if src.whole || src.known.Covered > before {
			s.store.learn(src)
		}
	}
}

// learn puts what is known of src into the store's memory.
func (s *Store) learn(src *source) {
	print := uint32(0)
	if src.enc == plain {
		file, release, err := src.acquire(s.opts.Dir)
		if err != nil {
			return
		}
		defer release()
		if print, err = fingerprint(file, src.known.Covered); err != nil {
			return
		}
	}
	s.memory.learn(src.name, src.stamp, src.known, src.whole, print, time.Now())
}

// reportMalformed logs what a scan skipped. Lines that are known already have
// been reported when they were learnt.
func (s *Store) reportMalformed(src *source, l *lesson) {
	s.counters.malformed.Add(l.fresh.Malformed)
	s.log.Warn("malformed lines are counted and skipped",
		zap.String("file", src.name),
		zap.Int64("lines", l.fresh.Malformed+l.torn.Malformed),
		zap.Int64("first_offset", l.malformed))
}
