package logstore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"daybook/filter"

	"go.uber.org/zap"
)

// A snapshot is what one query reads: the selected files, each up to a fixed
// length. Nothing that is appended later is seen.
type snapshot struct {
	sources  []*source // by position
	problems []Problem // files left out because they can't be read
}

func (s *snapshot) close() {
	for _, src := range s.sources {
		src.close()
	}
}

// defaultDays is how many days a query without bounds reads, today included.
const defaultDays = 30

// A selection is the days whose parts a query reads: those from first to
// last, and with bounds also parts of the days around that hold records
// within.
type selection struct {
	bounds      filter.Bounds
	first, last Day
}

func selectDays(b filter.Bounds, now time.Time) selection {
	if !b.Bounded {
		today := dayOf(now.Unix())
		return selection{b, today - (defaultDays - 1), today}
	}
	return selection{b, dayOf(b.From), dayOf(b.To)}
}

// parts returns the listed parts that may be selected.
func (s selection) parts(l *listing) []listedPart {
	switch {
	case s.bounds.None:
		return nil
	case !s.bounds.Bounded:
		return l.between(s.first, s.last)
	}
	return l.between(s.first-misfiledDays, s.last+misfiledDays)
}

// certain reports whether a part of that day is selected whatever it holds.
func (s selection) certain(d Day) bool { return d >= s.first && d <= s.last }

const (
	// A rotation between reading the folder and opening its files is met by
	// beginning anew; it can't happen this often in a row.
	snapshotTries = 8

	// The latest files, those that may be rotated, are opened while the folder
	// is known to be as listed; older ones, which only a query over very many
	// days reads, when their turn comes.
	openedAtOnce = 128
)

// snapshot selects and opens what a query with these bounds reads. Unreadable
// files are an error, or with partial a problem.
func (s *Store) snapshot(ctx context.Context, bounds filter.Bounds, partial bool) (*snapshot, error) {
	chosen := selectDays(bounds, s.opts.Now())
	for try := 1; ; try++ {
		final := try == snapshotTries
		before, err := s.lister.list()
		if err != nil {
			return nil, s.folderError(err)
		}
		o := opening{store: s, chosen: chosen, snap: &snapshot{}, partial: partial, final: final}
		if err := o.open(ctx, before); err != nil {
			o.snap.close()
			if moved(err) && !final {
				s.lister.forget()
				continue
			}
			return nil, err
		}
		after, err := s.lister.list()
		if err != nil {
			o.snap.close()
			return nil, s.folderError(err)
		}
		if final || slices.Equal(chosen.parts(before), chosen.parts(after)) {
			return o.snap, nil
		}
		o.snap.close()
	}
}

func (s *Store) folderError(err error) error {
	e := readError(filepath.Base(s.opts.Dir), err)
	e.Reason = "journal folder: " + e.Reason
	return e
}

// moved reports whether err may mean that files were renamed between reading
// the folder and opening them.
func moved(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, errReplaced)
}

// An opening is one try at a snapshot.
type opening struct {
	store   *Store
	chosen  selection
	snap    *snapshot
	partial bool
	final   bool // no other try follows
}

func (o *opening) open(ctx context.Context, l *listing) error {
	parts := o.chosen.parts(l)
	for i := range parts {
		sources, err := o.store.resolve(ctx, &parts[i])
		if err != nil {
			if err := o.leaveOut(parts[i].stem, err); err != nil {
				return err
			}
			continue
		}
		o.snap.sources = append(o.snap.sources, sources...)
	}
	if len(o.snap.sources) > mostParts {
		return &ReadError{File: filepath.Base(o.store.opts.Dir), Reason: "holds too many day files for one query"}
	}
	if err := o.settleDoubts(ctx); err != nil {
		return err
	}
	latest := o.snap.sources[max(0, len(o.snap.sources)-openedAtOnce):]
	for _, src := range latest {
		if err := src.open(o.store.opts.Dir); err != nil {
			if err := o.leaveOut(src.name, err); err != nil {
				return err
			}
			src.left = true
		}
	}
	o.snap.drop(func(src *source) bool { return src.left })
	return nil
}

