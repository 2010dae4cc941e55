package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"daybook/client"
	"daybook/filter"
	"daybook/requestlog"

	"github.com/spf13/cobra"
)

// A statusFlags is the flags of one `daybook status`.
type statusFlags struct {
	target
	from, to string
	json     bool
}

func (a *app) statusCommand() *cobra.Command {
	f := new(statusFlags)
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "List the day files with their state, and what happened to them",
		GroupID: groupTool,
		Long: `Status asks GetJournalStatus of a folder (--journal, no server needed) or of a
server (--server), and prints the day files, the newest day first, then
incidents and what else lies in the folder. Lines are counted where that has not
been done yet; --from and --to keep that short.

  live      its day is not over: more may be appended
  sealed    queries are answered from its index
  building  it is read whole until its index is built
  raw       it is read whole, and is to have no index
  damaged   it cannot be read, or not to its end

Malformed lines are no records: not seven columns, or no time in the first. Where
the first of them begins is counted from 0, in a compressed file in its content:
at byte 54 begins what 'tail -c +55 FILE' shows. Misfiled records are more than
three days off their file's day. Incidents are what a server noticed while it
ran: files cut short, rewritten or removed. The lag is how long the oldest line
not visible yet has waited. Times are UTC.

With --requests, all this is of a journal of requests: of the one that the server
shows, or of the folder that --journal names. There, a malformed line is one that
is no JSON object with an id and a created_at. The log that a server writes is
the folder requests of its data folder.

Exit status 0 says that there is a status, of whatever files: those with malformed
lines, damaged and unreadable ones are listed, and are no failure. The last example
fails where there is a problem, or no answer.`,
		Example: `  daybook status --server http://127.0.0.1:7390
  daybook status --journal /var/log/trading --from 7d
  daybook status --requests --journal /var/log/shop/requests
  daybook status --server https://audit.example.com --json | jq .incidents
  daybook status --server https://audit.example.com --json |
      jq -ne 'input | all(.days[].files[]; .problems == [])'`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context(), f) },
	}
	f.target.addTo(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "first `day`, or a time of it: a moment, Unix seconds, or how long ago as 24h, 7d")
	flags.StringVar(&f.to, "to", "", "last `day`, or a time of it")
	flags.BoolVar(&f.journal.requests, "requests", false, "ask about a journal of requests; its folder is named by --journal or DAYBOOK_REQUESTS, not by DAYBOOK_JOURNAL")
	flags.BoolVar(&f.json, "json", false, "print the answer as JSON")
	return cmd
}

// statusParams is the params object of GetJournalStatus, in Unix seconds.
type statusParams struct {
	From    *int64 `json:"from,omitempty"`
	To      *int64 `json:"to,omitempty"`
	Journal string `json:"journal,omitempty"` // "": audit
}

func (a *app) status(ctx context.Context, f *statusFlags) error {
	if err := f.complete(a); err != nil {
		return err
	}
	params, err := f.params(f.journal.clock.clock()())
	if err != nil {
		return err
	}
	answer, err := a.ask(ctx, &f.target, &question{"GetJournalStatus", params, statusBounds, io.Discard})
	if err != nil {
		return queryError(err, nil)
	}
	if f.json {
		_, err = fmt.Fprintf(a.stdout, "%s\n", bytes.TrimSpace(answer))
		return err
	}
	var status journalStatus
	if err := json.Unmarshal(answer, &status); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if err := status.print(a.stdout, f.server.url != "", !f.journal.requests); err != nil {
		return err
	}
	if len(status.Days) == 0 && f.journal.folder != "" {
		a.noteOther(&f.journal)
	}
	return nil
}

// params reads --from and --to.
func (f *statusFlags) params(now time.Time) (json.RawMessage, error) {
	from, to, err := parseRange(f.from, f.to, now)
	if err != nil {
		return nil, usageError{err}
	}
	params := statusParams{From: from, To: to}
	if f.journal.requests {
		params.Journal = requestJournalName
	}
	return json.Marshal(params)
}

