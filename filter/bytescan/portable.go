package bytescan

import (
	"encoding/binary"
	"math/bits"
)

// These are the kernels in plain Go, eight bytes at a time where that pays.

const (
	lowBits  = 0x0101010101010101 // the lowest bit of each byte
	highBits = 0x8080808080808080 // the highest bit of each byte
)

// indexPairPortable returns the least i in [0, n) where first matches b[i] and
// second matches b[i+distance], or -1.
func indexPairPortable(b []byte, n, distance int, first, second pairByte) int {
	i := 0
	for ; i+8 <= n; i += 8 {
		near := binary.LittleEndian.Uint64(b[i:])
		far := binary.LittleEndian.Uint64(b[i+distance:])
		near = near | lowBits*uint64(first.mask) ^ lowBits*uint64(first.value)
		far = far | lowBits*uint64(second.mask) ^ lowBits*uint64(second.value)
		if both := zeroBytes(near | far); both != 0 {
			return i + bits.TrailingZeros64(both)/8
		}
	}
	for ; i < n; i++ {
		if b[i]|first.mask == first.value && b[i+distance]|second.mask == second.value {
			return i
		}
	}
	return -1
}

// markPairPortable sets just those bits of dst for whose position i first
// matches b[i] and second matches b[i+distance].
func markPairPortable(dst []uint64, b []byte, distance int, first, second pairByte) {
	for i := range dst {
		var m uint64
		for j := 0; j < 64; j += 8 {
			near := binary.LittleEndian.Uint64(b[64*i+j:])
			far := binary.LittleEndian.Uint64(b[64*i+j+distance:])
			near = near | lowBits*uint64(first.mask) ^ lowBits*uint64(first.value)
			far = far | lowBits*uint64(second.mask) ^ lowBits*uint64(second.value)
			m |= gather(zeroBytes(near|far)) << j
		}
		dst[i] = m
	}
}

// zeroBytes returns a word with the high bit set of just those bytes that are
// zero in w.
func zeroBytes(w uint64) uint64 {
	return ^(((w &^ highBits) + ^uint64(highBits)) | w) & highBits
}

func classifyPortable(dst []Mask, b []byte, separator, escape byte) {
	for i := range dst {
		var m Mask
		for j := 0; j < 64; j += 8 {
			w := binary.LittleEndian.Uint64(b[64*i+j:])
			m.Newline |= gather(zeroBytes(w^lowBits*'\n')) << j
			m.Separator |= gather(zeroBytes(w^lowBits*uint64(separator))) << j
			m.Odd |= gather(zeroBytes(w^lowBits*uint64(escape))|w&highBits) << j
		}
		dst[i] = m
	}
}

// gather collects the high bits of the eight bytes of w into the low eight
// bits. The multiplication brings each of them, without carries, to a bit of
// its own in the highest byte.
func gather(w uint64) uint64 {
	return (w >> 7) * 0x0102040810204080 >> 56
}
