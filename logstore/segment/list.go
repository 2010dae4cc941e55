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

// nextGap reads the gap at gaps[at:]. It reports false where there is none, or
// one of more than n.
func nextGap(gaps []byte, at, n int) (gap, next int, ok bool) {
	long, size := binary.Uvarint(gaps[min(at, len(gaps)):])
	return int(long), at + size, size > 0 && long <= uint64(n)
}

// orGaps adds count records of a list of gaps to dst, which has n. It reports
// false for a list that is cut short or goes beyond.
func (b bitmap) orGaps(gaps []byte, count, n int) bool {
	record := -1
	for at := 0; count > 0; count-- {
		gap, ok := 0, true
		if at < len(gaps) && gaps[at] < 0x80 {
			gap = int(gaps[at])
			at++
		} else if gap, at, ok = nextGap(gaps, at, n); !ok {
			return false
		}
		if record += gap + 1; record >= n {
			return false
		}
		b[record/64] |= 1 << (record % 64)
	}
	return true
}

// andNotGaps is orGaps, but drops the records.
func (b bitmap) andNotGaps(gaps []byte, count, n int) bool {
	record := -1
	for at := 0; count > 0; count-- {
		gap, ok := 0, true
		if at < len(gaps) && gaps[at] < 0x80 {
			gap = int(gaps[at])
			at++
		} else if gap, at, ok = nextGap(gaps, at, n); !ok {
			return false
		}
		if record += gap + 1; record >= n {
			return false
		}
		b[record/64] &^= 1 << (record % 64)
	}
	return true
}

// eachGap is orGaps, but calls visit with each record.
func eachGap(gaps []byte, count, n int, visit func(record uint32)) bool {
	record := -1
	for at := 0; count > 0; count-- {
		gap, ok := 0, true
		if at < len(gaps) && gaps[at] < 0x80 {
			gap = int(gaps[at])
			at++
		} else if gap, at, ok = nextGap(gaps, at, n); !ok {
			return false
		}
		if record += gap + 1; record >= n {
			return false
		}
		visit(uint32(record))
	}
	return true
}
