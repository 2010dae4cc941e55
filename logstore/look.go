package logstore

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"go.uber.org/zap"
)

// A look brings the parts of one day that are followed in line with the files
// that are there. A part is its content: first it is found out which file holds
// which part now, by name, inode and content, in this order, and by content in
// the end.
type look struct {
	*follower
	ctx   context.Context
	day   *following
	files []arrival
	left  []*followed // parts that no file was found to hold
	lost  []loss      // parts whose file was cut short or overwritten
}

// An arrival is a file of the day.
type arrival struct {
	*listedPart
	enc    encoding
	stamp  stamp
	handle *os.File  // open while it is looked at, where it is not where it was
	was    *followed // the part that it holds; nil: not known yet
}

func (a *arrival) name() string { return a.file(a.enc) }

// A loss is a part whose file holds something else now.
type loss struct {
	part *followed    // without a file
	from *followed    // what is in the file now
	kind IncidentKind // "": it is elsewhere, as it seems
	read int64        // bytes that were read of it
}

// look brings a day in line with its files. It reports false, and changes
// nothing, where these change meanwhile: then it is to be called again.
func (f *follower) look(ctx context.Context, day Day, parts []listedPart) bool {
	files, steady := f.arrivals(day, parts)
	defer func() {
		for i := range files {
			if files[i].handle != nil {
				files[i].handle.Close()
			}
		}
	}()
	if !steady {
		return false
	}
	d := f.days[day]
	if d == nil {
		d = &following{day: day, over: f.store.over(day)}
		f.days[day] = d
	}
	d.unsettled = false
	l := &look{follower: f, ctx: ctx, day: d, files: files, left: d.parts}
	for _, step := range l.steps() {
		step()
	}
	return true
}

// steps returns what a look does, in order. Files may change between any two.
func (l *look) steps() []func() {
	return []func(){l.keep, l.rename, l.move, l.copies, l.pack, l.begin, l.settle}
}

// arrivals returns the files of a day's parts. It reports false where the
// folder changes meanwhile: after a rename, two names may seem to be one file's,
// or a file may seem to be gone.
func (f *follower) arrivals(day Day, parts []listedPart) (files []arrival, steady bool) {
	files = f.stat(parts)
	l, err := f.store.list()
	if err != nil || !slices.Equal(l.between(day, day), parts) {
		return nil, false
	}
	again := f.stat(parts)
	if !slices.EqualFunc(files, again, func(a, b arrival) bool { return a.stamp.sameFile(b.stamp) }) {
		return nil, false
	}
	for i := range again {
		if !f.openArrival(&again[i]) {
			return again, false
		}
	}
	return again, true
}

// openArrival opens a plain file that is not where a part was, so that what is
// found out of it is of one file. It reports false where that is gone already.
func (f *follower) openArrival(a *arrival) bool {
	if a.enc != plain {
		return true
	}
	if d := f.days[a.day]; d != nil && slices.ContainsFunc(d.parts, func(p *followed) bool {
		return p.stem == a.stem && p.enc == plain && p.copyOf == nil && p.stamp.sameFile(a.stamp)
	}) {
		return true
	}
	file, now, err := openFile(f.store.opts.Dir, a.name())
	if err != nil {
		return !moved(err) // or it can't be read, which is said when it is to be
	}
	a.handle = file
	return now.sameFile(a.stamp)
}

// stat returns the files of parts, in the state in which they are now.
func (f *follower) stat(parts []listedPart) (files []arrival) {
	for i := range parts {
		p := &parts[i]
		for e := range encodings {
			if !p.has[e] {
				continue
			}
			info, err := os.Lstat(filepath.Join(f.store.opts.Dir, p.file(e)))
			if err != nil || checkFile(info) != nil {
				continue // the next listing shows it, or queries report it
			}
			files = append(files, arrival{listedPart: p, enc: e, stamp: stampOf(info)})
		}
	}
	return files
}

// take makes the file a the one that holds p.
func (l *look) take(a *arrival, p *followed) {
	a.was = p
	if i := slices.Index(l.left, p); i >= 0 {
		l.left = slices.Delete(slices.Clone(l.left), i, i+1)
	}
	p.partName, p.enc = a.partName, a.enc
}

// keep finds the files that are where they were.
func (l *look) keep() {
	for i := range l.files {
		a := &l.files[i]
		at := slices.IndexFunc(l.left, func(p *followed) bool {
			return p.stem == a.stem && p.enc == a.enc && p.stamp.sameFile(a.stamp)
		})
		if at < 0 {
			continue
		}
		p := l.left[at]
		l.take(a, p)
		if a.enc == plain && p.copyOf == nil && a.stamp != p.stamp {
			l.check(p)
		}
	}
}

