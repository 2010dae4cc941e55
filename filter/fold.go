package filter

import (
	"unicode"
	"unicode/utf8"
)

// Two texts are equal but for case when their characters are equal one by one
// under Unicode simple folding, as strings.EqualFold has it. Characters that
// fold to one another form an orbit; a text with each character replaced by the
// smallest of its orbit is its folded form, and comparing folded forms byte by
// byte is comparing texts but for case. Folding can change the length in bytes:
// the Kelvin sign, three bytes, folds to K.

// foldRune returns the smallest character that folds to r.
func foldRune(r rune) rune {
	smallest := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		smallest = min(smallest, next)
	}
	return smallest
}

// foldString returns the folded form of s.
func foldString(s string) string {
	folded := make([]byte, 0, len(s))
	for _, r := range s {
		folded = utf8.AppendRune(folded, foldRune(r))
	}
	return string(folded)
}

// A folder folds values. It remembers the characters it met last, because a
// journal has few of them and looking one up in the Unicode tables takes long.
// The zero value is ready; it is one goroutine's.
type folder struct {
	text  []byte
	cache *[512]struct{ from, to rune } // by the low bits of from; 0 is ASCII and never in it; nil: none was met
}

// fold returns the folded form of v, valid UTF-8, until the next call.
func (f *folder) fold(v []byte) []byte {
	dst := f.text[:0]
	for i := 0; i < len(v); {
		if c := v[i]; c < utf8.RuneSelf {
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A' // the capital is the smallest of its orbit
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRune(v[i:])
		if f.cache == nil {
			f.cache = new([512]struct{ from, to rune })
		}
		entry := &f.cache[int(r)%len(f.cache)]
		if entry.from != r {
			entry.from, entry.to = r, foldRune(r)
		}
		dst = utf8.AppendRune(dst, entry.to)
		i += size
	}
	f.text = dst
	return dst
}

// A foldedTest is a like or a substring match that ignores case.
type foldedTest struct {
	ascii  *pattern // for values that are ASCII; nil if none of these can match
	folded *pattern // for folded forms
}

// newFoldedTest compiles pieces as splitLike returns them.
func newFoldedTest(pieces []string) *foldedTest {
	folded := make([]string, len(pieces))
	ascii, letters := true, false
	for i, piece := range pieces {
		folded[i] = foldString(piece)
		ascii = ascii && isASCII(folded[i])
		letters = letters || lowerASCII(folded[i]) != folded[i]
	}
	t := &foldedTest{folded: newPattern(folded, false)}
	switch {
	case ascii && letters:
		t.ascii = newPattern(folded, true)
	case ascii:
		t.ascii = t.folded // there is nothing to fold
	}
	return t
}

func (t *foldedTest) match(m *Matcher, v []byte, ascii bool) bool {
	if ascii || isASCII(v) {
		return t.ascii != nil && t.ascii.match(v)
	}
	return t.folded.match(m.folder.fold(v))
}

func isASCII[T string | []byte](text T) bool {
	i := 0
	for ; i+8 <= len(text); i += 8 {
		if text[i]|text[i+1]|text[i+2]|text[i+3]|text[i+4]|text[i+5]|text[i+6]|text[i+7] >= utf8.RuneSelf {
			return false
		}
	}
	for ; i < len(text); i++ {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
