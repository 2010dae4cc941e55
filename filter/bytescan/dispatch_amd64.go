package bytescan

import "golang.org/x/sys/cpu"

// vectorised is what the processor can do; it never changes.
var vectorised = cpu.X86.HasAVX2 && cpu.X86.HasBMI2

func indexPair(b []byte, n, distance int, first, second pairByte) int {
	if vectorised && n > 0 {
		_ = b[n+distance-1] // the kernel reads this far
		i := indexPairAVX2(&b[0], n, distance,
			uint32(first.value), uint32(first.mask), uint32(second.value), uint32(second.mask))
		if i != notSearched {
			return i
		}
	}
	return indexPairPortable(b, n, distance, first, second)
}

// notSearched is what indexPairAVX2 returns when it can't.
const notSearched = -2

func markPair(dst []uint64, b []byte, distance int, first, second pairByte) {
	if vectorised {
		markPairAVX2(&dst[0], &b[0], len(dst), distance,
			uint32(first.value), uint32(first.mask), uint32(second.value), uint32(second.mask))
		return
	}
	markPairPortable(dst, b, distance, first, second)
}

func classify(dst []Mask, b []byte, separator, escape byte) {
	if vectorised {
		classifyAVX2(&dst[0].Newline, &b[0], len(dst), uint32(separator), uint32(escape))
		return
	}
	classifyPortable(dst, b, separator, escape)
}
