package filter

import (
	"encoding/json"
	"strconv"
)

// number reads a value of a numeric field of that kind, or of the time. It
// reports whether something less than a millionth was cut off a Decimal.
func (s *Schema) number(kind Kind, raw json.RawMessage) (n int64, cut bool, fault *ParamError) {
	switch kind {
	case Integer:
		n, fault = integerValue(raw)
	case Boolean:
		n, fault = booleanValue(raw)
	case Decimal:
		return decimalValue(raw)
	case Instant:
		n, fault = instantValue(raw)
	default:
		if s.unit == Second {
			n, fault = instantValue(raw)
		} else {
			n, fault = timeValue(raw)
		}
	}
	return n, false, fault
}

// integerValue reads a number without fraction, exactly, or a string of digits.
func integerValue(raw json.RawMessage) (int64, *ParamError) {
	text := string(raw)
	switch {
	case isString(raw):
		text = stringOf(raw)
	case !isNumber(raw):
		return 0, notAValue(raw)
	case !isInteger(raw):
		n, cut, ok := parseUnits(raw, 0)
		if !ok {
			return 0, notFinite(raw)
		}
		if !cut {
			return n, nil
		}
		text = ""
	}
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil && !isWhole(text):
		return 0, &ParamError{Reason: clip(string(raw)) + " is no whole number", Allowed: []string{"whole number", "string of digits"}}
	case err != nil || n < MinNumber || n > MaxNumber:
		return 0, notFinite(raw)
	}
	return n, nil
}

// isWhole reports whether text is digits with an optional sign.
func isWhole(text string) bool {
	if text != "" && (text[0] == '+' || text[0] == '-') {
		text = text[1:]
	}
	for i := range len(text) {
		if !isDigit(text[i]) {
			return false
		}
	}
	return text != ""
}

// booleanValue reads true or false, or 1 or 0, also as a string.
func booleanValue(raw json.RawMessage) (int64, *ParamError) {
	text := string(raw)
	if isString(raw) {
		text = lowerASCII(stringOf(raw))
	}
	switch text {
	case "true", "1":
		return 1, nil
	case "false", "0":
		return 0, nil
	}
	return 0, &ParamError{Reason: clip(string(raw)) + " is no boolean", Allowed: []string{"true", "false"}}
}

// decimalValue reads a number, also as a string.
func decimalValue(raw json.RawMessage) (n int64, cut bool, fault *ParamError) {
	text := []byte(raw)
	switch {
	case isString(raw):
		text = []byte(stringOf(raw))
	case !isNumber(raw):
		return 0, false, notAValue(raw)
	}
	n, cut, ok := ParseDecimal(text)
	if ok {
		return n, cut, nil
	}
	if _, number := parseNumber(text); number {
		return 0, false, notFinite(raw)
	}
	return 0, false, &ParamError{Reason: clip(string(raw)) + " is no number", Allowed: []string{"number", "string of a number"}}
}

// instantValue reads a time to the microsecond: a string as ParseInstant does, or
// Unix seconds, of a fraction six places.
func instantValue(raw json.RawMessage) (int64, *ParamError) {
	var micros int64
	var ok bool
	switch {
	case isString(raw):
		micros, ok = ParseInstant([]byte(stringOf(raw)))
	case !isNumber(raw):
		return 0, notAValue(raw)
	default:
		micros, _, ok = ParseDecimal(raw)
		ok = ok && MinTime*Second <= micros && micros < (MaxTime+1)*Second
	}
	if !ok {
		return 0, &ParamError{
			Reason:  clip(string(raw)) + " is no time; use YYYY-MM-DDTHH:MM:SS with an optional fraction and Z or ±hh:mm, or Unix seconds, in the years 0001 to 9999",
			Allowed: timeForms[:],
		}
	}
	return micros, nil
}
