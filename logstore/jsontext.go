package logstore

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// A jsonText is JSON that is read from its beginning to its end. Behind the end,
// it reads zero bytes, which stand nowhere in JSON.
type jsonText struct {
	data []byte
	at   int
}

func (s *jsonText) peek() byte {
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

// take passes c, if that is next.
func (s *jsonText) take(c byte) bool {
	if s.at < len(s.data) && s.data[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *jsonText) skipSpace() {
	for s.at < len(s.data) && s.data[s.at] <= ' ' {
		switch s.data[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// pass passes text, if that is next.
func (s *jsonText) pass(text string) bool {
	if len(s.data)-s.at < len(text) || string(s.data[s.at:s.at+len(text)]) != text {
		return false
	}
	s.at += len(text)
	return true
}

// plain passes what stands for itself in a string: up to a quote, a backslash, a
// control character or the end.
func (s *jsonText) plain() {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for len(s.data)-s.at >= 8 {
		w := binary.LittleEndian.Uint64(s.data[s.at:])
		quote, backslash := w^(ones*'"'), w^(ones*'\\')
		// The lowest top bit that is set is right; those above need not be.
		found := ((quote-ones)&^quote | (backslash-ones)&^backslash | (w-ones*' ')&^w) & tops
		if found != 0 {
			s.at += bits.TrailingZeros64(found) / 8
			return
		}
		s.at += 8
	}
	for s.at < len(s.data) {
		if c := s.data[s.at]; c == '"' || c == '\\' || c < ' ' {
			return
		}
		s.at++
	}
}

// number passes a number.
func (s *jsonText) number() bool {
	s.take('-')
	if !s.take('0') && !s.digits() {
		return false
	}
	if s.take('.') && !s.digits() {
		return false
	}
	if s.take('e') || s.take('E') {
		if !s.take('-') {
			s.take('+')
		}
		return s.digits()
	}
	return true
}

// digits passes digits, of which there must be one.
func (s *jsonText) digits() bool {
	begin := s.at
	for s.at < len(s.data) && s.data[s.at]-'0' < 10 {
		s.at++
	}
	return s.at > begin
}

// escape passes an escape, of which the backslash was passed, and appends what it
// stands for.
func (s *jsonText) escape(dst []byte) ([]byte, bool) {
	c := s.peek()
	s.at++
	switch c {
	case '"', '\\', '/':
		return append(dst, c), true
	case 'b':
		return append(dst, '\b'), true
	case 'f':
		return append(dst, '\f'), true
	case 'n':
		return append(dst, '\n'), true
	case 'r':
		return append(dst, '\r'), true
	case 't':
		return append(dst, '\t'), true
	case 'u':
		r, ok := s.hex()
		if !ok {
			return dst, false
		}
		if utf16.IsSurrogate(r) {
			r = s.pair(r)
		}
		return utf8.AppendRune(dst, r), true
	}
	return dst, false
}

// pair returns the character of a surrogate pair, of which the first half was
// passed. Without the second, that is U+FFFD.
func (s *jsonText) pair(first rune) rune {
	behind := *s
	if behind.pass(`\u`) {
		if second, ok := behind.hex(); ok {
			if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
				*s = behind
				return r
			}
		}
	}
	return utf8.RuneError
}

// hex passes four hexadecimal digits.
func (s *jsonText) hex() (r rune, ok bool) {
	for range 4 {
		c := s.peek()
		s.at++
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// str reads the rest of a string whose quote was passed. A text that is not as in
// the line is appended to other.
func (p *jsonParser) str(s *jsonText, other *[]byte) (text []byte, ok bool) {
	begin := s.at
	if s.plain(); s.take('"') {
		return s.data[begin : s.at-1 : s.at-1], true
	}
	p.escaped = true
	from := len(*other)
	for {
		*other = append(*other, s.data[begin:s.at]...)
		switch {
		case s.take('"'):
			return (*other)[from:len(*other):len(*other)], true
		case !s.take('\\'):
			return nil, false
		}
		if *other, ok = s.escape(*other); !ok {
			return nil, false
		}
		begin = s.at
		s.plain()
	}
}

// deepest is how many arrays and objects may be in one another, as in package
// encoding/json.
const deepest = 10_000

// skip passes a value within so many arrays and objects.
func (p *jsonParser) skip(s *jsonText, depth int) bool {
	switch s.peek() {
	case '"':
		s.at++
		_, ok := p.str(s, &p.name)
		p.name = p.name[:0]
		return ok
	case '{':
		s.at++
		return depth < deepest && p.skipObject(s, depth+1)
	case '[':
		s.at++
		return depth < deepest && p.skipArray(s, depth+1)
	case 't':
		return s.pass("true")
	case 'f':
		return s.pass("false")
	case 'n':
		return s.pass("null")
	}
	return s.number()
}

// skipObject passes the rest of an object that was opened.
func (p *jsonParser) skipObject(s *jsonText, depth int) bool {
	if s.skipSpace(); s.take('}') {
		return true
	}
	for {
		if s.peek() != '"' || !p.skip(s, depth) {
			return false
		}
		if s.skipSpace(); !s.take(':') {
			return false
		}
		if s.skipSpace(); !p.skip(s, depth) {
			return false
		}
		if s.skipSpace(); !s.take(',') {
			return s.take('}')
		}
		s.skipSpace()
	}
}

// skipArray passes the rest of an array that was opened.
func (p *jsonParser) skipArray(s *jsonText, depth int) bool {
	if s.skipSpace(); s.take(']') {
		return true
	}
	for {
		if !p.skip(s, depth) {
			return false
		}
		if s.skipSpace(); !s.take(',') {
			return s.take(']')
		}
		s.skipSpace()
	}
}

// isASCII reports whether b has no byte beyond ASCII.
func isASCII(b []byte) bool {
	var all uint64
	for len(b) >= 8 {
		all |= binary.LittleEndian.Uint64(b)
		b = b[8:]
	}
	for _, c := range b {
		all |= uint64(c)
	}
	return all&0x8080808080808080 == 0
}
