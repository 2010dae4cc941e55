package logstore

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// exportRequest is request for an export: limit and offset may be left out.
func exportRequest(t testing.TB, params string) *ExportRequest {
	t.Helper()
	p, err := filter.ParseParams([]byte(params))
	if err != nil {
		t.Fatal(err)
	}
	q, err := filter.DecodeWhole(auditSchema(), p, filter.DefaultLimits())
	if err != nil {
		t.Fatalf("DecodeWhole(%s): %v", params, err)
	}
	return &ExportRequest{Query: q, Render: request(t, totals).Render}
}

// exported is what an export comes to; whoever looks at its rows on the way does
// so by between.
func exported(s *Store, r *ExportRequest, between func()) (o outcome, problems []Problem) {
	x, err := s.Export(context.Background(), r)
	if err != nil {
		return outcome{Err: err.Error()}, nil
	}
	defer x.Close()
	o = outcome{Count: x.Count, Total: x.Total}
	for {
		between()
		rows, err := x.Next(context.Background())
		if err == io.EOF {
			return o, x.Problems()
		}
		if err != nil {
			o.Err = err.Error()
			return o, x.Problems()
		}
		for _, row := range rows {
			o.Rows = append(o.Rows, string(row))
		}
	}
}

func nothing() {}

// small makes an export take many steps over few records.
func small(rng *rand.Rand) func(*Options) {
	memory, page := entrySize*(1+rng.Int64N(3000)), 1+rng.IntN(700)
	return func(o *Options) { o.harvestMemory, o.exportPage = memory, page }
}

// Whatever is asked, an export gives the rows that a search gives, page by page:
// from segments, from lines, and from both.
func TestExportEqualsSearch(t *testing.T) {
	t.Parallel()
	journals, queries := 12, 40
	if testing.Short() {
		journals, queries = 4, 8
	}
	for round := range journals {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(77, uint64(round)))
			j := newJournal(t)
			for day := range 4 {
				name := fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0)) - Day(day)).String())
				lines := dayLines(rng, day, 200+rng.IntN(900), int64(round%3)*rng.Int64N(5000))
				j.write(name, lines)
				if day == round%5 {
					j.compress(name, encoding(1+round%2))
				}
			}
			var s *Store
			if round%4 == 0 {
				s = j.open(small(rng), func(o *Options) { o.Index = IndexOff })
				later(s)
			} else {
				s = j.indexed(small(rng), func(o *Options) { o.segmentRecords = 300 })
			}
			if round%4 == 2 { // one day has no index, and another no longer
				s.index.forget(fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0)) - 1).String()))
				j.append(fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0))-2).String()), dayLines(rng, 2, 50, 0))
			}
			for range queries {
				params := randomQuery(rng)
				want := outcomeOf(s, request(t, params))
				got, _ := exported(s, exportRequest(t, params), nothing)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s: (-search +export)\n%s", params, diff)
				}
				whole := strings.Replace(params, `"limit":`+beginning(params), `"limit":50000`, 1)
				want = outcomeOf(s, request(t, whole))
				all := "{" + params[strings.Index(params, `"offset"`):]
				got, _ = exported(s, exportRequest(t, all), nothing)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s: (-search +export)\n%s", all, diff)
				}
			}
		})
	}
}

// beginning returns the limit in params.
func beginning(params string) string {
	limit, _, _ := strings.Cut(strings.TrimPrefix(params, `{"limit":`), ",")
	return limit
}

// Of a file that grows, segments know the beginning and the harvest finds the
// rest. That both change while the export is read makes no difference to it.
func TestExportLive(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(53, 54))
	j := newJournal(t)
	j.write("audit-2026-04-21.tsv", dayLines(rng, 1, 700, 0))
	content := dayLines(rng, 0, 300, 20)
	for len(content) < 2*liveStep {
		content += dayLines(rng, 0, 300, 20)
	}
	j.write(liveName, content)
	s := j.indexed(small(rng), func(o *Options) { o.liveStretch = 3 * liveStep })
	b := s.newIndexBuilder(func() {})
	grow := func() {
		_, err := s.indexLive(context.Background(), b)
		j.must(err)
	}
	grow()
	for round := range 20 {
		j.append(liveName, dayLines(rng, 0, 50, 20))
		params := randomQuery(rng)
		all := "{" + params[strings.Index(params, `"offset"`):]
		whole := `{"limit":50000,` + all[1:]
		want := outcomeOf(s, request(t, whole))
		got, _ := exported(s, exportRequest(t, all), once(2, func() {
			j.append(liveName, dayLines(rng, 0, 50, 20))
			if round%5 == 0 {
				grow()
			}
		}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("round %d, %s: (-search +export)\n%.2000s", round, all, diff)
		}
	}
	if f := s.index.live[liveName]; f == nil || len(f.segments) == 0 {
		t.Error("the live file has no segments")
	}
}
