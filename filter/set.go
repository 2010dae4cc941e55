package filter

import (
	"encoding/binary"
	"hash/maphash"
)

// A textSet holds the values of a list. In small sets one word stands for each
// value and is compared first; larger ones are hash tables with open
// addressing. The hash is seeded, so that no list can be made to collide.
type textSet struct {
	lengths uint64 // bit n: some value has n bytes; bit 63: 63 bytes or more
	values  []string
	words   []uint64 // of values, in a small set
	slots   []uint32 // index into values plus 1, 0 where free; a power of two; in a large set
	seed    maphash.Seed
}

// smallSet is the size up to which comparing words is faster than hashing.
const smallSet = 16

// newTextSet makes a set of values, which must differ.
func newTextSet(values []string) *textSet {
	s := &textSet{values: values, seed: maphash.MakeSeed()}
	for _, v := range values {
		s.lengths |= lengthBit(len(v))
	}
	if len(values) <= smallSet {
		for _, v := range values {
			s.words = append(s.words, wordOf([]byte(v)))
		}
		return s
	}
	size := 2 * smallSet
	for size < 4*len(values) { // at most a quarter full: most lookups end at the first slot
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

// wordOf makes a word of the first and the last bytes of v, all of them if there
// are at most eight.
func wordOf(v []byte) uint64 {
	switch n := len(v); {
	case n >= 8:
		return binary.LittleEndian.Uint64(v) ^ binary.LittleEndian.Uint64(v[n-8:])<<1
	case n >= 4:
		return uint64(binary.LittleEndian.Uint32(v)) | uint64(binary.LittleEndian.Uint32(v[n-4:]))<<32
	case n > 0:
		return uint64(v[0]) | uint64(v[n/2])<<8 | uint64(v[n-1])<<16
	}
	return 0
}

func (s *textSet) has(v []byte) bool {
	if s.lengths&lengthBit(len(v)) == 0 {
		return false
	}
	if s.slots == nil {
		word := wordOf(v)
		for i, w := range s.words {
			if w == word && string(v) == s.values[i] {
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
