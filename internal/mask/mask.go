package mask

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Masked stands where a secret stood.
const Masked = "***"

// Bounds of what a Masker learns. A shorter text is no secret worth the name,
// and stands in too many innocent words.
const (
	shortestSecret = 6        // bytes
	longestSecret  = 16 << 10 // bytes; a longer one is learned in pieces
	mostSecrets    = 512      // per Masker, pieces and ways of writing counted

	// shortestQuote is how much of the beginning of a longer secret is enough to
	// know it where a text quotes no more of it.
	shortestQuote = 32 // bytes
)

// A Masker masks secrets that are known by their name or form, and those it
// has learned by their text. The zero Masker has learned none. Its methods may
// be called concurrently, except those that learn.
type Masker struct {
	// Answer is set while the secrets of an answer are learned. What it says under the
	// name of a secret, "password": ["This field is required."], is about it as a rule:
	// sentences are not learned then, nor are words. What the request offered is.
	Answer bool

	learned []string // the longest first
}

// Learn makes the masker mask secret wherever it stands, as it is and as JSON, HTML
// and URLs write it. What is shorter than six bytes is not learned.
func (m *Masker) Learn(secret string) {
	secret = strings.TrimSpace(secret)
	for len(secret) > longestSecret && len(m.learned) < mostSecrets {
		m.learn(secret[:longestSecret])
		secret = secret[longestSecret:]
	}
	if len(secret) < shortestSecret || len(secret) > longestSecret {
		return
	}
	if strings.IndexFunc(secret, func(r rune) bool {
		return r >= utf8.RuneSelf || !isAlphanumeric(byte(r)) && r != '-' && r != '_' && r != '.'
	}) < 0 {
		m.learn(secret) // as it is written everywhere
		return
	}
	quoted := string(AppendQuoted(nil, secret))
	forms := [...]string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret), escaped(secret),
		quoted[1 : len(quoted)-1], strings.ReplaceAll(secret, "/", `\/`),
		strings.Trim(strconv.QuoteToASCII(secret), `"`),
	}
	for i, form := range forms {
		if !slices.Contains(forms[:i], form) {
			m.learn(form)
		}
	}
}

// LearnNamed is Learn for the value of a header, parameter or member of that name,
// which speaks of a secret. It learns as well what stands behind the scheme of an
// authorization, and of cookies each. Words that many requests have are no secrets: the
// scheme alone, and the type of a token, as in token_type=Bearer.
func (m *Masker) LearnNamed(name, value string) {
	name = strings.ReplaceAll(strings.ReplaceAll(strings.ToLower(name), "-", ""), "_", "")
	switch {
	case isScheme(value), strings.HasSuffix(name, "tokentype"), strings.HasSuffix(name, "tokentypehint"):
		return
	case strings.Contains(name, "setcookie"):
		cookie, _, _ := strings.Cut(value, ";")
		m.learnCookies(cookie)
		return
	case strings.Contains(name, "cookie"):
		m.learnCookies(value)
		return
	}
	scheme, token, ok := strings.Cut(strings.TrimSpace(value), " ")
	if m.Answer && isMessage(scheme, token) {
		return
	}
	m.Learn(value)
	if !ok {
		return
	}
	m.Learn(token)
	if strings.EqualFold(scheme, "Basic") {
		r := http.Request{Header: http.Header{"Authorization": {value}}}
		if _, password, ok := r.BasicAuth(); ok {
			m.Learn(password)
		}
	}
}

// isMessage reports whether an answer says something about a secret in text, whose
// first word and rest these are: in several words, or in one of letters such as
// token_not_valid.
func isMessage(word, rest string) bool {
	if rest != "" {
		return strings.Contains(rest, " ") || !isScheme(word) && !strings.EqualFold(word, "Token") && !strings.EqualFold(word, "Basic")
	}
	return len(word) <= 2*longestWord && strings.TrimFunc(word, func(r rune) bool { return unicode.IsLetter(r) || r == '_' || r == '-' || r == '.' }) == ""
}

