package rpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// A syntax reads one JSON text (RFC 8259) once, strictly and without building
// anything: it finds where values begin and end, and stops at the first fault
// or at the first bound that is passed. What it accepts, encoding/json accepts.
//
// Depth counts arrays and objects within one another. Tokens count brackets,
// braces, member names and values, as json.Decoder.Token does. Strings are
// taken to be valid UTF-8: see checkUTF8.
type syntax struct {
	data                []byte
	pos                 int
	depth, tokens       int
	maxDepth, maxTokens int
}

// checkUTF8 reports text that is not UTF-8, which is no JSON.
func checkUTF8(text []byte) *Error {
	if !utf8.Valid(text) {
		return errParse("invalid UTF-8")
	}
	return nil
}

// checkJSON reports a text that is not one JSON value within the limits.
func checkJSON(text []byte, l *Limits) *Error {
	if err := checkText(text); err != nil {
		return err
	}
	s := &syntax{data: text, maxDepth: l.Depth, maxTokens: l.Tokens}
	if err := s.value(); err != nil {
		return err
	}
	if s.peek(); s.pos < len(text) {
		return s.unexpected("nothing more")
	}
	return nil
}

// value reads one value, and what white space stands before it.
func (s *syntax) value() *Error {
	switch c := s.peek(); {
	case c == '{':
		return s.object(nil)
	case c == '[':
		return s.array(nil)
	case c == '"':
		return s.text()
	case c == '-' || isDigit(c):
		return s.number()
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	}
	return s.unexpected("a value")
}

// object reads an object. member, if there is one, is called with each name,
// quoted, when s stands before the member's value, and reads that value.
func (s *syntax) object(member func(name []byte) *Error) *Error {
	if err := s.enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		more, err := s.next('}', first)
		if !more || err != nil {
			return err
		}
		if s.peek() != '"' {
			return s.unexpected("a member name")
		}
		start := s.pos
		if err := s.text(); err != nil {
			return err
		}
		name := s.data[start:s.pos]
		if s.peek() != ':' {
			return s.unexpected("a colon")
		}
		s.pos++
		if member != nil {
			err = member(name)
		} else {
			err = s.value()
		}
		if err != nil {
			return err
		}
	}
}

// array reads an array. item, if there is one, is called for each item with s
// standing before it, and reads it.
func (s *syntax) array(item func() *Error) *Error {
	if err := s.enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		more, err := s.next(']', first)
		if !more || err != nil {
			return err
		}
		if item != nil {
			err = item()
		} else {
			err = s.value()
		}
		if err != nil {
			return err
		}
	}
}

// enter passes the opening bracket or brace of an array or object.
func (s *syntax) enter() *Error {
	s.pos++
	s.depth++
	if s.depth > s.maxDepth {
		return errTooLarge("nesting of arrays and objects", int64(s.maxDepth), int64(s.depth))
	}
	return s.token()
}

// next passes what stands before the next item of an array or member of an
// object: nothing before the first, else a comma. At end it reports false, and
// leaves the array or object.
func (s *syntax) next(end byte, first bool) (more bool, err *Error) {
	switch c := s.peek(); {
	case c == end && c != 0:
		s.pos++
		s.depth--
		return false, s.token()
	case first:
		return true, nil
	case c == ',':
		s.pos++
		return true, nil
	}
	return false, s.unexpected(fmt.Sprintf("a comma or %q", end))
}

// token counts one token.
func (s *syntax) token() *Error {
	s.tokens++
	if s.tokens > s.maxTokens {
		return errTooLarge("number of JSON tokens", int64(s.maxTokens), int64(s.tokens))
	}
	return nil
}

// text reads a string.
func (s *syntax) text() *Error {
	for i := s.pos + 1; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '"':
			s.pos = i + 1
			return s.token()
		case c == '\\':
			s.pos = i
			if err := s.escape(); err != nil {
				return err
			}
			i = s.pos - 1
		case c < ' ':
			return errParse(fmt.Sprintf("raw control character in a string at byte %d", i))
		}
	}
	s.pos = len(s.data)
	return s.unexpected("the end of a string")
}

// escape reads a backslash and what belongs to it.
func (s *syntax) escape() *Error {
	s.pos++
	if s.pos == len(s.data) {
		return s.unexpected("an escape")
	}
	switch s.data[s.pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos++
		return nil
	case 'u':
		s.pos++
		for range 4 {
			if s.pos == len(s.data) || !isHex(s.data[s.pos]) {
				return s.unexpected("four hexadecimal digits")
			}
			s.pos++
		}
		return nil
	}
	return s.unexpected("an escape")
}

// number reads a number.
func (s *syntax) number() *Error {
	if s.data[s.pos] == '-' {
		s.pos++
	}
	if s.at('0') {
		s.pos++
	} else if err := s.digits(); err != nil {
		return err
	}
	if s.at('.') {
		s.pos++
		if err := s.digits(); err != nil {
			return err
		}
	}
	if s.at('e') || s.at('E') {
		s.pos++
		if s.at('+') || s.at('-') {
			s.pos++
		}
		if err := s.digits(); err != nil {
			return err
		}
	}
	return s.token()
}

// digits reads one or more digits.
func (s *syntax) digits() *Error {
	start := s.pos
	for s.pos < len(s.data) && isDigit(s.data[s.pos]) {
		s.pos++
	}
	if s.pos == start {
		return s.unexpected("a digit")
	}
	return nil
}

// literal reads the word want.
func (s *syntax) literal(want string) *Error {
	for i := range len(want) {
		if !s.at(want[i]) {
			return s.unexpected(want)
		}
		s.pos++
	}
	return s.token()
}

// at reports whether c is the byte that s stands at.
func (s *syntax) at(c byte) bool { return s.pos < len(s.data) && s.data[s.pos] == c }

// peek passes white space and returns the byte after it, 0 at the end. A NUL
// byte is nothing that JSON has outside strings either.
func (s *syntax) peek() byte {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// unexpected is the error of text that is not what it should be.
func (s *syntax) unexpected(want string) *Error {
	if s.pos >= len(s.data) {
		return errParse("ends where " + want + " is expected")
	}
	return errParse(fmt.Sprintf("expected %s at byte %d", want, s.pos))
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
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
