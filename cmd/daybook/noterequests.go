package main

import (
	"fmt"
	"os"
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
