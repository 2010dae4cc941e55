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
	"slices"
	"strings"
	"syscall"
	"time"
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

// Parts of a run.
const (
	scanPart     = "scan"
	peersPart    = "peers"
	livePart     = "live"
	curvesPart   = "curves"
	requestsPart = "requests"
)

// parts returns all of them.
func parts() []string { return []string{scanPart, peersPart, livePart, curvesPart, requestsPart} }

// Options are what the command line can change.
type options struct {
	parts    []string      // of the run, in this order
	dir      string        // where journals and databases are kept between runs
	repo     string        // daybook's source
	binary   string        // measured instead of building one; "": build
	rounds   int           // timed runs of each query and start of the scan part
	draws    int           // of parameters, for each query of the peers part
	seed     uint64        // of these parameters
	load     time.Duration // of one measurement with many connections
	lines    int64         // of the 30 days
	files    int           // of the tiny journal
	json     string        // file for the results; "": none
	pictures string        // folder for the pictures of the curves
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
	if err = errors.Join(err, r.print(stdout, o)); err != nil {
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
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		o.parts, args = append(o.parts, args[0]), args[1:]
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "Usage: bench [%s] [flags]\nWithout a part, the first two are run.\n", strings.Join(parts(), "] ["))
		flags.PrintDefaults()
	}
	flags.StringVar(&o.dir, "dir", "", "`folder` in which journals and databases are kept between runs (default daybook-bench in the user's cache folder)")
	flags.StringVar(&o.repo, "repo", "..", "`folder` of daybook's source")
	flags.StringVar(&o.binary, "daybook", "", "`program` to measure instead of building one")
	flags.IntVar(&o.rounds, "count", 7, "timed runs of each query and each start of the scan part")
	flags.IntVar(&o.draws, "params", 15, fmt.Sprintf("times that parameters are drawn for each query of the other parts; %d times as often in the requests part", listDraws))
	flags.Uint64Var(&o.seed, "seed", 1, "number that decides the parameters")
	flags.DurationVar(&o.load, "load", 10*time.Second, "time of each measurement with many connections; 0 leaves them out")
	flags.Int64Var(&o.lines, "lines", judgedLines, "lines of the 30 days; of today's file, and of the journal of requests, half of them")
	flags.IntVar(&o.files, "files", 100_000, "day files of the tiny journal; 0 leaves it out")
	flags.StringVar(&o.json, "json", "", "`file` to write the results to as JSON")
	flags.StringVar(&o.pictures, "pictures", "", "`folder` for the pictures of the curves part (default docs in -repo)")
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
		return errors.New("parts stand before the flags")
	case o.rounds < 1:
		return errors.New("-count must be at least 1")
	case o.draws < 1:
		return errors.New("-params must be at least 1")
	case o.load < 0:
		return errors.New("-load must not be negative")
	case o.lines < minLines:
		return fmt.Errorf("-lines must be at least %d", minLines)
	case o.files < 0 || o.files > maxFiles:
		return fmt.Errorf("-files must be 0 to %d", maxFiles)
	}
	for _, part := range o.parts {
		if !slices.Contains(parts(), part) {
			return fmt.Errorf("no part %q; there are %s", part, joined(parts()))
		}
	}
	if len(o.parts) == 0 {
		o.parts = []string{scanPart, peersPart}
	}
	if o.pictures == "" {
		o.pictures = filepath.Join(o.repo, "docs")
	}
	if o.dir != "" {
		return nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return fmt.Errorf("no cache folder, give -dir: %w", err)
	}
	o.dir = filepath.Join(cache, "daybook-bench")
	return nil
}
