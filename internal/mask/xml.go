package mask

import "strings"

// longestPrefix is how long the prefix of a namespace may be, with its colon.
const longestPrefix = 64 // bytes

// element returns where the content of an element of XML stands whose name, or the
// last part of it, stands between start and at; ok is false where that begins no
// element with a content.
func (p *pairs) element(start, at int) (from, to int, ok bool) {
	open := start
	for least := max(0, start-longestPrefix); open > least && (inName(p.text[open-1]) || p.text[open-1] == ':'); {
		open--
	}
	if open == 0 || p.text[open-1] != '<' {
		return 0, 0, false
	}
	n := strings.IndexAny(p.text[at:], "<>")
	if n < 0 || p.text[at+n] == '<' || p.text[at+n-1] == '/' {
		return 0, 0, false
	}
	from = at + n + 1
	if p.strict && p.learn == nil { // with all that is within it
		if n := strings.Index(p.text[from:], "</"+p.text[open:at]); n >= 0 {
			return from, from + n, true
		}
		return from, len(p.text), true
	}
	if strings.HasPrefix(p.text[from:], "<![CDATA[") {
		data, _, _ := strings.Cut(p.text[from:], "]]>")
		return from, from + len(data), true
	}
	return from, from + cutset(p.text[from:], "<"), true
}
