package rpc

import (
	"fmt"
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

// atMost is array with at most so many items.
func atMost(array Schema, most int64) Schema {
	array["maxItems"] = most
	return array
}

// tuple is an array of exactly these items.
func tuple(items ...Schema) Schema {
	return Schema{"type": "array", "items": items, "minItems": len(items), "maxItems": len(items)}
}

// number is a whole number of 0 or more, and says what it counts.
func number(of string) Schema { return Schema{"type": "integer", "minimum": 0, "description": of} }

// digits is a whole number in a string.
func digits() Schema { return Schema{"type": "string", "pattern": "^[0-9]+$", "title": "digits"} }

// countUpTo is a whole number from 0 to most.
func countUpTo(most int64) Schema {
	return anyOf(Schema{"type": "integer", "minimum": 0, "maximum": most}, digits())
}

// orElse is what schema describes, with the value that stands for a param which
// is left out.
func orElse(schema Schema, value any) Schema {
	if schema["$ref"] != nil { // whose siblings draft 7 passes over
		return Schema{"allOf": []Schema{schema}, "default": value}
	}
	schema["default"] = value
	return schema
}

// described is schema with a description.
func described(schema Schema, text string) Schema {
	schema["description"] = text
	return schema
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
	return anyOf(
		Schema{"enum": names},
		Schema{"type": "string", "pattern": "^(" + pattern.String() + ")$", "title": "the same in any case"},
	)
}

// oneOrMany is the value of a condition key: nothing, one condition, or a
// list of them.
func oneOrMany(condition string, most int) Schema {
	return anyOf(
		ref(condition),
		Schema{"type": "array", "items": ref(condition), "minItems": 1, "maxItems": most},
		Schema{"type": "array", "maxItems": 0, "description": "not given"},
		Schema{"type": "null", "description": "not given"},
	)
}

// querySchemas returns the components that params and results of searches over
// s refer to.
func querySchemas(s *filter.Schema, l filter.Limits) map[string]Schema {
	time, text := ref("Time"), ref("Text")
	return map[string]Schema{
		"Time":      timeSchema(),
		"Text":      textSchema(),
		"Pattern":   patternSchema(l.Pattern),
		"Count":     described(anyOf(Schema{"type": "integer", "minimum": 0}, digits()), "A number of rows, without an upper bound."),
		"Interval":  intervalSchema(),
		"Field":     described(Schema{"enum": s.Names()}, "A field of a record."),
		"TimeField": described(Schema{"const": s.Name(s.TimeField())}, "The field that is a time."),
		"TextField": described(Schema{"enum": textFields(s)}, "A field that is a text."),
		"Comparison": described(Schema{"enum": []string{"=", "==", "!=", "<>", ">", ">=", "<", "<="}},
			"On texts, > and its like compare with a string by bytes, with a number by number."),
		"PatternOperator": described(anyCase("like", "not like", "ilike", "not ilike", "regexp", "not regexp"),
			"A pattern with % for like and ilike, in RE2 syntax for regexp; on a time it sees decimal Unix seconds."),
		"Direction": described(anyCase("ASC", "DESC"), "Ascending or descending."),
		"Where": described(anyOf(
			tuple(ref("TimeField"), ref("Comparison"), time),
			tuple(ref("TextField"), ref("Comparison"), text),
			tuple(ref("Field"), ref("PatternOperator"), ref("Pattern")),
		), "A field, an operator and a value."),
		"WhereNot": described(byKind(time, text), "A field and a value that it has not."),
		"WhereIn":  described(byKind(listOf(time, l.Values), listOf(text, l.Values)), "A field and a list of values."),
		"WhereBetween": described(byKind(tuple(time, time), tuple(text, text)),
			"A field and a range, ends included; where the first is greater, the range is empty."),
		"OrderBy": described(anyOf(tuple(ref("Field")), tuple(ref("Field"), ref("Direction"))),
			"A term of sorting; ASC where no direction is given. The last term directs ties."),
		"UnixTime": described(Schema{"type": "integer", "minimum": filter.MinTime, "maximum": filter.MaxTime},
			"Unix seconds, of a time from 0001-01-01 to 9999-12-31."),
		"Explanation": explanationSchema(),
		"Problem":     problemSchema(),
	}
}

// byKind is a field with its operand, which depends on the field's kind.
func byKind(time, text Schema) Schema {
	return anyOf(tuple(ref("TimeField"), time), tuple(ref("TextField"), text))
}

// listOf is a list of at most so many values.
func listOf(value Schema, most int) Schema {
	return atMost(arrayOf(value), int64(most))
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
		seconds = `[+-]?[0-9]+`
		date    = `[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})`
	)
	return described(anyOf(
		Schema{"type": "integer", "minimum": filter.MinTime, "maximum": filter.MaxTime, "title": "Unix seconds"},
		Schema{"type": "string", "pattern": "^(" + seconds + "|" + date + ")$", "title": "digits, or a date with a time and a zone"},
	), "A time from 0001-01-01 to 9999-12-31: Unix seconds, a string of them, or 2026-04-22T08:00:00Z; a fraction is cut, and Z may be an offset such as +03:00.")
}

// textSchema describes a text in params.
func textSchema() Schema {
	return Schema{
		"type":        []string{"string", "number"},
		"description": "A number is taken as text: an integer digit for digit, any other as its shortest decimal.",
	}
}

// patternSchema describes the value of an operator that takes a pattern of at
// most so many bytes. Lengths in a schema are characters, which are no more.
func patternSchema(most int) Schema {
	return Schema{
		"type":        []string{"string", "number"},
		"maxLength":   most,
		"description": fmt.Sprintf("At most %d bytes. A number is taken as text.", most),
	}
}

// intervalSchema describes the length of a bucket in params.
func intervalSchema() Schema {
	return described(anyOf(
		Schema{"enum": []string{"minute", "hour", "day"}},
		Schema{"type": "integer", "minimum": 1, "maximum": filter.MaxInterval, "title": "seconds"},
		digits(),
	), fmt.Sprintf("A word, or 1 to %d seconds.", filter.MaxInterval))
}
