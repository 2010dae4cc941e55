package reference

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// typeOf says in a few words of Markdown what a schema takes.
func typeOf(s *schema) string {
	switch {
	case s.Ref != "":
		return link(s.Ref[strings.LastIndexByte(s.Ref, '/')+1:])
	case len(s.AllOf) == 1:
		return typeOf(s.AllOf[0])
	case len(s.AnyOf) > 0:
		return alternatives(s.AnyOf)
	case s.Const != nil:
		return code(string(s.Const))
	case len(s.Enum) > 0:
		return values(s.Enum)
	case len(s.Type) == 0:
		return "anything"
	}
	var all []string
	for _, name := range s.Type {
		all = append(all, simpleType(name, s))
	}
	return strings.Join(all, " or ")
}

// alternatives joins what each of the schemas takes, each once.
func alternatives(schemas []*schema) string {
	var all []string
	for _, s := range schemas {
		if text := typeOf(s); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return strings.Join(all, " or ")
}

func values(all []json.RawMessage) string {
	var texts []string
	for _, v := range all {
		texts = append(texts, code(string(v)))
	}
	return strings.Join(texts, ", ")
}

// simpleType says what a schema takes of one of the types of JSON.
func simpleType(name string, s *schema) string {
	switch {
	case name == "array":
		return arrayType(s)
	case s.Title != "":
		return name + " (" + s.Title + ")"
	case name == "integer" || name == "number":
		return name + bounds(s)
	case name == "null":
		return code("null")
	}
	return name
}

// bounds says between what a number must be; "" for no bounds.
func bounds(s *schema) string {
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		return fmt.Sprintf(" %s…%s", *s.Minimum, *s.Maximum)
	case s.Minimum != nil:
		return fmt.Sprintf(" ≥ %s", *s.Minimum)
	}
	return ""
}

func arrayType(s *schema) string {
	if s.Items.each != nil {
		var all []string
		for _, item := range s.Items.each {
			all = append(all, typeOf(item))
		}
		if rest := s.AdditionalItems; rest != nil {
			all = append(all, typeOf(rest)+"…")
		}
		return "\\[" + strings.Join(all, ", ") + "\\]"
	}
	switch {
	case s.Items.all == nil && s.MaxItems != nil && *s.MaxItems == 0:
		return code("[]")
	case s.Items.all == nil:
		return "array"
	}
	if s.MaxItems != nil {
		return fmt.Sprintf("array of %s (at most %d)", typeOf(s.Items.all), *s.MaxItems)
	}
	return "array of " + typeOf(s.Items.all)
}

// code is text as code, in a cell of a table too.
func code(text string) string { return "`" + strings.ReplaceAll(text, "|", "\\|") + "`" }

// link leads to the heading of that name on the same page.
func link(name string) string { return "[" + name + "](#" + anchor(name) + ")" }

// anchor returns the fragment that GitHub gives to a heading.
func anchor(heading string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(heading) {
		switch {
		case c == ' ':
			b.WriteByte('-')
		case c == '-' || c == '_' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			b.WriteRune(c)
		}
	}
	return b.String()
}
