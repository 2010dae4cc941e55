package requestapi

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// splitTerms splits what is searched for at white space and commas. A quote,
// double or single, at the beginning of a term makes one term of all that stands
// before the next such quote; without one, and within a term, it is a character
// like any other. A term that stands twice is listed once; empty ones are not. It
// stops when there are more than most.
func splitTerms(text string, most int) []string {
	var terms []string
	add := func(term string) {
		if term != "" && !slices.Contains(terms, term) {
			terms = append(terms, term)
		}
	}
	for text != "" && len(terms) <= most {
		if quote := text[0]; quote == '"' || quote == '\'' {
			if phrase, rest, closed := strings.Cut(text[1:], string(quote)); closed {
				add(phrase)
				text = rest
				continue
			}
		}
		if end := strings.IndexFunc(text, separatesTerms); end > 0 {
			add(text[:end])
			text = text[end:]
		} else if end < 0 {
			add(text)
			break
		}
		_, size := utf8.DecodeRuneInString(text)
		text = text[size:]
	}
	return terms
}

// separatesTerms reports whether c stands between terms.
func separatesTerms(c rune) bool { return c == ',' || unicode.IsSpace(c) }
