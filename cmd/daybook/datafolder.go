package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"daybook/auth"

	"github.com/spf13/cobra"
)

// A dataFlag finds the data folder of the token commands.
type dataFlag struct{ data, journal string }

func (d *dataFlag) addTo(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.data, "data", "", "data `folder` of the server; or DAYBOOK_DATA")
	cmd.Flags().StringVar(&d.journal, "journal", "", "journal `folder`, in place of --data where that has its default name; or DAYBOOK_JOURNAL")
	mustMarkDir(cmd, "data")
	mustMarkDir(cmd, "journal")
}

// folder returns the data folder that is named.
func (d *dataFlag) folder(a *app) (string, error) {
	folder := cmp.Or(d.data, a.getenv(envName("data")))
	if folder == "" {
		journal := cmp.Or(d.journal, a.getenv(envName("journal")))
		if journal == "" {
			return "", usagef("which data folder? Give --data, the data folder of the server, or --journal")
		}
		folder = defaultData(journal)
	}
	return folder, nil
}

// open opens the tokens; with make, it makes a data folder that is missing, and
// says so, since a mistyped name would make tokens that no server knows.
func (d *dataFlag) open(a *app, makeFolder bool) (*auth.Tokens, error) {
	folder, err := d.folder(a)
	if err != nil {
		return nil, err
	}
	err = checkDataFolder(folder)
	if makeFolder && errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(folder, 0o700); err == nil {
			fmt.Fprintf(a.stderr, "daybook: new data folder %s\n", visible(folder))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w%s", err, dataAdvice(err))
	}
	return auth.OpenTokens(filepath.Join(folder, tokenFile), time.Now)
}

// dataAdvice says what helps where err tells that the data folder can't be written
// to, as beside a journal in /var/log; "" where it does not.
func dataAdvice(err error) string {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return "; --data names another folder, one that this user may write to"
	}
	return ""
}

// checkDataFolder makes sure that a folder is there, and a data folder or empty:
// one that is full of other things, a journal say, is none.
func checkDataFolder(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	ours := func(e fs.DirEntry) bool {
		return e.Name() == tokenFile || e.Name() == "daybook.json" || e.IsDir() && (e.Name() == "index" || isRequestData(e.Name()))
	}
	if len(entries) > 0 && !slices.ContainsFunc(entries, ours) {
		return usagef("%s is no data folder: it holds %s and neither %s nor daybook.json; give the --data of the server, or --journal",
			visible(folder), visible(entries[0].Name()), tokenFile)
	}
	return nil
}
