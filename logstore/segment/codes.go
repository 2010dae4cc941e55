package segment

import (
	"math/bits"
	"slices"
)

// A codeSet is the values of a field that a condition matches.
type codeSet struct {
	codes   []uint32 // ascending; the values, or with but all others
	but     bool
	records int // that hold one of the values
}

// newCodeSet makes the set of codes, or of all others. It keeps codes.
func (c *column) newCodeSet(codes []uint32, but bool) codeSet {
	set := codeSet{codes: codes, but: but}
	for _, code := range codes {
		set.records += c.count(code)
	}
	if but {
		set.records = c.n - set.records
	}
	return set
}

// collect makes the set of the values that match, which null does not, or of all
// others.
func (c *column) collect(match func(v []byte) bool, but bool) codeSet {
	var codes []uint32
	for code := c.first(); code < uint32(c.len()); code++ {
		if match(c.value(code)) {
			codes = append(codes, code)
		}
	}
	if 2*len(codes) > c.len() {
		rest := make([]uint32, 0, c.len()-len(codes))
		for code := range uint32(c.len()) {
			if len(codes) > 0 && codes[0] == code {
				codes = codes[1:]
			} else {
				rest = append(rest, code)
			}
		}
		codes, but = rest, !but
	}
	return c.newCodeSet(codes, but)
}

// keep drops the records of dst, about left of them, whose value is not in the
// set.
func (c *column) keep(dst bitmap, set codeSet, left int, m *Memory) {
	// The lists of the values, or a look at the code of each record that is
	// left; in units of about a nanosecond.
	joined := 0
	for _, code := range set.codes {
		if c.isDense(code) {
			joined += c.n / blockRecords
		} else {
			joined += 2 * c.count(code)
		}
	}
	if looked := c.len()/blockRecords + 2*min(left, c.n/2); looked < joined {
		c.keepCodes(dst, set, m)
		return
	}
	if set.but {
		for _, code := range set.codes {
			c.andNot(dst, code)
		}
		return
	}
	if len(set.codes) == 1 {
		if b, ok := c.bitmapOf(set.codes[0]); ok {
			dst.and(b)
			return
		}
	}
	union := m.take(c.n)
	defer m.give(union)
	clear(union)
	for _, code := range set.codes {
		c.or(union, code)
	}
	dst.and(union)
}

// start sets dst to the records whose value is in the set. It reports false, and
// leaves dst alone, where keep would look at codes.
func (c *column) start(dst bitmap, set codeSet, m *Memory) bool {
	if set.but || len(set.codes) > 1 && 2*set.records > c.n {
		return false
	}
	codes := set.codes
	if b, ok := c.bitmapOf(codes[0]); ok {
		copy(dst, b)
		codes = codes[1:]
	} else {
		clear(dst)
	}
	for _, code := range codes {
		c.or(dst, code)
	}
	return true
}

// keepCodes is keep by looking at codes.
func (c *column) keepCodes(dst bitmap, set codeSet, m *Memory) {
	words := c.len()/64 + 1
	m.table = slices.Grow(m.table[:0], words)[:words]
	table := bitmap(m.table)
	clear(table)
	for _, code := range set.codes {
		table.set(code)
	}
	if set.but {
		for i := range table {
			table[i] = ^table[i]
		}
	}
	switch {
	case c.codes.of1 != nil:
		keepIn(dst, c.codes.of1, table)
	case c.codes.of2 != nil:
		keepIn(dst, c.codes.of2, table)
	case c.codes.bits != nil:
		keepBits(dst, c.codes.bits, table)
	default:
		keepIn(dst, c.codes.of4, table)
	}
}

// keepBits is keepIn for codes of one bit.
func keepBits(dst, codes, table bitmap) {
	first, second := -(table[0] & 1), -(table[0] >> 1 & 1) // all bits or none
	for w, word := range dst {
		dst[w] = word & (codes[w]&second | ^codes[w]&first)
	}
}

// keepIn drops the records of dst whose code is not in the table.
func keepIn[T uint8 | uint16 | uint32](dst bitmap, codes []T, table bitmap) {
	for w, word := range dst {
		if word == 0 {
			continue
		}
		of := codes[w*blockRecords : min((w+1)*blockRecords, len(codes))]
		kept := uint64(0)
		if bits.OnesCount64(word) > blockRecords/2 {
			for i, code := range of {
				kept |= (table[code/64] >> (code % 64) & 1) << i
			}
		} else {
			for rest := word; rest != 0; rest &= rest - 1 {
				i := bits.TrailingZeros64(rest)
				code := of[i]
				kept |= (table[code/64] >> (code % 64) & 1) << i
			}
		}
		dst[w] = word & kept
	}
}
