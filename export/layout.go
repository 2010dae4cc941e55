package export

import (
	"fmt"
	"slices"
	"strconv"

	"daybook/filter"
	"daybook/internal/quote"
)

// A Format is a form of export.
type Format uint8

const (
	// CSV is RFC 4180, in UTF-8, with a line of column names. Texts that a
	// spreadsheet would run as formulas begin with an apostrophe.
	CSV Format = iota

	// NDJSON is a JSON object for each row, on a line of its own.
	NDJSON

	// TSV is columns separated by tabs, with \t, \n, \r and \\ as escapes: what
	// an audit journal is written in. It has no line of column names.
	TSV
)

// Formats returns the names of all formats.
func Formats() []string { return []string{"csv", "ndjson", "tsv"} }

// ParseFormat returns the format of that name.
func ParseFormat(name string) (Format, error) {
	i := slices.Index(Formats(), name)
	if i < 0 {
		return 0, fmt.Errorf("no format %q", name)
	}
	return Format(i), nil
}

// String returns the format's name, which is what its files' names end in.
func (f Format) String() string { return Formats()[f] }

// ContentType returns the media type of the format.
func (f Format) ContentType() string {
	return [...]string{"text/csv; charset=utf-8; header=present", "application/x-ndjson", "text/tab-separated-values; charset=utf-8"}[f]
}

// A Layout writes rows in one format. A row is appended column by column, in
// order and each of them once, and then ended. A Layout does not change, and may
// be used by any number of goroutines.
type Layout struct {
	format Format
	names  []string
	leads  [][]byte // what stands before each column
}

// NewLayout returns the layout of rows with columns of those names.
func NewLayout(f Format, names []string) *Layout {
	l := &Layout{format: f, names: slices.Clone(names)}
	for i, name := range names {
		var lead []byte
		switch {
		case f == NDJSON:
			lead = append(lead, "{,"[min(i, 1)])
			lead = append(quote.Append(lead, []byte(name)), ':')
		case i > 0:
			lead = append(lead, l.separator())
		}
		l.leads = append(l.leads, lead)
	}
	return l
}

// Format returns the format of the layout.
func (l *Layout) Format() Format { return l.format }

// separator is what stands between two columns, of CSV and TSV.
func (l *Layout) separator() byte {
	if l.format == CSV {
		return ','
	}
	return '\t'
}

// AppendHead appends what stands before the first row.
func (l *Layout) AppendHead(dst []byte) []byte {
	if l.format != CSV {
		return dst
	}
	for i, name := range l.names {
		dst = l.AppendText(dst, i, []byte(name))
	}
	return l.AppendEnd(dst)
}

// AppendText appends a text, which is valid UTF-8.
func (l *Layout) AppendText(dst []byte, column int, text []byte) []byte {
	dst = append(dst, l.leads[column]...)
	switch l.format {
	case CSV:
		return appendCell(dst, text)
	case NDJSON:
		return quote.Append(dst, text)
	}
	return appendEscaped(dst, text)
}

// AppendSeconds appends a time in Unix seconds: a number in NDJSON, otherwise
// text, YYYY-MM-DDTHH:MM:SSZ.
func (l *Layout) AppendSeconds(dst []byte, column int, sec int64) []byte {
	dst = append(dst, l.leads[column]...)
	if l.format == NDJSON {
		return strconv.AppendInt(dst, sec, 10)
	}
	return filter.AppendTime(dst, sec)
}

// AppendJSON appends a value of which value is the JSON: a number, true, false, an
// object or an array. In CSV and TSV that is a text as any other.
func (l *Layout) AppendJSON(dst []byte, column int, value []byte) []byte {
	if l.format == NDJSON {
		return append(append(dst, l.leads[column]...), value...)
	}
	return l.AppendText(dst, column, value)
}

// AppendNull appends what stands for no value: null in NDJSON, otherwise nothing.
func (l *Layout) AppendNull(dst []byte, column int) []byte {
	dst = append(dst, l.leads[column]...)
	if l.format == NDJSON {
		dst = append(dst, "null"...)
	}
	return dst
}

// AppendEnd ends a row.
func (l *Layout) AppendEnd(dst []byte) []byte {
	switch l.format {
	case CSV:
		return append(dst, '\r', '\n')
	case NDJSON:
		return append(dst, '}', '\n')
	}
	return append(dst, '\n')
}

// appendEscaped appends text with what has a meaning in TSV escaped.
func appendEscaped(dst, text []byte) []byte {
	start := 0 // of what is still to be appended as it is
	for i, c := range text {
		if c > '\r' && c != '\\' {
			continue
		}
		letter := byte('\\')
		switch c {
		case '\t':
			letter = 't'
		case '\n':
			letter = 'n'
		case '\r':
			letter = 'r'
		case '\\':
		default:
			continue
		}
		dst = append(append(dst, text[start:i]...), '\\', letter)
		start = i + 1
	}
	return append(dst, text[start:]...)
}
