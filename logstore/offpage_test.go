package logstore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// onDay returns the records among random lines, moved to that many days off
// today: a file without malformed lines, of which much can be told unread.
func onDay(rng *rand.Rand, day, n int) string {
	var b strings.Builder
	for text := range strings.SplitSeq(randomLines(rng, n), "\n") {
		if len(naiveRows(text)) == 0 {
			continue
		}
		_, rest, _ := strings.Cut(text, "\t")
		fmt.Fprintf(&b, "%d\t%s\n", noon(day)+rng.Int64N(1000), rest)
	}
	return b.String()
}

// Matches that can't be on the page are counted without more ado, file by file
// or line by line. The counts and the page stay those of looking at every line.
func TestMatchesOffThePage(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(19, 20))
	j := newJournal(t)
	var all []naiveRow
	for d := -6; d <= 0; d++ {
		content := onDay(rng, d, 4000)
		j.write("audit-"+dayOf(noon(d)).String()+".tsv", content)
		all = append(all, naiveRows(content)...)
	}
	conditions := []struct {
		json  string
		match func(r naiveRow) bool
	}{
		{`"where": []`, func(naiveRow) bool { return true }},
		{`"where": ["detail", "not like", "needle"]`, func(r naiveRow) bool { return !strings.Contains(r.fields[6], "needle") }},
		{`"where": ["detail", "like", "needle"]`, func(r naiveRow) bool { return strings.Contains(r.fields[6], "needle") }},
		{`"where": ["actor_type", "=", "CLIENT"]`, func(r naiveRow) bool { return r.fields[1] == "CLIENT" }},
		{`"where": ["timestamp", ">", BEFORE]`, func(r naiveRow) bool { return r.time > noon(-3)+500 }},
		{`"where": [["timestamp", ">", BEFORE], ["detail", "not like", "needle"]]`,
			func(r naiveRow) bool { return r.time > noon(-3)+500 && !strings.Contains(r.fields[6], "needle") }},
	}
	s := j.open()
	search(t, s, totals) // so that the files are known
	for _, c := range conditions {
		where := strings.ReplaceAll(c.json, "BEFORE", itoa(noon(-3)+500))
		for _, desc := range []bool{true, false} {
			var want []string
			ordered := slices.Clone(all) // in the order of position
			if desc {
				slices.Reverse(ordered)
			}
			slices.SortStableFunc(ordered, func(a, b naiveRow) int {
				if desc {
					a, b = b, a
				}
				return int(a.time - b.time)
			})
			for _, r := range ordered {
				if c.match(r) {
					want = append(want, fmt.Sprint(r.time, " ", r.fields[6]))
				}
			}
			total := len(all)
			if strings.Contains(where, "timestamp") { // bounds that leave out the first three files
				total -= slices.IndexFunc(all, func(r naiveRow) bool { return dayOf(r.time) == dayOf(noon(-3)) })
			}
			for _, limit := range []int{0, 1, 50} {
				params := fmt.Sprintf(`{"limit": %d, "offset": 0, "orderBy": ["timestamp", "%s"], %s}`,
					limit, map[bool]string{true: "DESC", false: "ASC"}[desc], where)
				r := search(t, s, params)
				if diff := cmp.Diff(want[:limit], rows(r)); diff != "" || r.Count != int64(len(want)) || r.Total != int64(total) {
					t.Errorf("%s: count %d, total %d; want %d, %d; rows mismatch (-want +got):\n%.1000s",
						params, r.Count, r.Total, len(want), total, diff)
				}
			}
		}
	}
}
