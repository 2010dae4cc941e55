package rpc

import (
	"bytes"
	"strings"
)

// masked stands where a secret stood.
const masked = "***"

// API tokens are recognised by their form wherever they stand: this prefix, and
// then many letters and digits.
const (
	tokenPrefix = "dbk_"
	tokenLength = 16 // characters after the prefix, at least
)

// appendMasked appends text, which must be valid JSON, without the white space
// between its tokens. "***" stands in place of each value whose member name
// speaks of a secret, and of each token inside a string. Everything else
// stays byte for byte.
func appendMasked(dst, text []byte) []byte {
	s := jsonScan{text: text}
	return s.value(dst)
}

// maskText returns text without the tokens in it. It is for text of
// unknown form, which is given up whole where it speaks of any other secret.
func maskText(text string) string {
	if secretName(text) {
		return masked
	}
	return maskTokens(text)
}

// maskTokens returns text with "***" in place of each token.
func maskTokens(text string) string { return maskJWTs(maskAPITokens(text)) }

// maskAPITokens returns text with "***" in place of each API token.
func maskAPITokens(text string) string {
	var shown strings.Builder
	done := 0 // bytes of text that are in shown, or masked
	for from := 0; ; {
		i := strings.Index(text[from:], tokenPrefix)
		if i < 0 {
			break
		}
		start := from + i
		from = start + len(tokenPrefix)
		end := from
		for end < len(text) && isAlphanumeric(text[end]) {
			end++
		}
		if end-from >= tokenLength {
			shown.WriteString(text[done:start])
			shown.WriteString(masked)
			from, done = end, end
		}
	}
	if done == 0 {
		return text
	}
	shown.WriteString(text[done:])
	return shown.String()
}

func isAlphanumeric(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// secretName reports whether a member of this name holds a secret, whatever
// its value is.
func secretName(name string) bool {
	name = strings.ToLower(name)
	name = strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), "_", "")
	for _, word := range []string{
		"authorization", "cookie", "token", "password", "passwd",
		"secret", "apikey", "credential", "sessionid",
	} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// A jsonScan walks over a valid JSON text. Its depth is that of the text: small
// for requests and our own answers, and never more than the 10,000 that
// json.Valid, which says of messages that were refused whether they are JSON,
// lets pass.
type jsonScan struct {
	text []byte // what is left
}

// value appends the value at the head of the text, masked, and passes over it.
func (s *jsonScan) value(dst []byte) []byte {
	s.space()
	switch s.text[0] {
	case '{':
		return s.list(dst, '}', s.member)
	case '[':
		return s.list(dst, ']', s.value)
	case '"':
		return s.str(dst)
	}
	n := bytes.IndexAny(s.text, ",]} \t\r\n")
	if n < 0 {
		n = len(s.text)
	}
	return append(dst, s.take(n)...)
}

// list appends an array or object whose items item appends.
func (s *jsonScan) list(dst []byte, end byte, item func([]byte) []byte) []byte {
	dst = append(dst, s.take(1)...)
	for {
		s.space()
		switch s.text[0] {
		case end:
			return append(dst, s.take(1)...)
		case ',':
			dst = append(dst, s.take(1)...)
		default:
			dst = item(dst)
		}
	}
}

// member appends a member of an object.
func (s *jsonScan) member(dst []byte) []byte {
	name := s.text
	dst = s.str(dst)
	name = name[:len(name)-len(s.text)]
	s.space()
	dst = append(dst, s.take(1)...) // the colon
	if !secretName(unquote(name)) {
		return s.value(dst)
	}
	end := len(dst)
	dst = s.value(dst) // passed over, and given up
	return appendQuoted(dst[:end], []byte(masked))
}

// str appends a string without the tokens in it.
func (s *jsonScan) str(dst []byte) []byte {
	n := 1
	for s.text[n] != '"' {
		if s.text[n] == '\\' {
			n++
		}
		n++
	}
	quoted := s.take(n + 1)
	text := unquote(quoted)
	if shown := maskTokens(text); shown != text {
		return appendQuoted(dst, []byte(shown))
	}
	return append(dst, quoted...)
}

// space passes over white space.
func (s *jsonScan) space() {
	s.text = bytes.TrimLeft(s.text, " \t\r\n")
}

// take passes over n bytes and returns them.
func (s *jsonScan) take(n int) []byte {
	head := s.text[:n]
	s.text = s.text[n:]
	return head
}
