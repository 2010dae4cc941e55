package logstore

import "math"

// A sketch bounds the counts of any number of values from above, in fixed
// memory: values whose hashes end alike share a counter (the conservative half
// of Cormode and Muthukrishnan, "An improved data stream summary: the
// count-min sketch", 2005, with a single row). What a sketch is used for is
// exact all the same: it says in which order values are best counted, and when
// no other can be as frequent as those that were.
type sketch struct {
	counters []uint32 // a power of two of them; they stay at their maximum
}

// newSketch returns a sketch of at most so many bytes, or of one counter.
func newSketch(memory int64) *sketch {
	n := 1
	for int64(n)*8 <= memory {
		n *= 2
	}
	return &sketch{make([]uint32, n)}
}

// add counts n matches of a value with that hash.
func (s *sketch) add(hash uint64, n int64) {
	c := &s.counters[hash&uint64(len(s.counters)-1)]
	*c = uint32(min(int64(*c)+n, math.MaxUint32))
}

// merge adds another sketch of the same size.
func (s *sketch) merge(other *sketch) {
	for i, n := range other.counters {
		s.counters[i] = uint32(min(uint64(s.counters[i])+uint64(n), math.MaxUint32))
	}
}

// A place puts values in the order in which they are counted: those first
// that may be the most frequent, others by their hashes.
type place uint64

const (
	lastPlace  place = math.MaxUint64
	boundBits        = 16
	placeShift       = 64 - boundBits
	mostBound        = 1<<boundBits - 1 // greater bounds are not told apart
)

// place returns the place of a value with that hash.
func (s *sketch) place(hash uint64) place {
	bound := min(s.counters[hash&uint64(len(s.counters)-1)], mostBound)
	return place(mostBound-bound)<<placeShift | place(hash>>boundBits)
}

// bound returns how many matches a value at p or at a later place may have.
func (p place) bound() int64 {
	if bound := mostBound - int64(p>>placeShift); bound < mostBound {
		return bound
	}
	return math.MaxInt64
}
