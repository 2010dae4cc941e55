package main

import (
	"context"
	"fmt"
	"time"

	"daybook/logstore"

	"github.com/spf13/cobra"
)

func (a *app) indexVerifyCommand() *cobra.Command {
	var (
		f     indexFlags
		quick bool
	)
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Check the index against its checksums and the day files",
		Long: `Verify reads every index whole and checks its checksums, and then builds it
again from the day file, in memory, to compare both byte by byte: that takes as
long as building. With --quick the second part is left out. It writes nothing,
and a server may run meanwhile.

Exit status 1 if there is a fault. Every fault is a line that says what to do.`,
		Example: "  daybook index verify --journal /var/log/trading\n  daybook index verify --journal /var/log/trading --quick",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.indexVerify(cmd.Context(), &f, quick) },
	}
	f.addTo(cmd)
	cmd.Flags().BoolVar(&quick, "quick", false, "check checksums, and that day files are unchanged, only")
	return cmd
}

// indexVerify verifies all indexes, and prints the faults.
func (a *app) indexVerify(ctx context.Context, f *indexFlags, quick bool) error {
	if err := f.complete(a); err != nil {
		return err
	}
	begin := time.Now()
	verified := 0
	var faults []logstore.IndexFault
	err := f.eachJournal(nil, func(s *logstore.Store, _ string) error {
		report := a.newIndexReport("verified")
		found, err := s.VerifyIndex(ctx, quick, report.show)
		report.end()
		faults = append(faults, found...)
		verified += report.last.Files
		return err
	})
	if err != nil {
		return err
	}
	for _, fault := range faults {
		fmt.Fprintln(a.stdout, faultLine(fault))
	}
	if len(faults) > 0 {
		fmt.Fprintf(a.stdout, "%s verified, %s.\n", pluralIndexes(verified), plural(int64(len(faults)), "fault"))
		return errReported
	}
	_, err = fmt.Fprintf(a.stdout, "%s verified, no fault, in %.1f s.\n", pluralIndexes(verified), time.Since(begin).Seconds())
	return err
}

// faultLine says what is wrong with an index, and what to do about it.
func faultLine(f logstore.IndexFault) string {
	advice := "daybook index drop removes it, a server or daybook index build makes another"
	switch f.State {
	case logstore.IndexStale:
		advice = "a server or daybook index build makes another"
	case logstore.IndexUnreadable:
		advice = "ask as the user that the server runs as"
	case "":
		return fmt.Sprintf("index of %s can't be compared: %s; see to the day file", visible(f.File), visible(f.Reason))
	}
	return fmt.Sprintf("index of %s is %s: %s; %s", visible(f.File), f.State, visible(f.Reason), advice)
}

// pluralIndexes writes a number of indexes.
func pluralIndexes(n int) string {
	if n == 1 {
		return "1 index"
	}
	return grouped(int64(n)) + " indexes"
}
