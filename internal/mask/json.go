package mask

import (
	"bytes"
	"encoding/json"
	"slices"
)

// AppendJSON appends text, which must be valid JSON, without the white space
// between its tokens. Masked stands in place of each value whose member name
// speaks of a secret, or that an object or a pair puts under such a name; names and
// the strings elsewhere are as shown returns them. Everything else stays byte for byte.
func (m *Masker) AppendJSON(dst, text []byte, shown func(string) string) []byte {
	s := jsonScan{text: text, shown: shown}
	return s.withoutHidden(s.value(slices.Grow(dst, len(text))))
}

// LearnJSON learns the strings and numbers of text, which must be valid JSON, that
// stand under the name of a secret, alone or in an array, and the secrets within
// other strings.
func (m *Masker) LearnJSON(text []byte) { m.learnJSON(text, m.LearnText) }

// LearnMembers is LearnJSON for text whose other strings are no places of secrets,
// such as the conditions of a query.
func (m *Masker) LearnMembers(text []byte) { m.learnJSON(text, func(string) {}) }

func (m *Masker) learnJSON(text []byte, other func(text string)) {
	s := jsonScan{text: text, shown: func(s string) string { return s }, learn: func(name, text string, beside bool) {
		switch {
		case beside:
			m.learnBeside(name, text)
		case name != "":
			m.LearnNamed(name, text)
		}
		if name == "" || beside {
			other(text)
		}
	}}
	s.value(make([]byte, 0, len(text)))
}

// A jsonScan walks over a valid JSON text. Its depth is that of the text: small
// for requests and our own answers, and never more than the 10,000 that
// json.Valid, which says of messages that were refused whether they are JSON,
// lets pass.
type jsonScan struct {
	text  []byte              // what is left
	shown func(string) string // a string as it is to be shown
	place                     // of the value at the head
	undecided

	// learn is told of each string, and of other scalars with a name, and whether that
	// stands beside them; nil: nobody.
	learn func(name, text string, beside bool)
}

// A place is where a value stands.
type place struct {
	name    string // of a secret, which the value has; "" for none
	beside  bool   // the name is not that of the member
	hold    bool   // the name of the value may come yet
	inArray bool   // right in one
}

// value appends the value at the head of the text, masked, and passes over it.
func (s *jsonScan) value(dst []byte) []byte {
	s.space()
	switch s.text[0] {
	case '{':
		return s.object(dst)
	case '[':
		return s.array(dst)
	case '"':
		dst, _ = s.str(dst)
		return dst
	}
	n := bytes.IndexAny(s.text, ",]} \t\r\n")
	if n < 0 {
		n = len(s.text)
	}
	if s.learn != nil && (s.name != "" || s.hold) {
		s.tell(string(s.text[:n]), false)
	}
	return append(dst, s.take(n)...)
}

// object appends an object. It has a name that speaks of a secret as soon as one of
// its members says so; what came before is hidden when the object ends.
func (s *jsonScan) object(dst []byte) []byte {
	outer, from, said := s.place, s.mark(), ""
	more := true
	for dst = append(dst, s.take(1)...); ; {
		if dst, more = s.next(dst, '}'); !more {
			break
		}
		dst, said = s.member(dst, outer, said)
	}
	s.place = outer
	s.settle(from, said)
	s.pair = false
	return dst
}

// member appends a member of an object that stands at outer, and of which its members
// have said the name of a secret, or "". It returns that name as it is known then.
func (s *jsonScan) member(dst []byte, outer place, said string) ([]byte, string) {
	s.place = place{}
	dst, name := s.str(dst)
	s.space()
	dst = append(dst, s.take(1)...) // the colon
	s.space()
	role := roleOf(name)
	if role == hasWord && s.isWord() {
		role = hasValue
	}
	switch {
	case Name(name):
		return s.masked(dst, place{name: name}), said
	case role == hasValue && said != "":
		return s.masked(dst, place{name: said, beside: true}), said
	case role == hasValue:
		s.place = place{name: outer.name, beside: outer.beside, hold: true}
		from := len(dst)
		dst = s.value(dst)
		s.keep(span{from, len(dst)})
		return dst, said
	case role == saysName && s.text[0] == '"':
		dst, text := s.str(dst)
		if Name(text) {
			said = text
		}
		return dst, said
	}
	return s.value(dst), said
}

// masked appends Masked for the value at the head of the text, at a place with a name.
func (s *jsonScan) masked(dst []byte, at place) []byte {
	s.place = at
	from, hidden := len(dst), len(s.hidden)
	dst = s.value(dst) // passed over, and given up
	s.hidden = s.hidden[:hidden]
	return append(dst[:from], `"`+Masked+`"`...)
}

// array appends an array. One of nothing but pairs, as [["Authorization", "Bearer x"]],
// holds names and values.
func (s *jsonScan) array(dst []byte) []byte {
	outer, from := s.place, s.mark()
	var p pairScan
	more := true
	for dst = append(dst, s.take(1)...); ; p.items++ {
		if dst, more = s.next(dst, ']'); !more {
			break
		}
		s.place, s.pair = place{name: outer.name, beside: outer.beside, hold: outer.hold, inArray: true}, false
		switch head := s.text[0]; {
		case p.items == 0 && head == '"':
			dst, p.name = s.str(dst)
			p.named = true
		case p.items == 1 && outer.inArray && isPairName(p.name) && (head == '"' || head == '[' || head == '{'):
			s.hold = true
			p.held, p.value.from = len(s.held), len(dst)
			dst = s.value(dst)
			p.value.to = len(dst)
		default:
			dst = s.value(dst)
		}
		p.others = p.others || !s.pair
	}
	s.place = outer
	s.settlePairs(from, p)
	return dst
}

// next passes over what stands before the next item of a list, and reports whether
// there is one; else it passes over its end.
func (s *jsonScan) next(dst []byte, end byte) ([]byte, bool) {
	for {
		s.space()
		switch s.text[0] {
		case end:
			return append(dst, s.take(1)...), false
		case ',':
			dst = append(dst, s.take(1)...)
		default:
			return dst, true
		}
	}
}

// str appends a string as it is to be shown, and returns its text.
func (s *jsonScan) str(dst []byte) ([]byte, string) {
	quoted := s.take(s.strLen())
	text := unquote(quoted)
	s.tell(text, true)
	if shown := s.shown(text); shown != text {
		return AppendQuoted(dst, shown), text
	}
	return append(dst, quoted...), text
}

// strLen returns the length of the string at the head of the text, quotes included.
func (s *jsonScan) strLen() int {
	n := 1
	for s.text[n] != '"' {
		if s.text[n] == '\\' {
			n++
		}
		n++
	}
	return n + 1
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
