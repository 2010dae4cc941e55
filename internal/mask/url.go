package mask

import (
	"net/url"
	"strings"
)

// passwords returns text with Masked in place of the password in each URL such as
// https://name:password@host. learn, which may be nil, is told of them.
func passwords(text string, learn func(string)) string {
	shown := replaced{text: text}
	for start := afterScheme(text, 0); start >= 0; {
		next := afterScheme(text, start)
		end := len(text)
		if next >= 0 {
			end = next
		}
		if from, to := password(text[start:end]); from < to {
			from, to = start+from, start+to
			if learn != nil {
				learnPassword(text[from:to], learn)
			}
			shown.mask(from, to)
		}
		start = next
	}
	return shown.finish()
}

// learnPassword tells learn of a password as it stands in a URL, and as programs
// read it there.
func learnPassword(text string, learn func(string)) {
	learn(text)
	text = strings.ReplaceAll(text, `\/`, "/")
	learn(text)
	if plain, err := url.PathUnescape(text); err == nil {
		learn(plain)
	}
}

// afterScheme returns where the next authority begins, behind the :// of a URL, in
// which some JSON has a backslash before each slash; -1 if there is none.
func afterScheme(text string, from int) int {
	for {
		i := strings.IndexByte(text[from:], ':')
		if i < 0 {
			return -1
		}
		from += i + 1
		rest := strings.TrimPrefix(text[from:], `\`)
		rest, first := strings.CutPrefix(rest, "/")
		rest, second := strings.CutPrefix(strings.TrimPrefix(rest, `\`), "/")
		if first && second {
			return len(text) - len(rest)
		}
	}
}

// password returns where a password stands in text, which begins with an authority
// and ends before the next one does; from == to where there is none.
//
// It ends at the last @ before a slash, question mark or hash; or, as those stand in
// passwords that nobody has escaped, at a later one. That is looked for where what
// begins behind name: is no port, so https://host:8080/a@b has no password; nor is
// it looked for behind a name and @ that have a host for certain, as the path of
// https://name:password@example.org/repository@v1 may have one too.
func password(text string) (from, to int) {
	text = text[:urlEnd(text)]
	authority := text[:cutset(text, `/?#\`)]
	colon := strings.IndexByte(authority, ':')
	if colon < 0 || strings.HasPrefix(authority, "[") { // which is an address of IPv6
		return 0, 0
	}
	from = colon + 1
	at := strings.LastIndexByte(authority, '@')
	switch {
	case at >= 0 && at < from, at < 0 && isPort(authority[from:]):
		return 0, 0
	case at >= 0 && isHost(text[at+1:]):
		return from, at
	}
	for i := len(authority); i < len(text); i++ {
		if text[i] == '@' {
			if at = i; isHost(text[at+1:]) {
				break
			}
		}
	}
	if at = max(from, at); text[from:at] == "/" || text[from:at] == `\/` {
		return 0, 0 // an empty port, and a path that begins with an @
	}
	return from, at
}

// urlEnd returns how long a URL may be that begins text, or has its middle there. Of
// backslashes only those before slashes are a part of it.
func urlEnd(text string) int {
	for i := 0; i < len(text); i++ {
		if strings.IndexByte(" \t\r\n\"'`<>", text[i]) >= 0 || text[i] == '\\' && !strings.HasPrefix(text[i+1:], "/") {
			return i
		}
	}
	return len(text)
}

// isPort reports whether text is a port, with other hosts behind it perhaps. An empty
// one, which some URL may have, is less likely than a password that begins with a slash.
func isPort(text string) bool {
	text, _, _ = strings.Cut(text, ",")
	return text != "" && len(text) <= len("65535") && strings.Trim(text, "0123456789") == ""
}

// isHost reports whether a host begins text beyond doubt: a name with a dot, localhost,
// one with a port, or an address of IPv6.
func isHost(text string) bool {
	if strings.HasPrefix(text, "[") {
		return true
	}
	n := 0
	for n < len(text) && (isAlphanumeric(text[n]) || text[n] == '-' || text[n] == '.') {
		n++
	}
	host, rest := text[:n], text[n:]
	if strings.Contains(strings.Trim(host, "."), ".") || host == "localhost" {
		return true
	}
	return len(rest) > 1 && rest[0] == ':' && '0' <= rest[1] && rest[1] <= '9'
}
