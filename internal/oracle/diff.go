package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/google/go-cmp/cmp"
)

// Diff compares two results as JSON values: members in any order, strings
// however escaped, numbers digit for digit. It returns "" if they are equal,
// else what differs, want marked - and got marked +.
func Diff(want, got json.RawMessage) string {
	w, err := decodeAny(want)
	if err != nil {
		return fmt.Sprintf("wanted result: %v", err)
	}
	g, err := decodeAny(got)
	if err != nil {
		return fmt.Sprintf("result: %v", err)
	}
	return cmp.Diff(w, g)
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
