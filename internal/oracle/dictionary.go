package oracle

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// A value is one text that a field takes, shared by all records of a journal
// that hold it. What costs time and depends on the text alone is worked out
// once: many requests are asked of one journal.
type value struct {
	text   string
	folded string          // fold(text)
	json   json.RawMessage // the text as a JSON string
	rank   int             // among the values of its field, by bytes
}

// A dictionary holds the values of every field by their texts. A time stands in
// it as its decimal Unix seconds, "which the text operators see".
type dictionary [fieldCount]map[string]*value

// newDictionary returns an empty dictionary.
func newDictionary() *dictionary {
	d := new(dictionary)
	for field := range d {
		d[field] = make(map[string]*value)
	}
	return d
}

// add returns the value of a text, a new one if need be.
func (d *dictionary) add(field int, text string) *value {
	v, ok := d[field][text]
	if !ok {
		v = &value{text: text}
		d[field][text] = v
	}
	return v
}

// finish works out what is known of every value.
func (d *dictionary) finish() {
	for _, values := range d {
		sorted := make([]*value, 0, len(values))
		for _, v := range values {
			v.folded, v.json = fold(v.text), marshal(v.text)
			sorted = append(sorted, v)
		}
		slices.SortFunc(sorted, func(a, b *value) int { return strings.Compare(a.text, b.text) })
		for rank, v := range sorted {
			v.rank = rank
		}
	}
}

// verdicts returns match with its results kept: each value of a field is asked
// once, however many records hold it. It is one goroutine's, and one field's.
func verdicts(match func(*value) bool) func(*value) bool {
	const (
		unknown = iota
		no
		yes
	)
	var known []uint8 // by rank
	return func(v *value) bool {
		if v.rank >= len(known) {
			known = append(known, make([]uint8, v.rank+1-len(known))...)
		}
		if known[v.rank] == unknown {
			known[v.rank] = no
			if match(v) {
				known[v.rank] = yes
			}
		}
		return known[v.rank] == yes
	}
}

// marshal returns a value as JSON.
func marshal(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("oracle: strings and integers always encode: " + err.Error())
	}
	return bytes.TrimSpace(b.Bytes())
}
