package filter

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// The values of a request are JSON strings and numbers, each taken by its own
// type. An integer literal stands for its digits; any other number for the
// IEEE double nearest to it, and one beyond the doubles is no value.

// An operand is one value of a condition.
type operand struct {
	kind   operandKind
	text   string  // of textOperand
	number float64 // of numberOperand: finite, not -0
	n      int64   // of numericOperand
}

type operandKind uint8

const (
	textOperand    operandKind = iota // compared by bytes
	numberOperand                     // compared as a number
	numericOperand                    // as a number of the field
)

// textValue reads a value of a text field where only text counts: equality,
// lists and patterns.
func textValue(raw json.RawMessage) (string, *ParamError) {
	switch {
	case isString(raw):
		return stringOf(raw), nil
	case !isNumber(raw):
		return "", notAValue(raw)
	case isInteger(raw):
		if string(raw) == "-0" {
			return "0", nil
		}
		return string(raw), nil
	}
	f, ok := double(raw)
	if !ok {
		return "", notFinite(raw)
	}
	return strconv.FormatFloat(f, 'f', -1, 64), nil
}

// boundValue reads a value of a text field where order counts: a string is
// compared by bytes, a number as a number.
func boundValue(raw json.RawMessage) (operand, *ParamError) {
	switch {
	case isString(raw):
		return operand{kind: textOperand, text: stringOf(raw)}, nil
	case !isNumber(raw):
		return operand{}, notAValue(raw)
	}
	f, ok := double(raw)
	if !ok {
		return operand{}, notFinite(raw)
	}
	return operand{kind: numberOperand, number: f}, nil
}

// timeValue reads a value of a time field.
func timeValue(raw json.RawMessage) (int64, *ParamError) {
	var sec int64
	var ok bool
	switch {
	case isString(raw):
		sec, ok = ParseTimeBytes([]byte(stringOf(raw)))
	case !isNumber(raw):
		return 0, notAValue(raw)
	case isInteger(raw):
		sec, ok = ParseTimeBytes(raw)
	default:
		var f float64
		f, ok = double(raw)
		ok = ok && f == math.Trunc(f) && float64(MinTime) <= f && f <= float64(MaxTime)
		if ok {
			sec = int64(f)
		}
	}
	if !ok {
		return 0, &ParamError{
			Reason:  clip(string(raw)) + " is no time; use whole Unix seconds, or YYYY-MM-DDTHH:MM:SS with an optional fraction and Z or ±hh:mm, in the years 0001 to 9999",
			Allowed: timeForms[:],
		}
	}
	return sec, nil
}

// parseCount reads a count of 0 or more: an integer, a float without fraction
// or a string of digits. What is too large comes back as math.MaxInt64.
func parseCount(raw json.RawMessage) (int64, bool) {
	digits := string(raw)
	switch {
	case isString(raw):
		digits = stringOf(raw)
	case !isNumber(raw):
		return 0, false
	case !isInteger(raw):
		f, ok := double(raw)
		if !ok || f < 0 || f != math.Trunc(f) {
			return 0, false
		}
		if f >= math.MaxInt64 {
			return math.MaxInt64, true
		}
		return int64(f), true
	case digits == "-0":
		return 0, true
	}
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return math.MaxInt64, true // only its size can be wrong
	}
	return n, true
}

// double reads a number literal as an IEEE double. It reports false for one
// that is too large. Zero has no sign.
func double(raw json.RawMessage) (float64, bool) {
	f, err := strconv.ParseFloat(string(raw), 64)
	if f == 0 {
		f = 0 // it may have been -0
	}
	return f, err == nil
}

func notFinite(raw json.RawMessage) *ParamError {
	return badParam("", "%s is too large a number", clip(string(raw)))
}

func notAValue(raw json.RawMessage) *ParamError {
	return badParam("", "%s is no value; use a string or a number", describe(raw))
}

// describe says in a few words what a JSON value is.
func describe(raw json.RawMessage) string {
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f', 'n':
		return clip(string(raw))
	}
	return "a number"
}

func isString(raw json.RawMessage) bool { return raw[0] == '"' }

func isNumber(raw json.RawMessage) bool { return raw[0] == '-' || isDigit(raw[0]) }

// isInteger reports whether a number literal is one of digits alone, with a
// sign perhaps.
func isInteger(raw json.RawMessage) bool { return !strings.ContainsAny(string(raw), ".eE") }

// stringOf decodes a JSON string. As the decoder does it, half of a surrogate
// pair becomes U+FFFD.
func stringOf(raw json.RawMessage) string {
	if inner := raw[1 : len(raw)-1]; isASCII([]byte(inner)) && bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return "" // raw came out of the decoder, which has checked it
	}
	return s
}
