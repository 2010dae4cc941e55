package segment

import "math/bits"

// A bitmap holds records of one segment, a bit each: record 64·w+b is bit b of
// word w, and word w is block w.
type bitmap []uint64

// blockRecords is how many records a block has; the last one may have fewer.
const blockRecords = 64

// blocks returns how many blocks n records take.
func blocks(n int) int { return (n + blockRecords - 1) / blockRecords }

// fill sets the first n bits of b, which has no others.
func (b bitmap) fill(n int) {
	for i := range b {
		b[i] = ^uint64(0)
	}
	if rest := n % blockRecords; rest != 0 {
		b[len(b)-1] = 1<<rest - 1
	}
}

func (b bitmap) set(i uint32)      { b[i/64] |= 1 << (i % 64) }
func (b bitmap) unset(i uint32)    { b[i/64] &^= 1 << (i % 64) }
func (b bitmap) has(i uint32) bool { return b[i/64]>>(i%64)&1 != 0 }

// keep drops all bits outside of [from, to).
func (b bitmap) keep(from, to int) {
	if from >= to {
		clear(b)
		return
	}
	clear(b[:from/64])
	b[from/64] &= ^uint64(0) << (from % 64)
	if to/64 < len(b) {
		b[to/64] &= 1<<(to%64) - 1
		clear(b[to/64+1:])
	}
}

func (b bitmap) and(other bitmap) {
	other = other[:len(b)]
	for i := range b {
		b[i] &= other[i]
	}
}

func (b bitmap) andNot(other bitmap) {
	other = other[:len(b)]
	for i := range b {
		b[i] &^= other[i]
	}
}

func (b bitmap) or(other bitmap) {
	other = other[:len(b)]
	for i := range b {
		b[i] |= other[i]
	}
}

// count returns the number of bits that are set.
func (b bitmap) count() int {
	n := 0
	for len(b) >= 4 {
		n += bits.OnesCount64(b[0]) + bits.OnesCount64(b[1]) + bits.OnesCount64(b[2]) + bits.OnesCount64(b[3])
		b = b[4:]
	}
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// used returns the number of blocks in which a bit is set.
func (b bitmap) used() int {
	n := 0
	for _, w := range b {
		if w != 0 {
			n++
		}
	}
	return n
}

// each calls visit for every bit that is set, ascending.
func (b bitmap) each(visit func(i uint32)) {
	for w, word := range b {
		for ; word != 0; word &= word - 1 {
			visit(uint32(w*64 + bits.TrailingZeros64(word)))
		}
	}
}