// settleDoubts drops the sources of days around the selected ones whose
// records' times are all out of bounds. What their times are must be read
// from those not known yet.
func (o *opening) settleDoubts(ctx context.Context) error {
	var unknown []*source
	for _, src := range o.snap.sources {
		if !o.chosen.certain(src.day) && !src.whole {
			unknown = append(unknown, src)
		}
	}
	bad, err := o.store.measure(ctx, unknown)
	if err != nil {
		return err
	}
	for _, b := range bad {
		if err := o.leaveOut(b.source.name, b.err); err != nil {
			return err
		}
		b.source.left = true
	}
	b := o.chosen.bounds
	o.snap.drop(func(src *source) bool {
		all := src.known
		all.add(src.fresh)
		return src.left || !o.chosen.certain(src.day) && !all.overlaps(b.From, b.To)
	})
	return nil
}

// leaveOut notes a file that can't be read, or returns the error that ends
// this try.
func (o *opening) leaveOut(name string, err error) error {
	if ctxErr := contextError(err); ctxErr != nil {
		return ctxErr
	}
	report := readError(name, err)
	if !o.partial || moved(err) && !o.final {
		return report
	}
	o.snap.problems = append(o.snap.problems, Problem{report.File, report.Reason})
	return nil
}

// drop removes and closes the sources for which leave reports true.
func (s *snapshot) drop(leave func(*source) bool) {
	s.sources = slices.DeleteFunc(s.sources, func(src *source) bool {
		if leave(src) {
			src.close()
			return true
		}
		return false
	})
}

// contextError returns the error of the context if that is what err is.
func contextError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// resolve returns the files that hold a part's records: one, or the
// compressed and the plain file where the plain one was created anew.
func (s *Store) resolve(ctx context.Context, p *listedPart) ([]*source, error) {
	compressed, err := s.compressed(ctx, p)
	if err != nil {
		return nil, err
	}
	if !p.has[plain] {
		return []*source{compressed}, nil
	}
	only, err := s.source(p, plain)
	if err != nil || compressed == nil {
		return []*source{only}, err
	}
	switch r, err := s.relate(ctx, only, compressed); {
	case err != nil:
		only.close()
		return nil, err
	case r == bothStand:
		return []*source{compressed, only}, nil
	case r == compressedStands:
		only.close()
		return []*source{compressed}, nil
	}
	return []*source{only}, nil
}

// compressed returns the compressed file that counts: the first complete one,
// or else the first. Nil means that there is none.
func (s *Store) compressed(ctx context.Context, p *listedPart) (*source, error) {
	switch {
	case p.has[gzipped] && p.has[zstandard]:
		first, err := s.source(p, gzipped)
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
		return s.source(p, zstandard)
	case p.has[gzipped]:
		return s.source(p, gzipped)
	case p.has[zstandard]:
		return s.source(p, zstandard)
	}
	return nil, nil
}

// relate finds out how a part's plain and compressed files relate.
func (s *Store) relate(ctx context.Context, only, compressed *source) (relation, error) {
	if r, ok := s.twins.recall(compressed.name, only.stamp, compressed.stamp); ok {
		return r, nil
	}
	for _, src := range []*source{only, compressed} {
		if err := src.open(s.opts.Dir); err != nil {
			return 0, err
		}
	}
	defer compressed.close()
	r, err := compareTwins(ctx, only.file, only.stamp.Size, &fileRange{file: compressed.file, end: compressed.stamp.Size}, compressed.enc)
	if err != nil {
		return 0, err
	}
	s.twins.learn(compressed.name, only.stamp, compressed.stamp, r)
	if r == bothStand {
		s.log.Warn("plain file differs from the compressed one: both are read",
			zap.String("incident", "RECREATED"), zap.String("file", only.name), zap.String("compressed", compressed.name))
	}
	return r, nil
}

// source describes one file as it is now, opening it only if that is needed
// to tell what is known of it.
func (s *Store) source(p *listedPart, e encoding) (*source, error) {
	src := &source{name: p.file(e), day: p.day, enc: e}
	src.closed = e != plain || !s.opts.Now().Before(p.day.End().Add(s.opts.Grace))
	info, err := os.Lstat(filepath.Join(s.opts.Dir, src.name))
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errIrregular
	}
	src.stamp = stampOf(info)
	if src.known, src.whole = s.memory.recall(src.name, src.stamp, nil); src.known.Covered > 0 || src.whole || e != plain {
		return src, nil
	}
	file, now, err := openFile(s.opts.Dir, src.name)
	if err != nil {
		return nil, err
	}
	src.file, src.stamp = file, now
	src.known, src.whole = s.memory.recall(src.name, now, file)
	return src, nil
}
