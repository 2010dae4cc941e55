package logstore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"
)

// errOtherContent means that a file does not begin with what was read of it.
var errOtherContent = errors.New("begins with other content than before")

// heldParts is how many files of one day stay open.
const heldParts = 32

// advance reads the lines that are new in a part. It reports whether the file
// is not, or not only, what was read of it: the day must be looked at anew.
func (f *follower) advance(ctx context.Context, d *following, p *followed) (broken bool) {
	if p.enc != plain {
		return false
	}
	err := f.open(p)
	if err == nil {
		err = f.readOn(ctx, d, p)
	}
	switch {
	case err == nil:
		if p.problem != "" && p.length() == p.stamp.Size {
			p.behind = time.Time{}
		}
		p.problem = ""
		return false
	case contextError(err) != nil:
		return false
	case errors.Is(err, errTruncated), errors.Is(err, errOtherContent), errors.Is(err, errReplaced), errors.Is(err, fs.ErrNotExist):
		return true
	}
	f.failed(p, err)
	return false
}

// failed notes that what a part's file may hold can't be read, for now.
func (f *follower) failed(p *followed, err error) {
	if p.behind.IsZero() {
		if info, err := os.Lstat(filepath.Join(f.store.opts.Dir, p.name())); err == nil && info.Size() > p.length() {
			p.behind = time.Now()
		}
	}
	if report := readError(p.name(), err); p.problem != report.Reason {
		p.problem = report.Reason
		f.store.counters.problem(report.Reason)
		f.log.Warn("day file can't be followed; tried again", zap.String("file", p.name()), zap.Error(err))
	}
}

// open makes sure that the file of a part is open, and is the one that it was.
func (f *follower) open(p *followed) error {
	if p.file != nil {
		return nil
	}
	file, now, err := openFile(f.store.opts.Dir, p.name())
	if err != nil {
		return err
	}
	if p.stamp != (stamp{}) && !now.sameFile(p.stamp) {
		file.Close()
		return errReplaced
	}
	p.file = file
	return nil
}

// readOn reads from where reading stands.
func (f *follower) readOn(ctx context.Context, d *following, p *followed) error {
	info, err := p.file.Stat()
	if err != nil {
		return err
	}
	now := stampOf(info)
	if now == p.stamp {
		return nil
	}
	if p.old {
		if err := p.baseline(now.Size, d.over, f.buf); err != nil {
			return err
		}
		p.old = false
	}
	if now.Size < p.length() {
		return errTruncated
	}
	if p.copyOf != nil {
		return f.compareCopy(ctx, d, p, now)
	}
	if now.Size > p.length() {
		if p.behind.IsZero() {
			p.behind = time.Now()
		}
		if err := f.readNew(ctx, d, p, now.Size); err != nil {
			return err
		}
	} else if ok, err := p.print.begins(p.file, f.scratch); err != nil || !ok {
		return unlessNil(err, errOtherContent)
	} else {
		p.scanned = p.length()
	}
	p.stamp = now
	if p.length() == now.Size {
		p.behind = time.Time{}
	}
	f.learn(p)
	return nil
}

func unlessNil(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// readNew reads what a part has behind where reading stands, up to size.
func (f *follower) readNew(ctx context.Context, d *following, p *followed, size int64) error {
	if d.over && p.late {
		if err := f.appendedLate(p); err != nil {
			return err
		}
	}
	if p.length() >= size {
		return nil
	}
	end, over, err := p.readLines(size, f.buf, f.store.opts.MaxLine, func(b block) error {
		return f.give(ctx, d, p, b)
	})
	if err == nil && end > p.length() { // lines that are too long, or empty ones
		var ok bool
		if ok, err = p.print.begins(p.file, f.scratch); err == nil && !ok {
			err = errOtherContent
		}
		if err == nil {
			err = p.moveTo(end)
		}
		f.publish(nil)
	}
	if over > 0 {
		f.log.Warn("lines that are too long are skipped", zap.String("file", p.name()), zap.Int64("lines", over))
	}
	return err
}

// give hands on a block of lines that was read.
func (f *follower) give(ctx context.Context, d *following, p *followed, b block) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// It was read before this shows that the file was still the same.
	if ok, err := p.print.begins(p.file, f.scratch); err != nil || !ok {
		return unlessNil(err, errOtherContent)
	}
	if b.offset != p.length() {
		// A byte order mark, or a line that is too long, stands before it.
		if err := p.moveTo(b.offset); err != nil {
			return err
		}
	}
	f.hand(d, p, b)
	return nil
}

// hand hands on a block of lines, behind which reading stands afterwards.
func (f *follower) hand(d *following, p *followed, b block) {
	data := b.data[b.start:]
	p.print.length = b.offset
	p.print.write(data)
	p.active = time.Now()
	p.digest.take(f.measurer, b, d.day)
	if p.quiet {
		return
	}
	f.publish([]stretch{{day: d.day, rank: p.rank, name: p.name(), from: b.offset, to: p.length(), print: p.print.print(), data: data}})
}

// appendedLate notes that a part grew whose day is over. Where its last line
// had counted without its newline, and gets it only now, that line is not new.
func (f *follower) appendedLate(p *followed) error {
	if !p.grewLate {
		p.grewLate = true
		f.store.incident(LateAppend, p.name(), p.length(), witnessOf(p))
	}
	if p.torn < 0 {
		return nil
	}
	next := make([]byte, 1)
	if err := readAll(p.file, next, p.length()); err != nil {
		return err
	}
	ok, err := p.print.begins(p.file, f.scratch)
	if err != nil || !ok {
		return unlessNil(err, errOtherContent)
	}
	to := p.length() + 1
	if next[0] != '\n' {
		to = p.torn // another line than the one that was given
		p.digest = digest{bad: -1}
	}
	p.torn, p.scanned = -1, to
	return p.moveTo(to)
}

// closeDay reads the rest of a day that is over: last lines count without their
// newline.
func (f *follower) closeDay(ctx context.Context, d *following) {
	for _, p := range d.parts {
		if p.enc != plain || p.copyOf != nil {
			continue
		}
		f.advance(ctx, d, p)
		if p.file != nil {
			if err := f.giveTorn(ctx, d, p); err != nil && contextError(err) == nil {
				f.log.Warn("end of day file can't be read", zap.String("file", p.name()), zap.Error(err))
			}
		}
		p.late = true
	}
	d.over = true
}

// giveTorn hands on a last line that has no newline.
func (f *follower) giveTorn(ctx context.Context, d *following, p *followed) error {
	from, size := p.length(), p.stamp.Size
	if size <= from {
		return nil
	}
	p.torn = from
	if size-from > int64(f.store.opts.MaxLine) {
		p.scanned, p.behind = size, time.Time{}
		return p.moveTo(size)
	}
	data := f.buf[:size-from]
	if err := readAll(p.file, data, from); err != nil {
		return err
	}
	if err := f.give(ctx, d, p, block{data: data, offset: from, torn: true}); err != nil {
		return err
	}
	p.scanned, p.behind = size, time.Time{}
	return nil
}
