package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"daybook/logstore"

	"github.com/spf13/cobra"
)

// An indexBuildFlags is the flags of one `daybook index build`.
type indexBuildFlags struct {
	indexFlags
	workers int
	memory  size
}

func (a *app) indexBuildCommand() *cobra.Command {
	b := new(indexBuildFlags)
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Build the index of all day files that are over",
		Long: `Build makes the indexes that are missing, the newest day first, as a server does
in the background, but with all cores. Indexes that can't be used any more are
replaced. Day files below 256 KiB get none: reading them is as fast. The audit
files come first, then the files of requests.

It may be interrupted at any time: what is whole stays, and the next build goes
on from there. A server on the same data folder may run meanwhile: then build
begins with the oldest day, and says so, and neither builds what is there.`,
		Example: `  daybook index build --journal /var/log/trading --data /var/lib/daybook`,
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.indexBuild(cmd.Context(), b) },
	}
	b.addTo(cmd)
	flags := cmd.Flags()
	flags.IntVar(&b.workers, "workers", 0, "threads that build (default the number of cores)")
	b.memory = logstore.DefaultIndexMemory
	flags.Var(&b.memory, "index-memory", "memory that building may use, at least "+leastIndexMemory().String()+", which is what one thread takes")
	return cmd
}

// indexBuild builds what is missing, and says on stdout what it came to.
func (a *app) indexBuild(ctx context.Context, b *indexBuildFlags) error {
	if err := b.complete(a); err != nil {
		return err
	}
	switch {
	case b.memory < logstore.LeastIndexMemory:
		return usagef("--index-memory must be at least %s, not %s", leastIndexMemory(), &b.memory)
	case b.workers < 0:
		return usagef("--workers must not be negative")
	}
	limits := func(o *logstore.Options) { o.Workers, o.IndexMemory = b.workers, int64(b.memory) }
	begin := time.Now()
	var sum logstore.IndexProgress
	err := b.eachJournal(limits, func(s *logstore.Store, dataDir string) error {
		report := a.newIndexReport("done")
		err := s.BuildIndex(ctx, func(p logstore.IndexProgress) {
			if p.Files == 0 && p.Shared && !sum.Shared {
				sum.Shared = true
				a.noteSharedBuild(p.Owner)
			}
			report.show(p)
		})
		report.end()
		if err != nil {
			return indexWriteError(indexFolder(dataDir), err, report.last)
		}
		sum.Of += report.last.Of
		sum.Files += report.last.Files
		sum.Left += report.last.Left
		sum.Others += report.last.Others
		sum.Bytes += report.last.Bytes
		sum.Written += report.last.Written
		return nil
	})
	if err != nil {
		return err
	}
	return a.sayBuilt(sum, time.Since(begin))
}

// noteSharedBuild tells that another process, whose number is 0 where it is
// unknown, has the data folder.
func (a *app) noteSharedBuild(owner int) {
	who := "another process"
	if owner != 0 {
		who = fmt.Sprintf("process %d", owner)
	}
	fmt.Fprintf(a.stderr, "daybook: %s has this data folder: a server, or another build. That one begins with the newest day, this one with the oldest; neither builds what is there\n", who)
}

// sayBuilt says on stdout what was built.
func (a *app) sayBuilt(p logstore.IndexProgress, took time.Duration) error {
	if p.Of == 0 {
		_, err := fmt.Fprintln(a.stdout, "Nothing to do: every day file that is over and large enough has its index.")
		return err
	}
	if p.Left > 0 {
		fmt.Fprintf(a.stderr, "daybook: %s left out: unreadable, or without a record; daybook index status shows them as missing\n", plural(int64(p.Left), "day file"))
	}
	if p.Others > 0 {
		fmt.Fprintf(a.stderr, "daybook: %s had an index by the time it was their turn\n", plural(int64(p.Others), "day file"))
	}
	_, err := fmt.Fprintf(a.stdout, "%s indexed: %s of index, %s of their size, in %.1f s.\n",
		plural(int64(p.Files-p.Left-p.Others), "day file"), plural(p.Written, "byte"), percent(p.Written, p.Bytes), took.Seconds())
	return err
}

// indexWriteError says in one sentence why nothing more is written to the folder
// of the index, and what is there already.
func indexWriteError(folder string, err error, p logstore.IndexProgress) error {
	var number syscall.Errno
	if errors.Is(err, context.Canceled) || !errors.As(err, &number) {
		return err
	}
	var path *fs.PathError
	if errors.As(err, &path) && path.Op == "mkdir" || p.Files == 0 {
		return fmt.Errorf("index build: %s can't be written to: %w", folder, number)
	}
	return fmt.Errorf("index build: %s can't be written to: %w; %d of %s are done, and stay", folder, number, p.Files, plural(int64(p.Of), "day file"))
}
