package oracle

import (
	"strings"
	"unicode"
)

// fold replaces each character by the least one that it folds to under
// Unicode simple folding. Two strings fold alike exactly if
// strings.EqualFold holds of them, "character by character".
func fold(s string) string {
	return strings.Map(foldRune, s)
}

// foldRune returns the least rune of r's folding orbit.
func foldRune(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}

// A likePattern is a pattern of like, cut at its unescaped percent signs.
type likePattern struct{ pieces []string }

// parseLike cuts a pattern: "\% is always a literal percent sign, whatever
// stands before it; every other backslash is literal; _ is literal".
func parseLike(pattern string) likePattern {
	var p likePattern
	var piece strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch {
		case strings.HasPrefix(pattern[i:], `\%`):
			piece.WriteByte('%')
			i++
		case pattern[i] == '%':
			p.pieces = append(p.pieces, piece.String())
			piece.Reset()
		default:
			piece.WriteByte(pattern[i])
		}
	}
	p.pieces = append(p.pieces, piece.String())
	return p
}

// fold returns the pattern for folded values.
func (p likePattern) fold() likePattern {
	var folded likePattern
	for _, piece := range p.pieces {
		folded.pieces = append(folded.pieces, fold(piece))
	}
	return folded
}

// match reports whether value fits: "Without an unescaped % it is a substring
// match; with one the pattern is anchored at both ends and % stands for any
// run of characters, line breaks included."
func (p likePattern) match(value string) bool {
	if len(p.pieces) == 1 {
		return strings.Contains(value, p.pieces[0])
	}
	first, last := p.pieces[0], p.pieces[len(p.pieces)-1]
	rest, ok := strings.CutPrefix(value, first)
	if !ok {
		return false
	}
	if rest, ok = strings.CutSuffix(rest, last); !ok {
		return false
	}
	// The leftmost place for each piece leaves the most to the next ones.
	for _, piece := range p.pieces[1 : len(p.pieces)-1] {
		if _, rest, ok = strings.Cut(rest, piece); !ok {
			return false
		}
	}
	return true
}
