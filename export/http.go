package export

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"daybook/internal/quote"
	"daybook/internal/stall"
)

// Names of the header fields that say what an export is of, and of the trailer
// fields that end one that is whole.
const (
	HeaderQuery    = "Daybook-Query"
	HeaderCount    = "Daybook-Count"
	HeaderTotal    = "Daybook-Total"
	HeaderSnapshot = "Daybook-Snapshot"
	FieldProblems  = "Daybook-Problems" // header and trailer
	TrailerRows    = "Daybook-Rows"
	TrailerWhole   = "Daybook-Complete"
)

// mostHeader is how long a header field may be: proxies refuse answers with more
// than a few KiB of them. What is longer is left out.
const mostHeader = 2 << 10 // bytes

// ExposedHeaders are the header fields that pages of other origins want to read.
func ExposedHeaders() []string {
	return []string{HeaderQuery, HeaderCount, HeaderTotal, HeaderSnapshot, FieldProblems, "Content-Disposition"}
}

// A Response is an export as the answer to an HTTP request.
type Response struct {
	Layout   *Layout
	Manifest *Manifest // for the header fields
	InBody   bool      // the manifest stands in the body as well
	Name     string    // of the file that a browser makes of it, without its ending
	Rows     Rows

	// Lost returns what could not be read, as Manifest.Problems has it, when all
	// rows have come, and whether some of it was left out on the way, so that rows
	// are missing.
	Lost func() (problems any, missing bool)

	// Check is called now and then; its error ends the export. Nil is no check.
	Check func() error

	// Stall is how long the client may take to take a piece of it.
	Stall time.Duration
}

// An Outcome is what became of a Response.
type Outcome struct {
	Begun   bool // something was written: after an error the answer must be aborted
	Stalled bool // the client took too long
	Rows    int64
	Bytes   int64 // of the body
}

// Serve writes the export to w, until ctx ends. When it returns an error and has
// begun, only aborting the answer (http.ErrAbortHandler) tells the client that it is
// not whole; when it has not, the error is the first of Rows, and the client can be
// told. The error is the cause of ctx where that ended first, a *WriteError where
// the client takes no more, or that of Rows or Check.
func (r *Response) Serve(ctx context.Context, w http.ResponseWriter) (Outcome, error) {
	first, err := r.Rows.Next(ctx)
	if err != nil && err != io.EOF {
		return Outcome{}, err
	}
	r.setHeader(w.Header())
	to := stall.NewWriter(w, r.Stall)
	defer context.AfterFunc(ctx, to.Cut)()
	pieces := bufio.NewWriterSize(to, stall.PieceSize)
	out := &Writer{Layout: r.Layout, To: pieces}
	between := func() error {
		if r.Check != nil {
			if err := r.Check(); err != nil {
				return err
			}
		}
		return writeError(pieces.Flush())
	}
	err = r.write(ctx, out, &begunRows{first: first, last: err, then: r.Rows}, between, w.Header())
	for _, end := range []func() error{pieces.Flush, to.Flush, to.Finish} {
		if err == nil {
			err = writeError(end())
		}
	}
	if err != nil && ctx.Err() != nil && !to.Stalled() { // it is why writing failed
		err = context.Cause(ctx)
	}
	return Outcome{Begun: true, Stalled: to.Stalled(), Rows: out.Rows, Bytes: out.Bytes}, err
}

// write writes the body, and sets the trailer.
func (r *Response) write(ctx context.Context, out *Writer, rows Rows, between func() error, trailer http.Header) error {
	begin := r.Manifest
	if !r.InBody {
		begin = nil
	}
	if err := out.Begin(begin); err != nil {
		return err
	}
	if err := out.Copy(ctx, rows, between); err != nil {
		return err
	}
	problems, missing := r.Lost()
	end := &Closing{Rows: out.Rows, Complete: !missing, Problems: problems}
	if r.InBody {
		if err := out.End(end); err != nil {
			return err
		}
	}
	trailer.Set(TrailerRows, strconv.FormatInt(end.Rows, 10))
	trailer.Set(TrailerWhole, strconv.FormatBool(end.Complete))
	trailer.Del(FieldProblems)
	if problems != nil {
		setJSON(trailer, FieldProblems, problems)
	}
	return nil
}

// setHeader says in h what the export is of, and what its trailer will say.
func (r *Response) setHeader(h http.Header) {
	m := r.Manifest
	h.Set("Content-Type", r.Layout.format.ContentType())
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": r.Name + "." + m.Format}))
	h.Set("Trailer", TrailerRows+", "+TrailerWhole+", "+FieldProblems)
	h.Set(HeaderCount, strconv.FormatInt(m.Count, 10))
	if m.Total != nil {
		h.Set(HeaderTotal, strconv.FormatInt(*m.Total, 10))
	}
	if m.Snapshot != "" && len(m.Snapshot) <= mostHeader {
		h.Set(HeaderSnapshot, m.Snapshot)
	}
	setJSON(h, HeaderQuery, m.Query)
	if m.Problems != nil {
		setJSON(h, FieldProblems, m.Problems)
	}
}

// setJSON sets a field to the JSON of value, in ASCII, if that is not too long.
func setJSON(h http.Header, name string, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic("export: " + err.Error()) // plain structs
	}
	if text = quote.ConvertASCII(nil, text); len(text) <= mostHeader {
		h.Set(name, string(text))
	}
}

// begunRows are rows of which some were taken before.
type begunRows struct {
	first [][]byte
	last  error // that came with first
	then  Rows
}

func (b *begunRows) Next(ctx context.Context) ([][]byte, error) {
	if some := b.first; some != nil {
		b.first = nil
		return some, nil
	}
	if b.last != nil {
		return nil, b.last
	}
	return b.then.Next(ctx)
}
