package requestlog

import (
	"bytes"
	"encoding/json"
	"mime"
	"strings"
	"unicode/utf8"

	"daybook/internal/mask"
)

// lookahead is how much of a body is kept beyond what is stored of it, so that a
// secret is seen whole, and masked, before the cut goes through it.
const lookahead = 4 << 10 // bytes

// maxDepth is how deep arrays and objects may lie within one another where a body
// is stored as JSON; a deeper one is a string.
const maxDepth = 64

// A bodyKind is how a body is read.
type bodyKind uint8

const (
	bodyText      bodyKind = iota // anything in UTF-8
	bodyJSON                      // valid and whole
	bodyForm                      // application/x-www-form-urlencoded
	bodyMultipart                 // multipart/…
	bodyBinary                    // nothing that secrets could be found in
)

// kind finds out how to read b; boundary is that of multipart.
func (b *Body) kind() (kind bodyKind, boundary string) {
	text := b.Text
	whole := b.Size <= int64(len(text))
	if encoding := strings.TrimSpace(b.Encoding); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return bodyBinary, ""
	}
	if !whole {
		text = text[:len(text)-lastWord(text)]
	}
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return bodyBinary, ""
	}
	start := bytes.TrimLeft(text, " \t\r\n")
	mediaType, params, err := mime.ParseMediaType(b.Type)
	boundary = params["boundary"]
	if boundary == "" || !bytes.Contains(text, []byte("--"+boundary)) {
		boundary = delimiter(text)
	}
	switch {
	case whole && json.Valid(text):
		return bodyJSON, ""
	case boundary != "" && bytes.Contains(bytes.ToLower(text), []byte("content-disposition:")):
		return bodyMultipart, boundary
	case bytes.HasPrefix(start, []byte("{")) || bytes.HasPrefix(start, []byte("[")):
		return bodyText, "" // some send JSON and call it a form
	case err == nil && mediaType == "application/x-www-form-urlencoded":
		return bodyForm, ""
	case strings.HasPrefix(strings.ToLower(strings.TrimSpace(b.Type)), "multipart/"):
		return bodyMultipart, ""
	}
	return bodyText, ""
}

// delimiter returns the first line of text that begins with two hyphens, as those
// between the parts of multipart do, without these; "" where there is none.
func delimiter(text []byte) string {
	line, found := bytes.CutPrefix(text, []byte("--"))
	if !found {
		_, line, _ = bytes.Cut(text, []byte("\n--"))
	}
	line, _, _ = bytes.Cut(line, []byte("\n"))
	return string(bytes.TrimSuffix(line, []byte("\r")))
}

// lastWord returns how many bytes at the end of text, which was cut off there,
// may be the beginning of a token or of a character. A longer token would be
// known by that much of it.
func lastWord(text []byte) int {
	n := 0
	for n < min(len(text), lookahead) && inWord(text[len(text)-1-n]) {
		n++
	}
	return n
}

// inWord reports whether c may be part of a token, or of a character beyond
// ASCII.
func inWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' ||
		c >= utf8.RuneSelf || bytes.IndexByte([]byte("-_.~+/=%"), c) >= 0
}

// learnBody makes m learn the secrets that stand in b under their names.
func learnBody(m *mask.Masker, b *Body) {
	kind, boundary := b.kind()
	switch kind {
	case bodyJSON:
		m.LearnJSON(b.Text)
	case bodyForm:
		m.LearnForm(string(b.Text))
	case bodyMultipart:
		m.LearnMultipart(string(b.Text), boundary)
	case bodyText:
		m.LearnBroken(string(b.Text))
	}
}

// maskBody returns b as it is stored, at most limit bytes of it: the JSON value
// that it is, or a string; nil where there is no body.
func maskBody(m *mask.Masker, b *Body, limit int) json.RawMessage {
	size := max(b.Size, int64(len(b.Text)))
	if size == 0 || limit < 0 {
		return nil
	}
	kind, boundary := b.kind()
	if kind == bodyBinary {
		return quoted(cut("", 0, size))
	}
	unseen := size - int64(len(b.Text))
	text := b.Text
	if unseen > 0 {
		lost := lastWord(text)
		text = text[:len(text)-lost]
		unseen += int64(lost)
	}
	var shown string
	switch kind {
	case bodyJSON:
		masked := m.AppendJSON(nil, text, m.Text)
		if len(masked) <= limit && depth(masked) <= maxDepth {
			return masked
		}
		shown = string(masked)
	case bodyForm:
		shown = m.Form(string(text))
	case bodyMultipart:
		shown = m.Multipart(string(text), boundary)
	default:
		shown = m.Broken(string(text))
	}
	if unseen > 0 {
		shown = m.Tail(shown)
	}
	return quoted(cut(shown, limit, unseen))
}

// depth returns how deep arrays and objects lie within one another in valid JSON.
func depth(text []byte) int {
	deepest, now, inside := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inside && c == '\\':
			i++
		case c == '"':
			inside = !inside
		case inside:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// quoted returns text as a JSON string.
func quoted(text string) json.RawMessage { return mask.AppendQuoted(nil, text) }
