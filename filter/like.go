package filter

import (
	"strings"

	"daybook/filter/bytescan"
)

// A pattern is a compiled like pattern: literal pieces in their order, with any
// run of bytes between them. Matching takes the leftmost place for each piece
// and never goes back, so its time is linear in the value.
type pattern struct {
	prefix, suffix string // lower case when folded
	anchored       bool   // prefix or suffix is not empty
	middle         []bytescan.Literal
	shortest       int  // bytes of all pieces
	folded         bool // ASCII letters match in either case
}

// splitLike splits a like pattern at its unescaped percent signs and resolves
// the escaped ones. A backslash before a percent sign escapes it, whatever
// stands before the backslash; any other backslash is itself. A pattern of one
// piece is a substring; otherwise the first and the last piece are anchored.
func splitLike(text string) []string {
	var pieces []string
	var piece strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], `\%`):
			piece.WriteByte('%')
			i++
		case text[i] == '%':
			pieces = append(pieces, piece.String())
			piece.Reset()
		default:
			piece.WriteByte(text[i])
		}
	}
	return append(pieces, piece.String())
}

// newPattern compiles pieces as splitLike returns them. Folded pieces must be
// ASCII.
func newPattern(pieces []string, folded bool) *pattern {
	p := &pattern{folded: folded}
	if last := len(pieces) - 1; last > 0 {
		p.prefix, p.suffix = pieces[0], pieces[last]
		if folded {
			p.prefix, p.suffix = lowerASCII(p.prefix), lowerASCII(p.suffix)
		}
		pieces = pieces[1:last]
		p.shortest = len(p.prefix) + len(p.suffix)
		p.anchored = p.shortest > 0
	}
	for _, piece := range pieces {
		if piece == "" {
			continue
		}
		p.shortest += len(piece)
		literal := bytescan.NewLiteral
		if folded {
			literal = bytescan.NewFolded
		}
		p.middle = append(p.middle, literal([]byte(piece)))
	}
	return p
}

// matchesAll reports whether p matches every value.
func (p *pattern) matchesAll() bool { return p.shortest == 0 }

func (p *pattern) match(v []byte) bool {
	if len(v) < p.shortest {
		return false
	}
	if p.anchored {
		tail := len(v) - len(p.suffix)
		if !p.equal(v[:len(p.prefix)], p.prefix) || !p.equal(v[tail:], p.suffix) {
			return false
		}
		v = v[len(p.prefix):tail]
	}
	for i := range p.middle {
		at := p.middle[i].Index(v)
		if at < 0 {
			return false
		}
		v = v[at+p.middle[i].Len():]
	}
	return true
}

// equal compares an end of a value with an anchored piece of the same length.
func (p *pattern) equal(v []byte, piece string) bool {
	if !p.folded {
		return string(v) == piece
	}
	for i, c := range v {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != piece[i] {
			return false
		}
	}
	return true
}

// A likeTest is a case-sensitive like.
type likeTest struct{ *pattern }

func (t likeTest) match(_ *Matcher, v []byte, _ bool) bool { return t.pattern.match(v) }
