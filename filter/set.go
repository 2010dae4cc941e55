package filter

import "hash/maphash"

// A textSet holds the values of a list. Small sets are compared one by one,
// among values of the right length; larger ones are hash tables with open
// addressing. The hash is seeded, so that no list can be made to collide.
type textSet struct {
	lengths uint64 // bit n: some value has n bytes; bit 63: 63 bytes or more
	values  []string
	slots   []uint32 // index into values plus 1, 0 where free; a power of two; nil for small sets
	seed    maphash.Seed
}

// smallSet is the size up to which comparing is faster than hashing.
const smallSet = 8

// newTextSet makes a set of values, which must differ.
func newTextSet(values []string) *textSet {
	s := &textSet{values: values, seed: maphash.MakeSeed()}
	for _, v := range values {
		s.lengths |= lengthBit(len(v))
	}
	if len(values) <= smallSet {
		return s
	}
	size := 16
	for size < 4*len(values) { // at most a quarter full: most lookups fail, at the first slot
		size *= 2
	}
	s.slots = make([]uint32, size)
	for i, v := range values {
		slot := maphash.String(s.seed, v) & uint64(size-1)
		for s.slots[slot] != 0 {
			slot = (slot + 1) & uint64(size-1)
		}
		s.slots[slot] = uint32(i + 1)
	}
	return s
}

func lengthBit(n int) uint64 { return 1 << min(n, 63) }

func (s *textSet) has(v []byte) bool {
	if s.lengths&lengthBit(len(v)) == 0 {
		return false
	}
	if s.slots == nil {
		for _, value := range s.values {
			if string(v) == value {
				return true
			}
		}
		return false
	}
	mask := uint64(len(s.slots) - 1)
	for slot := maphash.Bytes(s.seed, v) & mask; s.slots[slot] != 0; slot = (slot + 1) & mask {
		if s.values[s.slots[slot]-1] == string(v) {
			return true
		}
	}
	return false
}

func (s *textSet) match(_ *Matcher, v []byte, _ bool) bool { return s.has(v) }
