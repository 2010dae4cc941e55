package export

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
)

// Rows are the rows of an export, some at a time; *logstore.Export is one. Next
// returns io.EOF after the last of them. Another error ends the export.
type Rows interface {
	Next(ctx context.Context) ([][]byte, error)
}

// A Manifest says what an export is of. It begins the export, where its reader
// wants it to.
type Manifest struct {
	Format   string          `json:"format"`
	Query    json.RawMessage `json:"query"`              // what was asked for
	Count    int64           `json:"count"`              // matches before paging
	Total    *int64          `json:"total,omitempty"`    // what was searched; nil where that has no number
	Snapshot string          `json:"snapshot,omitempty"` // names the state of what was searched
	Problems any             `json:"problems,omitempty"` // what could not be read
}

// A Closing ends an export that is whole, where its reader wants it to.
type Closing struct {
	Rows     int64 `json:"rows"`
	Complete bool  `json:"complete"` // nothing was left out on the way
	Problems any   `json:"problems,omitempty"`
}

// A Writer writes one export. After an error nothing more must be written.
type Writer struct {
	Layout *Layout
	To     io.Writer
	Rows   int64 // written so far
	Bytes  int64
}

// Begin writes what stands before the rows; m may be nil.
func (w *Writer) Begin(m *Manifest) error {
	var head []byte
	if m != nil {
		head = w.Layout.appendNote(head, "export", m)
	}
	return w.write(w.Layout.AppendHead(head))
}

// Copy writes all rows, and hands on the error that ends them before their end.
// Between is called before it waits for more of them; it may be nil.
func (w *Writer) Copy(ctx context.Context, rows Rows, between func() error) error {
	for {
		some, err := rows.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		for _, row := range some {
			if err := w.write(row); err != nil {
				return err
			}
			w.Rows++
		}
		if between != nil {
			if err := between(); err != nil {
				return err
			}
		}
	}
}

// End writes the closing line of an export with a manifest.
func (w *Writer) End(c *Closing) error {
	return w.write(w.Layout.appendNote(nil, "end", c))
}

func (w *Writer) write(p []byte) error {
	n, err := w.To.Write(p)
	w.Bytes += int64(n)
	return writeError(err)
}

// A WriteError says that what an export is written to takes no more of it.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return "write export: " + e.Err.Error() }

func (e *WriteError) Unwrap() error { return e.Err }

// writeError makes an error of writing one of the kind that says so.
func writeError(err error) error {
	if err == nil {
		return nil
	}
	return &WriteError{err}
}

// appendNote appends a line that is no row: an object in NDJSON, otherwise a
// comment.
func (l *Layout) appendNote(dst []byte, name string, value any) []byte {
	b := bytes.NewBuffer(dst)
	if l.format != NDJSON {
		b.WriteString("# ")
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(map[string]any{name: value}); err != nil {
		panic("export: " + err.Error()) // of this package's own making
	}
	dst = bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if l.format == CSV {
		dst = append(dst, '\r')
	}
	return append(dst, '\n')
}
