package mask

import "strings"

// besideInXML appends where values stand in elements of XML and HTML whose name is an
// attribute, <add key="ApiKey" value="…"/> and <entry key="password">…</entry>, or the
// element before, <name>password</name><value>…</value>. Attributes have a value of
// the same element, and what it holds if they are called name or key: an id is of the
// whole of it, such as a form.
func besideInXML(hidden []namedSpan, text string) []namedSpan {
	for at := strings.IndexByte(text, '<'); at >= 0; {
		t := readTag(text, at)
		if t.said != "" {
			for _, value := range t.values {
				hidden = append(hidden, namedSpan{value, t.said})
			}
		}
		if !t.empty {
			hidden = t.content(hidden, text)
		}
		n := strings.IndexByte(text[t.end:], '<')
		if n < 0 {
			break
		}
		at = t.end + n
	}
	return hidden
}

// A tag is a start tag of XML.
type tag struct {
	name   string
	end    int    // where the text behind it begins
	empty  bool   // it has no content
	said   string // the name of a secret, by an attribute
	named  bool   // that is called name or key, and so of the content
	values []span // attributes that hold a value
}

// readTag reads the tag at at, as far as it is one.
func readTag(text string, at int) tag {
	var t tag
	start := at + 1
	t.end = start + wordLength(text[start:])
	t.name = localName(text[start:t.end])
	for t.name != "" && t.end < len(text) && text[t.end] != '<' {
		c := text[t.end]
		switch n := wordLength(text[t.end:]); {
		case c == '>':
			t.empty = text[t.end-1] == '/'
			t.end++
			return t
		case n == 0:
			t.end++
		default:
			t.attribute(text, t.end, t.end+n)
		}
	}
	t.empty = true // as it does not end
	return t
}

// attribute reads the attribute whose name stands between from and to.
func (t *tag) attribute(text string, from, to int) {
	t.end = to
	rest := strings.TrimLeft(text[to:], " \t\r\n")
	rest, ok := strings.CutPrefix(rest, "=")
	rest = strings.TrimLeft(rest, " \t\r\n\\")
	if !ok || rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return
	}
	start := len(text) - len(rest) + 1
	n := strings.IndexByte(text[start:], rest[0])
	if n < 0 {
		n = len(text) - start // it was cut off
	}
	t.end = min(start+n+1, len(text))
	value := strings.TrimRight(text[start:start+n], `\`)
	name := localName(text[from:to])
	switch roleOf(name) {
	case saysName:
		if Name(value) {
			t.said = value
			t.named = t.named || strings.EqualFold(name, "name") || strings.EqualFold(name, "key")
		}
	case hasValue, hasWord:
		if value != "" && (roleOf(name) == hasValue || !hasSpace(value)) { // the content of a <meta>
			t.values = append(t.values, span{start, start + len(value)})
		}
	}
}

// content appends the content of an element if it has the name of a secret, or what
// the element behind it has if it says one.
func (t *tag) content(hidden []namedSpan, text string) []namedSpan {
	if t.named && !t.isHTML() {
		return appendContent(hidden, text, t.end, t.said)
	}
	if roleOf(t.name) != saysName {
		return hidden
	}
	end := t.end + cutset(text[t.end:], "<")
	said := strings.TrimSpace(text[t.end:end])
	if !Name(said) || !strings.HasPrefix(text[end:], "</") {
		return hidden
	}
	next := end + cutset(text[end:], ">") + 1
	if next >= len(text) {
		return hidden
	}
	next += len(text[next:]) - len(strings.TrimLeft(text[next:], " \t\r\n"))
	if value := readTag(text, min(next, len(text)-1)); !value.empty && (value.isValue() || t.name == "key") { // a property list
		return appendContent(hidden, text, value.end, said)
	}
	return hidden
}

// appendContent appends the text that begins at at, or in the elements there that only
// say what kind of value it is.
func appendContent(hidden []namedSpan, text string, at int, said string) []namedSpan {
	for range 4 {
		end := at + cutset(text[at:], "<")
		if strings.HasPrefix(text[end:], "<![CDATA[") {
			data, _, _ := strings.Cut(text[end:], "]]>")
			end += len(data)
		}
		if strings.TrimSpace(text[at:end]) != "" {
			return append(hidden, namedSpan{span{at, end}, said})
		}
		if end == len(text) {
			break
		}
		within := readTag(text, end)
		if within.empty || !within.isValue() {
			break
		}
		at = within.end
	}
	return hidden
}

// isValue reports whether an element is a value, or says of what type it is.
func (t *tag) isValue() bool {
	switch t.name {
	case "string", "array", "data", "base64", "list", "int", "integer":
		return true
	}
	return roleOf(t.name) == hasValue
}

// isHTML reports whether an element is one of HTML whose name is not that of its content.
func (t *tag) isHTML() bool {
	switch strings.ToLower(t.name) {
	case "a", "button", "fieldset", "form", "iframe", "input", "meta", "param", "select":
		return true
	}
	return len(t.values) > 0
}

// wordLength returns how many bytes of a name stand at the beginning of text.
func wordLength(text string) int {
	n := 0
	for n < len(text) && (isAlphanumeric(text[n]) || strings.IndexByte("-_.:", text[n]) >= 0 || text[n] >= 0x80) {
		n++
	}
	return n
}

// localName returns a name without the prefix of its namespace.
func localName(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }
