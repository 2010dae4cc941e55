package logstore

import (
	"context"
	"errors"
)

// A snapshot at a cursor is opened like any other, of what there is now; then
// each source is rewound to what the cursor says of it.

// A candidate is a source of a part, or why there is none.
type candidate struct {
	*source
	err error
}

// candidates returns what is found of parts, in order and with its place.
func (s *Store) candidates(ctx context.Context, dir folder, parts []listedPart) []candidate {
	return s.candidatesBy(ctx, dir, parts, nil, 0)
}

// candidatesBy is candidates for the parts of a listing from an index on, of which
// files may be kept open.
func (s *Store) candidatesBy(ctx context.Context, dir folder, parts []listedPart, kept *handles, from int) []candidate {
	all := make([]candidate, 0, len(parts))
	memory := make([]source, len(parts)) // of parts that are one file, as nearly all are
	clock, now := s.opts.Now(), s.memory.now()
	changes, news := s.indexChanges(), false
	known := kept.known(changes)
	for i := range parts {
		p := &parts[i]
		if e, ok := p.only(); ok {
			src, fd := &memory[i], kept.at(from+i)
			err := s.look(src, dir, fd, p, e, clock)
			if err == nil && !known.recall(from+i, src) {
				s.recall(src, now)
				news = news || fd >= 0 && src.index != nil
			}
			s.recallPrint(src)
			all = append(all, candidate{src, err})
			continue
		}
		sources, err := s.resolveIn(ctx, dir, p)
		if err != nil {
			all = append(all, candidate{&source{name: p.anyFile(), day: p.day}, err})
			continue
		}
		for _, src := range sources {
			s.recall(src, now)
			all = append(all, candidate{source: src})
		}
	}
	if news {
		kept.learn(changes, from, memory)
	}
	s.place(all)
	return all
}

// noRank is the rank of a copy beside its original, which is no part of its own.
const noRank = -1

// place gives candidates their places. What can't be read has one as well.
func (s *Store) place(all []candidate) {
	var originals map[string]*source
	copies := s.copies.get()
	if len(copies) > 0 {
		originals = make(map[string]*source, len(all))
		for _, c := range all {
			originals[c.name] = c.source
		}
	}
	day, rank, order := firstDay-1, 0, 0
	for _, c := range all {
		if c.day != day {
			day, rank = c.day, 0
		}
		if copied, ok := copies[c.name]; ok && copied.beside(c.source, originals[copied.of]) {
			c.rank = noRank
			continue
		}
		c.rank, c.order = rank, order
		rank++
		order++
	}
}

// beside reports whether src is the copy and stands beside its original, of
// which it has no more than the beginning.
func (c *copied) beside(src, original *source) bool {
	return original != nil && original.day == src.day && src.stamp.sameFile(c.stamp) && original.stamp.Size >= src.stamp.Size
}

// find finds the sources of the parts of a listing from an index up to, but not,
// another: of those that the cursor names, where the snapshot is to be at one.
func (o *opening) find(ctx context.Context, l *listing, from, to int) error {
	all := o.store.candidatesBy(ctx, o.dir, l.parts[from:to], o.handles, from)
	o.snap.sources = make([]*source, 0, len(all))
	for _, c := range all {
		switch place := c.place(); {
		case o.at != nil && !o.at.names(place):
		case c.err != nil:
			o.failed = append(o.failed, place)
			if err := o.leaveOut(c.name, c.err); err != nil {
				return err
			}
		default:
			o.snap.sources = append(o.snap.sources, c.source)
		}
	}
	return nil
}

// checkNamed makes sure that all parts are there that the cursor names and that
// may be selected. The error is errGone where they are not.
func (o *opening) checkNamed(ctx context.Context, l *listing) error {
	first, last := o.chosen.reach()
	o.folded = make(map[partPlace]int64)
	found := finder{opening: o, listing: l}
	for _, f := range o.at.folds {
		if f.first.day <= last && f.last.day >= first {
			if err := o.unfold(ctx, &found, f); err != nil {
				return err
			}
		}
	}
	there := make(map[partPlace]bool, len(o.snap.sources)+len(o.failed))
	for _, src := range o.snap.sources {
		there[src.place()] = true
	}
	for _, place := range o.failed {
		there[place] = true
	}
	for _, p := range o.at.parts {
		if p.day >= first && p.day <= last && !there[p.partPlace] {
			return errGone
		}
	}
	return nil
}

// A finder finds the candidates of days, which are asked for in order.
type finder struct {
	*opening
	listing *listing
	day     Day // the last one that was asked for
	all     []candidate
}

