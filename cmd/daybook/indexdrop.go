package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"daybook/logstore"

	"github.com/spf13/cobra"
)

func (a *app) indexDropCommand() *cobra.Command {
	var data dataFlag
	cmd := &cobra.Command{
		Use:   "drop [FILE...]",
		Short: "Remove the index, or that of some day files",
		Long: `Drop removes index files, those of the day files named or else all in the data
folder, those of requests among them, with what was set aside as damaged. Queries
read the day files instead; a running server notices within seconds, and builds
them again unless it has --no-index.`,
		Example: "  daybook index drop --journal /var/log/trading\n  daybook index drop --data /var/lib/daybook audit-2026-04-22.tsv",
		RunE: func(_ *cobra.Command, args []string) error {
			folder, err := data.folder(a)
			if err != nil {
				return err
			}
			if err := checkDataFolder(folder); err != nil {
				return err
			}
			names := make([]string, len(args))
			for i, arg := range args {
				names[i] = strings.TrimSuffix(filepath.Base(arg), ".seg")
			}
			removed, err := dropIndexes(folder, names)
			return errors.Join(a.printDropped(removed), err)
		},
	}
	data.addTo(cmd)
	return cmd
}

// dropIndexes removes the indexes of a data folder, and those of the journals of
// requests in it: all, or those of the day files named.
func dropIndexes(folder string, names []string) (removed []logstore.IndexFile, err error) {
	folders, err := filepath.Glob(filepath.Join(globQuote(folder), requestData))
	if err != nil {
		return nil, err
	}
	folders = append([]string{folder}, folders...)
	if len(names) == 0 {
		for _, f := range folders {
			some, err := logstore.DropIndex(f)
			if removed = append(removed, some...); err != nil {
				return removed, err
			}
		}
		return removed, nil
	}
	for _, name := range names {
		in := folder // where it is missing
		for _, f := range folders {
			if found, _ := filepath.Glob(globQuote(filepath.Join(indexFolder(f), name+".seg")) + "*"); len(found) > 0 {
				in = f
			}
		}
		some, err := logstore.DropIndex(in, name)
		if removed = append(removed, some...); err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// globQuote returns a pattern that matches path alone.
func globQuote(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// printDropped says what was removed.
func (a *app) printDropped(removed []logstore.IndexFile) error {
	total := int64(0)
	for _, f := range removed {
		fmt.Fprintf(a.stdout, "%s\n", visible(f.File))
		total += f.Index
	}
	_, err := fmt.Fprintf(a.stdout, "%s removed, %s.\n", pluralIndexes(len(removed)), plural(total, "byte"))
	return err
}
