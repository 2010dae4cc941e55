// Package quote writes texts as JSON strings: as they are, or in ASCII.
package quote

import (
	"encoding/binary"
	"math/bits"
)

const (
	everyByte = 0x0101010101010101 // times b: b in each byte of a word
	highBits  = 0x8080808080808080

	hexDigits = "0123456789abcdef"
)

// Append appends s as a JSON string. s is valid UTF-8; only what JSON
// demands is escaped: the quote, the backslash and the control characters
// below U+0020. Everything else stands for itself, U+007F, U+2028, U+2029 and
// the characters special to HTML included.
func Append(dst, s []byte) []byte {
	dst = append(dst, '"')
	for {
		n := plainRun(s)
		dst = append(dst, s[:n]...)
		if n == len(s) {
			return append(dst, '"')
		}
		dst = appendEscape(dst, s[n])
		s = s[n+1:]
	}
}

// plainRun returns how many bytes at the start of s need no escape. It looks
// at eight bytes at once, the last eight together with some that were looked
// at before.
func plainRun(s []byte) int {
	n := len(s)
	if n < 8 {
		return shortPlainRun(s)
	}
	for i := 0; i < n-8; i += 8 {
		if m := needEscape(binary.LittleEndian.Uint64(s[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	if m := needEscape(binary.LittleEndian.Uint64(s[n-8:])); m != 0 {
		return n - 8 + bits.TrailingZeros64(m)/8
	}
	return n
}

// shortPlainRun is plainRun for less than eight bytes.
func shortPlainRun(s []byte) int {
	for i, c := range s {
		if c < 0x20 || c == '"' || c == '\\' {
			return i
		}
	}
	return len(s)
}

// needEscape sets the high bit of each byte of the result whose byte in w
// needs an escape. Subtracting may borrow from the byte above a hit, so only
// the lowest set bit is to be trusted.
func needEscape(w uint64) uint64 {
	quote := w ^ everyByte*'"'      // zero where w holds a quote
	backslash := w ^ everyByte*'\\' // zero where w holds a backslash
	control := (w - everyByte*0x20) &^ w
	return (control | (quote-everyByte)&^quote | (backslash-everyByte)&^backslash) & highBits
}

// appendEscape appends the shortest JSON escape of c, a byte that needs one.
func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}
