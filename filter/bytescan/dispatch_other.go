//go:build !amd64

package bytescan

func indexPair(b []byte, n, distance int, first, second pairByte) int {
	return indexPairPortable(b, n, distance, first, second)
}

func markPair(dst []uint64, b []byte, distance int, first, second pairByte) {
	markPairPortable(dst, b, distance, first, second)
}

func classify(dst []Mask, b []byte, separator, escape byte) {
	classifyPortable(dst, b, separator, escape)
}
