package rpc

import (
	"daybook/auth"
	"daybook/filter"
	"daybook/requestlog"
)

// getRequestLogs returns the table view of the journal of requests: predicates,
// sorting and paging over every field, of which the rows show those that lists of
// requests have.
func getRequestLogs(s *searcher) Method {
	rows := newFieldFormat(s.schema, requestlog.Columns(), appendInstant)
	return Method{
		Name:    "GetRequestLogs",
		Summary: "Searches the journal of requests by conditions on any field, sorted and paged.",
		Action:  auth.ReadRequestLogs,
		Query:   true,
		Params:  getRequestLogsParams(s),
		Result:  getRequestLogsResult(s, rows.structure),
		Decode: func(params []byte) (Call, error) {
			q, asked, err := decodeFilter(s.schema, params, s.query)
			if err != nil {
				return nil, err
			}
			return s.call(search{query: q, rows: rows, total: true, asked: asked}), nil
		},
	}
}

// requestPrefix leads the names of components that describe params about requests,
// and eitherPrefix of those about either journal.
const (
	requestPrefix = "Request"
	eitherPrefix  = "Either"
)

// getRequestLogsParams describes the params of GetRequestLogs.
func getRequestLogsParams(s *searcher) []ParamDoc {
	return queryParams(requestPrefix, s.schema, s.query)
}

// getRequestLogsResult describes the answer of GetRequestLogs.
func getRequestLogsResult(s *searcher, structure []string) ResultDoc {
	var row []Schema
	for _, f := range requestlog.Columns() {
		row = append(row, shownSchema(s.schema, f))
	}
	members := Schema{
		"structure": described(Schema{"const": structure}, "the names of the columns"),
		"rows":      atMost(arrayOf(tuple(row...)), s.query.Rows),
		"count":     matchesMember(),
		"total":     number("lines in the files that were looked at"),
		"cursor":    cursorMember(),
		"explain":   ref("Explanation"),
		"problems":  problemsMember(),
	}
	return ResultDoc{
		Name:    "table",
		Summary: "A page of matches; count is their number before paging.",
		Schema:  closedObject(members, "structure", "rows", "count", "total"),
	}
}

// shownSchema describes how rows show a field: times as text, to the microsecond.
func shownSchema(s *filter.Schema, f filter.Field) Schema {
	name := map[filter.Kind]string{filter.Integer: "integer", filter.Boolean: "boolean"}[s.Kind(f)]
	if name == "" {
		name = "string"
	}
	shown := Schema{"type": name}
	if s.Nullable(f) {
		shown["type"] = []string{name, "null"}
	}
	switch s.Kind(f) {
	case filter.Decimal:
		shown["pattern"] = `^-?[0-9]+\.[0-9]{6}$`
	case filter.Time, filter.Instant:
		shown["pattern"] = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$`
	}
	return shown
}

// requestSchemas returns the components that params about the journal of requests,
// and about either journal, refer to beside those of querySchemas.
func requestSchemas(s *filter.Schema, l filter.Limits) map[string]Schema {
	value := ref(requestPrefix + "Value")
	field := ref(requestPrefix + "Field")
	schemas := map[string]Schema{
		"Field": described(Schema{"enum": s.Names()}, "A field of a request; those named has_ tell whether there is such a value, and user is the user's id."),
		"Value": described(Schema{"type": []string{"string", "number", "boolean"}},
			"What the field takes: a text as elsewhere; a number, or a string of one; true or false; a time to the microsecond, as 2026-04-22T08:00:00.5Z, or Unix seconds."),
		"Where": described(anyOf(
			tuple(field, ref("Comparison"), value),
			tuple(field, ref("PatternOperator"), ref("Pattern")),
		), "A field, an operator and a value; patterns see a number or a time as it is shown, and null matches none but the negated operators."),
		"WhereNot":     described(tuple(field, value), "A field and a value that it has not."),
		"WhereIn":      described(tuple(field, listOf(value, l.Values)), "A field and a list of values."),
		"WhereBetween": described(tuple(field, tuple(value, value)), "A field and a range, ends included; where the first is greater, the range is empty."),
		"OrderBy": described(anyOf(tuple(field), tuple(field, ref("Direction"))),
			"A term of sorting, null first; ASC where no direction is given. The last term directs ties."),
	}
	named := make(map[string]Schema)
	for name, schema := range schemas {
		named[requestPrefix+name] = schema
	}
	for _, name := range [...]string{"Field", "Where", "WhereNot", "WhereIn", "WhereBetween"} {
		named[eitherPrefix+name] = described(anyOf(ref(name), ref(requestPrefix+name)), "Of the audit journal, or of that of requests.")
	}
	return named
}
