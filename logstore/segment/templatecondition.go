package segment

import (
	"slices"

	"daybook/filter"
	"daybook/filter/bytescan"
)

// A templateCondition is what a condition asks of templates, and of the digits
// that fill them.
type templateCondition struct {
	pieces filter.Pieces

	literal []byte // stands in the template of each value that matches; folded ones of ASCII only
	slots   int    // of literal
	decides bool   // and where it stands, all values match

	// Whether a value matches does not depend on what fills its slots; with
	// anyHex, not on what fills those for hexadecimal numbers either.
	anyDigit, anyHex bool

	digits  []byte // numbers that fill slots in a row in each value that matches
	hexWord []byte // the same, where slots for hexadecimal numbers alone make the difference

	// Where number is not empty, it is the only one of the pieces that slots may
	// be a part of: a value matches if the pieces before it and behind it stand
	// in the template, and number between them. If case is folded, that goes for
	// templates of ASCII.
	number        string
	before, after []string
	digitsAt      int  // where digits, or hexWord, begin in number
	alone         bool // number is all that is asked for
}

// newTemplateCondition returns what pieces ask for.
func newTemplateCondition(p filter.Pieces) *templateCondition {
	c := &templateCondition{pieces: p, anyDigit: p.Enough || p.AnyDigit, anyHex: p.Enough || p.AnyHex}
	hexWords, plain, at := 0, 0, 0
	for i, text := range p.Texts {
		if p.Folded {
			text = toASCII.Replace(text)
		}
		r := pieceReader{c: c, text: text, begins: i == 0 && p.Start, ends: i == len(p.Texts)-1 && p.End}
		r.read()
		hexWords += r.hexWords
		if r.plain() {
			plain++
		} else {
			at = i
		}
	}
	if hexWords != 1 || !p.Enough {
		c.hexWord = nil
	}
	alone := p.Enough && len(p.Texts) == 1 && !p.Start && !p.End
	c.decides = alone && plain == 1
	foreign := p.Folded && slices.ContainsFunc(p.Texts, func(text string) bool { return isForeign(text) })
	if p.Enough && plain == len(p.Texts)-1 && !foreign {
		c.number, c.before, c.after = p.Texts[at], p.Texts[:at], p.Texts[at+1:]
		c.alone = alone
	}
	return c
}

// selective reports whether the literal leaves few templates, so that it is
// better to look for that than for digits everywhere.
func (c *templateCondition) selective() bool {
	const enough = 6
	return 2*len(c.literal)-c.slots >= enough
}

// A pieceReader finds out what one piece asks for.
type pieceReader struct {
	c            *templateCondition
	text         string
	begins, ends bool // the piece begins or ends the value
	hexWords     int  // words that may be hexadecimal numbers, or letters
	unsure       bool // some byte is a slot, or may be one, or is another character

	// What is known to stand in a row up to here:
	literal  []byte
	slots    int // of literal
	digits   []byte
	digitsAt int // where digits begin in text
}

// plain reports whether the piece, read, stands in a template as it is.
func (r *pieceReader) plain() bool { return !r.unsure }

func (r *pieceReader) read() {
	for at := 0; at < len(r.text); {
		of := shapes[r.text[at]]
		end := at + 1
		if of == 0 {
			r.byte(r.text[at])
			at = end
			continue
		}
		for ; end < len(r.text) && shapes[r.text[end]] != 0; end++ {
			of |= shapes[r.text[end]]
		}
		open := at == 0 && !r.begins || end == len(r.text) && !r.ends
		r.word(at, end, of, open)
		at = end
	}
	r.endLiteral()
	r.endDigits()
}

// word takes the word text[from:to] of that shape; an open one may be part of a
// longer one.
func (r *pieceReader) word(from, to int, of shape, open bool) {
	word := r.text[from:to]
	if of&shapeDigit != 0 && r.c.pieces.Enough {
		r.c.anyDigit, r.c.anyHex = false, false
	}
	if !r.certain(of, len(word), open) {
		r.uncertain(word, from, of)
		return
	}
	slot, whole := of.slot(len(word))
	for i := range len(word) {
		c := word[i]
		if of&shapeDigit != 0 && (whole || shapes[c] == shapeDigit) {
			r.digit(from + i)
			r.literal = append(r.literal, slot)
			r.slots++
		} else {
			r.byte(c)
		}
	}
}

// certain reports whether it is known which bytes of a word are slots.
func (r *pieceReader) certain(of shape, length int, open bool) bool {
	const hex = shapeLower | shapeUpper
	switch {
	case of&shapeOther != 0:
		return true // no number, whatever it is a part of
	case open:
		return of&hex == hex && !r.c.pieces.Folded
	}
	// A whole word in another case may be a number as well, or another one.
	return !r.c.pieces.Folded || of&shapeDigit == 0 || of&hex == 0 || length < shortestHex
}

