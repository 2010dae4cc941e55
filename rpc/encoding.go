package rpc

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// An Encoding is how the texts of an answer are written. It is chosen where a
// text becomes JSON, so that no answer is read a second time for it.
type Encoding uint8

// The encodings of answers.
const (
	// Plain escapes only what JSON demands.
	Plain Encoding = iota

	// ASCII escapes everything that clients of the trading platform take amiss,
	// some of which decode each piece that the network brings on its own, and
	// "repair" it before they parse it: all that is not ASCII, the apostrophe,
	// the comma, and U+007F.
	ASCII
)

// appendQuoted appends s, which is valid UTF-8, as a JSON string.
func (e Encoding) appendQuoted(dst, s []byte) []byte {
	if e == ASCII {
		return appendQuotedASCII(dst, s)
	}
	return appendQuoted(dst, s)
}

// appendJSON appends the JSON of v, as the function of this name.
func (e Encoding) appendJSON(dst []byte, v any) []byte {
	if e == ASCII {
		return appendASCII(dst, appendJSON(nil, v))
	}
	return appendJSON(dst, v)
}

// encoded is implemented by answers that are written in an encoding of the
// caller's choice. All others are Plain, and short enough to be read again.
type encoded interface{ encoding() Encoding }

// inASCII returns a as ASCII.
func inASCII(a Answer) (Answer, error) {
	if e, ok := a.(encoded); ok && e.encoding() == ASCII {
		return a, nil
	}
	text, err := contiguous(a)
	if err == nil && int64(len(text)) != a.Len() {
		err = errLength
	}
	if err != nil {
		return nil, err
	}
	return Bytes(appendASCII(make([]byte, 0, len(text)), text)), nil
}

// appendQuotedASCII is appendQuoted in ASCII.
func appendQuotedASCII(dst, s []byte) []byte {
	dst = append(dst, '"')
	for {
		n := plainRunASCII(s)
		dst = append(dst, s[:n]...)
		if n == len(s) {
			return append(dst, '"')
		}
		dst, s = appendEscapeASCII(dst, s[n:])
	}
}

// plainRunASCII is plainRun in ASCII.
func plainRunASCII(s []byte) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if m := needEscapeASCII(binary.LittleEndian.Uint64(s[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '\'' || c == ',' {
			return i
		}
	}
	return len(s)
}

// needEscapeASCII is needEscape in ASCII, with the same caution about borrows.
func needEscapeASCII(w uint64) uint64 {
	apostrophe := w ^ everyByte*'\'' // zero where w holds one
	comma := w ^ everyByte*','
	del := w ^ everyByte*0x7f
	more := (apostrophe-everyByte)&^apostrophe | (comma-everyByte)&^comma | (del-everyByte)&^del | w
	return needEscape(w) | more&highBits
}

// appendEscapeASCII appends the escape of the character that s begins with, and
// returns what follows it. A byte of no character is U+FFFD.
func appendEscapeASCII(dst, s []byte) (escaped, rest []byte) {
	if s[0] < utf8.RuneSelf {
		return appendEscape(dst, s[0]), s[1:]
	}
	r, size := utf8.DecodeRune(s)
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		dst = appendUnit(dst, high)
		r = low
	}
	return appendUnit(dst, r), s[size:]
}

// appendUnit appends the escape of one unit of UTF-16.
func appendUnit(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&0xf], hexDigits[r>>8&0xf], hexDigits[r>>4&0xf], hexDigits[r&0xf])
}

// appendASCII appends text, which is valid JSON, with its strings in ASCII.
func appendASCII(dst, text []byte) []byte {
	quoted := false // inside a string
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\\': // in strings only
			dst = append(dst, c)
			i++
			c = text[i]
		case quoted && (c == ',' || c == '\'' || c >= 0x7f):
			rest := text[i:]
			dst, rest = appendEscapeASCII(dst, rest)
			i = len(text) - len(rest)
			continue
		}
		dst = append(dst, c)
		i++
	}
	return dst
}
