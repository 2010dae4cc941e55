package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"daybook/internal/generate"

	"github.com/spf13/cobra"
)

// A generateFlags says what journal to make up.
type generateFlags struct {
	dir, pattern string
	days         int
	lines        int64
	end          string
	seed         uint64
	requests     bool
	force        bool
}

func (a *app) generateCommand() *cobra.Command {
	g := new(generateFlags)
	cmd := &cobra.Command{
		Use:     "generate",
		Short:   "Write a made-up journal of any size",
		GroupID: groupTool,
		Long: `Generate writes day files as a trading platform would: clients, managers and the
system at work, busy and quiet hours, quiet weekends. The same flags give the
same bytes everywhere. A line has some 132 bytes. Every day is whole: where the
last one is today, it has records of hours that are still to come.

With --requests it is a journal of the platform's requests, for serve --requests:
JSON lines of some 380 bytes, of which two in a hundred tell of a failure.`,
		Example: `  daybook generate --dir logs --days 30 --lines 300000
  daybook generate --dir big --days 30 --lines 10000000 --end 2026-04-22 --seed 7
  daybook generate --requests --dir requests --days 30 --lines 300000`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.generate(cmd.Context(), g) },
	}
	flags := cmd.Flags()
	flags.StringVar(&g.dir, "dir", "", "`folder` to write to; made when missing")
	flags.IntVar(&g.days, "days", 30, "day files to write")
	flags.Int64Var(&g.lines, "lines", 300_000, "lines to write, in all files together")
	flags.StringVar(&g.end, "end", "", "last `day`, as 2026-04-22 (default today)")
	flags.Uint64Var(&g.seed, "seed", 1, "number that decides every line")
	flags.BoolVar(&g.requests, "requests", false, "write records of requests instead of an audit log")
	flags.StringVar(&g.pattern, "pattern", "", "name of a day file; {date} is the day (default "+generate.DefaultPattern+", or "+generate.DefaultRequestPattern+")")
	flags.BoolVar(&g.force, "force", false, "replace day files that are there")
	mustMarkDir(cmd, "dir")
	return cmd
}

// generate writes the journal and says on stdout what was written.
func (a *app) generate(ctx context.Context, g *generateFlags) error {
	if g.dir == "" {
		return usagef("--dir is missing: the folder to write to")
	}
	end := time.Now()
	if g.end != "" {
		var err error
		if end, err = time.Parse(time.DateOnly, g.end); err != nil {
			return usagef("--end: %q is no day; want one as 2026-04-22", g.end)
		}
	}
	bar := newProgress(a.stderr, "lines")
	result, err := generate.Write(ctx, generate.Options{
		Dir:       g.dir,
		Pattern:   g.pattern,
		Days:      g.days,
		Lines:     g.lines,
		End:       end,
		Seed:      g.seed,
		Requests:  g.requests,
		Overwrite: g.force,
		Progress:  func(lines, _ int64) { bar.Show(lines, g.lines) },
	})
	bar.Done()
	var exists *generate.ExistsError
	switch {
	case errors.As(err, &exists):
		return fmt.Errorf("%w; --force replaces them", err)
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s: %s, %s, %s\n", g.dir,
		plural(int64(len(result.Files)), "file"), plural(result.Lines, "line"), plural(result.Bytes, "byte"))
	return err
}
