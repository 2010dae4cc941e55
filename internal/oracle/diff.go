package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"

	"github.com/google/go-cmp/cmp"
)

// Diff compares two results as JSON values: members in any order, strings
// however escaped, numbers digit for digit. Of the members cursor and explain,
// which are a product's own affair, only the kind is compared. It returns "" if
// the results are equal, else what differs, want marked - and got marked +.
func Diff(want, got json.RawMessage) string {
	if bytes.Equal(want, got) {
		return "" // most are, and large ones take long to decode
	}
	w, err := decodeAny(want)
	if err != nil {
		return fmt.Sprintf("wanted result: %v", err)
	}
	g, err := decodeAny(got)
	if err != nil {
		return fmt.Sprintf("result: %v", err)
	}
	w, g = hideOpaque(w), hideOpaque(g)
	if reflect.DeepEqual(w, g) {
		return "" // in a fraction of the time
	}
	return cmp.Diff(w, g)
}

// Difference says how a product's answer, a result or an error, differs from
// the one wanted; "" if it does not. Of an error its Code counts, where its
// Param leads, its File, and that its Reason names the interval that fits.
func Difference(want json.RawMessage, fault *Error, got json.RawMessage, gotFault *Error) string {
	switch {
	case fault == nil && gotFault == nil:
		return Diff(want, got)
	case fault == nil:
		return fmt.Sprintf("got the error %v, want a result", gotFault)
	case gotFault == nil:
		return fmt.Sprintf("got a result, want the error %v", fault)
	case gotFault.Code != fault.Code || !PathsAgree(fault.Param, gotFault.Param) || gotFault.File != fault.File:
		return fmt.Sprintf("got the error %v, want %v", gotFault, fault)
	case fault.Smallest > 0 && !slices.Contains(decimals.FindAllString(gotFault.Reason, -1), strconv.FormatInt(fault.Smallest, 10)):
		return fmt.Sprintf("got the error %v, which does not name %d as the smallest interval", gotFault, fault.Smallest)
	}
	return ""
}

// decimals are the whole numbers in a text.
var decimals = regexp.MustCompile(`[0-9]+`)

// hideOpaque puts the same in the place of every cursor, which is a string that
// is not empty, and of every explain, which is an object.
func hideOpaque(result any) any {
	members, ok := result.(map[string]any)
	if !ok {
		return result
	}
	if cursor, ok := members["cursor"].(string); ok && cursor != "" {
		members["cursor"] = ownCursor
	}
	if _, ok := members["explain"].(map[string]any); ok {
		members["explain"] = map[string]any{}
	}
	return members
}

// decodeAny decodes one JSON value, keeping numbers as they are written.
func decodeAny(raw json.RawMessage) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("bytes after the value at offset %d", d.InputOffset())
	}
	return v, nil
}
