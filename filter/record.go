package filter

import "unicode/utf8"

// A Record is one record's raw columns as its journal's format splits them.
type Record struct {
	Line    []byte   // the raw line without its ending; read by AnyContainsFolded
	Columns [][]byte // raw, by Field; those that the program or the order uses; nil for null
	Time    int64    // in the schema's unit; set before MatchTime and AppendKey
	Clean   bool     // the line holds no backslash and no byte ≥ 0x80: every raw column is its own decoded value, in ASCII, and a part of the line, unless the field is numeric
}

// A column of a numeric field is no raw one: it is a number as AppendNumber has
// it.

// An Unescape appends raw, a column with a backslash, to dst with its escapes
// resolved, and returns the extended slice. It leaves invalid UTF-8 as it is.
type Unescape func(dst, raw []byte) []byte

// appendRepaired appends v with each byte that is part of no valid UTF-8
// sequence replaced by one U+FFFD.
func appendRepaired(dst, v []byte) []byte {
	for len(v) > 0 {
		if v[0] < utf8.RuneSelf {
			dst = append(dst, v[0])
			v = v[1:]
			continue
		}
		r, size := utf8.DecodeRune(v) // RuneError and 1 for an invalid byte
		dst = utf8.AppendRune(dst, r)
		v = v[size:]
	}
	return dst
}
