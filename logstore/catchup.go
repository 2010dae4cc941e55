package logstore

import (
	"context"
	"hash/crc32"
	"os"
	"time"
)

// An orphan is a part whose file is gone, while its writer may still have it
// open.
type orphan struct {
	day  *following
	part *followed
	grew time.Time
}

// checkOrphans reads what is written to files that are gone.
func (f *follower) checkOrphans(ctx context.Context) {
	kept := f.orphans[:0]
	for _, o := range f.orphans {
		before := o.part.length()
		broken := f.advance(ctx, o.day, o.part)
		if o.part.length() != before {
			o.grew = time.Now()
		}
		if broken || time.Since(o.grew) > quietTime {
			o.part.close()
			continue
		}
		kept = append(kept, o)
	}
	clear(f.orphans[len(kept):])
	f.orphans = kept
}

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
	f.store.reportMalformed(p.name(), p.stamp, p.digest.facts.Malformed, p.digest.bad)
	p.digest.bad = -1
}

// reportEvery is how often malformed lines of a file are reported at most.
const reportEvery = time.Second

// seal makes sure, when the day of a part is over, that all of its content is
// still what was read of it.
func (f *follower) seal(ctx context.Context, p *followed) {
	if p.sealed || !p.digest.complete(p.length()) {
		return
	}
	p.sealed = true
	name, read, want := p.name(), p.length(), p.digest.sum
	f.background(ctx, func() func() {
		sum, err := sumOf(ctx, f.store.opts.Dir, name, read)
		return func() {
			if err == nil && sum != want && p.name() == name && p.length() >= read {
				f.store.incident(Rewritten, name, read, witnessOf(p))
			}
		}
	})
}

// sumOf returns the CRC-32C of the first so many bytes of a file.
func sumOf(ctx context.Context, dir, name string, length int64) (uint32, error) {
	file, _, err := openFile(dir, name)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return sumFile(ctx, file, length)
}

func sumFile(ctx context.Context, file *os.File, length int64) (sum uint32, err error) {
	buf := make([]byte, readSize)
	for at := int64(0); at < length; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		part := buf[:min(int64(len(buf)), length-at)]
		if err := readAll(file, part, at); err != nil {
			return 0, err
		}
		sum = crc32.Update(sum, castagnoli, part)
		at += int64(len(part))
	}
	return sum, nil
}

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
