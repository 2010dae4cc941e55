package rpc

import (
	"context"
	"encoding/json"

	"daybook/export"
	"daybook/filter"
	"daybook/logstore"
)

// An ExportStore gives all rows of a request; *logstore.Store is one. It returns
// the errors of Store's Search, or logstore.ErrManyExports.
type ExportStore interface {
	Export(ctx context.Context, r *logstore.ExportRequest) (*logstore.Export, error)
}

// An ExportCall is a checked request for an export. It is begun at most once.
type ExportCall struct {
	Layout   *export.Layout
	Manifest bool // the export is to hold its manifest

	query *filter.Query
	asked asked
}

// DecodeExport checks the params of an export of the audit journal: those of
// GetLogsByFilter, of which none is required, and a format. The zero value of
// limits stands for the defaults. It does no I/O. The error is a
// *filter.ParamError: an unknown or repeated param first, then the first fault in
// the order of the reference.
func DecodeExport(params []byte, limits filter.Limits) (*ExportCall, error) {
	if limits == (filter.Limits{}) {
		limits = filter.DefaultLimits()
	}
	schema := AuditSchema()
	p, err := filter.ParseParams(params)
	if err != nil {
		return nil, err
	}
	if err := filter.OnlyQuery(schema, p, "format", "manifest", "cursor", "at", "partial"); err != nil {
		return nil, err
	}
	c := &ExportCall{}
	name, err := p.Choice("format", append([]string{""}, export.Formats()...)...)
	if err != nil || name == "" {
		return nil, badFormat(p.Has("format"))
	}
	format, err := export.ParseFormat(name)
	if err != nil {
		return nil, err
	}
	c.Layout = export.NewLayout(format, schema.Names())
	if c.Manifest, err = p.Bool("manifest"); err != nil {
		return nil, err
	}
	if c.query, err = filter.DecodeWhole(schema, p, limits); err != nil {
		return nil, err
	}
	if c.asked, err = readAsked(p); err != nil {
		return nil, err
	}
	return c, nil
}

// badFormat is the fault of a format that is missing or none of ours.
func badFormat(given bool) error {
	reason := "must be csv, ndjson or tsv"
	if !given {
		reason = "missing; " + reason
	}
	return &filter.ParamError{Param: "format", Reason: reason, Allowed: export.Formats()}
}

// render is the Render of a logstore.ExportRequest.
func (c *ExportCall) render(dst []byte, row *logstore.Row) []byte {
	schema, layout := c.query.Schema, c.Layout
	for i := range schema.Len() {
		if f := filter.Field(i); f == schema.TimeField() {
			dst = layout.AppendSeconds(dst, i, row.Time())
		} else {
			dst = layout.AppendText(dst, i, row.Text(f))
		}
	}
	return layout.AppendEnd(dst)
}

// An Exporting is an export that has begun. It must be closed.
type Exporting struct {
	*logstore.Export
	Manifest *export.Manifest
}

// Begin finds and counts what is to be exported, which takes about as long as an
// answer with its first page.
func (c *ExportCall) Begin(ctx context.Context, store ExportStore) (*Exporting, error) {
	x, err := store.Export(ctx, &logstore.ExportRequest{
		Query: c.query, Partial: c.asked.partial, At: c.asked.at, Render: c.render,
	})
	if err != nil {
		return nil, cursorFault("at", err)
	}
	m := &export.Manifest{
		Format: c.Layout.Format().String(), Query: json.RawMessage(c.query.String()),
		Count: x.Count, Total: &x.Total, Snapshot: x.Cursor.String(),
	}
	m.Problems = shownProblems(x.Problems())
	return &Exporting{Export: x, Manifest: m}, nil
}

// Lost returns what could not be read, nil for nothing, and whether rows are
// missing because of it that were counted.
func (x *Exporting) Lost() (problems any, missing bool) {
	return shownProblems(x.Problems()), x.Missing()
}

// shownProblems returns problems as manifests have them: nil where there are none.
func shownProblems(problems []logstore.Problem) any {
	if len(problems) == 0 {
		return nil
	}
	return problems
}
