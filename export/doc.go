// Package export writes records of any schema as CSV, NDJSON or TSV, any number
// of them, as fast as their reader takes them: to a file, or as the answer to an
// HTTP request.
//
// It knows columns and values, not journals: its caller turns each record into a
// row by a Layout, and Rows hands over the rows some at a time. Whether an export
// is whole can be told in each form: by its HTTP trailers, by the last line of
// its manifest where there is one, and since a broken one has no proper end.
package export
