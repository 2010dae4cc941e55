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
	tiesDesc bool
	used     fieldSet
}

// Ordering returns the order of q.
func (q *Query) Ordering() *Ordering {
	o := &Ordering{time: q.Schema.time, tiesDesc: q.tiesDesc()}
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

// Uses reports whether AppendKey reads the column of text field f. It takes the
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
// before those it begins. A descending term has all its bytes inverted.
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
// with that decoded value of the term's field.
func (o *Ordering) AppendTerm(dst []byte, i int, sec int64, text []byte) []byte {
	start := len(dst)
	if o.terms[i].Field == o.time {
		dst = binary.BigEndian.AppendUint64(dst, uint64(sec)^1<<63)
	} else {
		dst = appendTerminated(dst, text)
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
	if o.terms[i].Field == o.time {
		return 8
	}
	var end byte // as in appendTerminated
	if o.terms[i].Desc {
		end = 0xff
	}
	for j := 0; j+1 < len(key); j++ {
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
