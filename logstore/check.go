package logstore

import (
	"context"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.uber.org/zap"
)

const (
	// followedDays is how many days are followed closely after they are over.
	// Files of older ones are looked at for their size and times only.
	followedDays = 2

	// listShare is how many times longer than reading the folder takes it is left
	// alone: another program may make and remove files there without end.
	listShare = 10

	// askShare is the same where somebody asks for a look: who asks over and over
	// has the folder read a third of the time.
	askShare = 2
)

// begin takes note of what is there before anything is new.
func (f *follower) begin(ctx context.Context) {
	f.starting = true
	if f.store.owns() {
		f.readCheckpoint()
	}
	f.check(ctx, hints{all: true})
	if f.store.owns() {
		f.noticeOld()
	}
	f.starting = false
}

// check looks for what is new where the hints say.
func (f *follower) check(ctx context.Context, h hints) {
	l := f.list()
	if l != nil && l != f.seen {
		f.arrange(ctx, l)
	}
	f.passDays(ctx)
	for _, day := range slices.Sorted(maps.Keys(f.days)) {
		f.checkDay(ctx, f.days[day], h)
	}
	f.checkOrphans(ctx)
	if l != nil {
		f.checkOld(ctx, h)
	}
	f.noteLag()
	f.catchUp(ctx)
	f.note(ctx)
}

// list returns the listing of the journal folder, or nil while it is not there.
func (f *follower) list() *listing {
	began := time.Now()
	if f.seen != nil && began.Before(f.listNext) {
		return f.seen
	}
	l, err := f.store.list()
	took := time.Since(began)
	f.listNext, f.askNext = began.Add((1+listShare)*took), began.Add((1+askShare)*took)
	if err != nil {
		f.lose(err)
		return nil
	}
	return f.identify(l)
}

// lose notes that the journal folder can't be read.
func (f *follower) lose(err error) {
	if !f.gone {
		f.gone = true
		f.store.incident(SourceGone, "", 0, witness{}, zap.Error(err))
	}
}

// identify makes sure that the listing is of the folder that was followed
// before. Another one that holds no day file is rather what a file system was
// mounted on: then nothing is said of the files.
func (f *follower) identify(l *listing) *listing {
	same := f.source.sameFile(l.stamp)
	known := f.source != stamp{}
	if known && !same && !f.gone {
		f.gone = true
		f.store.incident(SourceGone, "", 0, witness{})
	}
	if f.gone && !same && len(l.parts) == 0 {
		return nil
	}
	if f.gone {
		f.log.Info("journal folder is there again", zap.Bool("same_folder", same))
		f.watch.renew()
	}
	f.source, f.gone = l.stamp, false
	return l
}

// arrange brings all that is followed in line with the folder. Where that
// changes meanwhile, the next check does the rest.
func (f *follower) arrange(ctx context.Context, l *listing) {
	first, steady := f.firstDay(), true
	parts := l.between(first, math.MaxInt32-1)
	for len(parts) > 0 {
		n := 1
		for n < len(parts) && parts[n].day == parts[0].day {
			n++
		}
		steady = f.look(ctx, parts[0].day, parts[:n]) && steady
		parts = parts[n:]
	}
	for _, day := range slices.Sorted(maps.Keys(f.days)) {
		if of := l.between(day, day); day < first || len(of) == 0 {
			steady = f.look(ctx, day, of) && steady
		}
	}
	f.old.arrange(f, l, first)
	f.publish(nil)
	if f.seen = l; !steady {
		f.seen, f.listNext = nil, time.Time{}
		f.watch.hint("")
	}
}

// firstDay returns the first day that is followed closely.
func (f *follower) firstDay() Day { return dayOf(f.store.opts.Now().Unix()) - followedDays }

// passDays notices which days are over by now, and lets go of those that were
// long ago.
func (f *follower) passDays(ctx context.Context) {
	for day, d := range f.days {
		over := f.store.over(day)
		if over && !d.over {
			f.closeDay(ctx, d)
		}
		d.over = over
		if day < f.firstDay() && !d.busy() {
			for _, p := range d.parts {
				f.old.adopt(p)
				p.close()
			}
			delete(f.days, day)
		}
	}
}

// checkDay reads what is new in the parts of a day, in their order.
func (f *follower) checkDay(ctx context.Context, d *following, h hints) {
	broken := false
	for _, p := range d.parts {
		if _, named := h.names[p.name()]; p.file == nil && p.stamp.Modified != 0 && !named && (!h.all || f.unchanged(p)) {
			continue // it rests, and was read before those behind it
		}
		if broken = f.advance(ctx, d, p); broken || ctx.Err() != nil {
			break
		}
	}
	if !broken && !(d.unsettled && h.all) || f.gone {
		return
	}
	l, err := f.store.list()
	if err != nil || !f.look(ctx, d.day, l.between(d.day, d.day)) {
		f.watch.hint("")
		return
	}
	f.publish(nil)
	for _, p := range d.parts {
		if f.advance(ctx, d, p) {
			f.watch.hint("")
			return
		}
	}
}

// unchanged reports whether the file of a part is in the state in which all of
// it was read. It is not opened for that.
func (f *follower) unchanged(p *followed) bool {
	info, err := os.Lstat(filepath.Join(f.store.opts.Dir, p.name()))
	return err == nil && stampOf(info) == p.stamp
}
