package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"daybook/requestlog"
)

// noteRequests tells whoever found nothing in a folder, if there is a file of requests
// in it, what is to be done with those.
func (a *app) noteRequests(folder, advice string) {
	before, after, _ := strings.Cut(requestlog.Pattern, "{date}")
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), before) && strings.HasSuffix(e.Name(), after) {
			fmt.Fprintf(a.stderr, "daybook: %s is a journal of requests: %s\n", visible(folder), advice)
			return
		}
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
