package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"daybook/requestlog"

	"github.com/spf13/cobra"
)

func (a *app) requestsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "requests",
		Short:   "Look after the log of requests",
		GroupID: groupServer,
		Long: `A server records each request that it answers in the folder requests of its data
folder: daily files of JSON lines, secrets masked. It removes by itself what is
not to be kept (serve --request-log-days, --request-log-size).

It shows them, or those that another program writes (serve --requests), at GET
/api/metrics/request_logs and by the method GetRequestLogs. The slowest of them:

  curl -H "Authorization: Token $DAYBOOK_TOKEN" \
      'http://127.0.0.1:7390/api/metrics/request_logs?ordering=-duration'

docs/requests.md has more, for failing and suspicious ones; daybook status
--requests lists the files, and tells which of them have broken lines.`,
	}
	cmd.AddCommand(a.requestsPruneCommand())
	return cmd
}

// A pruneFlags says which files of the request log to remove.
type pruneFlags struct {
	data     dataFlag
	keepDays int
	keepSize size
	dryRun   bool
}

func (a *app) requestsPruneCommand() *cobra.Command {
	var f pruneFlags
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove old files of the request log",
		Long: `Prune removes files of the request log that the server writes, in the folder
requests of its data folder: those of days before the last --keep-days, today
among them, and then the oldest until the rest is no larger than --keep-size.
Files of today, links, and whatever has another name stay as they are. Journals
that other programs write are never touched. A server may run meanwhile.`,
		Example: "  daybook requests prune --journal /var/log/trading --keep-days 30 --dry-run\n  daybook requests prune --data /var/lib/daybook --keep-days 90 --keep-size 2GiB",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			return a.pruneRequests(&f)
		},
	}
	f.data.addTo(cmd)
	flags := cmd.Flags()
	flags.IntVar(&f.keepDays, "keep-days", 0, "days to keep, today among them (default all)")
	flags.Var(&f.keepSize, "keep-size", "bytes to keep, of which the newest (default all)")
	flags.BoolVar(&f.dryRun, "dry-run", false, "remove nothing, and list what would be removed")
	return cmd
}

// pruneRequests removes what f says, and lists it.
func (a *app) pruneRequests(f *pruneFlags) error {
	switch {
	case f.keepDays < 0:
		return usagef("--keep-days must be 1 or more, not %d", f.keepDays)
	case f.keepDays == 0 && f.keepSize == 0:
		return usagef("nothing says what to keep: give --keep-days, --keep-size or both")
	}
	data, err := f.data.folder(a)
	if err != nil {
		return err
	}
	dir := filepath.Join(data, requestFolder)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := checkDataFolder(data); err != nil {
			return fmt.Errorf("%w%s", err, pruneAdvice(data))
		}
	}
	done, err := requestlog.Prune(dir, requestlog.Pruning{
		KeepDays:  f.keepDays,
		KeepBytes: int64(f.keepSize),
		Now:       time.Now,
		DryRun:    f.dryRun,
	})
	if err != nil && len(done.Removed) == 0 {
		return err
	}
	return errors.Join(a.printPruned(&done, f.dryRun), err)
}

// pruneAdvice says what is wrong where a journal of requests was named, beside which
// there is no data folder; "" elsewhere.
func pruneAdvice(data string) string {
	journal := strings.TrimSuffix(data, ".daybook")
	if !holdsRequests(journal) {
		return ""
	}
	return fmt.Sprintf("; %s is a journal of requests: --journal takes the one of audit files, and --data the data folder; "+
		"what another program writes is not pruned", visible(journal))
}

// printPruned lists what was removed, as a table with a line of sums.
func (a *app) printPruned(done *requestlog.Pruned, dryRun bool) error {
	var bytes int64
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	if len(done.Removed) > 0 {
		fmt.Fprintln(w, "FILE\tSIZE\tWHY")
	}
	for _, f := range done.Removed {
		bytes += f.Size
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Name, grouped(f.Size), f.Reason)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(done.Removed) > 0 {
		fmt.Fprintln(a.stdout)
	}
	verb := "removed"
	if dryRun {
		verb = "would be removed"
	}
	_, err := fmt.Fprintf(a.stdout, "%s %s, %s; %s kept, %s.\n", plural(int64(len(done.Removed)), "file"), verb, plural(bytes, "byte"),
		plural(int64(len(done.Kept)), "file"), plural(done.KeptBytes, "byte"))
	return err
}
