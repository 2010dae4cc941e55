package logstore

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.uber.org/zap"
)

// oldFiles are the plain files of days that are not followed closely. They
// should change no more: their sizes and times are compared now and then, and at
// once where there is a hint.
type oldFiles struct {
	files map[string]oldFile // by name
	names []string           // of files, in no order
	next  int                // of names, to be looked at
}

type oldFile struct {
	day   Day
	stamp stamp
}

const (
	// oldAtOnce is how many old files are looked at in one timed check.
	oldAtOnce = 64

	// polledAtOnce is the same where there are no notifications.
	polledAtOnce = 1024

	// quietTime is how long nothing may happen to an old day's files until they
	// are not followed closely any more.
	quietTime = time.Minute
)

// arrange brings the old files, those of days before first, in line with a
// listing. What a new one holds is not new.
func (o *oldFiles) arrange(f *follower, l *listing, first Day) {
	now := make(map[string]oldFile, len(o.files))
	moved := make(map[[2]uint64]string)
	o.names = o.names[:0]
	packed := make(map[string]bool)
	for i := range l.parts {
		p := &l.parts[i]
		if p.day >= first {
			break
		}
		if _, close := f.days[p.day]; close {
			continue
		}
		if !p.has[plain] {
			packed[p.stem] = true
			continue
		}
		file, known := o.files[p.stem]
		if !known {
			info, err := os.Lstat(filepath.Join(f.store.opts.Dir, p.stem))
			if err != nil {
				continue
			}
			file = oldFile{p.day, stampOf(info)}
			moved[[2]uint64{file.stamp.Dev, file.stamp.Ino}] = p.stem
		}
		now[p.stem] = file
		o.names = append(o.names, p.stem)
	}
	for name, file := range o.files {
		_, there := now[name]
		_, renamed := moved[[2]uint64{file.stamp.Dev, file.stamp.Ino}]
		if _, close := f.days[file.day]; !there && !renamed && !close && !packed[name] {
			f.store.gone(name, file.stamp.Size, file.stamp.Size, f.remembered(name))
		}
	}
	o.files = now
}

// adopt takes over a part that is followed closely no more.
func (o *oldFiles) adopt(p *followed) {
	if p.enc != plain {
		return
	}
	if o.files == nil {
		o.files = make(map[string]oldFile)
	}
	if _, known := o.files[p.stem]; !known {
		o.names = append(o.names, p.stem)
	}
	o.files[p.stem] = oldFile{p.day, p.stamp}
}

// checkOld looks at old files: those that hints name, and in a timed check some
// of the others.
func (f *follower) checkOld(ctx context.Context, h hints) {
	o := &f.old
	if f.seen == nil {
		return // the folder changes just now
	}
	for name := range h.names {
		if _, ok := o.files[name]; ok {
			f.checkOldFile(ctx, name)
		}
	}
	if !h.all || len(o.names) == 0 {
		return
	}
	most := oldAtOnce
	if f.watch.watcher == nil {
		most = polledAtOnce
	}
	for range min(most, len(o.names)) {
		if len(o.names) == 0 {
			return // all are of a day that is followed closely now
		}
		o.next = (o.next + 1) % len(o.names)
		if _, ok := o.files[o.names[o.next]]; ok {
			f.checkOldFile(ctx, o.names[o.next])
		}
	}
}

// checkOldFile compares an old file with what it was.
func (f *follower) checkOldFile(ctx context.Context, name string) {
	was := f.old.files[name]
	info, err := os.Lstat(filepath.Join(f.store.opts.Dir, name))
	if err != nil || checkFile(info) != nil {
		return // the next listing tells
	}
	now := stampOf(info)
	if now == was.stamp {
		return
	}
	read := f.remembered(name)
	switch {
	case now.Size < was.stamp.Size:
		f.store.incident(Truncated, name, was.stamp.Size, read)
	case f.store.memory.contradicts(f.store.opts.Dir, name):
		f.store.incident(Rewritten, name, was.stamp.Size, read)
	case now.Size > was.stamp.Size && now.sameFile(was.stamp):
		f.reopenDay(ctx, was.day)
		return
	}
	was.stamp = now
	f.old.files[name] = was
}

// reopenDay follows an old day closely, from the sizes that its files had when
// they were last looked at.
func (f *follower) reopenDay(ctx context.Context, day Day) {
	d := &following{day: day, over: true}
	parts := f.seen.between(day, day)
	for i := range parts {
		p := newFollowed(parts[i].partName, stamp{})
		p.late, p.active = true, time.Now()
		for !parts[i].has[p.enc] {
			p.enc++
		}
		was, known := f.old.files[p.stem]
		p.old = p.enc == plain && !known
		if p.enc == plain && known {
			p.stamp = stamp{Dev: was.stamp.Dev, Ino: was.stamp.Ino}
			err := f.open(p)
			if err == nil {
				err = p.baseline(was.stamp.Size, true, f.buf)
			}
			if err != nil {
				f.log.Warn("day file can't be followed", zap.String("file", p.name()), zap.Error(err))
				continue
			}
		}
		d.parts = append(d.parts, p)
		delete(f.old.files, p.stem)
	}
	f.old.names = slices.DeleteFunc(f.old.names, func(name string) bool { _, ok := f.old.files[name]; return !ok })
	f.days[day] = d
	f.number(d)
	for _, p := range d.parts {
		f.advance(ctx, d, p)
	}
}

// busy reports whether something happened to the parts of the day lately.
func (d *following) busy() bool {
	return slices.ContainsFunc(d.parts, func(p *followed) bool { return time.Since(p.active) < quietTime })
}

// remembered returns what the store's memory knows of a file's content.
func (f *follower) remembered(name string) witness {
	r, _ := f.store.memory.remembers(name)
	return witness{Bytes: r.Facts.Covered, Lines: r.Facts.Lines}
}

// noticeOld compares the files of days that are not followed closely with what
// the store's memory, which was written down, knows of them: what happened to them
// while nobody followed the journal.
func (f *follower) noticeOld() {
	if f.seen == nil || len(f.seen.parts) == 0 {
		return // a folder that is not mounted
	}
	there := make(map[string]bool)
	for i := range f.seen.parts {
		there[f.seen.parts[i].stem] = true
	}
	for name, r := range f.store.memory.all() {
		part, enc, ok := f.store.lister.pattern.parse(name)
		if _, close := f.days[part.day]; !ok || close {
			continue
		}
		now, held := f.old.files[name]
		kind, offset := IncidentKind(""), r.Facts.Covered
		switch {
		case !there[part.stem]:
			kind = Deleted
		case enc != plain || !held || now.stamp == r.Stamp:
		case now.stamp.Size < r.Facts.Covered:
			kind = Truncated
		case f.store.memory.contradicts(f.store.opts.Dir, name):
			kind = Rewritten
		case now.stamp.Size > r.Stamp.Size && r.Whole:
			kind, offset = LateAppend, r.Stamp.Size
		}
		switch kind {
		case "":
			continue
		case Deleted:
			f.store.gone(name, offset, r.Stamp.Size, f.remembered(name))
		default:
			f.store.incident(kind, name, offset, f.remembered(name))
		}
		f.store.memory.forget(name) // or it would be noticed again
	}
}
