package filter

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// An item is one condition or one term of an order, as a request has it: an
// array that begins with a field. A key holds one of them, or a list of them.
type item struct {
	raw   json.RawMessage
	index int // in the list of its key, -1 if it stands alone
}

// splitItems splits the value of a key: nothing, null and [] hold no item, an
// array that begins with a string is one, and of any other array every element
// is one. form shows what an item looks like.
func splitItems(raw json.RawMessage, form string) ([]item, *ParamError) {
	if raw == nil || string(raw) == "null" {
		return nil, nil
	}
	elements, ok := arrayOf(raw)
	if !ok {
		return nil, badParam("", "is %s; must be %s or a list of these", describe(raw), form)
	}
	if len(elements) > 0 && isString(elements[0]) {
		return []item{{raw, -1}}, nil
	}
	items := make([]item, len(elements))
	for i, element := range elements {
		items[i] = item{element, i}
	}
	return items, nil
}

// parts returns the elements of it, of which there must be from min to max.
func (it item) parts(form string, min, max int) ([]json.RawMessage, *ParamError) {
	parts, ok := arrayOf(it.raw)
	if !ok {
		return nil, badParam("", "is %s; must be %s", describe(it.raw), form)
	}
	if len(parts) < min || len(parts) > max {
		return nil, badParam("", "has %d elements; must be %s", len(parts), form)
	}
	return parts, nil
}

// place completes the path of a fault in it. In a list, a fault of the field
// is one of the whole item and has its path: no other part of a condition
// makes sense without a field.
func (it item) place(fault *ParamError) *ParamError {
	if it.index < 0 {
		return fault
	}
	if fault.Param == fieldPath {
		fault.Param = ""
	}
	return fault.at(it.index)
}

// fieldPath is the path of the field within an item.
const fieldPath = "[0]"

// field reads the field of an item.
func (d *decoder) field(raw json.RawMessage) (Field, *ParamError) {
	var reason string
	if isString(raw) {
		name := stringOf(raw)
		if f, ok := d.schema.Lookup(name); ok {
			return f, nil
		}
		reason = fmt.Sprintf("unknown field %q", clip(name))
	} else {
		reason = fmt.Sprintf("is %s; a field is a string", describe(raw))
	}
	return 0, &ParamError{Param: fieldPath, Reason: reason, Allowed: d.schema.Names()}
}

// arrayOf splits an array into its elements. It reports false for other values.
// The decoder that raw came out of has checked it.
func arrayOf(raw json.RawMessage) ([]json.RawMessage, bool) {
	if raw[0] != '[' {
		return nil, false
	}
	elements := make([]json.RawMessage, 0, 3) // as many as a condition has
	depth, start := 0, 1
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			for i++; raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case '[', '{':
			depth++
		case '}':
			depth--
		case ']':
			if depth--; depth > 0 {
				continue
			}
			if last := bytes.TrimSpace(raw[start:i]); len(last) > 0 {
				elements = append(elements, last)
			}
			return elements, true
		case ',':
			if depth == 1 {
				elements = append(elements, bytes.TrimSpace(raw[start:i]))
				start = i + 1
			}
		}
	}
	return nil, false
}