// isScheme reports whether a value is a scheme of authorization, of those that have
// letters enough to be learned.
func isScheme(value string) bool {
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "bearer", "digest", "negotiate", "apikey", "api-key":
		return true
	}
	return false
}

// LearnHeader learns the tokens and cookies that h offers.
func (m *Masker) LearnHeader(h http.Header) {
	for name, values := range h {
		learn := m.LearnText
		if Name(name) {
			learn = func(value string) { m.LearnNamed(name, value) }
		}
		for _, value := range values {
			learn(value)
		}
	}
}

// learnBeside is LearnNamed for a value whose name stands beside it. A word is none that
// is to be masked elsewhere: {"type": "password", "value": "required"} is of a form.
func (m *Masker) learnBeside(name, value string) {
	if !isWord(strings.TrimSpace(value)) {
		m.LearnNamed(name, value)
	}
}

// longestWord is how long a word may be that a cookie says, and everybody else.
const longestWord = 15 // bytes

// isWord reports whether value is a word of letters alone, or nothing.
func isWord(value string) bool {
	return len(value) <= longestWord && strings.TrimFunc(value, unicode.IsLetter) == ""
}

// learnCookies learns the values of cookies, each name=value, as they were sent and
// as programs read them that escape them. Words are none: there is os=Windows, and no
// program takes a few letters for a session.
func (m *Masker) learnCookies(cookies string) {
	for cookie := range strings.SplitSeq(cookies, ";") {
		_, value, ok := strings.Cut(cookie, "=")
		if !ok {
			value = cookie
		}
		value = strings.Trim(strings.TrimSpace(value), `"`)
		if isWord(value) {
			continue
		}
		m.Learn(value)
		if strings.Contains(value, "%") {
			m.Learn(unescape(value))
		}
	}
}

// learn keeps one way of writing a secret.
func (m *Masker) learn(text string) {
	if text == Masked || len(m.learned) >= mostSecrets || slices.Contains(m.learned, text) {
		return
	}
	at, _ := slices.BinarySearchFunc(m.learned, text, func(a, b string) int { return len(b) - len(a) })
	m.learned = slices.Insert(m.learned, at, text)
}

// escaped returns text as it stands between the quotes of a JSON string.
func escaped(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		return text
	}
	return string(quoted[1 : len(quoted)-1])
}

// Tokens returns text with Masked in place of each API token, JWT and private key, and
// each secret that was learned, or of the beginning of a long one.
func (m *Masker) Tokens(text string) string {
	quoted := false
	for _, secret := range m.learned {
		if strings.Contains(text, head(secret)) {
			text = strings.ReplaceAll(text, secret, Masked)
			quoted = true
		}
	}
	text = Tokens(text)
	if quoted {
		for _, secret := range m.learned {
			text = withoutQuotes(text, secret)
		}
	}
	return text
}

// head returns the beginning of a secret by which it is known.
func head(secret string) string { return secret[:min(len(secret), shortestQuote)] }

// withoutQuotes returns text with Masked in place of what it has of a secret from
// its beginning on, if that is enough to know it.
func withoutQuotes(text, secret string) string {
	known := head(secret)
	at := strings.Index(text, known)
	if at < 0 {
		return text
	}
	var shown strings.Builder
	for ; at >= 0; at = strings.Index(text, known) {
		n := at + len(known)
		for i := len(known); n < len(text) && i < len(secret) && text[n] == secret[i]; i++ {
			n++
		}
		shown.WriteString(text[:at])
		shown.WriteString(Masked)
		text = text[n:]
	}
	shown.WriteString(text)
	return shown.String()
}

// Tokens returns text with Masked in place of each API token, JWT and private key.
func Tokens(text string) string { return jwts(apiTokens(privateKeys(text))) }

// Tail returns text, which was cut off where it ends, without what may be the
// beginning of a secret that was learned.
func (m *Masker) Tail(text string) string {
	from := len(text)
	for _, secret := range m.learned {
		for n := min(len(secret)-1, len(text)); n > len(text)-from; n-- {
			if strings.HasSuffix(text, secret[:n]) {
				from = len(text) - n
				break
			}
		}
	}
	if from == len(text) {
		return text
	}
	return text[:from] + Masked
}
