package logstore

import (
	"daybook/filter"
)

// A Request is one search.
type Request struct {
	Query *filter.Query

	// Partial asks for an answer from the rest where a file can't be read;
	// otherwise such a file fails the search with a *ReadError.
	Partial bool

	// Cursor asks for the cursor of the snapshot that the answer is of.
	Cursor bool

	// Explain asks how the answer was found.
	Explain bool

	// At is the cursor of the snapshot that is to be searched; nil stands for
	// the journal as it is now. Of the files that the query selects, exactly
	// those are read that the cursor names, up to their lengths then. It names
	// those that the query selected of which it is the answer: others are not in
	// the snapshot. The default window is that of the day it was made on.
	At *Cursor

	// Render appends the encoding of one row of the page, for example a JSON
	// array. It is called by several goroutines at once, each with its own dst
	// and row, and must not keep the row.
	Render func(dst []byte, row *Row) []byte

	// MaxBytes bounds all rendered rows together; beyond it the search fails
	// with a *TooLargeError. Zero means no bound.
	MaxBytes int64

	held int // how many of the latest files are held open as long as the snapshot lives; 0: heldOpen
}

// A Result is the answer to a Request.
type Result struct {
	Count    int64     // matches before paging
	Total    int64     // raw lines in the selected parts, malformed ones included
	Rows     [][]byte  // the page, rendered, in the query's order
	Problems []Problem // unreadable files, when the request was Partial
	Cursor   *Cursor   // of the snapshot, when the request was for one
	Explain  *Explanation
}

// A Problem names a day file that can't be read, and why.
type Problem struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// A Row is one record of the page, as Render sees it.
type Row struct {
	record filter.Record
	values *filter.Matcher
}

// Time returns the record's time in the schema's unit, Unix seconds mostly.
func (r *Row) Time() int64 { return r.record.Time }

// Text returns the decoded value of f, which is a Text: valid UTF-8, owned by the
// row, good until the next call; nil for null.
func (r *Row) Text(f filter.Field) []byte { return r.values.Text(&r.record, f) }

// Null reports whether f, which is not the time, is null.
func (r *Row) Null(f filter.Field) bool { return r.record.Columns[f] == nil }

// Number returns the value of f, which is numeric and not Null.
func (r *Row) Number(f filter.Field) int64 { return filter.Number(r.record.Columns[f]) }

// Line returns the record's raw line without its ending; owned by the row, good
// until the next one.
func (r *Row) Line() []byte { return r.record.Line }
