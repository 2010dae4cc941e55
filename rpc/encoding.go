package rpc

import "daybook/internal/quote"

// An Encoding is how the texts of an answer are written. It is chosen where a
// text becomes JSON, so that no answer is read a second time for it.
type Encoding uint8

// The encodings of answers.
const (
	// Plain escapes only what JSON demands.
	Plain Encoding = iota

	// ASCII escapes everything that clients of the trading platform take amiss,
	// some of which decode each piece that the network brings on its own, and
	// "repair" it before they parse it: all that is not ASCII, the apostrophe,
	// the comma, and U+007F.
	ASCII
)

// appendQuoted appends s, which is valid UTF-8, as a JSON string.
func (e Encoding) appendQuoted(dst, s []byte) []byte {
	if e == ASCII {
		return quote.AppendASCII(dst, s)
	}
	return quote.Append(dst, s)
}

// appendJSON appends the JSON of v, as the function of this name.
func (e Encoding) appendJSON(dst []byte, v any) []byte {
	if e == ASCII {
		return quote.ConvertASCII(dst, appendJSON(nil, v))
	}
	return appendJSON(dst, v)
}

// encoded is implemented by answers that are written in an encoding of the
// caller's choice. All others are Plain, and short enough to be read again.
type encoded interface{ encoding() Encoding }

// inASCII returns a as ASCII.
func inASCII(a Answer) (Answer, error) {
	if e, ok := a.(encoded); ok && e.encoding() == ASCII {
		return a, nil
	}
	text, err := contiguous(a)
	if err == nil && int64(len(text)) != a.Len() {
		err = errLength
	}
	if err != nil {
		return nil, err
	}
	return Bytes(quote.ConvertASCII(make([]byte, 0, len(text)), text)), nil
}