// in returns the candidates of a day. They are looked for once, though a cursor
// may fold each part of a day by itself.
func (f *finder) in(ctx context.Context, day Day) []candidate {
	if f.all == nil || f.day != day {
		f.day, f.all = day, f.store.candidates(ctx, f.dir, f.listing.between(day, day))
	}
	return f.all
}

// held returns the candidates that are in a fold.
func (f *finder) held(ctx context.Context, fold foldMark) (held []candidate, err error) {
	parts := f.listing.between(fold.first.day, fold.last.day)
	for len(parts) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		day := parts[0].day
		for _, c := range f.in(ctx, day) {
			if fold.holds(c.place()) {
				held = append(held, c)
			}
		}
		for len(parts) > 0 && parts[0].day == day {
			parts = parts[1:]
		}
	}
	return held, nil
}

// unfold notes the lengths of the parts in a fold. Those are looked at too that
// may not be selected, since they are proven together.
func (o *opening) unfold(ctx context.Context, found *finder, f foldMark) error {
	held, err := found.held(ctx, f)
	if err != nil {
		return err
	}
	var sources, unknown []*source
	for _, c := range held {
		switch {
		case c.err != nil:
			return readError(c.name, c.err)
		case c.enc != plain && !c.whole:
			unknown = append(unknown, c.source)
		}
		sources = append(sources, c.source)
	}
	if bad, err := o.store.measure(ctx, unknown); err != nil {
		return err
	} else if len(bad) > 0 {
		return readError(bad[0].source.name, bad[0].err)
	}
	marks := make([]partMark, len(sources))
	for i, src := range sources {
		marks[i] = partMark{partPlace: src.place(), length: src.content()}
		o.folded[src.place()] = marks[i].length
	}
	if len(marks) == 0 || fold(marks) != f {
		return errGone
	}
	return nil
}

// rewind makes the sources what the cursor says of them.
func (o *opening) rewind(ctx context.Context) error {
	var unknown []*source
	for _, src := range o.snap.sources {
		if _, ok := o.at.part(src.place()); src.enc != plain && (ok && src.print == 0 || !src.whole) {
			unknown = append(unknown, src)
		}
	}
	if err := o.leaveOutAll(o.store.readAnew(ctx, unknown)); err != nil {
		return err
	}
	for _, src := range o.snap.sources {
		if src.left {
			continue
		}
		err := o.rewindSource(ctx, src)
		if isGone(err) {
			return err
		}
		if err != nil {
			if err := o.leaveOut(src.name, err); err != nil {
				return err
			}
			src.left = true
		}
	}
	o.snap.drop(func(src *source) bool { return src.left })
	return nil
}

// rewindSource makes a source what the cursor says of it. The error is errGone
// where its content is not what it was.
func (o *opening) rewindSource(ctx context.Context, src *source) error {
	length := src.content()
	m, ok := o.at.part(src.place())
	if !ok {
		if length != o.folded[src.place()] {
			return errReplaced // since it was looked at
		}
		src.closed = true
		return nil
	}
	if length < m.length {
		return errGone
	}
	switch print, err := o.store.printOf(ctx, src, m.length); {
	case errors.Is(err, errTruncated):
		return errGone
	case err != nil:
		return err
	case print != m.print:
		return errGone
	}
	src.closed = true
	if m.length < length {
		o.store.cut(src, m)
	}
	return nil
}

// cut makes a source end where its content ended when it was marked.
func (s *Store) cut(src *source, m partMark) {
	src.cut, src.length, src.mark = true, m.length, &m.print
	index := src.index
	src.index = nil
	if src.known.Covered > m.length || src.enc != plain {
		src.known = facts{}
	}
	pinned := s.pins.recall(pin{src.day, m.length, m.print})
	if pinned.Covered == m.length || src.enc == plain && pinned.Covered > src.known.Covered {
		src.known = pinned
	}
	src.whole = src.known.Covered == m.length
	if src.enc != plain {
		return
	}
	src.stamp.Size = m.length
	if index == nil {
		return
	}
	// As of a file that grows: what is known reaches as far as the segments.
	if part := index.upTo(m.length); part != nil && part.to <= src.known.Covered {
		src.index = part
	}
}

// leaveOutAll notes sources that can't be read, or returns the error that ends
// this try.
func (o *opening) leaveOutAll(bad []failure, err error) error {
	for _, b := range bad {
		if err != nil {
			break
		}
		err = o.leaveOut(b.source.name, b.err)
		b.source.left = true
	}
	return err
}
