package reference

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// How long a line of an example may be, in bytes, where it can be broken; and
// how long one of nothing but texts and numbers may be, such as a row.
const (
	lineWidth = 110
	rowWidth  = 160
)

// layout breaks JSON into lines: what fits into one stays in one, and of anything
// longer the members or items fill lines, arrays and objects beginning a new
// one. Texts stay as they were written.
func layout(text []byte) (string, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return "", err
	}
	var b strings.Builder
	if err := appendLayout(&b, compact.Bytes(), "", 0); err != nil {
		return "", err
	}
	return b.String(), nil
}

// appendLayout appends text, which begins behind used bytes of a line and is
// indented so far.
func appendLayout(b *strings.Builder, text []byte, indent string, used int) error {
	if used+len(text) <= lineWidth || !compound(text) {
		b.Write(text)
		return nil
	}
	parts, err := split(text)
	if err != nil {
		return err
	}
	if used+len(text) <= rowWidth && text[0] == '[' && !slices.ContainsFunc(parts, func(p part) bool { return compound(p.value) }) {
		b.Write(text)
		return nil
	}
	inner := indent + "  "
	b.WriteByte(text[0])
	fill := 0 // bytes of the line to which simple values may be added; 0 begins a new one
	for i, p := range parts {
		if i > 0 {
			b.WriteByte(',')
		}
		size := len(p.name) + len(p.value) + 1
		if fill == 0 || compound(p.value) || fill+size > lineWidth {
			b.WriteString("\n" + inner)
			fill = len(inner)
		}
		b.WriteString(p.name)
		if err := appendLayout(b, p.value, inner, len(inner)+len(p.name)+1); err != nil {
			return err
		}
		if fill += size; compound(p.value) {
			fill = 0
		}
	}
	b.WriteString("\n" + indent)
	b.WriteByte(text[len(text)-1])
	return nil
}

// compound reports whether JSON is an object or an array.
func compound(text []byte) bool { return text[0] == '{' || text[0] == '[' }

// A part is an item of an array, or a member of an object with its name and
// colon.
type part struct {
	name  string
	value json.RawMessage
}

// split takes an array or an object apart, in the order in which it is written.
func split(text []byte) ([]part, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	var parts []part
	for d.More() {
		var p part
		if text[0] == '{' {
			var name json.RawMessage
			token, err := d.Token()
			if err != nil {
				return nil, err
			}
			if name, err = json.Marshal(token); err != nil {
				return nil, err
			}
			p.name = string(name) + ":"
		}
		if err := d.Decode(&p.value); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}
