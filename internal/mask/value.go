package mask

import "strings"

// value returns where the value of the name stands that stands between start and at;
// from == to where there is none. learn is told of it.
//
// What stands in quotes may be the name of a secret that has a value itself, in what is
// left of JSON, or a secret that a message says something about, as in
// password: "token-1": too short. Nothing tells one from the other, so it is all masked.
func (p *pairs) value(start, at int) (from, to int) {
	from, to = p.valueBehind(start, at)
	p.found(p.text[start:at], p.text[from:to])
	for start, at = from, to; p.isName(start, at); {
		next, end := p.valueBehind(start, at)
		if next == end {
			break
		}
		if word, rest, _ := strings.Cut(p.text[next:end], " "); isQuote(p.text[next-1]) || !isMessage(word, rest) {
			p.found(p.text[start:at], p.text[next:end])
		}
		start, at, to = next, end, end
	}
	return from, to
}

// valueBehind is value for the name alone, and does not learn.
func (p *pairs) valueBehind(start, at int) (from, to int) {
	if from, to, ok := p.element(start, at); ok {
		return from, to
	}
	name := p.text[start:at]
	around, at := p.nameEnd(at)
	quoted := around.char != 0
	at = p.space(at, quoted)
	end := p.skip(at, "=:>")
	separator := p.text[at:end]
	if at = end; separator == "" || separator == ":" && isSourceLine(name, p.text[at:]) {
		return at, at
	}
	at = p.space(at, quoted)
	if at == len(p.text) {
		return at, at
	}
	escapes := p.skip(at, `\`) - at
	switch c := p.text[min(at+escapes, len(p.text)-1)]; {
	case c == '"' || c == '\'' || c == '`':
		return at + escapes + 1, p.closing(at+escapes+1, c, escapes)
	case (c == '{' || c == '[') && p.learn != nil:
		return at, at + 1 // what is within is learned for names of its own
	case c == '{' || c == '[':
		return at, p.balanced(at, around)
	case !quoted && p.strict && separator == ":" && strings.IndexByte("\r\n|>", c) >= 0:
		return at, p.indented(at)
	}
	return at, p.plainEnd(at, name, separator, quoted)
}

// isName reports whether what was taken for a value may be the name of a secret that
// has one itself: a quote and a colon follow it.
func (p *pairs) isName(from, to int) bool {
	around, end := p.quoteAt(to)
	next := p.space(end, true)
	return from < to && around.char != 0 && next < len(p.text) && p.text[next] == ':' && Name(p.text[from:to])
}

// longestName is how much of a name in quotes is looked at behind the word in it
// that speaks of a secret.
const longestName = 64 // bytes

// A quote is what stands around a name or a text: nothing where char is 0. escapes is
// how many backslashes stand before each: 1 in a string that holds JSON, 3 in one
// within that.
type quote struct {
	char    byte
	escapes int
}

const quoteChars = "\"'`"

// nameEnd returns the quote that ends a name, which stands at at or behind the rest of
// the name, as in "token id":, and where what follows it stands; at where there is none.
func (p *pairs) nameEnd(at int) (quote, int) {
	if around, end := p.quoteAt(at); around.char != 0 {
		return around, end
	}
	rest := p.text[at:min(at+longestName, len(p.text))]
	n := strings.IndexAny(rest, quoteChars+"\\\r\n")
	if n < 0 {
		return quote{}, at
	}
	around, end := p.quoteAt(at + n)
	if next := p.space(end, true); around.char != 0 && next < len(p.text) && p.text[next] == ':' {
		return around, end
	}
	return quote{}, at
}

