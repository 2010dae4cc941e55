package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"daybook/logstore"
	"daybook/requestlog"
	"daybook/rpc"

	"github.com/spf13/cobra"
)

func (a *app) indexCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "index",
		Short:   "Build, list, verify, show and remove the index",
		GroupID: groupServer,
		Long: `The index makes queries fast. It lies in the folder index of the data folder,
one file for each day file whose day is over, and is derived from the day files
alone: it may be deleted at any time, and answers are the same without it. A
server builds and uses it by itself (serve --no-index does neither); with these
commands it is built beforehand, and looked after.

The data folder is the one of the server, by default the journal's name with
.daybook. The journal of requests that the server shows, its own in the data
folder or the one of --requests, has an index as well, in a folder
requests-….daybook of the data folder, which these commands look after too.
Beside indexes, they write the file owner.lock only, by which a server and a
build know of each other, and no token is made. Index files belong to who builds
them: do that as the user that the server runs as.`,
	}
	cmd.AddCommand(a.indexBuildCommand(), a.indexStatusCommand(), a.indexVerifyCommand(), a.indexDumpCommand(), a.indexDropCommand())
	return cmd
}

// An indexFlags names a journal and the data folder with its index.
type indexFlags struct {
	journal, data, pattern string
	requests               string // "": the server's own
	clock                  instant
	maxLine                size
}

func (f *indexFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.journal, "journal", "", "`folder` of day files, never written to; or DAYBOOK_JOURNAL")
	flags.StringVar(&f.data, "data", "", "data `folder` of the server; or DAYBOOK_DATA (default the journal's name with .daybook, beside it)")
	flags.StringVar(&f.pattern, "pattern", defaultPattern, "name of a day file; {date} is the day")
	flags.Var(&f.clock, "clock", "moment that decides which days are over (default the real time)")
	f.maxLine = logstore.DefaultMaxLine
	flags.Var(&f.maxLine, "max-line", "longest line of a day file, as the server has it")
	flags.StringVar(&f.requests, "requests", "", "`folder` of a journal of requests, as the server has it; or DAYBOOK_REQUESTS (default its own, in the data folder)")
	for _, dir := range [...]string{"journal", "data", "requests"} {
		mustMarkDir(cmd, dir)
	}
}

// complete fills in what the environment says, and checks it.
func (f *indexFlags) complete(a *app) error {
	f.journal = cmp.Or(f.journal, a.getenv(envName("journal")))
	f.data = cmp.Or(f.data, a.getenv(envName("data")))
	f.requests = cmp.Or(f.requests, a.getenv(envName("requests")))
	switch {
	case f.journal == "":
		return usagef("--journal is missing: the folder of day files")
	case f.maxLine <= 0:
		return usagef("--max-line must be more than 0, not %s", &f.maxLine)
	}
	f.data = cmp.Or(f.data, defaultData(f.journal))
	for _, journal := range [...]string{f.journal, f.requests} {
		if journal != "" && within(journal, f.data) {
			return usagef("--data: %s lies in the journal folder %s, which is never written to", f.data, journal)
		}
	}
	return nil
}

// journals returns the options of stores over the journals with an index: that of
// the audit files, and that of requests where there is one. They write nothing but
// their indexes, and that when they are told to.
func (f *indexFlags) journals() ([]logstore.Options, error) {
	audit := logstore.Options{
		Dir:     f.journal,
		DataDir: f.data,
		Pattern: f.pattern,
		Schema:  rpc.AuditSchema(),
		Now:     f.clock.clock(),
		MaxLine: int(f.maxLine),
		Index:   logstore.IndexManual,
		Follow:  logstore.FollowOff,
	}
	requests := audit
	requests.Dir, requests.Pattern = f.requests, requestlog.Pattern
	requests.Schema, requests.Format = requestlog.Schema(), requestlog.Format()
	if f.requests == "" {
		requests.Dir = filepath.Join(f.data, requestFolder)
		requests.Now = time.Now // by which it is written
		if _, err := os.Stat(requests.Dir); errors.Is(err, fs.ErrNotExist) {
			return []logstore.Options{audit}, nil
		}
	}
	data, err := requestDataFolder(f.data, requests.Dir)
	requests.DataDir = data
	return []logstore.Options{audit, requests}, err
}

// eachJournal calls do with a store over each of the journals, one after the
// other. change, unless nil, changes the options of both.
func (f *indexFlags) eachJournal(change func(*logstore.Options), do func(s *logstore.Store, dataDir string) error) error {
	all, err := f.journals()
	if err != nil {
		return err
	}
	for _, options := range all {
		if change != nil {
			change(&options)
		}
		store, err := logstore.Open(options)
		if err != nil {
			return err
		}
		if err := errors.Join(do(store, options.DataDir), store.Close()); err != nil {
			return err
		}
	}
	return nil
}

// indexFolder returns where the index lies in a data folder.
func indexFolder(dataDir string) string { return filepath.Join(dataDir, "index") }

// An indexReport shows how far something has come that goes through day files:
// as a bar on a terminal, elsewhere by a line for each file.
type indexReport struct {
	a    *app
	bar  *progress
	done string // what was done to a file
	last logstore.IndexProgress
}

func (a *app) newIndexReport(done string) *indexReport {
	return &indexReport{a: a, bar: newProgress(a.stderr, "bytes"), done: done}
}

// show takes what a store reports.
func (r *indexReport) show(p logstore.IndexProgress) {
	r.last = p
	r.bar.Show(p.Bytes, p.From)
	if p.File != "" && !isTerminal(r.a.stderr) {
		fmt.Fprintf(r.a.stderr, "daybook: %s %s, %d of %s\n", visible(p.File), r.done, p.Files, plural(int64(p.Of), "file"))
	}
}

// end ends the bar's line, if there is one.
func (r *indexReport) end() {
	if r.last.Of > 0 {
		r.bar.Done()
	}
}

// percent writes the share that part is of whole.
func percent(part, whole int64) string {
	if whole <= 0 {
		return "0 %"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}
