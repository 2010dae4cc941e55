package requestapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"

	"daybook/auth"
	"daybook/export"
	"daybook/filter"
	"daybook/logstore"
	"daybook/requestlog"
)

// formats are those in which the list can be had beside JSON.
var formats = [...]export.Format{export.CSV, export.NDJSON}

// checkFormat says what is wrong with the name of a format, "" and json being JSON.
func checkFormat(name string) (fault string) {
	if _, ok := exportFormat(name); ok || name == "" || name == "json" {
		return ""
	}
	return "Select a valid choice. " + name + " is not one of the available choices."
}

// exportFormat returns the format of an export by its name.
func exportFormat(name string) (f export.Format, ok bool) {
	for _, f := range formats {
		if f.String() == name {
			return f, true
		}
	}
	return 0, false
}

// errOldProtocol refuses an export of which the end could not be told.
var errOldProtocol = &refusal{http.StatusHTTPVersionNotSupported, "INVALID_METHOD", "An export needs HTTP/1.1."}

// export answers with all records that match, whatever page was asked for.
func (h *handler) export(x *exchange, asked *listing, format export.Format, sent parameterValues) error {
	if !x.r.ProtoAtLeast(1, 1) {
		return errOldProtocol
	}
	layout, render := h.format.exported(format)
	q := *asked.query
	q.Limit, q.Offset = filter.NoLimit, 0
	rows, err := h.Store.Export(x.ctx, &logstore.ExportRequest{Query: &q, Render: render})
	if err != nil {
		return err
	}
	defer rows.Close()
	x.count = rows.Count
	response := export.Response{
		Layout:   layout,
		Manifest: &export.Manifest{Format: format.String(), Query: sent.json(), Count: rows.Count},
		Name:     "requests",
		Rows:     rows,
		Lost:     func() (any, bool) { return nil, rows.Missing() },
		Check:    func() error { return h.still(x) },
		Stall:    h.ExportStall,
	}
	if x.r.Method == http.MethodHead {
		response.Rows = noRows{}
	}
	outcome, err := response.Serve(x.r.Context(), x.w) // as long as it takes
	x.rows = int(outcome.Rows)
	h.Exported(outcome)
	if !outcome.Begun {
		return err
	}
	x.status, x.cut = http.StatusOK, err != nil
	if err == nil || isClients(err) || x.r.Context().Err() != nil {
		return nil
	}
	return fmt.Errorf("export broken off: %w", err)
}

// isClients reports whether an export was broken off by something of its client's:
// that it takes no more, or may see no more.
func isClients(err error) bool {
	var unsent *export.WriteError
	return errors.As(err, &unsent) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, auth.ErrNotAuthenticated) || errors.Is(err, errForbidden)
}

// still reports whether the client may go on with what it was admitted to.
func (h *handler) still(x *exchange) error {
	who, err := h.Principal(x.r)
	if err == nil && !who.May(auth.ReadRequestLogs) {
		err = errForbidden
	}
	return err
}

// noRows are the rows of an export of which only the header is wanted.
type noRows struct{}

func (noRows) Next(context.Context) ([][]byte, error) { return nil, io.EOF }

// json returns the parameters as an object, of each the value that counts.
func (v parameterValues) json() json.RawMessage {
	values := make(map[string]string, len(v))
	for name := range v {
		values[repaired(name)] = v.text(name)
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic("requestapi: encode texts: " + err.Error()) // every text can be encoded
	}
	return text
}

// exported returns how records stand in an export: as in the list in NDJSON, and
// otherwise with a column for each value.
func (f *resultFormat) exported(format export.Format) (*export.Layout, func([]byte, *logstore.Row) []byte) {
	if format == export.NDJSON {
		return export.NewLayout(format, nil), func(dst []byte, row *logstore.Row) []byte {
			return append(f.appendResult(dst, row), '\n')
		}
	}
	schema := requestlog.Schema()
	fields := requestlog.Columns()
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = schema.Name(field)
		if field == requestlog.UserID {
			names[i] = "user.id"
		}
	}
	layout := export.NewLayout(format, names)
	return layout, func(dst []byte, row *logstore.Row) []byte {
		var scratch [32]byte
		for i, field := range fields {
			if field != schema.TimeField() && row.Null(field) {
				dst = layout.AppendNull(dst, i)
			} else {
				dst = layout.AppendText(dst, i, appendPlain(scratch[:0], schema, row, field))
			}
		}
		return layout.AppendEnd(dst)
	}
}

// appendPlain returns the value of a field, which is not null, as text; dst is
// scratch space.
func appendPlain(dst []byte, s *filter.Schema, row *logstore.Row, f filter.Field) []byte {
	switch s.Kind(f) {
	case filter.Time:
		return filter.AppendInstant(dst, row.Time())
	case filter.Instant:
		return filter.AppendInstant(dst, row.Number(f))
	case filter.Decimal:
		return filter.AppendDecimal(dst, row.Number(f))
	case filter.Boolean:
		return strconv.AppendBool(dst, row.Number(f) != 0)
	case filter.Integer:
		return strconv.AppendInt(dst, row.Number(f), 10)
	}
	return row.Text(f)
}
