package logstore

import (
	"cmp"
	"slices"
	"time"
)

// pack finds compressed files that hold what is gone: what was read is looked
// for in them, in the background.
func (l *look) pack() {
	for _, sameStem := range []bool{true, false} {
		for i := range l.files {
			a := &l.files[i]
			if a.was != nil || a.enc == plain {
				continue
			}
			for _, p := range slices.Clone(l.left) {
				if p.enc == plain && p.copyOf == nil && (!a.has[plain] || sameStem) && (p.stem == a.stem) == sameStem && (p.length() > 0 || p.file != nil) {
					l.drain(p)
					l.unpack(a, p, Deleted, p.length())
					break
				}
			}
			for j, lost := range l.lost {
				if a.was == nil && lost.part != nil && (lost.part.stem == a.stem) == sameStem {
					l.unpack(a, lost.part, lost.kind, lost.read)
					l.lost[j].part = nil
				}
			}
		}
	}
}

// unpack takes p to be what the compressed file a holds, and has that verified.
func (l *look) unpack(a *arrival, p *followed, kind IncidentKind, read int64) {
	file := p.name()
	p.close()
	p.print.rest()
	l.take(a, p)
	p.stamp = a.stamp
	p.quiet = l.starting
	l.verify(l.ctx, l.day, p, func() {
		l.store.incident(kind, file, read, witnessOf(p))
		p.restart()
		p.stamp = a.stamp
	})
}

// begin begins with the files that hold nothing known.
func (l *look) begin() {
	for i := range l.files {
		a := &l.files[i]
		switch {
		case a.was != nil:
		case a.enc != plain:
			if !a.has[plain] {
				a.was = newFollowed(a.partName, a.stamp)
				a.was.enc = a.enc
			}
		case l.isTwin(a):
		default:
			a.was = l.fresh(a, l.starting || l.day.over)
		}
	}
}

// fresh returns a part that begins with the file a. With old, what is in it is
// not new.
func (l *look) fresh(a *arrival, old bool) *followed {
	p := newFollowed(a.partName, a.stamp)
	p.late = l.day.over
	if !old {
		return p
	}
	err := l.open(p)
	if err == nil {
		var now stamp
		if info, statErr := p.file.Stat(); statErr == nil {
			now = stampOf(info)
		}
		if err = p.baseline(now.Size, l.day.over, l.buf); err == nil {
			p.stamp = now
			if now.Size > p.length() {
				p.behind = time.Now()
			}
		}
	}
	if err != nil {
		p.old = true
		l.failed(p, err)
	}
	return p
}

// isTwin reports whether the plain file a is no part of its own beside a
// compressed one that was there before.
func (l *look) isTwin(a *arrival) bool {
	at := slices.IndexFunc(l.files, func(b arrival) bool { return b.stem == a.stem && b.enc != plain && b.was != nil })
	if at < 0 || l.starting {
		return false
	}
	b := &l.files[at]
	only, err := l.store.source(a.listedPart, plain)
	if err != nil {
		return true // it is gone again
	}
	compressed, err := l.store.source(b.listedPart, b.enc)
	if err != nil {
		return true
	}
	relation, err := l.store.relate(l.ctx, only, compressed)
	switch {
	case err != nil || relation == compressedStands:
		l.day.unsettled = true
		return true
	case relation == plainStands:
		a.was, b.was = l.fresh(a, true), nil
		return true
	}
	return false
}

// settle says what is gone, and puts the parts in order.
func (l *look) settle() {
	for _, lost := range l.lost {
		if lost.part != nil {
			l.store.incident(lost.kind, lost.from.name(), lost.read, witnessOf(lost.part))
		}
	}
	for _, p := range l.left {
		l.leave(p)
	}
	l.day.parts = nil
	for i := range l.files {
		if p := l.files[i].was; p != nil {
			l.day.parts = append(l.day.parts, p)
		}
	}
	l.number(l.day)
}

// leave gives up a part whose file is gone. What is in it is read as long as
// somebody may write to it.
func (l *look) leave(p *followed) {
	if p.copyOf != nil {
		p.close()
		return
	}
	replaced := slices.ContainsFunc(l.files, func(a arrival) bool { return a.stem == p.stem && a.was != nil && p.enc != plain })
	l.drain(p)
	if p.length() > 0 && !replaced {
		l.store.gone(p.name(), p.length(), p.stamp.Size, witnessOf(p))
	}
	if p.file != nil && len(l.orphans) < heldParts {
		p.rank = noRank // the place is that of another part from now on
		l.orphans = append(l.orphans, &orphan{day: l.day, part: p, grew: time.Now()})
	} else {
		p.close()
	}
}

// drain reads what is left of a part whose file is gone.
func (l *look) drain(p *followed) {
	if p.enc == plain && p.file != nil {
		l.advance(l.ctx, l.day, p)
	}
}

// number puts the parts of a day in order.
func (f *follower) number(d *following) {
	slices.SortStableFunc(d.parts, func(a, b *followed) int {
		return cmp.Or(a.partName.compare(b.partName), cmp.Compare(b.enc, a.enc))
	})
	rank := 0
	for _, p := range d.parts {
		p.rank = rank
		if p.copyOf == nil {
			rank++
		}
	}
	f.noteCopies()
}
