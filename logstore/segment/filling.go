package segment

import "math/bits"

// filling makes the values of one template after the other. It is one
// goroutine's.
type filling struct {
	c       *column
	code    uint32
	value   []byte  // of the last record
	slots   []int32 // where the template has slots
	upper   bool    // some are for upper case
	spelled []byte  // scratch: digits as text
	region  []byte  // the digits of all the template's values
	list    cursor
}

// start turns to a template.
func (f *filling) start(c *column, code uint32) {
	f.c, f.code = c, code
	f.value = append(f.value[:0], c.value(code)...)
	f.slots, f.upper = f.slots[:0], false
	for i, b := range f.value {
		if b >= anySlot {
			f.slots = append(f.slots, int32(i))
			f.upper = f.upper || b == slotUpper
		}
	}
	f.region = c.digits[c.places[code]:c.places[code+1]]
	f.list = c.cursor(code)
}

// end lets go of the segment, which may be closed before f is used again.
func (f *filling) end() { f.c, f.region, f.list = nil, nil, cursor{} }

// zeros returns the template with zeros in all slots. It is good until the next
// call.
func (f *filling) zeros() []byte {
	for _, at := range f.slots {
		f.value[at] = '0'
	}
	return f.value
}

// at returns the i-th value of the template, i at least that of the call before,
// and its record. The value is good until the next call.
func (f *filling) at(i int) (value []byte, record uint32) {
	return f.fill(i), f.list.advance(i)
}

// fill returns the i-th value.
func (f *filling) fill(i int) []byte {
	place := i * len(f.slots)
	spelled := f.spelled[:0]
	for _, two := range f.region[place/2 : (place+len(f.slots)+1)/2] {
		pair := digitPairs[two]
		spelled = append(spelled, byte(pair>>8), byte(pair))
	}
	f.spelled = spelled
	spelled = spelled[place%2:]
	spelled = spelled[:len(f.slots)]
	for j, at := range f.slots {
		f.value[at] = spelled[j]
	}
	if f.upper {
		f.raise()
	}
	return f.value
}

// digitPairs holds the two digits of each byte as text, the first in the high
// half.
var digitPairs = func() (all [256]uint16) {
	const digits = "0123456789abcdef"
	for i := range all {
		all[i] = uint16(digits[i>>4])<<8 | uint16(digits[i&0xf])
	}
	return all
}()

// raise brings what fills slots for upper case there.
func (f *filling) raise() {
	for i, b := range f.c.value(f.code) {
		if b == slotUpper && f.value[i] >= 'a' {
			f.value[i] -= 'a' - 'A'
		}
	}
}

// digit returns the one at a place of the region.
func (f *filling) digit(place int) byte {
	return nibbleAt(f.region, place)
}

// A cursor reads a posting list.
type cursor struct {
	next   int // how many were read
	record uint32
	gaps   []byte
	set    bitmap // the list is one
	word   uint64 // what is left of set's first word
	n      int
}

// cursor returns one before the first record that holds a value.
func (c *column) cursor(code uint32) cursor {
	if b, ok := c.bitmapOf(code); ok {
		return cursor{set: b, word: b[0], n: c.n}
	}
	return cursor{gaps: c.gapsOf(code), record: ^uint32(0), n: c.n}
}

// advance returns the i-th record of the list, where i is at least that of the
// call before.
func (l *cursor) advance(i int) uint32 {
	if l.set != nil {
		for l.next <= i {
			l.forward(i)
		}
		return l.record
	}
	for ; l.next <= i; l.next++ {
		gap := uint32(0)
		if len(l.gaps) > 0 && l.gaps[0] < 0x80 {
			gap, l.gaps = uint32(l.gaps[0]), l.gaps[1:]
		} else {
			long, size, ok := nextGap(l.gaps, 0, l.n)
			mustHold(ok)
			gap, l.gaps = uint32(long), l.gaps[size:]
		}
		l.record += gap + 1
	}
	mustHold(int(l.record) < l.n)
	return l.record
}

// forward moves on by one record of a bitmap, or by all of a word.
func (l *cursor) forward(i int) {
	if held := bits.OnesCount64(l.word); l.next+held <= i {
		l.next += held
		mustHold(len(l.set) > 1)
		l.set = l.set[1:]
		l.word = l.set[0]
		return
	}
	for ; l.next < i; l.next++ {
		l.word &= l.word - 1
	}
	// The words left tell where the present one stands.
	l.record = uint32((blocks(l.n)-len(l.set))*blockRecords + bits.TrailingZeros64(l.word))
	l.word &= l.word - 1
	l.next++
}
