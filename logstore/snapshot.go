package logstore

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"daybook/filter"
)

// A snapshot is what one query reads: the selected files, each up to a fixed
// length. Nothing that is appended later is seen.
type snapshot struct {
	sources  []*source // by position
	problems []Problem // files left out because they can't be read
	chosen   selection // the days it is of
	today    Day       // the last of the default window
	passed   int       // files looked at that hold other times
	measured int64     // bytes that were read to find that out
}

func (s *snapshot) close() {
	for _, src := range s.sources {
		src.close()
	}
}

// lines returns the number of raw lines in the sources, once they have been
// scanned.
func (s *snapshot) lines() int64 {
	n := int64(0)
	for _, src := range s.sources {
		n += src.known.Lines + src.fresh.Lines
	}
	return n
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

// selectDays returns the days of a query whose bounds are in units of which a
// second has so many.
func selectDays(b filter.Bounds, today Day, unit int64) selection {
	if !b.Bounded {
		return selection{b, today - (defaultDays - 1), today}
	}
	return selection{b, dayOfTime(b.From, unit), dayOfTime(b.To, unit)}
}

// parts returns the listed parts that may be selected.
func (s selection) parts(l *listing) []listedPart {
	from, to := s.indexes(l)
	return l.parts[from:to]
}

// indexes returns where those parts are: from up to, but not, to.
func (s selection) indexes(l *listing) (from, to int) {
	if s.bounds.None {
		return 0, 0
	}
	return l.indexes(s.reach())
}

// reach returns the first and the last day of parts that may be selected.
func (s selection) reach() (first, last Day) {
	switch {
	case s.bounds.None:
		return lastDay, firstDay
	case !s.bounds.Bounded:
		return s.first, s.last
	}
	return s.first - misfiledDays, s.last + misfiledDays
}

// certain reports whether a part of that day is selected whatever it holds.
func (s selection) certain(d Day) bool { return d >= s.first && d <= s.last }

const (
	// A rotation while the folder is read and its files are opened is met by
	// beginning anew, after a pause that doubles each time.
	snapshotTries = 10
	firstPause    = time.Millisecond

	// The latest files, those that may be rotated, are held open from the
	// beginning; older ones, which only a query over very many days reads, are
	// opened when their turn comes.
	heldOpen = 128
)

// today returns the day it is.
func (s *Store) today() Day { return dayOf(s.opts.Now().Unix()) }

// snapshot selects and opens what a query reads. Unreadable files are an
// error, or where a partial answer is wanted a problem.
func (s *Store) snapshot(ctx context.Context, r *Request) (*snapshot, error) {
	today := s.today()
	if r.At != nil {
		today = r.At.today
	}
	chosen := selectDays(r.Query.Bounds(), today, s.opts.Schema.Unit())
	for try := 1; ; try++ {
		o := opening{
			store: s, chosen: chosen, at: r.At, partial: r.Partial, final: try == snapshotTries, held: r.held,
			snap: &snapshot{chosen: chosen, today: today},
		}
		err := o.try(ctx)
		if err == nil {
			return o.snap, nil
		}
		o.snap.close()
		if !moved(err) || o.final {
			return nil, err
		}
		s.lister.forget()
		if err := pause(ctx, firstPause<<(try-1)); err != nil {
			return nil, err
		}
	}
}

// pause waits, unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// list returns the folder's listing, and reports what is new in it that can't
// be read.
func (s *Store) list() (*listing, error) { return s.listIn(s.unopened()) }

// listIn is list with the folder opened.
func (s *Store) listIn(dir folder) (*listing, error) {
	l, refused, err := s.lister.listIn(dir)
	if errors.Is(err, errUnsteady) {
		return nil, readError(filepath.Base(s.opts.Dir), errUnsteady)
	}
	if err != nil {
		e := readError(filepath.Base(s.opts.Dir), err)
		// The cause is not wrapped: a folder that is gone is no file that moved.
		return nil, &ReadError{File: e.File, Reason: "journal folder: " + e.Reason, Err: errors.New(err.Error())}
	}
	s.reportRefused(refused)
	return l, nil
}

// An opening is one try at a snapshot.
type opening struct {
	store   *Store
	chosen  selection
	at      *Cursor // the snapshot that it is to be; nil for one of what there is now
	snap    *snapshot
	partial bool
	held    int                 // as the request has it
	final   bool                // no other try follows
	failed  []partPlace         // of what can't be read
	folded  map[partPlace]int64 // the lengths of what the folds of at name
	dir     folder              // of the journal
	handles *handles            // of the listing; nil: none
}

// try makes the snapshot. An error that moved tells from others may not come
// again.
func (o *opening) try(ctx context.Context) error {
	held := o.store.lister.held()
	defer held.release()
	if held != nil {
		o.dir = held.dir
	} else {
		o.dir = openFolder(o.store.opts.Dir)
		defer o.dir.close()
	}
	before, err := o.store.listIn(o.dir)
	if err != nil {
		return err
	}
	if held != nil && before.stamp == held.stamp {
		o.handles = held
	}
	result := o.open(ctx, before)
	if isGone(result) {
		o.store.lister.forget() // it may be only moving
	} else if result != nil {
		return result
	}
	after, err := o.store.list()
	if err != nil {
		return err
	}
	// Where the folder's time says nothing, the listing may be the same because
	// it was not read again: the files themselves are asked in any case.
	same := before == after ||
		before.stamp.sameFile(after.stamp) && slices.Equal(o.chosen.parts(before), o.chosen.parts(after))
	// Where the folder's time says that nothing has changed in it, the names are
	// what they were.
	if proven := before == after && o.handles != nil; !same || !proven && !o.inPlace() {
		return readError(filepath.Base(o.store.opts.Dir), errUnsteady)
	}
	if before == after {
		o.store.lister.used(after)
	}
	return result
}

// inPlace reports whether the files that are held open still have their names.
func (o *opening) inPlace() bool {
	dir := o.store.unopened() // that one may have been replaced
	for _, src := range o.snap.sources {
		if src.file == nil {
			continue
		}
		now, err := dir.look(src.name)
		if err != nil || !now.sameFile(src.stamp) {
			return false
		}
	}
	return true
}

// open selects and opens parts of the listing.
func (o *opening) open(ctx context.Context, l *listing) error {
	from, to := o.chosen.indexes(l)
	if err := o.find(ctx, l, from, to); err != nil {
		return err
	}
	if len(o.snap.sources) > mostParts {
		return &ReadError{File: filepath.Base(o.store.opts.Dir), Reason: "holds too many day files for one query"}
	}
	if o.at != nil {
		if err := o.checkNamed(ctx, l); err != nil {
			return err
		}
	}
	for i, src := range o.snap.sources {
		if src.index != nil && o.held == 0 {
			continue // few of its lines are read, or none
		}
		if err := o.store.hold(src, i >= len(o.snap.sources)-cmp.Or(o.held, heldOpen), o.handles); err != nil {
			if err := o.leaveOut(src.name, err); err != nil {
				return err
			}
			src.left = true
			continue
		}
		if src.index != nil && src.index.source != src.stamp {
			src.index = nil
		}
		if o.store.index != nil && !src.closed {
			src.index = o.store.index.liveOf(src)
		}
	}
	o.snap.drop(func(src *source) bool { return src.left })
	o.dropCopies()
	if o.at != nil {
		if err := o.rewind(ctx); err != nil {
			return err
		}
	}
	return o.settleDoubts(ctx)
}

// settleDoubts drops the sources of days around the selected ones whose
// records' times are all out of bounds. What their times are must be read
// from those not known yet.
func (o *opening) settleDoubts(ctx context.Context) error {
	var unknown []*source
	for _, src := range o.snap.sources {
		if !o.chosen.certain(src.day) && !src.whole {
			unknown = append(unknown, src)
			o.snap.measured += src.content() - src.known.Covered
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
		other := !o.chosen.certain(src.day) && !all.overlaps(b.From, b.To)
		if other && !src.left {
			o.snap.passed++
		}
		return src.left || other
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
	o.store.counters.problem(report.Reason)
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
