package segment

import "math/bits"

// A joint is the records that several bitmaps have in common, all but those that
// hold some value. It is made a word at a time when somebody looks: most queries want to know how
// many there are, and the few of a page. Without bitmaps it is all records. Its
// bitmaps are the segment's own, mostly, and never changed.
type joint struct {
	in   [jointIn]bitmap
	out  [jointOut]bitmap // of records that are not in it
	ins  int
	outs int
	but  *column // of a value whose records, of which there is a list, are not in it; nil: none
	code uint32  // the value
}

// More bitmaps than these are joined into one.
const (
	jointIn  = 4
	jointOut = 2
)

// add leaves only the records of b.
func (j *joint) add(b bitmap) {
	if j.ins == jointIn {
		joined := make(bitmap, len(b))
		for w := range joined {
			joined[w] = j.word(w)
		}
		*j = joint{ins: 1}
		j.in[0] = joined
	}
	j.in[j.ins] = b
	j.ins++
}

// remove leaves only the records that are not in b. There is room for it.
func (j *joint) remove(b bitmap) {
	j.out[j.outs] = b
	j.outs++
}

// all reports whether it is all records.
func (j *joint) all() bool { return j.ins+j.outs == 0 && j.but == nil }

// word returns the records of block w. Behind the last record, it may have some
// that there are not.
func (j *joint) word(w int) uint64 {
	word := j.commonWord(w)
	if j.but == nil {
		return word
	}
	for rest := word & within(w, 0, j.but.n); rest != 0; rest &= rest - 1 {
		if i := bits.TrailingZeros64(rest); j.but.codes.at(w*blockRecords+i) == uint64(j.code) {
			word &^= 1 << i
		}
	}
	return word
}

func (j *joint) has(i uint32) bool {
	return j.common(i) && (j.but == nil || j.but.codes.at(int(i)) != uint64(j.code))
}

// common reports whether a record is in what the bitmaps have in common.
func (j *joint) common(i uint32) bool {
	for k := range j.ins {
		if !j.in[k].has(i) {
			return false
		}
	}
	for k := range j.outs {
		if j.out[k].has(i) {
			return false
		}
	}
	return true
}

// count returns how many of its records are in [from, to).
func (j *joint) count(from, to int) int {
	if from >= to {
		return 0
	}
	switch {
	case j.but == nil:
		return j.commonCount(from, to)
	case to-from < j.but.count(j.code): // to look at each takes less than the list
		return j.countEach(from, to)
	}
	less := choice{c: j.but, code: j.code, in: *j, from: from, to: to}
	return j.commonCount(from, to) - less.count()
}

// countEach is count by looking at each record.
func (j *joint) countEach(from, to int) (n int) {
	for w := from / blockRecords; w*blockRecords < to; w++ {
		n += bits.OnesCount64(j.word(w) & within(w, from, to))
	}
	return n
}

// commonCount returns how many records in [from, to) the bitmaps have in common.
func (j *joint) commonCount(from, to int) int {
	if j.ins+j.outs == 0 {
		return to - from
	}
	first, last := from/blockRecords, (to-1)/blockRecords
	n := bits.OnesCount64(j.commonWord(first) & within(first, from, to))
	if last > first {
		n += j.countWords(first+1, last)
		n += bits.OnesCount64(j.commonWord(last) & within(last, from, to))
	}
	return n
}

// commonWord is word with those that are not in it.
func (j *joint) commonWord(w int) uint64 {
	word := ^uint64(0)
	for i := range j.ins {
		word &= j.in[i][w]
	}
	for i := range j.outs {
		word &^= j.out[i][w]
	}
	return word
}

// countWords counts what the bitmaps have in common in the blocks [first, last).
func (j *joint) countWords(first, last int) int {
	a := j.in[0]
	switch {
	case j.ins == 1 && j.outs == 0:
		return a[first:last].count()
	case j.ins == 2 && j.outs == 0:
		return countBoth(a[first:last], j.in[1][first:last])
	case j.ins == 3 && j.outs == 0:
		return countThree(a[first:last], j.in[1][first:last], j.in[2][first:last])
	case j.ins == 2 && j.outs == 1:
		return countBut(a[first:last], j.in[1][first:last], j.out[0][first:last])
	}
	n := 0
	for w := first; w < last; w++ {
		n += bits.OnesCount64(j.commonWord(w))
	}
	return n
}

// countBoth counts the bits that are set in both.
func countBoth(a, b bitmap) int {
	b = b[:len(a)]
	n := 0
	for len(a) >= 4 && len(b) >= 4 {
		n += bits.OnesCount64(a[0]&b[0]) + bits.OnesCount64(a[1]&b[1]) + bits.OnesCount64(a[2]&b[2]) + bits.OnesCount64(a[3]&b[3])
		a, b = a[4:], b[4:]
	}
	for i, w := range a {
		n += bits.OnesCount64(w & b[i])
	}
	return n
}

// countThree counts the bits that are set in all three.
func countThree(a, b, c bitmap) int {
	b, c = b[:len(a)], c[:len(a)]
	n := 0
	for i, w := range a {
		n += bits.OnesCount64(w & b[i] & c[i])
	}
	return n
}

// countBut counts the bits that are set in a and b, but not in c.
func countBut(a, b, c bitmap) int {
	b, c = b[:len(a)], c[:len(a)]
	n := 0
	for i, w := range a {
		n += bits.OnesCount64(w & b[i] &^ c[i])
	}
	return n
}

// narrow drops the records of b, in [from, to) or not, that are not both in the
// joint and there.
func (j *joint) narrow(b bitmap, from, to int) {
	b.keep(from, to)
	if j.all() {
		return
	}
	for w, word := range b {
		if word != 0 {
			b[w] = word & j.word(w)
		}
	}
}

// within returns the records of block w that are in [from, to).
func within(w, from, to int) uint64 {
	word := ^uint64(0)
	first := w * blockRecords
	if first < from {
		word &= ^uint64(0) << (from - first)
	}
	if rest := to - first; rest < blockRecords {
		word &= 1<<rest - 1
	}
	return word
}
