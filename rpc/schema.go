package rpc

import (
	"strings"

	"daybook/filter"
)

// A Schema is a JSON Schema, draft 7, as OpenRPC has it.
type Schema map[string]any

// ref refers to a schema of the document's components.
func ref(name string) Schema { return Schema{"$ref": "#/components/schemas/" + name} }

// closedObject is an object of these members and no others.
func closedObject(members Schema, required ...string) Schema {
	return Schema{
		"type":                 "object",
		"properties":           members,
		"required":             required,
		"additionalProperties": false,
	}
}

// arrayOf is an array of any number of items.
func arrayOf(item Schema) Schema { return Schema{"type": "array", "items": item} }

// tuple is an array of exactly these items.
func tuple(items ...Schema) Schema {
	return Schema{"type": "array", "items": items, "minItems": len(items), "maxItems": len(items)}
}

// anyOf is whatever one of the schemas describes.
func anyOf(schemas ...Schema) Schema { return Schema{"anyOf": schemas} }

// anyCase is one of the names, with letters in either case. Listing the names
// as well lets generated clients offer them.
func anyCase(names ...string) Schema {
	var pattern strings.Builder
	for i, name := range names {
		if i > 0 {
			pattern.WriteByte('|')
		}
		for _, c := range name {
			if lower, upper := strings.ToLower(string(c)), strings.ToUpper(string(c)); lower != upper {
				pattern.WriteString("[" + lower + upper + "]")
			} else {
				pattern.WriteRune(c)
			}
		}
	}
	return anyOf(Schema{"enum": names}, Schema{"type": "string", "pattern": "^(" + pattern.String() + ")$"})
}

// oneOrMany is the value of a condition key: nothing, one condition, or a
// list of them.
func oneOrMany(condition string, most int) Schema {
	return anyOf(
		Schema{"type": "null"},
		Schema{"type": "array", "maxItems": 0},
		ref(condition),
		Schema{"type": "array", "items": ref(condition), "minItems": 1, "maxItems": most},
	)
}

// querySchemas returns the components that the params of searches over s
// refer to.
func querySchemas(s *filter.Schema, l filter.Limits) map[string]Schema {
	time, text := ref("Time"), ref("Text")
	return map[string]Schema{
		"Time":            timeSchema(),
		"Text":            {"type": []string{"string", "number"}, "description": "A number is taken as text, digit for digit."},
		"Count":           countSchema(),
		"Interval":        intervalSchema(),
		"Field":           {"enum": s.Names()},
		"TimeField":       {"const": s.Name(s.TimeField())},
		"TextField":       {"enum": textFields(s)},
		"Comparison":      {"enum": []string{"=", "==", "!=", "<>", ">", ">=", "<", "<="}},
		"PatternOperator": anyCase("like", "not like", "ilike", "not ilike", "regexp", "not regexp"),
		"Direction":       anyCase("ASC", "DESC"),
		"Where": anyOf(
			tuple(ref("TimeField"), ref("Comparison"), time),
			tuple(ref("TextField"), ref("Comparison"), text),
			tuple(ref("Field"), ref("PatternOperator"), text),
		),
		"WhereNot": byKind(time, text),
		"WhereIn":  byKind(listOf(time, l.Values), listOf(text, l.Values)),
		"WhereBetween": byKind(
			tuple(time, time),
			tuple(text, text),
		),
		"OrderBy": anyOf(
			tuple(ref("Field")),
			tuple(ref("Field"), ref("Direction")),
		),
	}
}

// byKind is a field with its operand, which depends on the field's kind.
func byKind(time, text Schema) Schema {
	return anyOf(tuple(ref("TimeField"), time), tuple(ref("TextField"), text))
}

// listOf is a list of at most so many values.
func listOf(value Schema, most int) Schema {
	list := arrayOf(value)
	list["maxItems"] = most
	return list
}

// textFields names the text fields of s.
func textFields(s *filter.Schema) []string {
	var names []string
	for i := range s.Len() {
		if f := filter.Field(i); s.Kind(f) == filter.Text {
			names = append(names, s.Name(f))
		}
	}
	return names
}

// timeSchema describes a time in params.
func timeSchema() Schema {
	const (
		digits = `[+-]?[0-9]+`
		date   = `[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})`
	)
	return anyOf(
		Schema{"type": "integer", "minimum": filter.MinTime, "maximum": filter.MaxTime, "description": "Unix seconds"},
		Schema{"type": "string", "pattern": "^(" + digits + "|" + date + ")$"},
	)
}

// countSchema describes a number of rows in params.
func countSchema() Schema {
	return anyOf(
		Schema{"type": "integer", "minimum": 0},
		Schema{"type": "string", "pattern": "^[0-9]+$"},
	)
}

// intervalSchema describes the length of a bucket in params.
func intervalSchema() Schema {
	return anyOf(
		Schema{"enum": []string{"minute", "hour", "day"}},
		Schema{"type": "integer", "minimum": 1, "maximum": filter.MaxInterval, "description": "seconds"},
		Schema{"type": "string", "pattern": "^[0-9]+$"},
	)
}
