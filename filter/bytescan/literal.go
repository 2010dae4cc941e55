package bytescan

import "bytes"

// A Literal is a text to search for. It is immutable and may be used
// concurrently.
//
// A search looks for two of the text's bytes at their distance, with 32
// positions at a time, and compares the whole text only where both stand. The
// two are the rarest, so that this is seldom (Muła, "SIMD-friendly algorithms
// for substring searching", 2016).
type Literal struct {
	text   []byte // lower case when folded
	folded bool

	at       int // where the first byte of the pair stands in text
	distance int // from the first byte of the pair to the second
	first    pairByte
	second   pairByte
}

// pairByte matches a byte b with b|mask == value.
type pairByte struct{ value, mask byte }

// NewLiteral returns a literal that matches text itself.
func NewLiteral(text []byte) Literal { return newLiteral(bytes.Clone(text), false) }

// NewFolded returns a literal that matches text with each ASCII letter in
// either case, and every other byte as it is: characters that fold to ASCII
// letters without being one, as the Kelvin sign does, are not found.
func NewFolded(text []byte) Literal {
	folded := make([]byte, len(text))
	for i, c := range text {
		folded[i] = lower(c)
	}
	return newLiteral(folded, true)
}

func newLiteral(text []byte, folded bool) Literal {
	l := Literal{text: text, folded: folded}
	if len(text) == 0 {
		return l
	}
	i, j := rarestTwo(text)
	l.at, l.distance = i, j-i // below MarkAhead
	l.first, l.second = l.pairByte(i), l.pairByte(j)
	return l
}

func (l *Literal) pairByte(i int) pairByte {
	c := l.text[i]
	if l.folded && isLower(c) {
		return pairByte{c, 0x20}
	}
	return pairByte{c, 0}
}

// Len returns the length of the text in bytes.
func (l *Literal) Len() int { return len(l.text) }

// In reports whether l occurs in b. The empty literal occurs everywhere.
func (l *Literal) In(b []byte) bool { return l.Index(b) >= 0 }

// Index returns where l first occurs in b, or -1. It takes time linear in
// len(b), whatever the literal is, and allocates nothing.
func (l *Literal) Index(b []byte) int {
	if len(l.text) == 0 {
		return 0
	}
	positions := len(b) - len(l.text) + 1
	// Comparing costs at most the length of the text. Where it is wasted more
	// often than once in as many positions, something like "aaab" is searched
	// in "aaaa", and an algorithm with a bound takes over.
	budget := 8*len(l.text) + positions/8
	for i := 0; i < positions; {
		n := indexPair(b[l.at+i:], positions-i, l.distance, l.first, l.second)
		if n < 0 {
			return -1
		}
		i += n
		if l.equal(b[i : i+len(l.text)]) {
			return i
		}
		i++
		if budget -= len(l.text); budget < 0 {
			if n = l.indexLinear(b[i:]); n < 0 {
				return -1
			}
			return i + n
		}
	}
	return -1
}

// MarkAhead is how many bytes behind the positions that it marks Mark reads.
const MarkAhead = 64

// Mark sets just those bits of dst, bit 0 of the first word for b[0], at whose
// positions l's two rarest bytes stand as l has them: l is nowhere else. b must
// have 64 bytes for each word, and MarkAhead more; l must not be empty.
func (l *Literal) Mark(dst []uint64, b []byte) {
	if len(b) < 64*len(dst)+MarkAhead || len(l.text) == 0 {
		panic("bytescan: Mark: too few bytes, or nothing to look for")
	}
	if len(dst) > 0 {
		markPair(dst, b, l.distance, l.first, l.second)
	}
}

// Marked reports whether l stands in b where Mark has set the bit of position i.
func (l *Literal) Marked(b []byte, i int) bool {
	from := i - l.at
	return from >= 0 && from+len(l.text) <= len(b) && l.equal(b[from:from+len(l.text)])
}

// equal reports whether b, as long as the text, is the text.
func (l *Literal) equal(b []byte) bool {
	if !l.folded {
		return string(b) == string(l.text)
	}
	for i, c := range b {
		if lower(c) != l.text[i] {
			return false
		}
	}
	return true
}

func isLower(c byte) bool { return c-'a' < 26 }

// lower returns c in lower case if it is an ASCII letter.
func lower(c byte) byte {
	if c-'A' < 26 {
		return c + ('a' - 'A')
	}
	return c
}

// rarestTwo returns the places, in order, of the rarest byte of text and of the
// next rarest that is less than MarkAhead away from it; the same place twice if
// there is only one.
func rarestTwo(text []byte) (i, j int) {
	for k := range text {
		if commonness(text[k]) < commonness(text[i]) {
			i = k
		}
	}
	j = -1
	for k := range text {
		if k != i && max(k-i, i-k) < MarkAhead && (j < 0 || commonness(text[k]) < commonness(text[j])) {
			j = k
		}
	}
	switch {
	case j < 0:
		return i, i
	case j < i:
		return j, i
	}
	return i, j
}

// byCommonness holds the bytes that logs are full of, the most common last:
// rare letters and signs, then capitals, the letters of English text by
// frequency, and the digits and separators that stand in every line.
const byCommonness = "~^`|\\#$%&*!?<>@+;'zqjxkvQXZJKVWYHwybgpfmUFGBPhDuclLMIdNOCRASTE{}[]()_/=srniotae,\"0123456789 :-.\t"

// commonness ranks c: the higher, the more often it is expected. Bytes that no
// UTF-8 has are expected where they stand for what is common: an index puts them
// in place of digits.
func commonness(c byte) int {
	if c >= 0xf8 {
		return len(byCommonness)
	}
	return bytes.IndexByte([]byte(byCommonness), c)
}
