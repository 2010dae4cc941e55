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
	if hasPairs(text) {
		p := pairs{text: prepared(text, nil)}
		text = p.mask()
	}
	return m.Tokens(text) // not before, or a secret may hide what the text is made of
}

// Broken is Text for what may be the remains of a structure: JSON that is not
// valid or was cut off, a form, a configuration. Whatever follows the name of a
// secret is masked, up to where it may end at the earliest beyond doubt.
func (m *Masker) Broken(text string) string {
	p := pairs{text: prepared(text, nil), strict: true}
	return m.Tokens(p.mask())
}

// LearnText learns the values in text that Text would mask for their name.
func (m *Masker) LearnText(text string) {
	if !hasPairs(text) {
		return
	}
	p := pairs{text: prepared(text, m.LearnNamed), learn: m.LearnNamed}
	p.mask()
}

// LearnBroken learns the values in text that Broken would mask for their name.
func (m *Masker) LearnBroken(text string) {
	p := pairs{text: prepared(text, m.LearnNamed), strict: true, learn: m.LearnNamed}
	p.mask()
}

// hasPairs reports whether there may be a name with a value in text.
func hasPairs(text string) bool { return strings.ContainsAny(text, "=:>%[") || hasBearer(text) }

// prepared returns text without what has other marks of a secret than a name before
// it. learn, which may be nil, is told of that; passwords in URLs and what bearers show
// have no name.
func prepared(text string, learn func(name, value string)) string {
	var nameless func(string)
	if learn != nil {
		nameless = func(text string) { learn("", text) }
	}
	return bearers(passwords(besideInText(text, learn), nameless), nameless)
}

// pairs looks for names of secrets with a value behind them. The work grows
// with the length of the text only.
type pairs struct {
	text   string
	strict bool
	learn  func(name, value string) // is told of each value; nil: nobody
	depth  int                      // how often the text was escaped
	quote  int                      // where the first quote stands, counted from 1; 0: not known yet
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
		from, to := p.value(start, end)
		if from == to {
			continue
		}
		between := pairs{text: p.text[end:from], strict: p.strict, learn: p.learn, depth: p.depth} // attributes of an element
		shown.WriteString(p.text[done:end])
		shown.WriteString(between.mask())
		shown.WriteString(Masked)
		i, done = to, to
	}
	if done == 0 {
		return p.text
	}
	shown.WriteString(p.text[done:])
	return shown.String()
}

// found tells learn of a value, unless it is an array or object. It may have been
// taken for longer than it is, as one in a list of values.
func (p *pairs) found(name, value string) {
	if p.learn == nil || value == "" || strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[") {
		return
	}
	learnLines(name, value, p.learn)
	if n := cutset(value, ",;'`)}"); n < len(value) {
		p.learn(name, value[:n])
	}
}

// learnLines tells learn of a value; of a block of YAML each line is one.
func learnLines(name, value string, learn func(name, value string)) {
	if value == "" || strings.IndexByte("|>\r\n", value[0]) < 0 {
		learn(name, value)
		return
	}
	for line := range strings.SplitSeq(value, "\n") {
		learn(name, strings.TrimLeft(line, "-|> \t"))
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
	within := pairs{text: prepared(plain, p.learn), strict: p.strict, learn: p.learn, depth: p.depth + 1}
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
