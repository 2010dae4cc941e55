package rpc

import (
	"strconv"

	"daybook/auth"
	"daybook/filter"
)

// A RequestJournal is the journal of requests, beside the audit journal.
type RequestJournal struct {
	Store   Store
	Schema  *filter.Schema
	Columns []filter.Field // of the rows of GetRequestLogs, in their order
}

// searcher returns what searches j, within the limits of s.
func (j *RequestJournal) searcher(s *searcher) *searcher {
	return &searcher{
		name: requestJournal, action: auth.ReadRequestLogs, store: j.Store, schema: j.Schema, query: s.query, maxAnswer: s.maxAnswer,
	}
}

// getRequestLogs returns GetLogsByFilter for the journal of requests.
func getRequestLogs(s *searcher, columns []filter.Field) Method {
	rows := newTypedFormat(s.schema, columns)
	return Method{
		Name:    "GetRequestLogs",
		Summary: "Searches the journal of requests by conditions on any field, sorted and paged.",
		Action:  s.action,
		Query:   true,
		Params:  getRequestLogsParams(s),
		Result:  getRequestLogsResult(s, columns),
		Decode: func(params []byte) (Call, error) {
			q, asked, err := decodeFilter(s.schema, params, s.query)
			if err != nil {
				return nil, err
			}
			return s.call(search{query: q, rows: rows, total: true, asked: asked}), nil
		},
	}
}

// newTypedFormat returns a format that shows columns of s, each value as JSON has
// its kind: a decimal and an instant as a string.
func newTypedFormat(s *filter.Schema, columns []filter.Field) *rowFormat {
	f := &rowFormat{appendTime: appendInstant}
	for _, field := range columns {
		f.structure = append(f.structure, s.Name(field))
		f.fields = append(f.fields, column{field: field, time: field == s.TimeField(), typed: true, kind: s.Kind(field)})
	}
	ascii := *f
	ascii.encoding = ASCII
	f.ascii = &ascii
	return f
}

// appendInstant appends a time in microseconds as text.
func appendInstant(dst []byte, micros int64) []byte {
	return append(filter.AppendInstant(append(dst, '"'), micros), '"')
}

// A typedRecord is a record with values that are no texts; *logstore.Row is one.
type typedRecord interface {
	record
	Null(f filter.Field) bool
	Number(f filter.Field) int64
}

// appendTyped appends a value of a column that is not the time.
func (f *rowFormat) appendTyped(dst []byte, r typedRecord, c column) []byte {
	switch {
	case r.Null(c.field):
		return append(dst, "null"...)
	case c.kind != filter.Text:
		return appendNumber(dst, c.kind, r.Number(c.field))
	}
	return f.encoding.appendQuoted(dst, r.Text(c.field))
}

// appendNumber appends the JSON of a number of a field of that kind.
func appendNumber(dst []byte, kind filter.Kind, n int64) []byte {
	switch kind {
	case filter.Integer:
		return strconv.AppendInt(dst, n, 10)
	case filter.Boolean:
		return strconv.AppendBool(dst, n != 0)
	}
	return append(kind.AppendShown(append(dst, '"'), n), '"')
}
