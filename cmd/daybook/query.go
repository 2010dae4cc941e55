package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"daybook/client"
	"daybook/filter"
	"daybook/requestapi"
	"daybook/rpc"

	"github.com/spf13/cobra"
)

// A queryFlags is the flags of one `daybook query`.
type queryFlags struct {
	target
	filter  filterFlags
	explain bool
	cursor  bool
	at      string
	partial bool
	limit   int64
	offset  int64
	json    bool
	csv     bool
	export  exportFlags
}

func (a *app) queryCommand() *cobra.Command {
	q := new(queryFlags)
	cmd := &cobra.Command{
		Use:     "query",
		Short:   "Ask a journal folder or a server for records",
		GroupID: groupTool,
		Long: `Query asks GetLogsByFilter of a folder (--journal, no server needed) or of a
server (--server), and prints a table, JSON or CSV. All conditions must hold.
Without a condition on the time, the newest 30 days are searched.

Conditions:
  --where           'FIELD OPERATOR VALUE'
  --where-not       'FIELD VALUE'
  --where-in        'FIELD VALUE,VALUE,…'     --where-not-in alike
  --where-between   'FIELD FROM,TO'           --where-not-between alike
  --order-by        'FIELD [ASC|DESC],…'

Operators: = != > >= < <= like "not like" ilike "not ilike" regexp "not regexp".
Fields: timestamp actor_type actor_id action status source detail.
A value is text. In double quotes it is a JSON string, for commas and outer
blanks. After > >= < <= and in ranges a bare number compares numerically, a
quoted one as text. A condition that begins with [ is JSON as the API takes it.

With --export all matches come, however many there are, in one of three formats:
csv, ndjson (a JSON object on each line), or tsv, which is again a journal. They
are of one moment, while files grow. Of --output, a file appears once it is whole.

The table shows control characters and invisible marks as \n, \x1b, \u202e; in
CSV, cells that a spreadsheet would run as formulas begin with an apostrophe;
JSON is the server's answer as it came. Times are UTC.`,
		Example: `  daybook query --journal logs --from 24h --where 'status = ERROR'
  daybook query --journal logs --where-in 'action LOGIN,LOGOUT' --order-by 'source,timestamp DESC'
  daybook query --server https://audit.example.com --from 2026-04-01 --to 2026-04-22 \
      --where 'detail ilike %margin call%' --where-not 'source 127.0.0.2' --export csv --output april.csv
  daybook query --journal logs --where '["actor_id", ">=", 1000]' --json
  daybook query --server https://audit.example.com --from 7d --limit 1000 --csv > page.csv`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			q.export.limited = cmd.Flags().Changed("limit")
			if q.export.wanted() {
				return a.export(cmd.Context(), q)
			}
			return a.query(cmd.Context(), q)
		},
	}
	q.target.addTo(cmd)
	q.filter.addTo(cmd)
	flags := cmd.Flags()
	flags.Int64Var(&q.limit, "limit", 50, "most rows to show, 0 to 50000; 0 only counts")
	flags.Int64Var(&q.offset, "offset", 0, "matches to leave out first")
	flags.BoolVar(&q.explain, "explain", false, "say on stderr what was read, skipped and verified")
	flags.BoolVar(&q.cursor, "cursor", false, "name on stderr the snapshot of the files, for --at")
	flags.StringVar(&q.at, "at", "", "answer from the snapshot that a `cursor` names, whatever was appended since")
	flags.BoolVar(&q.partial, "partial", false, "answer from the rest where a file cannot be read, and name it")
	flags.BoolVar(&q.json, "json", false, "print the answer as JSON")
	flags.BoolVar(&q.csv, "csv", false, "print the rows as CSV (RFC 4180); all matches come by --export csv")
	q.export.addTo(cmd)
	return cmd
}

// query asks and prints.
func (a *app) query(ctx context.Context, q *queryFlags) error {
	if err := q.complete(a); err != nil {
		return err
	}
	if q.json && q.csv {
		return usagef("give --json or --csv, not both")
	}
	params, err := q.params()
	if err != nil {
		return err
	}
	result, err := a.ask(ctx, &q.target, &question{"GetLogsByFilter", params, queryBounds, a.stderr})
	if err != nil {
		return queryError(err, &q.filter.conditionFlags)
	}
	return a.printResult(q, result)
}

// params builds the params object of GetLogsByFilter.
func (q *queryFlags) params() (json.RawMessage, error) {
	params, err := q.filter.params(q.journal.clock.clock())
	if err != nil {
		return nil, usageError{err}
	}
	params.Limit, params.Offset = q.limit, q.offset
	params.Explain, params.Cursor, params.At, params.Partial = q.explain, q.cursor, q.at, q.partial
	var b bytes.Buffer
	if err := writeJSON(&b, params); err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	return b.Bytes(), nil
}

// queryBounds returns the times that the conditions in params allow.
func queryBounds(params json.RawMessage) (filter.Bounds, error) {
	p, err := filter.ParseParams(params)
	if err != nil {
		return filter.Bounds{}, err
	}
	q, err := filter.DecodeConditions(rpc.AuditSchema(), p, filter.DefaultLimits())
	if err != nil {
		return filter.Bounds{}, err
	}
	return q.Bounds(), nil
}

// queryError makes a usage error, with what is allowed, of an answer that says
// which param is wrong, wherever the answer came from. The conditions are those that
// were asked for; nil for none.
func queryError(err error, conditions *conditionFlags) error {
	var param *filter.ParamError
	var own *client.Error
	var allowed []string
	switch {
	case errors.As(err, &param):
		allowed = param.Allowed
	case errors.As(err, &own) && own.Code == client.CodeBadParams:
		allowed = own.Data.Allowed
	default:
		return err
	}
	message := err.Error()
	if own != nil {
		message = own.Message
	}
	err = errors.New(conditions.inFlags(message))
	switch {
	case strings.Contains(err.Error(), " is no time;"): // says what is allowed
		err = fmt.Errorf("%w; --from and --to take days, and how long ago, as well", err)
	case len(allowed) > 0:
		err = fmt.Errorf("%w; allowed: %s", err, strings.Join(allowed, ", "))
	}
	return usageError{err}
}

// printResult prints the answer in the form asked for, and on stderr what was
// left out.
func (a *app) printResult(q *queryFlags, result json.RawMessage) error {
	t, err := parseTable(result)
	if err != nil {
		return err
	}
	for _, p := range t.Problems {
		fmt.Fprintf(a.stderr, "daybook: %s was left out: %s\n", visible(p.File), visible(p.Reason))
	}
	switch {
	case q.json:
		_, err = fmt.Fprintf(a.stdout, "%s\n", bytes.TrimSpace(result))
	case q.csv:
		err = writeCSV(a.stdout, t)
		fmt.Fprintf(a.stderr, "daybook: %s\n", t.totals(q.offset))
	default:
		err = writeTable(a.stdout, t, q.offset)
	}
	if err != nil || q.json {
		return err // JSON holds the rest
	}
	if t.Total == 0 && q.journal.folder != "" {
		a.noteRequests(q.journal.folder, fmt.Sprintf("'daybook serve --requests %s' shows it, at GET %s",
			visible(q.journal.folder), requestapi.ListRoute))
	}
	if t.Explain != nil {
		if err := writeExplanation(a.stderr, t.Explain); err != nil {
			return err
		}
	}
	if t.Cursor != "" {
		fmt.Fprintf(a.stderr, "daybook: cursor %s\n", visible(t.Cursor))
	}
	return nil
}
