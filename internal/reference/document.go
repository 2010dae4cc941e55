package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// A document is the part of an OpenRPC document that a page shows.
type document struct {
	OpenRPC    string
	Info       struct{ Title, Description, Version string }
	Servers    []struct{ Name, URL, Description string }
	Methods    []method
	Components struct {
		Schemas map[string]*schema
		Errors  map[string]*errorObject
	}
}

type method struct {
	Name    string
	Tags    []struct{ Name, Description string }
	Summary string
	Params  []content
	Result  *content
	Errors  []struct {
		Ref string `json:"$ref"`
	}
	Examples []pairing
	Sessions []string `json:"x-sessions"`
	Servers  []string `json:"x-servers"`
}

type content struct {
	Name     string
	Summary  string
	Required bool
	Schema   *schema
}

type pairing struct {
	Name   string
	Params []value
	Result *value
}

type value struct {
	Name  string
	Value json.RawMessage
}

type errorObject struct {
	Code    int
	Message string
	Data    *schema
}

// A schema is a JSON Schema, as far as this project's documents use it.
type schema struct {
	Ref              string `json:"$ref"`
	Title            string
	Description      string
	Type             names
	Const            json.RawMessage
	Enum             []json.RawMessage
	AnyOf, AllOf     []*schema
	Default          json.RawMessage
	Minimum, Maximum *json.Number
	MaxItems         *int
	Items            items
	AdditionalItems  *schema
	Properties       map[string]*schema
	Required         []string
}

// names is one name or a list of them.
type names []string

func (n *names) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, (*[]string)(n))
	}
	*n = names{""}
	return json.Unmarshal(text, &(*n)[0])
}

// items describe all items of an array by one schema, or each by its own.
type items struct {
	all  *schema
	each []*schema
}

func (i *items) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, &i.each)
	}
	return decode(text, &i.all)
}

// decode reads JSON into v, numbers as they are written.
func decode(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(v)
}

// parse reads a document.
func parse(text []byte) (*document, error) {
	d := new(document)
	if err := decode(text, d); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	return d, nil
}

// members returns the names of an object's members: the required ones in their
// order, then the others by name.
func (s *schema) members() []string {
	all := slices.Clone(s.Required)
	var others []string
	for name := range s.Properties {
		if !slices.Contains(s.Required, name) {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	return append(all, others...)
}
