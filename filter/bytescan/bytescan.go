// Package bytescan searches raw bytes for literals.
package bytescan

import "bytes"

// A Literal is a compiled search text.
type Literal struct {
	text   []byte
	folded bool
}

// NewLiteral compiles text for exact search.
func NewLiteral(text []byte) Literal { return Literal{text: bytes.Clone(text)} }

// NewFolded compiles ASCII text for search with letters in either case.
func NewFolded(text []byte) Literal {
	return Literal{text: bytes.ToLower(text), folded: true}
}

// Index returns the leftmost occurrence of l in b, or -1.
func (l *Literal) Index(b []byte) int {
	if !l.folded {
		return bytes.Index(b, l.text)
	}
	n := len(l.text)
	for i := 0; i+n <= len(b); i++ {
		if asciiEqualFold(b[i:i+n], l.text) {
			return i
		}
	}
	return -1
}

// In reports whether l occurs in b.
func (l *Literal) In(b []byte) bool { return l.Index(b) >= 0 }

func asciiEqualFold(b, lower []byte) bool {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
