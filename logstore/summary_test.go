package logstore

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Pages of all records, or of all within some time, are found without reading the
// index of days that they are not of, and are the same as a scan's: with days that
// overlap, with pages that begin and end anywhere, and with a day that is scanned.
func TestPagesOfAllRecords(t *testing.T) {
	t.Parallel()
	for round, order := range []string{
		``, `["timestamp","DESC"]`, `["timestamp","ASC"]`, `["timestamp","DESC"],["action","ASC"]`,
		`["timestamp","ASC"],["detail","DESC"]`, `["action","DESC"],["timestamp","ASC"]`,
	} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(61, uint64(round)))
			j := newJournal(t)
			total := 0
			for day := range 9 {
				n := 1 + rng.IntN(120)
				lines := dayLines(rng, day, n, int64(day%3)*(secondsPerDay+rng.Int64N(secondsPerDay)))
				j.write(fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0))-Day(day)).String()), lines)
				total += n
			}
			with, without := j.indexed(func(o *Options) { o.segmentRecords = 50 }), j.scanned()
			// It has come since, and has no index.
			j.write(fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0))-9).String()), dayLines(rng, 9, 40, 0))
			rows := 0
			for range 150 {
				where := ""
				if rng.IntN(2) == 0 {
					where = fmt.Sprintf(`["timestamp","%s",%d]`, []string{"<=", ">="}[rng.IntN(2)], noon(0)-rng.Int64N(10*secondsPerDay))
				}
				params := fmt.Sprintf(`{"limit":%d,"offset":%d,"where":[%s],"orderBy":[%s]}`, rng.IntN(30), rng.IntN(total+50), where, order)
				want, got := outcomeOf(without, request(t, params)), outcomeOf(with, request(t, params))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s: (-scan +index)\n%s", params, diff)
				}
				rows += len(got.Rows)
			}
			if used := with.Stats().Indexed; rows < 500 || used < 120 {
				t.Errorf("%d rows, and %d of 150 queries used the index", rows, used)
			}
		})
	}
}

// A count of all records, and a page of them, read nothing of the index of other
// days: not even of one that somebody has written to since it was opened.
func TestPageLeavesOtherDaysAlone(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	rng := rand.New(rand.NewPCG(62, 0))
	for day := range 3 {
		j.write(fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0))-Day(day)).String()), dayLines(rng, day, 100, 0))
	}
	with, without := j.indexed(), j.scanned()
	path := with.index.path(fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0)) - 2).String()))
	image, err := os.ReadFile(path)
	j.must(err)
	j.must(os.WriteFile(path, []byte(strings.Repeat("x", len(image))), 0o600))
	for _, tt := range []struct {
		params string
		aside  int64
	}{
		{`{"limit":0,"offset":0}`, 0},
		{`{"limit":10,"offset":0,"orderBy":[["timestamp","DESC"]]}`, 0},
		{`{"limit":10,"offset":50,"orderBy":[["timestamp","DESC"]]}`, 0},
		{`{"limit":10,"offset":0,"orderBy":[["timestamp","ASC"]]}`, 1}, // of that day
	} {
		if diff := cmp.Diff(outcomeOf(without, request(t, tt.params)), outcomeOf(with, request(t, tt.params))); diff != "" {
			t.Errorf("%s: (-scan +index)\n%s", tt.params, diff)
		}
		if with.index.aside != tt.aside {
			t.Errorf("%s: %d indexes were set aside, want %d", tt.params, with.index.aside, tt.aside)
		}
	}
}
