package logstore

// A query looks for the index of each file by its name. As long as the indexes are the
// same, another one need not: the state of the file, which is asked for anyway, tells
// whether the index that it had is still its own.

// knownIndexes are the indexes of the parts of a listing, as queries found them. Nil
// knows none.
type knownIndexes struct {
	changes uint64       // of the indexes, before they were found
	first   int          // the index of the first part in the listing
	of      []*fileIndex // by part, from that on; nil where none is known
}

// recall gives a source, the part at index i of the listing, its index, and tells what
// is known of it, where that is known.
func (k *knownIndexes) recall(i int, src *source) bool {
	if k == nil || i < k.first || !src.closed {
		return false
	}
	x := k.of[i-k.first]
	if x == nil || x.source != src.stamp {
		return false
	}
	src.index, src.known, src.whole = x, x.facts, true
	return true
}

// known returns the indexes that are known, if they have changed so many times; others
// it gives up.
func (h *handles) known(changes uint64) *knownIndexes {
	if h == nil {
		return nil
	}
	k := h.indexes.Load()
	switch {
	case k == nil || k.changes == changes:
		return k
	case k.changes < changes:
		h.indexes.CompareAndSwap(k, nil)
	}
	return nil
}

// learn makes the indexes of sources known, besides those that are. The first of them is
// the part at index from of the listing; the indexes had changed so many times before
// they were found.
func (h *handles) learn(changes uint64, from int, sources []source) {
	if h == nil {
		return
	}
	k := &knownIndexes{changes: changes, first: h.first, of: make([]*fileIndex, len(h.fds))}
	if before := h.known(changes); before != nil {
		copy(k.of, before.of)
	}
	for i := max(0, h.first-from); i < len(sources); i++ {
		if x := sources[i].index; x != nil {
			k.of[from+i-h.first] = x
		}
	}
	h.indexes.Store(k)
}
