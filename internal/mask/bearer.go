package mask

import "strings"

// shortestBearer is how long a token is, at least, that is known by the word Bearer
// before it. It has a letter and a digit, as no words of prose have both.
const shortestBearer = 12 // bytes

// hasBearer reports whether the word Bearer, however it is written, may stand in text.
func hasBearer(text string) bool { return strings.Contains(text, "earer ") }

// bearers returns text with Masked in place of each token behind the word Bearer,
// wherever an authorization is quoted without its name. learn, which may be nil, is
// told of them.
func bearers(text string, learn func(string)) string {
	shown := replaced{text: text}
	for from := 0; ; {
		i := strings.Index(text[from:], "earer ")
		if i < 0 {
			break
		}
		from += i + len("earer ")
		token := text[from : from+bearerLength(text[from:])]
		if len(token) < shortestBearer || !strings.ContainsAny(token, "0123456789") || strings.Trim(token, "0123456789.-/") == "" {
			continue
		}
		if learn != nil {
			learn(token)
		}
		shown.mask(from, from+len(token))
		from += len(token)
	}
	return shown.finish()
}

// bearerLength returns how many characters of a token, as RFC 6750 has it in section
// 2.1, stand at the beginning of text.
func bearerLength(text string) int {
	n := 0
	for n < len(text) && (isAlphanumeric(text[n]) || strings.IndexByte("-._~+/", text[n]) >= 0) {
		n++
	}
	for n < len(text) && text[n] == '=' {
		n++
	}
	return n
}
