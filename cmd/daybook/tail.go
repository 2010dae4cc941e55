package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"daybook/client"

	"github.com/spf13/cobra"
)

// mostLines is how many matches that are there already a server sends first.
const mostLines = 10_000

// A tailFlags is the flags of one `daybook tail`.
type tailFlags struct {
	server serverFlag
	token  string
	filter conditionFlags
	lines  int64
	json   bool

	pause time.Duration // before the next attempt, if the first one; 0 for the client's default
}

func (a *app) tailCommand() *cobra.Command {
	f := new(tailFlags)
	cmd := &cobra.Command{
		Use:     "tail",
		Short:   "Show records as they are written",
		GroupID: groupTool,
		Long: `Tail asks a server (--server) for the last records that match, and then shows
further ones as they are written, until Ctrl-C. All conditions must hold; they
are written as for daybook query.

When the connection is lost, tail tries again until there is one, and continues
where it was, without gap or duplicate; stderr says so. Rows that the server had
to drop, because they were not read fast enough, are counted there too, or with
--json in an object {"dropped": N} of their own.

Control characters and invisible marks are shown as \n, \x1b, \u202e. Statuses
are coloured on a terminal, unless NO_COLOR is set. Times are UTC.

Exit status: 130 after Ctrl-C; 1 when the server refuses the token, or there is
no server at the first attempt.`,
		Example: `  daybook tail --server http://127.0.0.1:7390 --where 'status = ERROR'
  daybook tail --server https://audit.example.com -n 0 --json | jq .detail
  daybook tail --server http://127.0.0.1:7390 --where-in 'action Login,Logout' --where-not 'source 127.0.0.2'`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.tail(cmd.Context(), f) },
	}
	f.server.addTo(cmd)
	f.filter.addTo(cmd)
	addTokenTo(cmd, &f.token)
	flags := cmd.Flags()
	flags.Int64VarP(&f.lines, "lines", "n", 10, "last matches to begin with, 0 to 10000")
	flags.BoolVar(&f.json, "json", false, "print one JSON object per row")
	return cmd
}

// tail follows until ctx ends or the server refuses.
func (a *app) tail(ctx context.Context, f *tailFlags) error {
	t, err := a.newTailing(f)
	if err != nil {
		return usageError{err}
	}
	defer t.client.Close()
	return t.run(ctx)
}

// newTailing checks the flags.
func (a *app) newTailing(f *tailFlags) (*tailing, error) {
	if f.server.url == "" {
		return nil, errors.New("give --server, the URL of a server")
	}
	if f.lines < 0 || f.lines > mostLines {
		return nil, fmt.Errorf("--lines: %d, want 0 to %d", f.lines, mostLines)
	}
	t := &tailing{
		token:  a.tokenOr(f.token),
		filter: &f.filter,
		print:  a.newRowPrinter(f.json),
		notes:  a.stderr,
	}
	t.params.Backfill = f.lines
	if err := f.filter.addConditions(&t.params.Conditions, time.Now()); err != nil {
		return nil, err
	}
	var err error
	t.client, err = f.server.client(client.Options{Token: client.StaticToken(t.token), Notify: t.notify, MinPause: f.pause})
	return t, err
}
