package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// What the process ends with.
const (
	exitMet    = 0
	exitFailed = 1 // a bound was missed, or nothing could be measured
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Options are what the command line can change.
type options struct {
	dir      string // where journals are kept between runs
	repo     string // daybook's source
	binary   string // measured instead of building one; "": build
	rounds   int    // timed runs of each query and start
	lines    int64  // of the 30 days
	files    int    // of the tiny journal
	json     string // file for the results; "": none
	markdown bool
}

// run carries out one command line and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitMet
	case err != nil:
		return exitUsage // flag has said what is wrong
	}
	b := &bench{options: o, progress: stderr}
	r, err := b.run(ctx)
	if err == nil {
		err = r.print(stdout, o)
	}
	if err != nil {
		fmt.Fprintf(stderr, "bench: %v\n", err)
		return exitFailed
	}
	if missed := r.missed(); missed > 0 {
		fmt.Fprintf(stderr, "bench: %d bounds missed\n", missed)
		return exitFailed
	}
	return exitMet
}

// parseOptions reads the command line. What is wrong with it is written to
// stderr.
func parseOptions(args []string, stderr io.Writer) (*options, error) {
	o := new(options)
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.dir, "dir", "", "`folder` in which journals are kept between runs (default daybook-bench in the user's cache folder)")
	flags.StringVar(&o.repo, "repo", "..", "`folder` of daybook's source")
	flags.StringVar(&o.binary, "daybook", "", "`program` to measure instead of building one")
	flags.IntVar(&o.rounds, "count", 7, "timed runs of each query and each start")
	flags.Int64Var(&o.lines, "lines", 10_000_000, "lines of the 30 days")
	flags.IntVar(&o.files, "files", 100_000, "day files of the tiny journal; 0 leaves it out")
	flags.StringVar(&o.json, "json", "", "`file` to write the results to as JSON")
	flags.BoolVar(&o.markdown, "markdown", false, "print the tables as Markdown")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	err := o.complete(flags.NArg())
	if err != nil {
		fmt.Fprintf(stderr, "bench: %v\n", err)
	}
	return o, err
}

// complete checks the options and fills in the folder.
func (o *options) complete(arguments int) error {
	switch {
	case arguments > 0:
		return errors.New("takes flags only")
	case o.rounds < 1:
		return errors.New("-count must be at least 1")
	case o.lines < minLines:
		return fmt.Errorf("-lines must be at least %d", minLines)
	case o.files < 0 || o.files > maxFiles:
		return fmt.Errorf("-files must be 0 to %d", maxFiles)
	case o.dir != "":
		return nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return fmt.Errorf("no cache folder, give -dir: %w", err)
	}
	o.dir = filepath.Join(cache, "daybook-bench")
	return nil
}
