package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// A difference is one place where two JSON values are not the same.
type difference struct {
	Path      string // as result.rows[3][2]; "" for the whole
	Want, Got string // JSON, "(nothing)" for a member or element that is missing
}

func (d difference) String() string {
	path := d.Path
	if path == "" {
		path = "(all)"
	}
	return fmt.Sprintf("%s: want %s, got %s", path, shorten(d.Want, 160), shorten(d.Got, 160))
}

const nothing = "(nothing)"

// compareJSON lists where got differs from want: order of an object's members
// does not count, numbers are compared as they are written.
func compareJSON(want, got []byte) ([]difference, error) {
	w, err := decodeValue(want)
	if err != nil {
		return nil, fmt.Errorf("recorded answer: %w", err)
	}
	g, err := decodeValue(got)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	return appendDifferences(nil, "", w, g), nil
}

func decodeValue(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("something stands after the JSON value")
	}
	return v, nil
}

func appendDifferences(list []difference, path string, want, got any) []difference {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return appendMembers(list, path, w, g)
		}
	case []any:
		if g, ok := got.([]any); ok {
			return appendElements(list, path, w, g)
		}
	default:
		// Strings, numbers, booleans and null compare with ==; an object or
		// array on the other side has another type, so == is not reached
		// with values that cannot be compared.
		if scalar(got) && want == got {
			return list
		}
	}
	return append(list, difference{path, compact(want), compact(got)})
}

func appendMembers(list []difference, path string, want, got map[string]any) []difference {
	names := maps.Clone(want)
	maps.Copy(names, got)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		at := name
		if path != "" {
			at = path + "." + name
		}
		w, wanted := want[name]
		g, given := got[name]
		switch {
		case !wanted:
			list = append(list, difference{at, nothing, compact(g)})
		case !given:
			list = append(list, difference{at, compact(w), nothing})
		default:
			list = appendDifferences(list, at, w, g)
		}
	}
	return list
}

func appendElements(list []difference, path string, want, got []any) []difference {
	for i := range max(len(want), len(got)) {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case i >= len(want):
			list = append(list, difference{at, nothing, compact(got[i])})
		case i >= len(got):
			list = append(list, difference{at, compact(want[i]), nothing})
		default:
			list = appendDifferences(list, at, want[i], got[i])
		}
	}
	return list
}

func scalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

// compact writes a decoded value as one line of JSON.
func compact(v any) string {
	var b bytes.Buffer
	if err := writeJSON(&b, v); err != nil {
		return fmt.Sprint(v)
	}
	return string(bytes.TrimSpace(b.Bytes()))
}
