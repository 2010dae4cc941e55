package mask

import "strings"

// jwtPart is how many characters each of the first two parts of a JWT has, at
// least. Neither an alg nor an expiry fits into less.
const jwtPart = 16

// jwts returns text with Masked in place of each JWT: two long parts in
// base64url with a dot between them, of which the first holds the beginning of
// a JSON object, and what follows a second dot. Two of them are masked as well:
// the signature may have been lost, or be missing. The work grows with the
// length of the text only.
func jwts(text string) string {
	shown := replaced{text: text}
	for i := 0; i < len(text); {
		end := i + base64Length(text[i:])
		start := jwtStart(text[i:end])
		if start < 0 || !strings.HasPrefix(text[end:], ".") {
			i = max(end, i+1)
			continue
		}
		second := base64Length(text[end+1:])
		if second < jwtPart {
			i = end + 1
			continue
		}
		from := i + start
		i = end + 1 + second
		if strings.HasPrefix(text[i:], ".") {
			i += 1 + base64Length(text[i+1:])
		}
		shown.mask(from, i)
	}
	return shown.finish()
}

// jwtStart returns where a header begins that reaches to the end of part, -1
// where none does.
func jwtStart(part string) int {
	for i := 0; len(part)-i >= jwtPart; i++ {
		n := strings.IndexByte(part[i:], 'e')
		if n < 0 {
			return -1
		}
		i += n
		if len(part)-i >= jwtPart && beginsObject(part[i:]) {
			return i
		}
	}
	return -1
}

// beginsObject reports whether part, at least three characters of base64url,
// is a brace and then a quote or white space.
func beginsObject(part string) bool {
	switch part[:3] {
	case "eyJ", "eyA", "ewo", "ew0", "ewk":
		return true
	}
	return false
}

// base64Length returns how many characters of base64url stand at the beginning
// of text.
func base64Length(text string) int {
	n := 0
	for n < len(text) && (isAlphanumeric(text[n]) || text[n] == '-' || text[n] == '_') {
		n++
	}
	return n
}
