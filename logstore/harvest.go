package logstore

import (
	"math"
	"slices"
	"sync"
)

// A harvest gathers the first matches behind a given one, as many as fit into
// its memory, whatever the order. Pass by pass, all matches are found in order:
// each begins behind the last match of the one before.
//
// Workers hand it what they find, a handful at a time. When its memory is full, or
// there are twice as many as are wanted, the later half goes, and all learn beyond
// which entry nobody needs to look.
type harvest struct {
	memory    int64 // bytes
	most      int   // matches that are wanted; more need not be kept
	backwards bool  // read the latest records first, since they come first
	spans     *keySpans

	mu   sync.Mutex // guards what follows
	kept *shard
}

const (
	// handful is how many entries a worker finds before it hands them over, and
	// handfulBytes how much they and their keys may take.
	handful      = 1 << 10
	handfulBytes = 256 << 10
)

// newHarvest returns the collector of a pass over the matches behind low, all
// of them if that is nil, of which most are wanted. It uses the memory of buffer.
// spans is what earlier passes of the same export have learnt.
func newHarvest(low *entry, most, memory int64, backwards bool, spans *keySpans, buffer []entry) *collector {
	c := &collector{window: window{low: low}, keep: math.MaxInt64 / 4, memory: math.MaxInt64 / 4}
	c.harvest = &harvest{memory: memory, most: int(min(most, memory/entrySize+handful)), backwards: backwards, spans: spans, kept: newShard(c)}
	c.harvest.kept.entries = buffer[:0]
	return c
}

// gather takes over the entries of a worker's shard.
func (h *harvest) gather(s *shard) {
	h.mu.Lock()
	defer h.mu.Unlock()
	cut := s.c.cut.Load()
	for i := range s.entries {
		if e := &s.entries[i]; cut == nil || e.compare(cut) <= 0 {
			h.grow()
			h.kept.entries = append(h.kept.entries, *e)
			h.kept.used += entrySize + int64(len(e.rest))
		}
	}
	clear(s.entries)
	s.entries, s.used = s.entries[:0], 0
	if h.most < len(h.kept.entries)/2 {
		h.keep(max(h.most, 1))
	}
	for h.kept.used > h.memory && len(h.kept.entries) > 1 {
		h.keep(len(h.kept.entries) / 2)
	}
}

// grow makes room: at the first time that takes long, for all that will be kept
// at once.
func (h *harvest) grow() {
	kept := h.kept.entries
	if most := min(int(h.memory/entrySize)+handful, 2*(h.most+handful)); len(kept) == cap(kept) && len(kept) >= 4*handful && len(kept) < most {
		h.kept.entries = slices.Grow(kept, most-len(kept))
	}
}

// keep drops all but the first n of what is kept, of which there are more.
func (h *harvest) keep(n int) {
	s := h.kept
	nth(s.entries, n, s.rng)
	clear(s.entries[n:])
	s.entries = s.entries[:n]
	s.publish()
	s.restore() // the keys, from among those of the others
}

// finish returns the matches that the pass has found, in order, with what
// workers still have. It reports whether there are more behind them.
func (h *harvest) finish(shards []*shard) (found []entry, more bool) {
	for _, s := range shards {
		h.gather(s)
	}
	found = h.kept.entries
	cut := h.kept.c.cut.Load()
	if cut != nil {
		// Of what lies beyond, only what came late is here.
		found = slices.DeleteFunc(found, func(e entry) bool { return e.compare(cut) > 0 })
	}
	slices.SortFunc(found, func(a, b entry) int { return a.compare(&b) })
	return found, cut != nil
}

// skips reports whether no match in a stretch of a source is wanted, as far as an
// earlier pass has shown, and what this one has found so far.
func (c *collector) skips(source int, from, limit int64) bool {
	if c == nil || c.harvest == nil {
		return false
	}
	s, ok := c.harvest.spans.of(source, from, limit)
	if !ok {
		return false
	}
	cut := c.cut.Load()
	return s.least > s.greatest || c.window.low != nil && s.greatest < c.window.low.prefix || cut != nil && s.least > cut.prefix
}

// A keySpan says between which prefixes the keys of a stretch's matches lie;
// least is above greatest where nothing matches.
type keySpan struct{ least, greatest uint64 }

func noKeys() keySpan { return keySpan{least: math.MaxUint64} }

func (s *keySpan) add(t keySpan) {
	s.least, s.greatest = min(s.least, t.least), max(s.greatest, t.greatest)
}

// keySpans are the spans of the stretches that passes of one export have read:
// where the order begins with the time, each pass reads what it needs, and all
// of them together little more than once. A nil *keySpans learns nothing.
type keySpans struct {
	mu       sync.Mutex // guards what follows
	bySource [][]spannedStretch
}

// A spannedStretch is a stretch of a source and its span. It stands where regions
// that begin in the same regionSize bytes do.
type spannedStretch struct {
	from, limit int64 // of the region; limit is 0 where none was read
	keySpan
}

// of returns the span of exactly that stretch, if it is known.
func (k *keySpans) of(source int, from, limit int64) (keySpan, bool) {
	if k == nil {
		return keySpan{}, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	at := int(from / regionSize)
	if source >= len(k.bySource) || at >= len(k.bySource[source]) {
		return keySpan{}, false
	}
	s := &k.bySource[source][at]
	return s.keySpan, s.from == from && s.limit == limit
}

// learn notes the span of a stretch that was read.
func (k *keySpans) learn(source int, from, limit int64, s keySpan) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	at := int(from / regionSize)
	if n := source + 1 - len(k.bySource); n > 0 {
		k.bySource = append(k.bySource, make([][]spannedStretch, n)...)
	}
	all := &k.bySource[source]
	if n := at + 1 - len(*all); n > 0 {
		*all = append(*all, make([]spannedStretch, n)...)
	}
	(*all)[at] = spannedStretch{from: from, limit: limit, keySpan: s}
}
