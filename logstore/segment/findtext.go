package segment

import (
	"bytes"
	"strings"

	"daybook/filter"
	"daybook/filter/bytescan"
)

// A wordCondition is what a piece of a pattern asks of some word of the text.
type wordCondition struct {
	text    string
	begins  bool   // the word begins with it
	ends    bool   // and ends with it
	dotted  bool   // and stands between dots
	decimal string // the number up to its second decimal that begins with the word; or ""
	all     bool   // it is all of the piece
}

// toASCII replaces the characters beyond ASCII that fold to ASCII ones. What is
// left beyond ASCII is so in every text that differs by case only.
var toASCII = strings.NewReplacer("\u017f", "s", "\u212a", "k")

// wordConditions returns what pieces ask of words.
func wordConditions(p filter.Pieces) (all []wordCondition) {
	for i, text := range p.Texts {
		if p.Folded {
			text = toASCII.Replace(text)
		}
		begins := i == 0 && p.Start
		ends := i == len(p.Texts)-1 && p.End
		for from, to, _ := nextWord(text, 0); from < len(text); from, to, _ = nextWord(text, to) {
			w := wordCondition{
				text:   text[from:to],
				begins: from > 0 || begins,
				ends:   to < len(text) || ends,
				dotted: isDotted(text, from, to),
				all:    from == 0 && to == len(text),
			}
			if w.begins && isDecimal(text, from, min(to+1, len(text))) {
				w.decimal = text[from : to+1+decimals]
			}
			all = append(all, w)
		}
	}
	return all
}

// withinWord reports whether a value matches if and only if one of its words
// holds the one text that there is: it has no separator, and may stand anywhere.
func withinWord(p filter.Pieces, words []wordCondition) bool {
	return p.Enough && len(p.Texts) == 1 && !p.Start && !p.End &&
		len(words) == 1 && words[0].all
}

// search finds those of the records left whose text meets a condition with these
// pieces, as match tells. Those in sure do; of the others, none do but in maybe,
// which may be nil.
func (c *column) search(p filter.Pieces, match func(v []byte) bool, quick func() bool, left bitmap, m *Memory) (sure, maybe bitmap) {
	if c.templates {
		return c.searchTemplates(p, match, quick, left, m)
	}
	return c.searchWords(p, match, left, m)
}

// searchWords finds those of the records left whose text holds the pieces, where
// match tells whether a text does that has no more than one word. Those in sure
// do; of the others, none do but in maybe.
func (c *column) searchWords(p filter.Pieces, match func(word []byte) bool, left bitmap, m *Memory) (sure, maybe bitmap) {
	words := wordConditions(p)
	sure = m.empty(c.n)
	if withinWord(p, words) {
		for code := range uint32(c.len()) {
			if match(c.value(code)) {
				c.or(sure, code)
			}
		}
		maybe = m.empty(c.n)
		c.orRare(maybe, &words[0], p.Folded, m)
		maybe.and(left)
		return sure, maybe
	}
	maybe = m.take(c.n)
	copy(maybe, left)
	c.narrow(maybe, words, p.Folded, m)
	return sure, maybe
}

// fewBlocks are read sooner than narrowed down any further.
const fewBlocks = 8

// narrow drops records of which the words show that they don't meet all of the
// conditions. What tells most for the least comes first.
func (c *column) narrow(maybe bitmap, words []wordCondition, folded bool, m *Memory) {
	some := m.take(c.n)
	defer m.give(some)
	for i := range words {
		w := &words[i]
		if w.decimal != "" {
			clear(some)
			c.terms.orBlocks(some, decimalTerm([]byte(w.decimal)))
			maybe.and(some)
		}
		if w.dotted {
			clear(some)
			c.orTerm(some, dottedTerm(wordHash(m.lower(w.text))), folded)
			maybe.and(some)
		}
	}
	for _, whole := range []bool{true, false} {
		for i := range words {
			w := &words[i]
			if whole != (w.begins && w.ends) || !w.tells() {
				continue
			}
			if maybe.used() <= fewBlocks {
				return
			}
			clear(some)
			c.orRare(some, w, folded, m)
			c.orCommon(some, w, folded, m)
			maybe.and(some)
		}
	}
}

// tells reports whether the terms tell where a rare word may meet the condition.
func (w *wordCondition) tells() bool {
	if w.begins && w.ends {
		return true
	}
	for i := range len(w.text) - 2 {
		if !isDigit(w.text[i]) || !isDigit(w.text[i+1]) || !isDigit(w.text[i+2]) {
			return true
		}
	}
	return false
}

func (m *Memory) lower(text string) []byte {
	m.lowered = appendLower(m.lowered[:0], text)
	return m.lowered
}

// orCommon adds the records of words with a list that may meet the condition.
func (c *column) orCommon(dst bitmap, w *wordCondition, folded bool, m *Memory) {
	if folded {
		for _, code := range c.foreign {
			c.or(dst, code)
		}
		if isForeign(w.text) {
			return // only such words can meet it
		}
	}
	literal := bytescan.NewLiteral
	if folded {
		literal = bytescan.NewFolded
	}
	l := literal([]byte(w.text))
	lowered := m.lower(w.text)
	c.holding(&l, func(code uint32) {
		v := c.value(code)
		if w.begins && !hasPrefix(v, w.text, lowered, folded) || w.ends && !hasSuffix(v, w.text, lowered, folded) {
			return
		}
		c.or(dst, code)
	})
}

func hasPrefix(v []byte, text string, lowered []byte, folded bool) bool {
	if !folded {
		return len(v) >= len(text) && string(v[:len(text)]) == text
	}
	return len(v) >= len(lowered) && bytes.Equal(appendLower(nil, v[:len(lowered)]), lowered)
}

func hasSuffix(v []byte, text string, lowered []byte, folded bool) bool {
	if !folded {
		return len(v) >= len(text) && string(v[len(v)-len(text):]) == text
	}
	return len(v) >= len(lowered) && bytes.Equal(appendLower(nil, v[len(v)-len(lowered):]), lowered)
}

// orRare adds the blocks in which a word without a list may meet the condition.
func (c *column) orRare(dst bitmap, w *wordCondition, folded bool, m *Memory) {
	if folded && isForeign(w.text) {
		c.orTerm(dst, foreign, false)
		return
	}
	lowered := m.lower(w.text)
	if w.begins && w.ends {
		c.orTerm(dst, wordTerm(wordHash(lowered)), folded)
		return
	}
	some, both := bitmap(nil), m.take(c.n)
	defer m.give(both)
	for i := range len(lowered) - 2 {
		t, ok := trigramTerm(lowered[i:])
		if !ok {
			continue
		}
		clear(both)
		c.terms.orBlocks(both, t)
		if some == nil {
			some = m.take(c.n)
			copy(some, both)
		} else {
			some.and(both)
		}
	}
	if some == nil {
		dst.fill(c.n) // nothing tells where such a word may stand
		return
	}
	dst.or(some)
	m.give(some)
	if folded {
		c.orTerm(dst, foreign, false)
	}
}

// orTerm adds the blocks in which a term may stand; and, folded, those with
// words beyond ASCII, whose terms are of other bytes.
func (c *column) orTerm(dst bitmap, t term, folded bool) {
	c.terms.orBlocks(dst, t)
	if folded {
		c.terms.orBlocks(dst, foreign)
	}
}
