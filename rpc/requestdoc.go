package rpc

import (
	"fmt"

	"daybook/filter"
)

// requestSchemas returns the components that params of searches over the journal
// of requests refer to.
func requestSchemas(s *filter.Schema, l filter.Limits) map[string]Schema {
	field, value := ref("RequestField"), ref("RequestValue")
	return map[string]Schema{
		"RequestField": described(Schema{"enum": s.Names()}, "A field of a request's record."),
		"RequestValue": described(Schema{"type": []string{"string", "number", "boolean"}},
			"A text; a whole number; true or false; a number of seconds; or a time, as Unix seconds or text: as the field has them. Null is no value, and matches no condition but the negated ones."),
		"RequestWhere": described(anyOf(
			tuple(field, ref("Comparison"), value),
			tuple(field, ref("PatternOperator"), ref("Pattern")),
		), "A field, an operator and a value."),
		"RequestWhereNot":     described(tuple(field, value), "A field and a value that it has not."),
		"RequestWhereIn":      described(tuple(field, listOf(value, l.Values)), "A field and a list of values."),
		"RequestWhereBetween": described(tuple(field, tuple(value, value)), "A field and a range, ends included."),
		"RequestOrderBy": described(anyOf(tuple(field), tuple(field, ref("Direction"))),
			"A term of sorting; ASC where no direction is given. Null comes first, last in DESC. The last term directs ties."),
	}
}

// requestConditionParams is conditionParams for the journal of requests.
func requestConditionParams(l filter.Limits) []ParamDoc {
	docs := conditionParams(l)
	for i, condition := range []string{"Where", "WhereNot", "WhereIn", "WhereIn", "WhereBetween", "WhereBetween"} {
		docs[i].Schema = oneOrMany("Request"+condition, l.Conditions)
	}
	return docs
}

// getRequestLogsParams describes the params of GetRequestLogs.
func getRequestLogsParams(s *searcher) []ParamDoc {
	docs := append(pageParams(s.query.Rows), requestConditionParams(s.query)...)
	docs = append(docs, ParamDoc{
		Name:    "orderBy",
		Summary: "Sorting, most significant first; newest first when left out.",
		Schema:  orElse(oneOrMany("RequestOrderBy", s.query.Terms), [][]string{{s.schema.Name(s.schema.TimeField()), "DESC"}}),
	})
	return append(docs, askedParams()...)
}

// getRequestLogsResult describes the answer of GetRequestLogs.
func getRequestLogsResult(s *searcher, columns []filter.Field) ResultDoc {
	var structure []string
	var row []Schema
	for _, f := range columns {
		structure = append(structure, s.schema.Name(f))
		row = append(row, valueSchema(s.schema, f))
	}
	return ResultDoc{
		Name:    "table",
		Summary: "A page of matches; count is their number before paging.",
		Schema: closedObject(Schema{
			"structure": described(Schema{"const": structure}, "the names of the columns"),
			"rows":      atMost(arrayOf(tuple(row...)), s.query.Rows),
			"count":     matchesMember(),
			"total":     number("lines in the files that were looked at"),
			"problems":  problemsMember(),
			"cursor":    cursorMember(),
			"explain":   ref("Explanation"),
		}, "structure", "rows", "count", "total"),
	}
}

// valueSchema describes a value of a column of GetRequestLogs.
func valueSchema(s *filter.Schema, f filter.Field) Schema {
	const instant = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$`
	schema, kind := Schema{}, "string"
	switch s.Kind(f) {
	case filter.Integer:
		kind = "integer"
	case filter.Boolean:
		kind = "boolean"
	case filter.Decimal:
		schema["pattern"] = `^-?[0-9]+\.[0-9]{6}$`
	case filter.Time, filter.Instant:
		schema["pattern"] = instant
	}
	schema["type"] = kind
	if s.Nullable(f) {
		schema["type"] = []string{kind, "null"}
	}
	return described(schema, fmt.Sprintf("%s of the request", s.Name(f)))
}
