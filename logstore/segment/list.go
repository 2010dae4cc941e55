package segment

import "encoding/binary"

// A posting list is the records that hold one value, ascending. Where they are
// more than one in a share of all it is a bitmap; otherwise their gaps, the first
// from -1 and each less one, as varints (LEB128: seven bits a byte, the lowest
// first, the top bit set on all but the last).
//
// A gap takes a byte or two where a bitmap takes n/8 bytes, and a nanosecond or
// two to decode where a bitmap takes n/64 words to join.
//
// A field's values are mostly asked for by themselves, and words many at a time
// by patterns; there are more of these, so they get the smaller share.
const (
	denseValue = 32
	denseWord  = 16
)

// dense reports whether a list of count records among n is a bitmap.
func dense(count, n, share int) bool { return count > n/share }

// appendGaps appends the list of records.
func appendGaps(dst []byte, records []uint32) []byte {
	next := uint32(0)
	for _, r := range records {
		dst = binary.AppendUvarint(dst, uint64(r-next))
		next = r + 1
	}
	return dst
}

// appendRecords appends count records of a list of gaps. It reports false for a
// list that is cut short or goes beyond n records.
func appendRecords(dst []uint32, gaps []byte, count, n int) ([]uint32, bool) {
	next := uint64(0)
	for range count {
		var gap uint64
		if len(gaps) > 0 && gaps[0] < 0x80 {
			gap, gaps = uint64(gaps[0]), gaps[1:]
		} else {
			var size int
			if gap, size = binary.Uvarint(gaps); size <= 0 || gap > uint64(n) {
				return dst, false
			}
			gaps = gaps[size:]
		}
		next += gap
		if next >= uint64(n) {
			return dst, false
		}
		dst = append(dst, uint32(next))
		next++
	}
	return dst, true
}
