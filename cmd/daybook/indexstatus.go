package main

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"

	"daybook/logstore"

	"github.com/spf13/cobra"
)

func (a *app) indexStatusCommand() *cobra.Command {
	var (
		f      indexFlags
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "status",
		Short: "List the day files with their indexes",
		Long: `Status lists the day files, the newest first, then those of requests, and what is known of their indexes
from the beginnings of the index files, which takes no time; daybook index
verify reads them whole. It writes nothing, and a server may run meanwhile.

  ready       it is used
  missing     it is still to be built
  stale       the day file has changed since, or the index is of another version
              or longest line: it is not used, and built anew
  damaged     it is not used, set aside by the server, and built anew
  unreadable  it belongs to another user
  live        no index: the day is not over
  small       no index: the day file is below 256 KiB
  gone        there is an index, but its day file is gone`,
		Example: "  daybook index status --journal /var/log/trading\n  daybook index status --journal /var/log/trading --json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			files, err := a.indexStatus(cmd.Context(), &f)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(a.stdout, append([]logstore.IndexFile{}, slices.Concat(files...)...))
			}
			for i, journal := range files {
				if i > 0 {
					fmt.Fprintln(a.stdout)
				}
				if err := a.printIndexStatus(journal); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f.addTo(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

// indexStatus returns the day files of each journal.
func (a *app) indexStatus(ctx context.Context, f *indexFlags) ([][]logstore.IndexFile, error) {
	if err := f.complete(a); err != nil {
		return nil, err
	}
	var all [][]logstore.IndexFile
	err := f.eachJournal(nil, func(s *logstore.Store, _ string) error {
		files, err := s.IndexStatus(ctx)
		all = append(all, files)
		return err
	})
	return all, err
}

// printIndexStatus writes the status as a table with a line of sums.
func (a *app) printIndexStatus(files []logstore.IndexFile) error {
	var total, ready, size, index int64
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	if len(files) > 0 {
		fmt.Fprintln(w, "FILE\tSIZE\tINDEX\tINDEX SIZE\tRECORDS\tSEGMENTS")
	}
	for _, f := range files {
		if f.State == logstore.IndexReady {
			ready++
			size += f.Size
			index += f.Index
		}
		if f.State != logstore.IndexGone {
			total++
		}
		row := fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%s", visible(f.File), number(f.Size), f.State,
			number(f.Index), number(f.Records), number(int64(f.Segments)))
		if f.Reason != "" {
			row += "\t" + visible(f.Reason)
		}
		fmt.Fprintln(w, row)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(files) > 0 {
		fmt.Fprintln(a.stdout)
	}
	_, err := fmt.Fprintf(a.stdout, "%d of %s with a ready index: %s, %s of their %s.\n",
		ready, plural(total, "day file"), plural(index, "byte"), percent(index, size), plural(size, "byte"))
	return err
}

// number writes a number for a table, where 0 is none.
func number(n int64) string {
	if n == 0 {
		return "-"
	}
	return grouped(n)
}