// uncertain takes a word of which digits certainly fill slots, but letters may
// or may not.
func (r *pieceReader) uncertain(word string, from int, of shape) {
	r.endLiteral()
	r.unsure = true
	if of&shapeDigit == 0 {
		r.hexWords++
		if r.c.pieces.Enough {
			r.c.anyHex = false
		}
		r.c.hexWord = nil
		if r.c.digits == nil {
			r.c.digitsAt = from
		}
		for i := range min(len(word), bytescan.MostNibbles) {
			r.c.hexWord = append(r.c.hexWord, nibble(word[i]))
		}
	}
	for i := range len(word) {
		if shapes[word[i]] == shapeDigit {
			r.digit(from + i)
		} else {
			r.endDigits()
		}
	}
}

// digit takes the one at text[at], which fills a slot.
func (r *pieceReader) digit(at int) {
	if len(r.digits) == 0 {
		r.digitsAt = at
	}
	r.digits = append(r.digits, nibble(r.text[at]))
	r.unsure = true
}

// byte takes one that is no slot.
func (r *pieceReader) byte(c byte) {
	if c >= 0x80 && r.c.pieces.Folded {
		r.endLiteral() // it may be others
		r.unsure = true
		return
	}
	r.literal = append(r.literal, c)
}

// endLiteral keeps the literal up to here if it tells more than others.
func (r *pieceReader) endLiteral() {
	c := r.c
	if kept, now := len(c.literal)-c.slots, len(r.literal)-r.slots; now > kept || now == kept && r.slots > c.slots {
		c.literal, c.slots = r.literal, r.slots
	}
	r.literal, r.slots = nil, 0
}

func (r *pieceReader) endDigits() {
	digits := r.digits[:min(len(r.digits), bytescan.MostNibbles)]
	if len(digits) > len(r.c.digits) {
		r.c.digits, r.c.digitsAt = digits, r.digitsAt
	}
	r.digits = nil
}

// fits reports whether values of a template may begin and end as they must.
func (c *templateCondition) fits(template []byte) bool {
	p := &c.pieces
	if len(p.Texts) == 0 {
		return true
	}
	if p.Start && !c.mayStand(template, p.Texts[0], false) {
		return false
	}
	return !p.End || c.mayStand(template, p.Texts[len(p.Texts)-1], true)
}

// mayStand reports whether what a template makes may begin with text, or where
// backwards end with it.
func (c *templateCondition) mayStand(template []byte, text string, backwards bool) bool {
	folded := c.pieces.Folded
	for i := range len(text) {
		at, of := i, i
		if backwards {
			at, of = len(template)-1-i, len(text)-1-i
		}
		if folded && text[of] >= 0x80 {
			return true // the lengths may differ from here on
		}
		if i == len(template) {
			return false
		}
		switch t := template[at]; {
		case t >= anySlot:
			if shapes[text[of]]&(shapeDigit|shapeLower|shapeUpper) == 0 {
				return false
			}
		case t == text[of]:
		case !folded:
			return false
		case t >= 0x80:
			return true
		case lower(t) != lower(text[of]):
			return false
		}
	}
	return true
}

// between returns where number may stand in a value of a template: from one byte
// up to another. It reports false where the other pieces do not stand there.
func (c *templateCondition) between(template []byte) (from, to int, ok bool) {
	to = len(template)
	for i, text := range c.before {
		at := c.place(template[:to], text, from, 1)
		if at < 0 || i == 0 && c.pieces.Start && at > 0 {
			return 0, 0, false
		}
		from = at + len(text)
	}
	for i := range c.after {
		text := c.after[len(c.after)-1-i]
		last := to - len(text)
		at := c.place(template, text, last, -1)
		if at < from || i == 0 && c.pieces.End && at < last {
			return 0, 0, false
		}
		to = at
	}
	return from, to, true
}

// anchored reports whether number, from one byte up to another of a value of that
// length, begins and ends it where it must.
func (c *templateCondition) anchored(from, to, length int) bool {
	p := &c.pieces
	return !(p.Start && len(c.before) == 0 && from > 0) && !(p.End && len(c.after) == 0 && to < length)
}

// place returns where text first stands in a template, from a place on, forwards
// or backwards; -1 if it does not.
func (c *templateCondition) place(template []byte, text string, at, step int) int {
	for ; at >= 0 && at+len(text) <= len(template); at += step {
		if c.same(template[at:at+len(text)], text) {
			return at
		}
	}
	return -1
}

// same reports whether bytes of a template without slots are the text.
func (c *templateCondition) same(template []byte, text string) bool {
	if !c.pieces.Folded {
		return string(template) == text
	}
	for i, t := range template {
		if lower(t) != lower(text[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c-'A' < 26 {
		c += 'a' - 'A'
	}
	return c
}
