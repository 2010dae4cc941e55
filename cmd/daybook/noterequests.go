package main

import (
	"fmt"
	"os"
	"strings"

	"daybook/requestapi"
	"daybook/requestlog"
)

// noteRequests tells whoever found no record in a folder, if there is one of requests in
// it, how those are searched.
func (a *app) noteRequests(folder string) {
	before, after, _ := strings.Cut(requestlog.Pattern, "{date}")
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), before) && strings.HasSuffix(e.Name(), after) {
			fmt.Fprintf(a.stderr, "daybook: %[1]s is a journal of requests: 'daybook serve --requests %[1]s' shows it, at GET %[2]s\n",
				visible(folder), requestapi.ListRoute)
			return
		}
	}
}
