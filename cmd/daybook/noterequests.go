package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"daybook/requestlog"
)

// holdsRequests reports whether there is a file of requests in a folder.
func holdsRequests(folder string) bool {
	before, after, _ := strings.Cut(requestlog.Pattern, "{date}")
	entries, err := os.ReadDir(folder)
	return err == nil && slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return strings.HasPrefix(e.Name(), before) && strings.HasSuffix(e.Name(), after)
	})
}

// noteRequests tells whoever found nothing in a folder, if there is a file of requests
// in it, what is to be done with those.
func (a *app) noteRequests(folder, advice string) {
	if holdsRequests(folder) {
		fmt.Fprintf(a.stderr, "daybook: %s is a journal of requests: %s\n", visible(folder), advice)
	}
}

// noteOther tells whoever found no file in j's folder what it is instead, if that can
// be told: a journal of the other kind, or a folder that the one asked for is in or beside.
func (a *app) noteOther(j *journalFlags) {
	if !j.requests {
		a.noteRequests(j.folder, "--requests lists its files")
		return
	}
	inside, beside := filepath.Join(j.folder, requestFolder), filepath.Join(defaultData(j.folder), requestFolder)
	switch {
	case isFolder(inside) && checkDataFolder(j.folder) == nil:
		fmt.Fprintf(a.stderr, "daybook: %s is a data folder: its requests are recorded in %s: name that by --journal\n", visible(j.folder), visible(inside))
	case isFolder(beside):
		fmt.Fprintf(a.stderr, "daybook: a server on %s records its requests in %s: name that by --journal\n", visible(j.folder), visible(beside))
	default:
		a.noteRequests(inside, "name that by --journal")
	}
}
