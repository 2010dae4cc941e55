package mask

import (
	"bytes"
	"encoding/json"
)

// AppendJSON appends text, which must be valid JSON, without the white space
// between its tokens. Masked stands in place of each value whose member name
// speaks of a secret; names and the strings elsewhere are as shown returns
// them. Everything else stays byte for byte.
func (m *Masker) AppendJSON(dst, text []byte, shown func(string) string) []byte {
	s := jsonScan{text: text, shown: shown}
	return s.value(dst)
}

// LearnJSON learns the strings and numbers of text, which must be valid JSON, that
// stand under the name of a secret, alone or in an array, and the secrets within
// other strings.
func (m *Masker) LearnJSON(text []byte) { m.learnJSON(text, m.LearnText) }

// LearnMembers is LearnJSON for text whose other strings are no places of secrets,
// such as the conditions of a query.
func (m *Masker) LearnMembers(text []byte) { m.learnJSON(text, func(string) {}) }

func (m *Masker) learnJSON(text []byte, other func(text string)) {
	s := jsonScan{text: text, shown: func(s string) string { return s }, learn: func(name, text string) {
		if name != "" {
			m.LearnNamed(name, text)
		} else {
			other(text)
		}
	}}
	s.value(nil)
}

// A jsonScan walks over a valid JSON text. Its depth is that of the text: small
// for requests and our own answers, and never more than the 10,000 that
// json.Valid, which says of messages that were refused whether they are JSON,
// lets pass.
type jsonScan struct {
	text  []byte                  // what is left
	shown func(string) string     // a string as it is to be shown
	learn func(name, text string) // is told of each string, and of other scalars with a name; nil: nobody
	name  string                  // of a secret, which the value at the head has; "" for none
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
	if s.learn != nil && s.name != "" {
		s.learn(s.name, string(s.text[:n]))
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
	outer := s.name
	defer func() { s.name = outer }()
	s.name = ""
	quoted := s.text
	dst = s.str(dst)
	name := unquote(quoted[:len(quoted)-len(s.text)])
	s.space()
	dst = append(dst, s.take(1)...) // the colon
	if !Name(name) {
		return s.value(dst)
	}
	s.name = name
	end := len(dst)
	dst = s.value(dst) // passed over, and given up
	return append(dst[:end], `"`+Masked+`"`...)
}

// str appends a string as it is to be shown.
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
	if s.learn != nil {
		s.learn(s.name, text)
	}
	if shown := s.shown(text); shown != text {
		return AppendQuoted(dst, shown)
	}
	return append(dst, quoted...)
}

// space passes over white space.
func (s *jsonScan) space() {
	n := 0
	for n < len(s.text) && (s.text[n] == ' ' || s.text[n] == '\t' || s.text[n] == '\r' || s.text[n] == '\n') {
		n++
	}
	s.text = s.text[n:]
}

// take passes over n bytes and returns them.
func (s *jsonScan) take(n int) []byte {
	head := s.text[:n]
	s.text = s.text[n:]
	return head
}

// unquote returns the text of a JSON string, which must be valid. Halves of
// surrogate pairs become U+FFFD.
func unquote(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil {
		return ""
	}
	return text
}

// AppendQuoted appends text as a JSON string; each byte of it that is no UTF-8 is
// U+FFFD there.
func AppendQuoted(dst []byte, text string) []byte {
	b := bytes.NewBuffer(dst)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic("mask: encode a string: " + err.Error()) // every string can be encoded
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
