package logstore

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"daybook/filter"
	"daybook/logstore/segment"

	gocmp "github.com/google/go-cmp/cmp"
)

// A pick is a match of a test, with all that an order may look at.
type pick struct {
	at     position
	time   int64
	values []string // by field; that of the time is empty
}

// A picked is matches in segments and outside of them, and the same as a list.
type picked struct {
	set matchSet
	all []pick
}

// drawPicks draws the matches of a query: files of one to three segments, and
// files without, whose records match or not.
func drawPicks(t *testing.T, rng *rand.Rand, q *query, matching string) *picked {
	t.Helper()
	p := &picked{}
	mem := q.memory()
	for source := range 1 + rng.IntN(5) {
		start := rng.Int64N(1000)
		indexed := rng.IntN(3) > 0
		for range 1 + rng.IntN(3) {
			records := drawRecords(rng, source, &start)
			if indexed {
				found := searchRecords(t, q, records, mem)
				p.set.add(source, found)
			}
			for _, r := range records {
				if matching != "" && r.values[4] != matching {
					continue
				}
				p.all = append(p.all, r)
				if !indexed {
					p.set.raw = append(p.set.raw, entryOf(q, r))
				}
			}
		}
	}
	slices.SortFunc(p.set.raw, func(a, b entry) int { return a.compare(&b) })
	return p
}

// drawRecords draws the records of a stretch of a file: times that ascend or do
// not, and fields with few values or many.
func drawRecords(rng *rand.Rand, source int, start *int64) []pick {
	records := make([]pick, 1+rng.IntN(1+rng.IntN(600)))
	sec, spread := noon(0)-rng.Int64N(100), rng.Int64N(3)
	jitter := rng.Int64N(2) * rng.Int64N(500)
	kinds := 1 + rng.IntN(1+rng.IntN(300))
	for i := range records {
		sec += rng.Int64N(spread + 1)
		*start += 1 + rng.Int64N(90)
		r := pick{at: positionOf(source, *start), time: sec - rng.Int64N(jitter+1), values: make([]string, 7)}
		for f := 1; f < 7; f++ {
			r.values[f] = fmt.Sprint([]string{"", "a", "é", "a\x00", "\xff"}[rng.IntN(5)], rng.IntN(1+f*kinds/6))
		}
		r.values[4] = []string{"ERROR", "SUCCESS", "SUCCESS"}[rng.IntN(3)]
		records[i] = r
	}
	return records
}

// searchRecords returns what the query's program matches in a segment of the
// records.
func searchRecords(t *testing.T, q *query, records []pick, mem *segment.Memory) *segment.Matches {
	t.Helper()
	b := segment.NewBuilder(auditSchema())
	values := make([][]byte, 7)
	for _, r := range records {
		for f, v := range r.values {
			values[f] = []byte(v)
		}
		b.Add(r.at.offset(), r.time, values)
	}
	s, err := segment.Open(b.Image(nil))
	if err != nil {
		t.Fatal(err)
	}
	return s.Search(q.program, q.program.Matcher(unescapeTSV), mem)
}

// entryOf returns what the scan makes of a match.
func entryOf(q *query, r pick) entry {
	var key []byte
	for i, term := range q.ordering.Terms() {
		key = q.ordering.AppendTerm(key, i, r.time, []byte(r.values[term.Field]))
	}
	tie := r.at
	if q.ordering.TiesDesc() {
		tie = ^tie
	}
	return makeEntry(key, uint64(tie))
}

// sort puts all matches in order, value by value.
func (p *picked) sort(o *filter.Ordering) {
	slices.SortFunc(p.all, func(a, b pick) int {
		for _, term := range o.Terms() {
			order := strings.Compare(a.values[term.Field], b.values[term.Field])
			if term.Field == 0 {
				order = cmp.Compare(a.time, b.time)
			}
			if term.Desc {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		if o.TiesDesc() {
			a, b = b, a
		}
		return cmp.Compare(a.at, b.at)
	})
}

// drawOrder draws params with up to four terms, of which some may be of one
// field, and a condition or none.
func drawOrder(rng *rand.Rand) (params, matching string) {
	names := auditSchema().Names()
	var order []string
	for range rng.IntN(5) {
		order = append(order, fmt.Sprintf("[%q,%q]", names[rng.IntN(len(names))*rng.IntN(2)], []string{"ASC", "DESC"}[rng.IntN(2)]))
	}
	params = `{"limit":1,"offset":0`
	if len(order) > 0 {
		params += `,"orderBy":[` + strings.Join(order, ",") + `]`
	}
	if rng.IntN(2) == 0 {
		matching = "ERROR"
		params += `,"where":["status","=","ERROR"]`
	}
	return params + "}", matching
}

// TestSelector compares pages found by rank with those of all matches sorted.
func TestSelector(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(71, 72))
	full, mixed, large := 0, 0, 0
	const rounds, pages = 300, 12
	for round := range rounds {
		params, matching := drawOrder(rng)
		r := request(t, params)
		q := &query{store: &Store{opts: Options{Schema: auditSchema()}}, request: r, program: r.Query.Compile(), ordering: r.Query.Ordering()}
		p := drawPicks(t, rng, q, matching)
		p.sort(q.ordering)
		if n := p.set.size(); n != int64(len(p.all)) {
			t.Fatalf("round %d, %s: %d matches, want %d", round, params, n, len(p.all))
		}
		if len(p.set.runs) > 1 && len(p.set.raw) > 0 {
			mixed++
		}
		if len(p.all) > fewMatches {
			large++
		}
		for range pages {
			from := rng.IntN(len(p.all) + 1)
			to := from + rng.IntN(1+min(len(p.all)-from, 1+rng.IntN(700)))
			if rng.IntN(8) == 0 {
				from, to = 0, len(p.all)
			}
			sel := q.newSelector()
			sel.take(p.set, 0, int64(from), int64(to))
			var want []position
			for _, r := range p.all[from:to] {
				want = append(want, r.at)
			}
			if diff := gocmp.Diff(want, sel.page); diff != "" {
				t.Fatalf("round %d, %s: ranks %d to %d of %d (-want +got):\n%s", round, params, from, to, len(p.all), diff)
			}
			if len(want) > 0 {
				full++
			}
		}
	}
	if full < rounds*pages/2 || mixed < rounds/4 || large < rounds/4 {
		t.Errorf("of %d pages %d had rows; %d rounds were mixed, %d large", rounds*pages, full, mixed, large)
	}
}