// check makes sure that the file of a part that is where it was still begins
// with what was read. If not, the part is lost, and its file begins anew.
func (l *look) check(p *followed) {
	if l.open(p) != nil {
		return // said when it is read
	}
	info, err := p.file.Stat()
	if err != nil {
		return
	}
	now := stampOf(info)
	if now == p.stamp {
		return
	}
	kind := Truncated
	if now.Size >= p.length() {
		ok, err := p.print.begins(p.file, l.scratch)
		if ok || err != nil && err != errTruncated {
			return
		}
		kind = Rewritten
	}
	was := *p
	was.file = nil
	l.lost = append(l.lost, loss{part: &was, from: p, kind: kind, read: p.length()})
	p.restart()
	p.stamp = stamp{Dev: now.Dev, Ino: now.Ino}
	if kind == Truncated && now.Size > 0 {
		// What is left of it is not new.
		if ok, err := was.print.shares(p.file, now.Size); ok && err == nil {
			err = p.baseline(now.Size, false, l.buf)
			if err != nil {
				p.restart()
			}
		}
	}
}

// rename finds files that have another name than before.
func (l *look) rename() {
	for i := range l.files {
		a := &l.files[i]
		if a.was != nil || a.enc != plain {
			continue
		}
		at := slices.IndexFunc(l.left, func(p *followed) bool { return p.enc == plain && p.stamp.sameFile(a.stamp) })
		if at < 0 {
			continue
		}
		if p := l.left[at]; p.copyOf != nil || l.begins(a, p) {
			l.log.Debug("day file was renamed", zap.String("from", p.name()), zap.String("to", a.name()))
			l.take(a, p)
		}
	}
}

// begins reports whether the plain file a begins with what was read of p.
func (l *look) begins(a *arrival, p *followed) bool {
	if a.stamp.Size < p.length() {
		return false
	}
	if a.handle == nil {
		return false
	}
	ok, err := p.print.begins(a.handle, l.scratch)
	return ok && err == nil
}

// move finds files that hold what others held: a copy that was made before the
// original was cut short or removed, a file that was put in another's place.
func (l *look) move() {
	for i := range l.files {
		a := &l.files[i]
		if a.enc != plain || a.was != nil && a.was.copyOf == nil {
			continue
		}
		for j, lost := range l.lost {
			if lost.part != nil && lost.part.length() > 0 && (a.was == nil || a.was.copyOf == lost.from) && l.inherit(a, lost) {
				l.lost[j].part = nil
				break
			}
		}
		if a.was != nil && a.was.copyOf == nil {
			continue
		}
		for _, p := range l.left {
			gone := loss{part: p, from: p}
			if p.length() > 0 && p.copyOf == nil && (a.was == nil || a.was.copyOf == p) && l.inherit(a, gone) {
				break
			}
		}
	}
}

// inherit makes the part that was lost the one that file a holds, if it holds
// its content, or the beginning of that.
func (l *look) inherit(a *arrival, lost loss) bool {
	p := lost.part
	switch {
	case l.begins(a, p):
	case a.number == unnumbered || a.stamp.Size >= p.length() || !l.shares(a, p):
		return false
	default:
		// The copy is not all of it. What it holds was read before.
		if !l.shorten(a, p) {
			return false
		}
	}
	if lost.kind != "" {
		l.store.incident(lost.kind, lost.from.name(), lost.read, witnessOf(lost.part))
	}
	if a.was != nil {
		a.was.close()
		a.was = nil
	}
	l.rehold(a, p)
	return true
}

// rehold makes the file a the one that holds p, whatever file that was before.
func (l *look) rehold(a *arrival, p *followed) {
	p.close()
	l.take(a, p)
	p.copyOf, p.scanned = nil, p.length()
	p.stamp = stamp{Dev: a.stamp.Dev, Ino: a.stamp.Ino}
}

// shares reports whether the file a, which is shorter than what was read of p,
// begins like it.
func (l *look) shares(a *arrival, p *followed) bool {
	if a.handle == nil {
		return false
	}
	ok, err := p.print.shares(a.handle, a.stamp.Size)
	return ok && err == nil && a.stamp.Size > 0
}

// shorten makes reading of p stand behind the last line of file a.
func (l *look) shorten(a *arrival, p *followed) bool {
	whole := *p
	p.close()
	p.file = a.handle
	defer func() { p.file = nil }()
	if err := p.baseline(a.stamp.Size, false, l.buf); err != nil {
		*p = whole
		return false
	}
	p.digest = digest{bad: -1}
	return true
}
