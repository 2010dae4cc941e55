package mask

import (
	"net/url"
	"strings"
)

// Text returns text for people, such as an error message or the value of a
// header, without the tokens in it, and without the values in it that have the
// name of a secret: password=…, "password": "…", Authorization: … and the like.
// After a name and a colon, words of prose stay.
func (m *Masker) Text(text string) string {
	if !hasPairs(text) {
		return m.Tokens(text)
	}
	p := pairs{text: passwords(m.Tokens(text), nil)}
	return p.mask()
}

// Broken is Text for what may be the remains of a structure: JSON that is not
// valid or was cut off, a form, a configuration. Whatever follows the name of a
// secret is masked, up to where it may end at the earliest beyond doubt.
func (m *Masker) Broken(text string) string {
	p := pairs{text: passwords(m.Tokens(text), nil), strict: true}
	return p.mask()
}

// LearnText learns the values in text that Text would mask for their name.
func (m *Masker) LearnText(text string) {
	if !hasPairs(text) {
		return
	}
	p := pairs{text: passwords(text, m.Learn), learn: m.Learn}
	p.mask()
}

// LearnBroken learns the values in text that Broken would mask for their name.
func (m *Masker) LearnBroken(text string) {
	p := pairs{text: passwords(text, m.Learn), strict: true, learn: m.Learn}
	p.mask()
}

// hasPairs reports whether there may be a name with a value in text.
func hasPairs(text string) bool { return strings.ContainsAny(text, "=:>%") }

// pairs looks for names of secrets with a value behind them. The work grows
// with the length of the text only.
type pairs struct {
	text   string
	strict bool
	learn  func(string) // is told of each value; nil: nobody
	depth  int          // how often the text was escaped
	quote  int          // where the first quote stands, counted from 1; 0: not known yet
}

// maxEscapes is how often a text may be escaped as for a URL, one time around the
// other, and still be looked into.
const maxEscapes = 4

// mask returns the text with Masked in place of each value.
func (p *pairs) mask() string {
	var shown strings.Builder
	done := 0 // bytes of text that are in shown, or masked
	for i := 0; i < len(p.text); {
		if !inName(p.text[i]) {
			i++
			continue
		}
		end := i + 1
		for end < len(p.text) && inName(p.text[end]) {
			end++
		}
		name := p.text[i:end]
		start := i
		i = end
		if strings.Contains(name, "%") {
			if within, secret := p.escaped(name); secret {
				shown.WriteString(p.text[done:start])
				shown.WriteString(within)
				done = end
				continue
			}
		}
		if len(name) < len("token") || !Name(name) {
			continue
		}
		from, to := p.value(name, end)
		if from == to {
			continue
		}
		p.found(p.text[from:to])
		shown.WriteString(p.text[done:from])
		shown.WriteString(Masked)
		i, done = to, to
	}
	if done == 0 {
		return p.text
	}
	shown.WriteString(p.text[done:])
	return shown.String()
}

// found tells learn of a value. It may have been taken for longer than it is, as
// one in a list of values.
func (p *pairs) found(value string) {
	if p.learn == nil {
		return
	}
	p.learn(value)
	if n := cutset(value, ",;'`)}"); n < len(value) {
		p.learn(value[:n])
	}
}

// escaped looks for values in text that is escaped as for a URL, and returns it as
// it is shown if there are any.
func (p *pairs) escaped(text string) (shown string, secret bool) {
	if p.depth == maxEscapes {
		return text, false
	}
	plain := unescape(text)
	if plain == text {
		return text, false
	}
	within := pairs{text: plain, strict: p.strict, learn: p.learn, depth: p.depth + 1}
	shown = within.mask()
	return escape(shown), shown != plain
}

// inName reports whether c may stand in a name: as it is, within the escapes of
// JSON and URLs, and as a[b] in forms.
func inName(c byte) bool {
	switch c {
	case '-', '_', '.', '%', '\\', '[', ']', '$', '@':
		return true
	}
	return isAlphanumeric(c) || c >= 0x80
}

// unescape resolves the escapes of a part of a URL, and leaves what is none.
func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	var plain strings.Builder
	for i := 0; i < len(text); i++ {
		if c := text[i:min(i+3, len(text))]; c[0] == '%' {
			if one, err := url.PathUnescape(c); err == nil {
				plain.WriteString(one)
				i += len(c) - 1
				continue
			}
		}
		plain.WriteByte(text[i])
	}
	return plain.String()
}

// value returns where the value of a name stands that ends before at; from == to
// where there is none.
func (p *pairs) value(name string, at int) (from, to int) {
	quoted := strings.HasSuffix(name, `\`) // the backslash of a quote
	if end := p.nameEnd(at); end > at {
		quoted, at = true, end
	}
	at = p.space(at, quoted)
	start := at
	at = p.skip(at, "=:>")
	separator := p.text[start:at]
	if separator == "" {
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
	case c == '{' || c == '[':
		return at, p.balanced(at)
	case !quoted && p.strict && separator == ":" && strings.IndexByte("\r\n|>", c) >= 0:
		return at, p.indented(at)
	}
	return at, p.plainEnd(at, name, separator, quoted)
}

// longestName is how much of a name in quotes is looked at behind the word in it
// that speaks of a secret.
const longestName = 64 // bytes

// nameEnd returns what follows the quotes that end a name, which stand at at or
// behind the rest of the name, as in "token id":; at where there are none.
func (p *pairs) nameEnd(at int) int {
	const quotes = `"'\` + "`"
	if end := p.skip(at, quotes); end > at {
		return end
	}
	rest := p.text[at:min(at+longestName, len(p.text))]
	n := strings.IndexAny(rest, quotes+"\r\n")
	if n < 0 {
		return at
	}
	end := p.skip(at+n, quotes)
	if next := p.space(end, true); end > at+n && next < len(p.text) && p.text[next] == ':' {
		return end
	}
	return at
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

// balanced returns where the object or array ends that stands at at; the end of
// the text where it does not.
func (p *pairs) balanced(at int) int {
	depth, inside := 0, false
	for ; at < len(p.text); at++ {
		switch c := p.text[at]; {
		case inside && c == '\\':
			at++
		case c == '"':
			inside = !inside
		case inside:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
	return len(p.text)
}

// plainEnd returns where a value without quotes ends that stands at at.
func (p *pairs) plainEnd(at int, name, separator string, quoted bool) int {
	end := "\r\n"
	name = strings.ToLower(name)
	switch {
	case strings.Contains(name, "authorization"), strings.Contains(name, "cookie"):
		// They are lists of words as a rule, which end with the line.
	case separator == ">":
		end = "<"
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
	case quoted: // a number, or another word of JSON
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

// isProse reports whether word is a word of a sentence.
func isProse(word string) bool {
	return strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" && len(word) <= 12
}
