package mask

import "strings"

// API tokens are recognised by their form wherever they stand: this prefix, and
// then many letters and digits.
const (
	tokenPrefix = "dbk_"
	tokenLength = 16 // characters after the prefix, at least
)

// apiTokens returns text with Masked in place of each API token.
func apiTokens(text string) string {
	shown := replaced{text: text}
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
			shown.mask(start, end)
			from = end
		}
	}
	return shown.finish()
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
