package logstore

import (
	"bytes"
	"context"
	"io"
	"maps"
	"sync"

	"go.uber.org/zap"
)

// copies are the files that the follower saw appear beside the file whose
// beginning they are: copytruncate copies a file, and cuts the original short a
// while later. Until then the original stands for both; what tells is that the
// copy came later, which a query by itself can't know.
type copies struct {
	mu    sync.Mutex
	known map[string]copied // by the copy's name
}

type copied struct {
	stamp stamp  // of the copy, to know the file again
	of    string // name of the original
}

// set replaces what is known.
func (c *copies) set(known map[string]copied) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = known
}

// get returns what is known. It must not be changed.
func (c *copies) get() map[string]copied {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known
}

// copies finds files that are copies of what others hold already. They bring
// nothing, as long as the original is there. A file that is empty may become a
// copy of the live one: that is how copying begins.
func (l *look) copies() {
	lost := len(l.lost)
	for i := range l.files {
		a := &l.files[i]
		if a.was != nil || a.enc != plain || a.number == unnumbered || l.starting && !l.day.resumed {
			continue
		}
		l.findOriginal(a)
	}
	if len(l.lost) > lost {
		l.move()
	}
}

// findOriginal finds the part of whose file a is a copy, if there is one.
func (l *look) findOriginal(a *arrival) {
	file, now, err := openFile(l.store.opts.Dir, a.name())
	if err != nil {
		return
	}
	defer file.Close()
	a.stamp = now
	head := make([]byte, min(printedFirst, now.Size))
	if readAll(file, head, 0) != nil {
		return
	}
	for i := range l.files {
		p := l.files[i].was
		if p == nil || p.enc != plain || p.copyOf != nil || now.Size == 0 && p.number != unnumbered {
			continue
		}
		// Most files differ from what was read of the part already.
		known := p.print.first[:min(len(p.print.first), len(head))]
		if !bytes.HasPrefix(head, known) || l.open(p) != nil {
			continue
		}
		same, err := sameContent(l.ctx, file, p.file, 0, now.Size, l.buf)
		if err == nil && !same {
			l.check(p) // it may have been cut short just now: then the copy is all there is
		}
		if err == nil && same {
			a.was = &followed{partName: a.partName, copyOf: p, compared: now.Size, torn: -1, stamp: stamp{Dev: now.Dev, Ino: now.Ino}}
			l.log.Debug("day file is a copy, and not read while the other is there", zap.String("file", a.name()), zap.String("of", p.name()))
			return
		}
	}
}

// compareCopy makes sure that what was added to a copy is in the original too.
// If not, it is none, and all of it is new.
func (f *follower) compareCopy(ctx context.Context, d *following, p *followed, now stamp) error {
	o := p.copyOf
	if err := f.open(o); err != nil {
		return err
	}
	same, err := sameContent(ctx, p.file, o.file, min(p.compared, now.Size), now.Size, f.buf)
	if err == nil && !same {
		err = errTruncated // of the original, at first sight
		if info, statErr := o.file.Stat(); statErr == nil && info.Size() >= o.length() {
			if ok, beginErr := o.print.begins(o.file, f.scratch); ok && beginErr == nil {
				f.log.Info("day file is no copy", zap.String("file", p.name()), zap.String("of", o.name()))
				p.copyOf = nil
				f.number(d)
				return f.readOn(ctx, d, p)
			}
		}
	}
	if err != nil {
		return err
	}
	p.compared, p.stamp = now.Size, now
	return nil
}

// sameContent reports whether two files have the same bytes from one offset to
// another. It uses all of buf.
func sameContent(ctx context.Context, a, b io.ReaderAt, from, to int64, buf []byte) (bool, error) {
	half := len(buf) / 2
	for from < to {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		n := min(int64(half), to-from)
		if from == 0 {
			n = min(n, printedFirst) // most files differ at once
		}
		one, other := buf[:n], buf[half:int64(half)+n]
		if err := readAll(a, one, from); err != nil {
			return false, err
		}
		if err := readAll(b, other, from); err == errTruncated {
			return false, nil
		} else if err != nil {
			return false, err
		}
		if !bytes.Equal(one, other) {
			return false, nil
		}
		from += n
	}
	return true, nil
}

// noteCopies tells queries which files are copies.
func (f *follower) noteCopies() {
	known := make(map[string]copied)
	for _, d := range f.days {
		for _, p := range d.parts {
			if p.copyOf != nil {
				known[p.name()] = copied{p.stamp, p.copyOf.name()}
			}
		}
	}
	if old := f.store.copies.get(); !maps.EqualFunc(old, known, func(a, b copied) bool { return a.of == b.of && a.stamp.sameFile(b.stamp) }) {
		f.store.copies.set(known)
	}
}

// dropCopies leaves out the sources that are copies of the beginning of another
// one. Both are asked again: the original may have been cut short just now.
func (o *opening) dropCopies() {
	known := o.store.copies.get()
	if len(known) == 0 {
		return
	}
	byName := make(map[string]*source)
	for _, src := range o.snap.sources {
		byName[src.name] = src
	}
	o.snap.drop(func(src *source) bool {
		c, ok := known[src.name]
		original := byName[c.of]
		if !ok || original == nil || src.file == nil || original.file == nil || !src.stamp.sameFile(c.stamp) || original.stamp.Size < src.stamp.Size {
			return false
		}
		one, err := fingerprint(src.file, src.stamp.Size)
		other, otherErr := fingerprint(original.file, src.stamp.Size)
		return err == nil && otherErr == nil && one == other
	})
}
