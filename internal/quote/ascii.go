package quote

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// AppendASCII is Append with everything escaped that is not ASCII, and the
// apostrophe, the comma and U+007F.
func AppendASCII(dst, s []byte) []byte {
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

// ConvertASCII appends text, which is valid JSON, with its strings as AppendASCII
// writes them.
func ConvertASCII(dst, text []byte) []byte {
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
