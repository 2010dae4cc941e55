package mask

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Masked stands where a secret stood.
const Masked = "***"

// Bounds of what a Masker learns. A shorter text is no secret worth the name,
// and stands in too many innocent words.
const (
	shortestSecret = 6        // bytes
	longestSecret  = 16 << 10 // bytes; no header holds a longer one
	mostSecrets    = 256      // per Masker
)

// A Masker masks secrets that are known by their name or form, and those it
// has learned by their text. The zero Masker has learned none. Its methods may
// be called concurrently, except those that learn.
type Masker struct {
	learned []string // the longest first
}

// Learn makes the masker mask secret wherever it stands, as it is and as JSON
// and URLs write it. What is shorter than six bytes is not learned.
func (m *Masker) Learn(secret string) {
	secret = strings.TrimSpace(secret)
	if len(secret) < shortestSecret || len(secret) > longestSecret {
		return
	}
	if strings.IndexFunc(secret, func(r rune) bool {
		return r >= utf8.RuneSelf || !isAlphanumeric(byte(r)) && r != '-' && r != '_' && r != '.'
	}) < 0 {
		m.learn(secret) // as it is written everywhere
		return
	}
	forms := [...]string{secret, url.QueryEscape(secret), url.PathEscape(secret), escaped(secret)}
	for i, form := range forms {
		if !slices.Contains(forms[:i], form) {
			m.learn(form)
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

// Tokens returns text with Masked in place of each API token, each JWT, and each
// secret that was learned.
func (m *Masker) Tokens(text string) string {
	for _, secret := range m.learned {
		if strings.Contains(text, secret) {
			text = strings.ReplaceAll(text, secret, Masked)
		}
	}
	return Tokens(text)
}

// Tokens returns text with Masked in place of each API token and each JWT.
func Tokens(text string) string { return jwts(apiTokens(text)) }

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
