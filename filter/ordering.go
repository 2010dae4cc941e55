package filter

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// An Ordering turns records into keys: bytes.Compare orders keys as the query
// orders records, and leaves ties to the records' position. It never changes
// and is shared by goroutines.
type Ordering struct {
	terms    []Term // of different fields
	time     Field
	numeric  fieldSet
	null     fieldSet // may be null
	tiesDesc bool
	used     fieldSet
}

// Ordering returns the order of q.
func (q *Query) Ordering() *Ordering {
	o := &Ordering{time: q.Schema.time, numeric: q.Schema.numeric, null: q.Schema.null, tiesDesc: q.tiesDesc()}
	if q.ByPosition {
		return o
	}
	var seen fieldSet
	for _, term := range q.Order {
		if !seen.has(term.Field) {
			o.terms = append(o.terms, term)
			seen |= 1 << term.Field
		}
	}
	if len(o.terms) == 0 {
		o.terms = []Term{{Field: o.time, Desc: true}}
	}
	o.used = seen &^ (1 << o.time)
	return o
}

// Uses reports whether AppendKey reads the column of field f. It takes the
// time from Record.Time.
func (o *Ordering) Uses(f Field) bool { return o.used.has(f) }

// UsesTime reports whether AppendKey reads Record.Time.
func (o *Ordering) UsesTime() bool {
	return slices.ContainsFunc(o.terms, func(t Term) bool { return t.Field == o.time })
}

// TiesDesc reports whether of records with equal keys the one at the latest
// position comes first, rather than the earliest.
func (o *Ordering) TiesDesc() bool { return o.tiesDesc }

// ByTimeOnly reports whether the key is the time alone, and if so whether the
// latest comes first.
func (o *Ordering) ByTimeOnly() (desc, ok bool) {
	if len(o.terms) != 1 || o.terms[0].Field != o.time {
		return false, false
	}
	return o.terms[0].Desc, true
}

// AppendKey appends the key of r. m decodes the columns; it need not be the
// matcher of the same query, and may be nil where ByTimeOnly is true.
//
// A time is its eight bytes, big-endian, with the sign flipped. A text is its
// bytes with each 00 made 00 FF, and 00 00 at the end, so that a text comes
// before those it begins. A number is its value as it is. Where a field may be
// null, 01 stands before its value, and 00 in place of it for null. A descending
// term has all its bytes inverted.
func (o *Ordering) AppendKey(dst []byte, r *Record, m *Matcher) []byte {
	for i, term := range o.terms {
		var text []byte
		if term.Field != o.time {
			text = m.Text(r, term.Field)
		}
		dst = o.AppendTerm(dst, i, r.Time, text)
	}
	return dst
}

// Terms returns the terms that order, most significant first, each of another
// field; none where the position alone does. The slice must not be changed.
func (o *Ordering) Terms() []Term { return o.terms }

// AppendTerm appends what term i adds to the key of a record of that time, or
// with that decoded value, nil for null, of the term's field.
func (o *Ordering) AppendTerm(dst []byte, i int, sec int64, value []byte) []byte {
	start := len(dst)
	switch f := o.terms[i].Field; {
	case f == o.time:
		dst = AppendNumber(dst, sec)
	case o.numeric|o.null == 0: // as in most journals
		dst = appendTerminated(dst, value)
	default:
		dst = o.appendValue(dst, f, value)
	}
	if o.terms[i].Desc {
		for j := start; j < len(dst); j++ {
			dst[j] = ^dst[j]
		}
	}
	return dst
}

// TermLength returns how many bytes of a key, from where term i begins, are that
// term's.
func (o *Ordering) TermLength(key []byte, i int) int {
	f := o.terms[i].Field
	if f == o.time {
		return NumberSize
	}
	var end byte // as in appendTerminated
	if o.terms[i].Desc {
		end = 0xff
	}
	begin := 0
	if o.null.has(f) {
		if key[0] == end {
			return 1
		}
		begin = 1
	}
	if o.numeric.has(f) {
		return begin + NumberSize
	}
	for j := begin; j+1 < len(key); j++ {
		if key[j] != end {
			continue
		}
		if key[j+1] == end {
			return j + 2
		}
		j++
	}
	return len(key)
}

// TermNumber returns the number, or whether there is null, that term i, of a
// numeric field, made of a value in a key from where the term begins.
func (o *Ordering) TermNumber(key []byte, i int) (n int64, null bool) {
	var flip byte
	if o.terms[i].Desc {
		flip = 0xff
	}
	if o.null.has(o.terms[i].Field) {
		if key[0]^flip == 0 {
			return 0, true
		}
		key = key[1:]
	}
	n = Number(key)
	if flip != 0 {
		n = ^n
	}
	return n, false
}

// LowestPrefix returns a number that the first eight bytes of r's key, read as
// a big-endian number, are not below; mostly it is that number. It costs less
// than the key.
func (o *Ordering) LowestPrefix(r *Record, m *Matcher) uint64 {
	if len(o.terms) == 0 {
		return 0
	}
	term := o.terms[0]
	if term.Field == o.time {
		key := uint64(r.Time) ^ 1<<63
		if term.Desc {
			key = ^key
		}
		return key
	}
	text := m.Text(r, term.Field)
	if o.numeric.has(term.Field) || o.null.has(term.Field) {
		return o.lowestPrefix(term, text)
	}
	var word uint64
	if len(text) >= 8 {
		word = binary.BigEndian.Uint64(text)
	} else {
		for i, c := range text {
			word |= uint64(c) << (56 - 8*i)
		}
	}
	if !term.Desc {
		return word // a zero byte is followed by FF in the key, which no text holds
	}
	if bytes.IndexByte(text[:min(len(text), 8)], 0) >= 0 {
		return 0
	}
	return ^word &^ (1<<(64-8*min(len(text), 8)) - 1) // what follows the text may be anything
}

// lowestPrefix is LowestPrefix for a value of a numeric field, or of one that may
// be null.
func (o *Ordering) lowestPrefix(term Term, value []byte) uint64 {
	var begin [8]byte // of the key, as far as it is known
	known := 0
	if o.null.has(term.Field) {
		known = 1
		if value != nil {
			begin[0] = notNullMark
		}
	}
	n := copy(begin[known:], value)
	if !o.numeric.has(term.Field) {
		if zero := bytes.IndexByte(value[:n], 0); zero >= 0 {
			n = zero
		}
		clear(begin[known+n:])
	}
	known += n
	word := binary.BigEndian.Uint64(begin[:])
	if !term.Desc {
		return word
	}
	if known == len(begin) {
		return ^word
	}
	return ^word &^ (1<<(64-8*known) - 1)
}

// notNullMark stands before a value of a field that may be null.
const notNullMark = 1

// appendValue appends a value of a numeric field, or of one that may be null.
func (o *Ordering) appendValue(dst []byte, f Field, value []byte) []byte {
	if o.null.has(f) {
		if value == nil {
			return append(dst, 0)
		}
		dst = append(dst, notNullMark)
	}
	if o.numeric.has(f) {
		return append(dst, value...)
	}
	return appendTerminated(dst, value)
}

func appendTerminated(dst, text []byte) []byte {
	for {
		zero := bytes.IndexByte(text, 0)
		if zero < 0 {
			return append(append(dst, text...), 0, 0)
		}
		dst = append(append(dst, text[:zero]...), 0, 0xff)
		text = text[zero+1:]
	}
}
