package segment

import (
	"bytes"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// An interner numbers distinct values in the order in which they come.
type interner struct {
	slots  []slot // open addressing; a power of two
	ends   []uint32
	text   []byte   // the values, one behind the other
	counts []uint32 // how often each came
}

// A slot of the hash table. The low half of the hash finds it, the high half
// tells most values apart.
type slot struct {
	high uint32
	id   uint32 // plus 1; 0 where the slot is free
}

func newInterner() *interner { return &interner{slots: make([]slot, 1<<10)} }

// add counts v and returns its number.
func (t *interner) add(v []byte) uint32 {
	h := xxhash.Sum64(v)
	mask := uint64(len(t.slots) - 1)
	high := uint32(h >> 32)
	at := h & mask
	for ; t.slots[at].id != 0; at = (at + 1) & mask {
		if s := t.slots[at]; s.high == high && bytes.Equal(t.value(s.id-1), v) {
			t.counts[s.id-1]++
			return s.id - 1
		}
	}
	id := uint32(len(t.ends))
	t.text = append(t.text, v...)
	t.ends = append(t.ends, uint32(len(t.text)))
	t.counts = append(t.counts, 1)
	t.slots[at] = slot{high, id + 1}
	if 2*len(t.ends) > len(t.slots) {
		t.grow()
	}
	return id
}

func (t *interner) grow() {
	t.slots = make([]slot, 4*len(t.slots))
	mask := uint64(len(t.slots) - 1)
	for id := range t.ends {
		h := xxhash.Sum64(t.value(uint32(id)))
		at := h & mask
		for t.slots[at].id != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = slot{uint32(h >> 32), uint32(id) + 1}
	}
}

// len returns the number of values.
func (t *interner) len() int { return len(t.ends) }

func (t *interner) value(id uint32) []byte {
	from := uint32(0)
	if id > 0 {
		from = t.ends[id-1]
	}
	return t.text[from:t.ends[id]]
}

// sorted returns the numbers of the values for which want reports true, by
// their bytes.
func (t *interner) sorted(want func(id uint32) bool) []uint32 {
	var ids []uint32
	for id := range uint32(t.len()) {
		if want(id) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b uint32) int { return bytes.Compare(t.value(a), t.value(b)) })
	return ids
}
