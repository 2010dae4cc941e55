package logstore

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
)

// A window is the part of the order that one pass looks at: the entries above
// low and up to high. Nil is no bound.
type window struct{ low, high *entry }

// A collector finds the entries of a page among all matches of one pass,
// however many match, in bounded memory: it keeps the least entries up to the
// page's end. Where even those do not fit, it keeps a sample, from which the
// next pass's narrower window is chosen (see narrow).
//
// Each worker adds to a shard of its own.
type collector struct {
	window window
	keep   int64 // entries from the window's beginning to the page's end, or more; at least 1
	memory int64 // bytes for each shard
	seed   uint64

	// cut is an entry that keep entries of some shard do not exceed: whatever
	// lies above is not on the page.
	cut atomic.Pointer[entry]

	harvest *harvest // takes what the shards find; nil where they keep it
}

// entryMemory is memory for entries that queries hand on to one another.
type entryMemory struct{ pool sync.Pool }

// mostKept is how many entries' memory is worth keeping for the next query.
const mostKept = 16 << 10

// take returns an empty slice.
func (m *entryMemory) take() []entry {
	if kept, ok := m.pool.Get().(*[]entry); ok {
		return *kept
	}
	return make([]entry, 0, fewEntries)
}

// give takes the memory of entries back.
func (m *entryMemory) give(entries []entry) {
	if n := cap(entries); n > 0 && n <= mostKept {
		clear(entries)
		entries = entries[:0]
		m.pool.Put(&entries)
	}
}

// A shard collects for one worker.
type shard struct {
	c       *collector
	entries []entry
	arena   []byte // backs the entries' keys
	used    int64  // bytes of entries and keys
	below   int64  // matches before the window
	inside  int64  // matches in the window, whether kept or not
	sampled bool   // entries is a random sample of those inside, because they do not fit
	rng     *rand.Rand
}

const (
	entrySize  = 40 // bytes
	arenaChunk = 64 << 10
	slack      = 2       // times as many entries as are needed are kept, before the least are selected
	fewEntries = 1 << 10 // are kept without selecting the least of them
	sampleSize = 4 << 10 // entries in a shard's sample, if their keys allow
)

func newShard(c *collector) *shard {
	// What is random decides how fast a page is found, not which.
	return &shard{c: c, rng: rand.New(rand.NewPCG(c.seed, 0))}
}

// pass takes a match without making an entry of it, if its key's prefix alone
// shows that it is off the page; otherwise it reports false.
func (s *shard) pass(prefix uint64) bool {
	cut := s.c.cut.Load()
	if cut == nil || prefix <= cut.prefix || s.c.window.high != nil {
		return false
	}
	s.inside++
	return true
}

// add takes one match. key may be reused afterwards.
func (s *shard) add(key []byte, tie uint64) {
	e := makeEntry(key, tie)
	w := &s.c.window
	if w.low != nil && e.compare(w.low) <= 0 {
		s.below++
		return
	}
	if w.high != nil && e.compare(w.high) > 0 {
		return
	}
	s.inside++
	if s.sampled {
		s.sample(e)
		return
	}
	if cut := s.c.cut.Load(); cut != nil && e.compare(cut) > 0 {
		return
	}
	e.rest = s.store(e.rest)
	if len(s.entries) == cap(s.entries) {
		s.grow()
	}
	s.entries = append(s.entries, e)
	s.used += entrySize + int64(len(e.rest))
	switch h := s.c.harvest; {
	case h != nil:
		if len(s.entries) >= handful || s.used > handfulBytes {
			h.gather(s)
		}
	case s.used > s.c.memory || int64(len(s.entries)) >= max(slack*s.c.keep, fewEntries):
		s.shrink()
	}
}

// grow makes room for more entries: at the second time, since so many match,
// for all that are kept before the least are selected, rather than twice as
// many again and again.
func (s *shard) grow() {
	most := min(max(slack*s.c.keep, fewEntries), s.c.memory/entrySize+1)
	if more := int(most) - len(s.entries); len(s.entries) > 4*fewEntries && more > 0 {
		s.entries = slices.Grow(s.entries, more)
	}
}

// store copies key bytes into the arena.
func (s *shard) store(key []byte) []byte {
	if len(key) == 0 {
		return nil
	}
	if cap(s.arena)-len(s.arena) < len(key) {
		s.arena = make([]byte, 0, max(arenaChunk, len(key)))
	}
	at := len(s.arena)
	s.arena = append(s.arena, key...)
	return s.arena[at:len(s.arena):len(s.arena)]
}

// shrink drops all but the least entries that the page can need; where these
// take most of the memory, it turns them into a sample.
func (s *shard) shrink() {
	if keep := s.c.keep; int64(len(s.entries)) > keep {
		gone := len(s.entries) - int(keep)
		nth(s.entries, int(keep), s.rng)
		clear(s.entries[keep:])
		s.entries = s.entries[:keep]
		s.publish()
		// The keys of those that are gone take memory until the others are
		// copied out from among them.
		if s.used -= entrySize * int64(gone); s.used > s.c.memory/2 {
			s.restore()
		}
	}
	if s.used > s.c.memory-s.c.memory/4 {
		s.startSample()
	}
}

// restore copies the keys that are left into a fresh arena.
func (s *shard) restore() {
	s.arena = nil
	s.used = 0
	for i := range s.entries {
		e := &s.entries[i]
		e.rest = s.store(e.rest)
		s.used += entrySize + int64(len(e.rest))
	}
}

// publish lets all shards know the greatest entry that is kept, when there
// are as many as the page can need.
func (s *shard) publish() {
	greatest := s.entries[0]
	for i := range s.entries {
		if s.entries[i].compare(&greatest) > 0 {
			greatest = s.entries[i]
		}
	}
	greatest.rest = bytes.Clone(greatest.rest)
	for {
		cut := s.c.cut.Load()
		if cut != nil && cut.compare(&greatest) <= 0 || s.c.cut.CompareAndSwap(cut, &greatest) {
			return
		}
	}
}

// startSample turns the entries into a sample of themselves.
func (s *shard) startSample() {
	s.sampled = true
	s.rng.Shuffle(len(s.entries), func(i, j int) { s.entries[i], s.entries[j] = s.entries[j], s.entries[i] })
	s.trimSample(sampleSize)
}

// sample lets e, the inside-th entry, replace a random one with the chance
// that keeps all of them equally likely (Vitter, "Random sampling with a
// reservoir", 1985: algorithm R).
func (s *shard) sample(e entry) {
	n := int64(len(s.entries))
	at := s.rng.Int64N(max(s.inside, 1))
	if at >= n {
		return
	}
	s.used += int64(len(e.rest)) - int64(len(s.entries[at].rest))
	e.rest = bytes.Clone(e.rest)
	s.entries[at] = e
	if s.used > s.c.memory/2 {
		s.trimSample(len(s.entries) / 2)
	}
}

// trimSample keeps at most n entries, and fewer where their keys are large;
// always one. The entries are in random order.
func (s *shard) trimSample(n int) {
	kept, used := 0, int64(0)
	for ; kept < min(n, len(s.entries)); kept++ {
		size := entrySize + int64(len(s.entries[kept].rest))
		if kept > 0 && used+size > s.c.memory/4 {
			break
		}
		used += size
	}
	small := make([]entry, kept)
	for i := range small {
		small[i] = s.entries[i]
		small[i].rest = bytes.Clone(small[i].rest)
	}
	s.entries, s.arena, s.used = small, nil, used
}
