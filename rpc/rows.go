package rpc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"daybook/filter"
	"daybook/internal/quote"
	"daybook/logstore"
)

// A record is one row of a page, as the store shows it; *logstore.Row is one.
type record interface {
	Time() int64                 // in the schema's unit
	Text(f filter.Field) []byte  // of a text: valid UTF-8, good until the next call
	Null(f filter.Field) bool    // of another field than the time
	Number(f filter.Field) int64 // of a field that is no text, and not null
}

// A rowFormat turns records into the rows of an answer.
type rowFormat struct {
	structure  []string // names of the columns
	fields     []column
	appendTime func(dst []byte, sec int64) []byte // JSON of a time
	encoding   Encoding                           // of texts
	ascii      *rowFormat                         // the same in ASCII
}

// A column is one field of a row.
type column struct {
	field filter.Field
	time  bool // the schema's time field
	null  bool // it may be null
	kind  filter.Kind
}

// newRowFormat returns a format that shows every field of s in its order, the
// time field under timeName and encoded by appendTime, and texts Plain.
func newRowFormat(s *filter.Schema, timeName string, appendTime func([]byte, int64) []byte) *rowFormat {
	f := newFieldFormat(s, s.Fields(), appendTime)
	f.structure[s.TimeField()] = timeName
	return f
}

// newFieldFormat returns a format that shows some fields of s.
func newFieldFormat(s *filter.Schema, fields []filter.Field, appendTime func([]byte, int64) []byte) *rowFormat {
	f := &rowFormat{appendTime: appendTime}
	for _, field := range fields {
		f.structure = append(f.structure, s.Name(field))
		f.fields = append(f.fields, column{field, field == s.TimeField(), s.Nullable(field), s.Kind(field)})
	}
	ascii := *f
	ascii.encoding = ASCII
	f.ascii = &ascii
	return f
}

// in returns f with its texts in the encoding e; f is Plain.
func (f *rowFormat) in(e Encoding) *rowFormat {
	if e == ASCII {
		return f.ascii
	}
	return f
}

// appendUnix appends a time as Unix seconds.
func appendUnix(dst []byte, sec int64) []byte { return strconv.AppendInt(dst, sec, 10) }

// appendTimeText appends a time as text, "YYYY-MM-DDTHH:MM:SSZ".
func appendTimeText(dst []byte, sec int64) []byte {
	dst = append(dst, '"')
	dst = filter.AppendTime(dst, sec)
	return append(dst, '"')
}

// render is a logstore.Request's Render. Each row brings the comma that
// separates it from the one before, so that a table is written with one Write
// per row.
func (f *rowFormat) render(dst []byte, row *logstore.Row) []byte { return f.append(dst, row) }

func (f *rowFormat) append(dst []byte, r record) []byte {
	dst = append(dst, ',')
	open := byte('[')
	for _, c := range f.fields {
		dst = append(dst, open)
		open = ','
		switch {
		case c.time:
			dst = f.appendTime(dst, r.Time())
		case c.null && r.Null(c.field):
			dst = append(dst, "null"...)
		case c.kind != filter.Text:
			dst = appendNumber(dst, c.kind, r.Number(c.field))
		case f.encoding == ASCII:
			dst = quote.AppendASCII(dst, r.Text(c.field))
		default:
			dst = quote.Append(dst, r.Text(c.field))
		}
	}
	return append(dst, ']')
}

// appendNumber appends the JSON of a number of a field of that kind: what is no
// whole number is a string.
func appendNumber(dst []byte, kind filter.Kind, n int64) []byte {
	switch kind {
	case filter.Boolean:
		return strconv.AppendBool(dst, n != 0)
	case filter.Decimal:
		return append(filter.AppendDecimal(append(dst, '"'), n), '"')
	case filter.Instant:
		return appendInstant(dst, n)
	}
	return strconv.AppendInt(dst, n, 10)
}

// appendInstant appends microseconds since 1970 as text,
// "YYYY-MM-DDTHH:MM:SS.ffffffZ".
func appendInstant(dst []byte, micros int64) []byte {
	return append(filter.AppendInstant(append(dst, '"'), micros), '"')
}

// A table is the Answer of a search: rows between a head and a tail. It writes
// the rows that the store rendered, and copies none.
type table struct {
	head  []byte   // up to the bracket that opens the rows
	rows  [][]byte // each led by its comma
	tail  []byte   // from the bracket that closes the rows
	size  int64
	count int64
	texts Encoding
}

// newTable returns the Answer of a result whose rows f rendered: structure,
// rows, count and the further members of tail. limit bounds its size in bytes.
func (f *rowFormat) newTable(res *logstore.Result, tail []member, limit int64) (*table, error) {
	t := &table{rows: res.Rows, count: res.Count, texts: f.encoding}
	t.head = append(t.head, `{"structure":`...)
	t.head = f.encoding.appendJSON(t.head, f.structure)
	t.head = append(t.head, `,"rows":[`...)
	t.tail = append(t.tail, `],"count":`...)
	t.tail = strconv.AppendInt(t.tail, res.Count, 10)
	t.tail = f.encoding.appendMembers(t.tail, tail)
	t.tail = append(t.tail, '}')
	if len(t.rows) > 0 {
		t.rows[0] = t.rows[0][1:] // nothing stands before the first
	}
	t.size = int64(len(t.head) + len(t.tail))
	for _, row := range t.rows {
		t.size += int64(len(row))
	}
	if t.size > limit {
		return nil, &logstore.TooLargeError{Limit: limit, Actual: t.size}
	}
	return t, nil
}

// A member is a member of a JSON object.
type member struct {
	name  string
	value any
}

// Len returns the number of bytes that WriteTo writes.
func (t *table) Len() int64 { return t.size }

// Rows returns the number of rows in the answer.
func (t *table) Rows() int { return len(t.rows) }

// Count returns the number of matches before paging.
func (t *table) Count() int64 { return t.count }

func (t *table) encoding() Encoding { return t.texts }

// WriteTo writes the table to w.
func (t *table) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(t.head)
	written := int64(n)
	for i := 0; err == nil && i < len(t.rows); i++ {
		n, err = w.Write(t.rows[i])
		written += int64(n)
	}
	if err == nil {
		n, err = w.Write(t.tail)
		written += int64(n)
	}
	return written, err
}

// appendJSON appends the JSON of v, a value of this package's own making,
// which always has one.
func appendJSON(dst []byte, v any) []byte {
	b := bytes.NewBuffer(dst)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("rpc: encode %T: %v", v, err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
