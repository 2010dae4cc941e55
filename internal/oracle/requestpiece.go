package oracle

import (
	"strings"
	"unicode"
)

// maxPiece is how many characters of a value are taken into a pattern at most,
// so that it stays within the bound on patterns.
const maxPiece = 300

// cutOut draws a piece of s as one looks for it: a word, its beginning, end or
// inside, a number, several words, the same with what stands around them, or
// any run of characters.
func (g *Requests) cutOut(s string) string {
	runes := g.window([]rune(s))
	words := wordsOf(runes)
	if len(words) == 0 || g.chance(20) {
		from := g.rng.IntN(len(runes) + 1)
		return string(runes[from : from+g.rng.IntN(len(runes)-from+1)])
	}
	first := g.rng.IntN(len(words))
	if numbers := numbersOf(runes, words); len(numbers) > 0 && g.chance(15) {
		first = pick(g.rng, numbers)
	}
	from, to := words[first].from, words[first].to
	switch g.rng.IntN(8) {
	case 0, 1: // a word
	case 2:
		to = from + 1 + g.rng.IntN(to-from)
	case 3:
		from = to - 1 - g.rng.IntN(to-from)
	case 4:
		from += g.rng.IntN(to - from)
		to = from + 1 + g.rng.IntN(to-from)
	case 5:
		to = words[g.until(first, len(words))].to
	case 6: // separators at both ends
		to = words[g.until(first, len(words))].to
		from, to = max(0, from-1), min(len(runes), to+1)
	case 7:
		from, to = max(0, from-1), min(len(runes), to+1)
	}
	return string(runes[from:to])
}

// until draws a word from first on, mostly one of the next three.
func (g *Requests) until(first, n int) int { return min(n-1, first+g.rng.IntN(4)) }

// window draws a stretch of at most maxPiece characters.
func (g *Requests) window(runes []rune) []rune {
	if len(runes) <= maxPiece {
		return runes
	}
	from := g.rng.IntN(len(runes) - maxPiece + 1)
	return runes[from : from+maxPiece]
}

// A stretch is a run of characters by its ends.
type stretch struct{ from, to int }

// wordsOf returns the runs of letters and digits.
func wordsOf(runes []rune) []stretch {
	var words []stretch
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		if n := len(words); n > 0 && words[n-1].to == i {
			words[n-1].to = i + 1
		} else {
			words = append(words, stretch{i, i + 1})
		}
	}
	return words
}

// numbersOf returns which of the words are all digits.
func numbersOf(runes []rune, words []stretch) []int {
	var numbers []int
	for i, w := range words {
		if !strings.ContainsFunc(string(runes[w.from:w.to]), func(r rune) bool { return !unicode.IsDigit(r) }) {
			numbers = append(numbers, i)
		}
	}
	return numbers
}
