package logstore

import (
	"context"
	"time"
)

// catchUp finds out some of what is not known yet of the content that was read,
// and comes back soon while there is more.
func (f *follower) catchUp(ctx context.Context) {
	for _, d := range f.days {
		for _, p := range d.parts {
			if p.enc != plain || p.copyOf != nil || p.file == nil || p.digest.complete(p.length()) || p.digest.given || p.late && p.digest.summed == 0 {
				continue // or it was over before it was followed
			}
			if err := p.digest.catchUp(f.measurer, p.file, p.length(), d.day, f.buf); err != nil {
				continue // what happened to the file is noticed by the next look at it
			}
			if p.digest.complete(p.length()) {
				f.learn(p)
			} else {
				f.watch.hint(p.name())
			}
			return
		}
	}
}

// learn tells the store's memory what the file of a part holds.
func (f *follower) learn(p *followed) {
	if p.file == nil || p.stamp.Size == 0 || !p.digest.complete(p.length()) {
		return
	}
	s, memory := f.store, f.store.memory
	whole := p.length() == p.stamp.Size
	if p.learned == p.stamp && (!whole || p.settled || !memory.settled(p.stamp)) {
		return
	}
	p.learned, p.settled = p.stamp, memory.settled(p.stamp)
	if memory.learn(p.name(), p.stamp, p.digest.facts, whole, p.print.print()) {
		s.saver.wake()
	}
}

// report says, not too often, how many malformed lines a part has that nobody
// has met before.
func (f *follower) report(p *followed) {
	if p.digest.bad < 0 || !p.digest.complete(p.length()) || time.Since(p.reported) < reportEvery {
		return
	}
	p.reported = time.Now()
	f.store.reportMalformed(p.name(), p.stamp, &p.digest.facts, p.digest.bad)
	p.digest.bad = -1
}

// reportEvery is how often malformed lines of a file are reported at most.
const reportEvery = time.Second

// background runs work, which must not touch what belongs to the follower's
// goroutine, and then in that one what it returns.
func (f *follower) background(ctx context.Context, work func() func()) {
	f.done.Go(func() {
		then := work()
		select {
		case f.results <- then:
		case <-ctx.Done():
		}
	})
}

// ownEvery is how often a process tries to take over the data folder from another
// one.
const ownEvery = time.Second

// note does what is due from time to time.
func (f *follower) note(ctx context.Context) {
	for _, d := range f.days {
		for i, p := range d.parts {
			f.learn(p)
			f.report(p)
			if d.over && p.late && p.enc == plain {
				f.seal(ctx, p)
			}
			if i < len(d.parts)-heldParts {
				p.close()
				p.print.rest()
			}
		}
	}
	if !f.store.owns() && time.Since(f.tried) >= ownEvery {
		f.tried = time.Now()
		if f.store.own() && f.store.index != nil {
			f.log.Info("data folder is this process's now")
			f.store.index.wake()
		}
	}
	f.store.saveIncidents(false)
	f.writeCheckpoint(false)
}