// quoteAt returns the last of the quotes that stand at at, and what follows it.
func (p *pairs) quoteAt(at int) (last quote, end int) {
	end = at
	for {
		char := p.skip(at, `\`)
		if char == len(p.text) || strings.IndexByte(quoteChars, p.text[char]) < 0 {
			return last, end
		}
		for at > 0 && p.text[at-1] == '\\' {
			at-- // it was taken for a part of the name
		}
		last = quote{p.text[char], char - at}
		at, end = char+1, char+1
	}
}

// space returns where, from at on, the first character is that is no white space. In
// a structure, in which names are quoted, line breaks are that, as they are and
// escaped.
func (p *pairs) space(at int, structure bool) int {
	for {
		at = p.skip(at, " \t")
		if !structure {
			return at
		}
		at = p.skip(at, "\r\n")
		if escaped := p.skip(at, `\`); escaped > at && escaped < len(p.text) && strings.IndexByte("nrt", p.text[escaped]) >= 0 {
			at = escaped + 1
		} else if at == len(p.text) || strings.IndexByte(" \t", p.text[at]) < 0 {
			return at
		}
	}
}

// indented returns where a value ends that stands on the lines after the one of at,
// as in YAML: before the first of them that is neither indented nor an item of a list.
func (p *pairs) indented(at int) int {
	for {
		n := strings.IndexByte(p.text[at:], '\n')
		if n < 0 {
			return len(p.text)
		}
		if at += n + 1; at == len(p.text) || strings.IndexByte(" \t\r\n-", p.text[at]) < 0 {
			return at - 1
		}
	}
}

// skip returns where, from at on, the first character is that is not in set.
func (p *pairs) skip(at int, set string) int {
	for at < len(p.text) && strings.IndexByte(set, p.text[at]) >= 0 {
		at++
	}
	return at
}

// closing returns where the string ends that began before at with that many
// backslashes and quote: at a quote with no more backslashes before it. They are
// no part of the string.
func (p *pairs) closing(at int, quote byte, escapes int) int {
	slashes := 0
	for ; at < len(p.text); at++ {
		switch {
		case p.text[at] == '\\':
			slashes++
			continue
		case p.text[at] == quote && (slashes <= escapes || escapes == 0 && slashes%2 == 0):
			return at - min(slashes, escapes)
		}
		slashes = 0
	}
	return at
}

// balanced returns where the object or array ends that stands at at, as the value of
// a name in such quotes; the end of the text where it does not.
func (p *pairs) balanced(at int, around quote) int {
	if around.char == 0 {
		around.char = '"'
	}
	depth, slashes, inside := 0, 0, false
	for ; at < len(p.text); at++ {
		c := p.text[at]
		if c == '\\' {
			slashes++
			continue
		}
		switch {
		case c == around.char:
			if around.ends(slashes) {
				inside = !inside
			}
		case inside:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
		slashes = 0
	}
	return len(p.text)
}

// ends reports whether a quote with so many backslashes before it begins or ends a
// text, and does not stand within it.
func (q quote) ends(slashes int) bool {
	for ; q.escapes > 0; q.escapes /= 2 {
		slashes /= 2
	}
	return slashes%2 == 0
}

// plainEnd returns where a value without quotes ends that stands at at.
func (p *pairs) plainEnd(at int, name, separator string, quoted bool) int {
	end := "\r\n"
	name = strings.ToLower(name)
	switch {
	case quoted && strings.IndexByte("-0123456789", p.text[at]) >= 0: // a number
		end = "\r\n,}]\""
	case separator == ">":
		end = "<"
	case strings.Contains(name, "authorization"), strings.Contains(name, "cookie"):
		// They are lists of words as a rule, which end with the line.
	case strings.Contains(separator, "="):
		// Commas, semicolons and apostrophes stand in passwords as well, and so do
		// blanks in a form that nobody has escaped.
		end = "\r\n&<>"
		if !p.strict {
			end += "\t "
		}
		if p.quotes(at) {
			end += `"`
		}
	case quoted: // another word of JSON
		end = "\r\n,}]\""
	case p.strict:
		end = "\r\n\""
	default:
		end = "\r\n\t \""
		if word := p.text[at : at+cutset(p.text[at:], end)]; isProse(word) && at+len(word) < len(p.text) && p.text[at+len(word)] == ' ' {
			return at
		}
	}
	return at + cutset(p.text[at:], end)
}

// quotes reports whether a quote stands anywhere before at, which may be closed
// behind it.
func (p *pairs) quotes(at int) bool {
	if p.quote == 0 {
		p.quote = 1 + cutset(p.text, `"`)
	}
	return p.quote <= at
}

// cutset returns how many bytes of text stand before the first of set.
func cutset(text, set string) int {
	if n := strings.IndexAny(text, set); n >= 0 {
		return n
	}
	return len(text)
}

// isSourceLine reports whether a name and what follows its colon are a place in Go
// code, as traces of panics have it: token.go:17.
func isSourceLine(name, rest string) bool {
	return strings.HasSuffix(name, ".go") && rest != "" && '1' <= rest[0] && rest[0] <= '9' && len(strings.TrimLeft(rest[:min(7, len(rest))], "0123456789")) > 0
}

// isProse reports whether word is a word of a sentence.
func isProse(word string) bool {
	return strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" && len(word) <= 12
}