// statusBounds returns the times from and to of params, in the unit of the journal's
// times.
func statusBounds(params json.RawMessage) (filter.Bounds, error) {
	var p statusParams
	if err := json.Unmarshal(params, &p); err != nil {
		return filter.Bounds{}, err
	}
	b := filter.Bounds{From: filter.MinTime, To: filter.MaxTime, Bounded: true}
	if p.From != nil {
		b.From = *p.From
	}
	if p.To != nil {
		b.To = *p.To
	}
	b.None = b.From > b.To
	if p.Journal == requestJournalName {
		unit := requestlog.Schema().Unit()
		b.From, b.To = b.From*unit, b.To*unit
	}
	return b, nil
}

// A journalStatus is the result of GetJournalStatus.
type journalStatus client.JournalStatus

// print writes the status for people; served says that a server follows the
// journal, and audit that it is the one whose records can be subscribed to.
func (s *journalStatus) print(w io.Writer, served, audit bool) error {
	var out bytes.Buffer
	s.printFiles(&out)
	if served {
		s.printIncidents(&out)
	}
	if len(s.Ignored) > 0 {
		const most = 10
		names := s.Ignored[:min(most, len(s.Ignored))]
		more := ""
		if n := len(s.Ignored) - len(names); n > 0 {
			more = fmt.Sprintf(" and %s more", grouped(int64(n)))
		}
		fmt.Fprintf(&out, "Ignored: %s%s\n", visible(strings.Join(names, ", ")), more)
	}
	if served {
		fmt.Fprintf(&out, "Lag %s s", strconv.FormatFloat(s.Lag, 'f', -1, 64))
		if audit {
			fmt.Fprintf(&out, "; %s", plural(s.Subscribers, "subscriber"))
		}
		fmt.Fprintln(&out, ".")
	}
	for line := range strings.Lines(out.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// printFiles writes the table of files, with a line of sums.
func (s *journalStatus) printFiles(out io.Writer) {
	var sum client.DayFile
	files := 0
	columns := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, day := range s.Days {
		for _, f := range day.Files {
			if files++; files == 1 {
				fmt.Fprintln(columns, "DAY\tFILE\tSTATE\tBYTES\tLINES\tMALFORMED\tMISFILED\tFIRST\tLAST\tPROBLEMS")
			}
			fmt.Fprintf(columns, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", day.Day, visible(f.Name), visible(f.State),
				grouped(f.Bytes), grouped(f.Lines), number(f.Malformed), number(f.Misfiled),
				momentText(f.First), momentText(f.Last), visible(strings.Join(f.Problems, "; ")))
			sum.Bytes += f.Bytes
			sum.Lines += f.Lines
			sum.Malformed += f.Malformed
			sum.Misfiled += f.Misfiled
		}
	}
	columns.Flush()
	if files == 0 {
		fmt.Fprintln(out, "No day file of that time (is it the right folder, --pattern, --from and --to?).")
		return
	}
	fmt.Fprintf(out, "\n%s of %s: %s, %s, %s malformed, %s misfiled.\n", plural(int64(files), "file"), plural(int64(len(s.Days)), "day"),
		plural(sum.Bytes, "byte"), plural(sum.Lines, "line"), grouped(sum.Malformed), grouped(sum.Misfiled))
}

// printIncidents writes the table of incidents.
func (s *journalStatus) printIncidents(out io.Writer) {
	if len(s.Incidents) == 0 {
		fmt.Fprintln(out, "No incident.")
		return
	}
	fmt.Fprintf(out, "\n%s:\n", plural(int64(len(s.Incidents)), "incident"))
	columns := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, i := range s.Incidents {
		where := "the folder"
		if i.File != "" {
			where = fmt.Sprintf("%s, byte %s", visible(i.File), grouped(i.Offset))
		}
		fmt.Fprintf(columns, "%s\t%s\t%s\n", unixText(i.Time), visible(i.Kind), where)
	}
	columns.Flush()
	fmt.Fprintln(out)
}

// momentText writes a time of a table; "-" where there is none.
func momentText(sec *int64) string {
	if sec == nil {
		return "-"
	}
	return unixText(*sec)
}
