package logstore

import (
	"maps"
	"sync"
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
