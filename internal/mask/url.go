package mask

import "strings"

// passwords returns text with Masked in place of the password in each URL such as
// https://name:password@host. learn, which may be nil, is told of them.
func passwords(text string, learn func(string)) string {
	var shown strings.Builder
	done := 0 // bytes of text that are in shown, or masked
	for from := 0; ; {
		i := strings.Index(text[from:], "://")
		if i < 0 {
			break
		}
		start := from + i + len("://")
		authority := text[start : start+cutset(text[start:], "/?#\\ \t\r\n\"'<>")]
		from = start
		at := strings.LastIndexByte(authority, '@')
		colon := strings.IndexByte(authority, ':')
		if colon < 0 || colon+1 >= at {
			continue
		}
		if learn != nil {
			learn(authority[colon+1 : at])
		}
		shown.WriteString(text[done : start+colon+1])
		shown.WriteString(Masked)
		from = start + at
		done = from
	}
	if done == 0 {
		return text
	}
	shown.WriteString(text[done:])
	return shown.String()
}
