package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"daybook/auth"
	"daybook/client"
	"daybook/export"
	"daybook/filter"
	"daybook/logstore"
	"daybook/rpc"

	"github.com/spf13/cobra"
)

// An exportFlags is the flags of `daybook query --export`.
type exportFlags struct {
	format   string // "" for no export
	output   string // "" for stdout
	manifest bool
	limited  bool // --limit was given
}

func (e *exportFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&e.format, "export", "", "write all matches in a `format`: csv, ndjson or tsv")
	flags.StringVar(&e.output, "output", "", "`file` that --export writes or replaces, once it is whole (default stdout)")
	flags.BoolVar(&e.manifest, "manifest", false, "have --export say in its first and last line what it is of, and that it is whole")
	mustComplete(cmd, "export", export.Formats()...)
}

// wanted reports whether some of the flags were given.
func (e *exportFlags) wanted() bool { return e.format != "" || e.output != "" || e.manifest }

// An exportParams is the params object of an export.
type exportParams struct {
	Format   string `json:"format"`
	Manifest bool   `json:"manifest,omitempty"`
	Limit    *int64 `json:"limit,omitempty"`
	Offset   int64  `json:"offset,omitempty"`
	conditionParams
	OrderBy []any  `json:"orderBy,omitempty"`
	At      string `json:"at,omitempty"`
	Partial bool   `json:"partial,omitempty"`
}

// exportParams builds the params object of an export.
func (q *queryFlags) exportParams() (json.RawMessage, error) {
	asked, err := q.filter.params(q.journal.clock.clock())
	if err != nil {
		return nil, usageError{err}
	}
	params := exportParams{
		Format: q.export.format, Manifest: q.export.manifest, Offset: q.offset,
		conditionParams: asked.conditionParams, OrderBy: asked.OrderBy, At: q.at, Partial: q.partial,
	}
	if q.export.limited {
		params.Limit = &q.limit
	}
	var b bytes.Buffer
	if err := writeJSON(&b, params); err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// checkExport completes the flags, and finds those that are missing or do not go
// together.
func (q *queryFlags) checkExport(a *app) error {
	if err := q.complete(a); err != nil {
		return err
	}
	switch {
	case q.export.format == "":
		return usagef("--output and --manifest go with --export")
	case q.json || q.csv:
		return usagef("--export has formats of its own; leave --json and --csv out")
	case q.explain:
		return usagef("--explain does not go with --export")
	}
	if _, err := export.ParseFormat(q.export.format); err != nil {
		return usagef("--export: %v; want one of %s", err, strings.Join(export.Formats(), ", "))
	}
	return nil
}

// An exported is what was written.
type exported struct {
	rows     int64
	total    int64
	snapshot string
	missing  bool // rows that were counted
	problems []logstore.Problem
}

// export writes all matches.
func (a *app) export(ctx context.Context, q *queryFlags) error {
	if err := q.checkExport(a); err != nil {
		return err
	}
	params, err := q.exportParams()
	if err != nil {
		return err
	}
	out, err := createOutput(q.export.output, a.stdout)
	if err != nil {
		return err
	}
	defer out.abandon()
	ask := a.exportJournal
	if q.server.url != "" {
		ask = a.exportServer
	}
	done, err := ask(ctx, q, params, out)
	if err != nil {
		return queryError(err, &q.filter.conditionFlags)
	}
	if err := out.finish(); err != nil {
		return err
	}
	for _, p := range done.problems {
		fmt.Fprintf(a.stderr, "daybook: %s was left out: %s\n", visible(p.File), visible(p.Reason))
	}
	fmt.Fprintf(a.stderr, "daybook: %s exported; %s searched\n", plural(done.rows, "row"), plural(done.total, "line"))
	if q.cursor {
		fmt.Fprintf(a.stderr, "daybook: cursor %s\n", visible(done.snapshot))
	}
	if done.missing {
		return errors.New("rows are missing: a file could not be read to its end")
	}
	return nil
}

// exportJournal exports from a folder.
func (a *app) exportJournal(ctx context.Context, q *queryFlags, params json.RawMessage, out *output) (*exported, error) {
	call, err := rpc.DecodeExport(params, filter.Limits{})
	if err != nil {
		return nil, err
	}
	store, closeStore, err := q.journal.open(ctx, &question{params: params, bounds: queryBounds})
	if err != nil {
		return nil, err
	}
	defer closeStore()
	x, err := call.Begin(ctx, store)
	if err != nil {
		return nil, err
	}
	defer x.Close()
	w := &export.Writer{Layout: call.Layout, To: out}
	manifest := x.Manifest
	if !q.export.manifest {
		manifest = nil
	}
	if err := w.Begin(manifest); err != nil {
		return nil, err
	}
	if err := w.Copy(ctx, x, nil); err != nil {
		return nil, err
	}
	problems, missing := x.Lost()
	if manifest != nil {
		if err := w.End(&export.Closing{Rows: w.Rows, Complete: !missing, Problems: problems}); err != nil {
			return nil, err
		}
	}
	noteMalformed(store, a.stderr)
	return &exported{w.Rows, x.Total, x.Manifest.Snapshot, missing, x.Problems()}, nil
}

// exportServer exports from a server.
func (a *app) exportServer(ctx context.Context, q *queryFlags, params json.RawMessage, out *output) (*exported, error) {
	c, err := newPoster(q.server)
	if err != nil {
		return nil, err
	}
	token := a.tokenOr(q.token)
	resp, err := c.post(ctx, strings.TrimSuffix(c.url, "/rpc")+"/export", auth.Secret(token), params)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, tokenError(refusal(resp), token, auditReaders)
	}
	n, err := io.Copy(out, resp.Body)
	var unwritten *os.PathError
	if errors.As(err, &unwritten) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("the export broke off after %s bytes: %w", grouped(n), err)
	}
	return a.exportedBy(resp)
}

// exportedBy reads what a response says of itself, which has been read to its end.
func (a *app) exportedBy(resp *http.Response) (*exported, error) {
	done := &exported{snapshot: resp.Header.Get(export.HeaderSnapshot)}
	done.total, _ = strconv.ParseInt(resp.Header.Get(export.HeaderTotal), 10, 64)
	rows, err := strconv.ParseInt(resp.Trailer.Get(export.TrailerRows), 10, 64)
	if err != nil {
		return nil, errors.New("the server did not say that the export is whole: something on the way takes away the trailers of HTTP answers")
	}
	done.rows = rows
	done.missing = resp.Trailer.Get(export.TrailerWhole) != "true"
	if problems := resp.Trailer.Get(export.FieldProblems); problems != "" {
		if err := json.Unmarshal([]byte(problems), &done.problems); err != nil {
			return nil, fmt.Errorf("what the server says of the export: %w", err)
		}
	}
	return done, nil
}

// refusal returns the error that a server answered with.
func refusal(resp *http.Response) error {
	const most = 1 << 20
	body, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return err
	}
	var answer struct {
		Error *client.Error `json:"error"`
	}
	if json.Unmarshal(body, &answer) == nil && answer.Error != nil {
		return answer.Error
	}
	text := shorten(strings.TrimSpace(string(body)), 200)
	return &client.ConnectionError{URL: resp.Request.URL.String(), Err: &client.StatusError{Status: resp.Status, Body: text}}
}
