package oracle

import (
	"bytes"
	"encoding/json"
)

// jsonKind returns what kind of JSON value raw is, by its first character:
// one of " { [ t f n, and 0 for every number.
func jsonKind(raw json.RawMessage) byte {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if len(raw) == 0 {
		return 'n'
	}
	if bytes.IndexByte([]byte(`"{[tfn`), raw[0]) >= 0 {
		return raw[0]
	}
	return '0'
}

// unmarshal decodes raw; a fault of "params" if that is no JSON after all.
func unmarshal(raw json.RawMessage, into any) *Error {
	if err := json.Unmarshal(raw, into); err != nil {
		return fault("params", "%v", err)
	}
	return nil
}

// jsonString returns the text of a JSON string, "" for anything else.
func jsonString(raw json.RawMessage) string {
	var s string
	if jsonKind(raw) != '"' || unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// jsonElements returns the elements of a JSON array, none for anything else.
func jsonElements(raw json.RawMessage) []json.RawMessage {
	var elements []json.RawMessage
	if jsonKind(raw) != '[' || unmarshal(raw, &elements) != nil {
		return nil
	}
	return elements
}

// timeValue reads a value for timestamp: "an integer, an integral float, or a
// string that is a time".
func timeValue(raw json.RawMessage, path string) (int64, *Error) {
	switch jsonKind(raw) {
	case '"':
		if sec, ok := parseTime(jsonString(raw)); ok {
			return sec, nil
		}
	case '0':
		sec, integral := numberInt(string(raw))
		if integral && minTime <= sec && sec <= maxTime {
			return sec, nil
		}
	}
	return 0, fault(path, "no time: want Unix seconds or YYYY-MM-DDTHH:MM:SSZ")
}

// textValue reads a value for a string field: "a string; or a number, taken as
// text". "true, false, null, arrays and objects are no values."
func textValue(raw json.RawMessage, path string) (string, *Error) {
	switch jsonKind(raw) {
	case '"':
		return jsonString(raw), nil
	case '0':
		if text, ok := numberText(string(raw)); ok {
			return text, nil
		}
	}
	return "", fault(path, "must be a string or a number")
}
