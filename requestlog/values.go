package requestlog

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"daybook/internal/mask"
)

// maskHeader returns h as a JSON object.
func maskHeader(m *mask.Masker, h http.Header) json.RawMessage {
	if len(h) == 0 {
		return json.RawMessage("{}")
	}
	o := newObject(m)
	for _, name := range slices.Sorted(maps.Keys(h)) {
		o.add(name, h[name])
	}
	return o.json()
}

// maskQuery returns the query of a URL as a JSON object. What is no query as
// well as can be read of it.
func maskQuery(m *mask.Masker, query string) json.RawMessage {
	if query == "" {
		return json.RawMessage("{}")
	}
	if strings.Contains(query, `"`) { // as none has that a program has made
		query = m.Broken(query)
	}
	var fields mask.Fields
	for name, value := range queryPairs(query) {
		fields.Note(name, value)
	}
	values := make(url.Values)
	for name, value := range queryPairs(query) {
		if fields.Said(name) != "" {
			value = mask.Masked
		}
		values[name] = append(values[name], value)
	}
	o := newObject(m)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		o.add(name, values[name])
	}
	return o.json()
}

// queryPairs yields the names and values of a query in plain text, in their order.
func queryPairs(query string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for pair := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(pair, "=")
			if pair != "" && !yield(queryText(name), queryText(value)) {
				return
			}
		}
	}
}

// queryText returns a part of a query in plain text; as it was sent where it is
// escaped badly.
func queryText(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// An object gathers names and values, masked and within bounds.
type object struct {
	m       *mask.Masker
	members map[string]any
	bytes   int
	left    int // members for which there was no room
}

func newObject(m *mask.Masker) *object {
	return &object{m: m, members: make(map[string]any)}
}

// add adds a name with its values: a text, or an array where there are several.
func (o *object) add(name string, values []string) {
	shown := make([]string, 0, min(len(values), 100))
	secret := mask.Name(name)
	for _, value := range values {
		text := mask.Masked
		if !secret {
			text = cut(o.m.Text(valid(value)), maxValue, 0)
		}
		o.bytes += len(text) + 4
		if o.bytes > maxValues {
			break
		}
		shown = append(shown, text)
	}
	name = cut(o.m.Text(valid(name)), maxName, 0)
	if o.bytes += len(name) + 4; o.bytes > maxValues {
		o.left++
		return
	}
	if len(shown) == 1 {
		o.members[name] = shown[0]
	} else {
		o.members[name] = shown
	}
}

// json returns the object, nil for an empty one.
func (o *object) json() json.RawMessage {
	if o.left > 0 {
		o.members["…"] = fmt.Sprintf("[%d more cut]", o.left)
	}
	b, err := json.Marshal(o.members)
	if err != nil {
		panic("requestlog: encode texts: " + err.Error()) // every text can be encoded
	}
	return b
}
