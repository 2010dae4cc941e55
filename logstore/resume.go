package logstore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
)

// A planner finds out what is between a cursor and a waypoint of the follower.
type planner struct {
	store *Store
	at    *Cursor
	to    *waypoint
	todo  []partSpan
	ahead map[partPlace]int64 // of what at names, where the follower is behind it
	found map[partPlace]bool  // of what at names
}

// planTries is how often a plan is made anew because files moved meanwhile.
const planTries = 5

// plan returns what is to be read from at to a waypoint, in file order, and how far
// parts were read of which the follower has read less. The error is errGone where
// the files no longer hold what at speaks of.
//
// Of a part that at does not name, all is new if it stands behind those that are
// named and its day is not over. Of others nothing is read unless they were
// changed since at was made; then all of it is new if it stands behind those that
// are named. Otherwise nobody knows from where on it is, and at is of no use.
func (s *Store) plan(ctx context.Context, at *Cursor, to *waypoint) (todo []partSpan, ahead map[partPlace]int64, err error) {
	for try := 1; ; try++ {
		p := &planner{store: s, at: at, to: to, ahead: make(map[partPlace]int64), found: make(map[partPlace]bool)}
		err := p.try(ctx)
		switch {
		case err == nil:
			return p.todo, p.ahead, nil
		case !moved(err) && !isGone(err):
			return nil, nil, err
		case try == planTries:
			return nil, nil, errGone
		}
		s.lister.forget() // it may be only moving
		if err := pause(ctx, firstPause<<(try-1)); err != nil {
			return nil, nil, err
		}
	}
}

func (p *planner) try(ctx context.Context) error {
	l, err := p.store.list()
	if err != nil {
		return err
	}
	for parts := l.parts; len(parts) > 0; {
		n := 1
		for n < len(parts) && parts[n].day == parts[0].day {
			n++
		}
		if err := p.day(ctx, parts[:n]); err != nil {
			return err
		}
		parts = parts[n:]
	}
	for _, m := range p.at.parts {
		if m.length > 0 && !p.found[m.partPlace] {
			return errGone
		}
	}
	return nil
}

// day plans the parts of one day.
func (p *planner) day(ctx context.Context, parts []listedPart) error {
	named := func(m partMark) bool { return m.day == parts[0].day }
	changed := func(part listedPart) bool { return p.changed(part.anyFile()) }
	if p.store.over(parts[0].day) && !slices.ContainsFunc(p.at.parts, named) && !slices.ContainsFunc(parts, changed) {
		return nil
	}
	for _, c := range p.store.candidates(ctx, p.store.unopened(), parts) {
		if c.rank == noRank {
			continue
		}
		err := c.err
		if err == nil {
			err = p.source(ctx, c.source)
		}
		if err != nil && !moved(err) && !isGone(err) && contextError(err) == nil {
			err = readError(c.name, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// changed reports whether a file's content was changed since at was made.
// Compressing does not change it.
func (p *planner) changed(name string) bool {
	info, err := os.Lstat(filepath.Join(p.store.opts.Dir, name))
	return err == nil && info.ModTime().After(p.at.made)
}

// source plans the part that a source holds.
func (p *planner) source(ctx context.Context, src *source) error {
	span := partSpan{partPlace: src.place(), to: contentEnd}
	if end, ok := p.to.end(src.place()); ok {
		span.to, span.print, span.printed = end.length, end.print, true
	} else if !src.closed {
		span.to = 0 // not seen by the follower yet, which will read all of it
	}
	m, named := p.at.part(src.place())
	last := partPlace{day: firstDay}
	if n := len(p.at.parts); n > 0 {
		last = p.at.parts[n-1].partPlace
	}
	switch {
	case named:
		p.found[m.partPlace] = true
		if err := p.check(ctx, src, m); err != nil {
			return err
		}
		if span.to < m.length {
			p.ahead[m.partPlace] = m.length
		}
		span.from = m.length
	case span.to == 0:
		return nil
	case src.enc == plain && src.place().compare(last) > 0 && !p.store.over(src.day):
		// Had it been there, at would name it; its times may say anything.
	case !p.changed(src.name):
		return nil
	case src.place().compare(last) < 0 && src.enc == plain:
		return errGone
	case src.place().compare(last) < 0:
		return nil // compressed anew
	}
	if span.from < span.to {
		p.todo = append(p.todo, span)
	}
	return nil
}

// check makes sure that a source begins with what a mark is of.
func (p *planner) check(ctx context.Context, src *source, m partMark) error {
	if m.length == 0 {
		return nil
	}
	if src.enc == plain && src.stamp.Size < m.length {
		return errGone
	}
	if src.enc != plain && src.print == 0 {
		bad, err := p.store.readAnew(ctx, []*source{src})
		if err != nil {
			return err
		}
		if len(bad) > 0 {
			return readError(src.name, bad[0].err)
		}
	}
	print, err := p.store.printOf(ctx, src, m.length)
	if errors.Is(err, errTruncated) || err == nil && print != m.print {
		return errGone
	}
	return err
}

// sourceAt returns the source that holds the part at a place. The error is
// errGone where there is none.
func (s *Store) sourceAt(ctx context.Context, place partPlace) (*source, error) {
	if place.rank == noRank {
		return nil, errGone
	}
	l, err := s.list()
	if err != nil {
		return nil, err
	}
	for _, c := range s.candidates(ctx, s.unopened(), l.between(place.day, place.day)) {
		if c.place() == place {
			return c.source, c.err
		}
	}
	return nil, errGone
}
