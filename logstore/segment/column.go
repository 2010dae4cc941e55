package segment

import (
	"bytes"
	"sort"

	"daybook/filter/bytescan"
)

// A column is the index of one field: a dictionary, or of free text its
// templates or its words.
type column struct {
	n       int // records
	ends    []uint32
	values  []byte
	before  []uint32
	codes   numbers
	gaps    []uint32
	lists   []byte
	dense   []uint32  // values whose list is a bitmap, ascending
	bitmaps bitmap    // theirs
	text    bool      // values are templates or words, and there are no codes
	foreign []uint32  // values with a byte beyond ASCII
	terms   termTable // of words
	null    bool      // the least value is null
	ranged  *ranged   // the numbers, where they hardly repeat; there is nothing else then

	templates bool     // values are templates
	places    []uint32 // where the digits of each template begin
	digits    []byte
}

func (c *column) len() int { return len(c.before) - 1 }

func (c *column) value(code uint32) []byte { return c.values[c.ends[code]:c.ends[code+1]] }

// count returns how many records hold a value.
func (c *column) count(code uint32) int { return int(c.before[code+1] - c.before[code]) }

// first returns the code of the first value that is not null.
func (c *column) first() uint32 {
	if c.null {
		return 1
	}
	return 0
}

// find returns the rank of v, nil for null, and whether it is one of the values.
func (c *column) find(v []byte) (code int, found bool) {
	first := 0
	if c.null {
		if first = 1; v == nil {
			return 0, true
		}
	} else if v == nil {
		return 0, false
	}
	code = first + sort.Search(c.len()-first, func(i int) bool { return bytes.Compare(c.value(uint32(first+i)), v) >= 0 })
	return code, code < c.len() && bytes.Equal(c.value(uint32(code)), v)
}

// isDense reports whether the list of a value is a bitmap.
func (c *column) isDense(code uint32) bool {
	if c.text {
		return dense(c.count(code), c.n, denseWord)
	}
	return dense(c.count(code), c.n, denseValue)
}

// bitmapOf returns the list of a value that is a bitmap.
func (c *column) bitmapOf(code uint32) (bitmap, bool) {
	if !c.isDense(code) {
		return nil, false
	}
	i := sort.Search(len(c.dense), func(i int) bool { return c.dense[i] >= code })
	words := blocks(c.n)
	return c.bitmaps[i*words : (i+1)*words], true
}

// gapsOf returns the list of a value that is no bitmap.
func (c *column) gapsOf(code uint32) []byte { return c.lists[c.gaps[code]:c.gaps[code+1]] }

// or adds the records that hold a value.
func (c *column) or(dst bitmap, code uint32) {
	if b, ok := c.bitmapOf(code); ok {
		dst.or(b)
	} else {
		mustHold(dst.orGaps(c.gapsOf(code), c.count(code), c.n))
	}
}

// andNot drops the records that hold a value.
func (c *column) andNot(dst bitmap, code uint32) {
	if b, ok := c.bitmapOf(code); ok {
		dst.andNot(b)
	} else {
		mustHold(dst.andNotGaps(c.gapsOf(code), c.count(code), c.n))
	}
}

// each calls visit with each record that holds a value, ascending.
func (c *column) each(code uint32, visit func(record uint32)) {
	if b, ok := c.bitmapOf(code); ok {
		b.each(visit)
	} else {
		mustHold(eachGap(c.gapsOf(code), c.count(code), c.n, visit))
	}
}

// records returns the records that hold a value, ascending.
func (c *column) records(code uint32) []uint32 {
	list := make([]uint32, 0, c.count(code))
	c.each(code, func(i uint32) { list = append(list, i) })
	return list
}

// mustHold panics unless a list was one: its checksum was right.
func mustHold(ok bool) {
	if !ok {
		panic("segment: a posting list is damaged")
	}
}

// holding calls visit with each value, ascending and once, in which l stands.
// The values stand one behind the other, so that all of them are searched at
// once.
func (c *column) holding(l *bytescan.Literal, visit func(code uint32)) {
	text := c.values
	code := 0
	for at := 0; at < len(text); {
		hit := l.Index(text[at:])
		if hit < 0 {
			return
		}
		hit += at
		code = c.valueAt(code, hit)
		if hit+l.Len() <= int(c.ends[code+1]) {
			visit(uint32(code))
			at = int(c.ends[code+1])
		} else {
			at = hit + 1 // it begins in one value and ends in another
		}
	}
}

// valueAt returns which value, from code on, holds the byte at a place among all
// of them. Most are near by.
func (c *column) valueAt(code, place int) int {
	step := 1
	for code+step < c.len() && int(c.ends[code+step]) <= place {
		code += step
		step *= 2
	}
	rest := min(step, c.len()-code)
	return code + sort.Search(rest-1, func(i int) bool { return int(c.ends[code+i+1]) > place })
}
