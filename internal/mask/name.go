package mask

import (
	"strings"
	"unicode/utf8"
)

// Name reports whether a member of this name holds a secret, whatever its value
// is: whether it contains, in any case and without hyphens and underscores, one of
// the words authorization, cookie, token, password, passwd, secret, apikey,
// credential and sessionid; as it is, or with the escapes of JSON and URLs resolved.
func Name(name string) bool {
	var letters [64]byte // of most names
	text := letters[:0]
	for i := range len(name) {
		c := name[i]
		switch {
		case c == '-' || c == '_':
			continue
		case c >= utf8.RuneSelf || c == '%' || c == '\\' || len(text) == len(letters):
			return longName(name)
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		text = append(text, c)
	}
	for i := range text {
		for _, word := range wordsWith(text[i]) {
			if len(text)-i >= len(word) && string(text[i:i+len(word)]) == word {
				return true
			}
		}
	}
	return false
}

// wordsWith returns the words that speak of secrets and begin with c.
func wordsWith(c byte) []string {
	switch c {
	case 'a':
		return []string{"authorization", "apikey"}
	case 'c':
		return []string{"cookie", "credential"}
	case 'p':
		return []string{"password", "passwd"}
	case 's':
		return []string{"secret", "sessionid"}
	case 't':
		return []string{"token"}
	}
	return nil
}

// longName is Name for any name: some letters beyond ASCII are letters within it
// in lower case.
func longName(name string) bool {
	name = strings.ToLower(decodedName(name))
	name = strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), "_", "")
	for _, c := range [...]byte{'a', 'c', 'p', 's', 't'} {
		for _, word := range wordsWith(c) {
			if strings.Contains(name, word) {
				return true
			}
		}
	}
	return false
}

// decodedName returns name with the escapes of JSON and of URLs resolved, as far
// as they are any; they may stand around one another.
func decodedName(name string) string {
	for range maxEscapes {
		switch {
		case strings.Contains(name, `\u`):
			name = unquote([]byte(`"` + strings.TrimRight(name, `\`) + `"`))
		case strings.Contains(name, "%"):
			name = unescape(name)
		default:
			return name
		}
	}
	return name
}
