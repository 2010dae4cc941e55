package logstore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// A naiveRow is a record as splitting a line by hand gives it. Its values are
// without escapes.
type naiveRow struct {
	time   int64
	fields []string
}

// naiveRows splits content, whose lines all end.
func naiveRows(content string) (all []naiveRow) {
	for text := range strings.SplitSeq(content, "\n") {
		fields := strings.SplitN(strings.TrimSuffix(text, "\r"), "\t", 7)
		if len(fields) < 7 {
			continue
		}
		sec, err := filter.ParseTime(fields[0])
		if err != nil {
			continue
		}
		for i, f := range fields {
			fields[i] = strings.ToValidUTF8(string(unescapeTSV(nil, []byte(f))), "\ufffd")
			if strings.Contains(f, "\xff") { // one replacement for each byte
				fields[i] = strings.ReplaceAll(string(unescapeTSV(nil, []byte(f))), "\xff", "\ufffd")
			}
		}
		all = append(all, naiveRow{sec, fields})
	}
	return all
}

// randomLines returns lines of which few hold one of the rare words, some
// hidden by escapes, and some are malformed.
func randomLines(rng *rand.Rand, n int) string {
	var b strings.Builder
	filler := strings.Repeat("lorem ipsum dolor ", 20)
	pick := func(from ...string) string { return from[rng.IntN(len(from))] }
	for range n {
		detail := filler[:rng.IntN(len(filler))]
		switch rng.IntN(30) {
		case 0:
			detail += "needle"
		case 1:
			detail += pick("Needle", "need\\le", "need\\nle", "needl\xffe", "\xffneedle", "\\\\needle", "nee\tdle", "needle\ttab")
		case 2:
			detail = pick("", "\r", "\\", "é", "\x00", "needle"+strings.Repeat("x", 70))
		}
		sec := fmt.Sprint(noon(0) + rng.Int64N(100))
		if rng.IntN(60) == 0 {
			sec = pick("", "needle", "2026-04-22", sec+"x")
		}
		actor := pick("CLIENT", "CLIENT", "MANAGER", "SYSTEM", "needle")
		fields := []string{sec, actor, pick("1", "22", "-"), "Login", pick("SUCCESS", "ERROR"), pick("10.0.0.1", "127.0.0.1"), detail}
		if rng.IntN(60) == 0 {
			fields = fields[:rng.IntN(7)]
		}
		b.WriteString(strings.Join(fields, "\t"))
		b.WriteString(pick("\n", "\n", "\n", "\r\n", "\n\n"))
	}
	return b.String()
}

// Whether lines are looked at one by one, as when nothing is known of them
// yet, or by block for what they must hold, as later: the same match, those
// that splitting every line by hand finds.
func TestScanFinds(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(15, 16))
	conditions := []struct {
		json  string
		match func(r naiveRow) bool
	}{
		{`"where": ["detail", "like", "needle"]`, func(r naiveRow) bool { return strings.Contains(r.fields[6], "needle") }},
		{`"where": ["detail", "ilike", "NEEDLE"]`, func(r naiveRow) bool { return strings.Contains(strings.ToLower(r.fields[6]), "needle") }},
		{`"where": ["detail", "like", "%needle"]`, func(r naiveRow) bool { return strings.HasSuffix(r.fields[6], "needle") }},
		{`"where": ["detail", "not like", "needle"]`, func(r naiveRow) bool { return !strings.Contains(r.fields[6], "needle") }},
		{`"where": ["actor_type", "=", "needle"]`, func(r naiveRow) bool { return r.fields[1] == "needle" }},
		{`"where": [["detail", "like", "needle"], ["status", "=", "ERROR"]]`,
			func(r naiveRow) bool { return strings.Contains(r.fields[6], "needle") && r.fields[4] == "ERROR" }},
		{`"where": ["detail", "like", "\n"]`, func(r naiveRow) bool { return strings.Contains(r.fields[6], "\n") }},
		{`"where": [["detail", "not like", "needle"], ["status", "!=", "ERROR"]]`,
			func(r naiveRow) bool { return !strings.Contains(r.fields[6], "needle") && r.fields[4] != "ERROR" }},
		{`"whereNotIn": ["actor_type", ["CLIENT", "needle"]]`, func(r naiveRow) bool { return r.fields[1] != "CLIENT" && r.fields[1] != "needle" }},
		{`"where": ["detail", "=", ""]`, func(r naiveRow) bool { return r.fields[6] == "" }},
		{`"where": ["detail", "like", "needle"], "whereBetween": ["timestamp", [FROM, TO]]`,
			func(r naiveRow) bool {
				return strings.Contains(r.fields[6], "needle") && r.time >= noon(0)+20 && r.time <= noon(0)+70
			}},
	}
	times := strings.NewReplacer("FROM", itoa(noon(0)+20), "TO", itoa(noon(0)+70))
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	for range rounds {
		j := newJournal(t)
		content := randomLines(rng, 1+rng.IntN(6000))
		j.write(liveName, content)
		all := naiveRows(content)
		s := j.open(func(o *Options) { o.Workers = 1 + rng.IntN(3) })
		for _, c := range conditions {
			want := []string{}
			for _, r := range all {
				if c.match(r) {
					want = append(want, fmt.Sprint(r.time, " ", r.fields[6]))
				}
			}
			params := `{"limit": 50000, "offset": 0, "orderBy": ["action", "ASC"], ` + times.Replace(c.json) + `}`
			for _, known := range []bool{false, true} {
				if !known {
					s.memory.retain(func(string) bool { return false })
				}
				r := search(t, s, params)
				if diff := cmp.Diff(want, rows(r)); diff != "" || r.Count != int64(len(want)) {
					t.Fatalf("%s, known %t: count %d, want %d; rows mismatch (-want +got):\n%.2000s", params, known, r.Count, len(want), diff)
				}
			}
		}
	}
}

// What stands in any field is found, wherever it stands, as shown.
func TestScanFindsAnywhere(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(17, 18))
	j := newJournal(t)
	content := randomLines(rng, 3000)
	j.write(liveName, content)
	all := naiveRows(content)
	s := j.open()
	texts := []string{"needle", "NEEDLE", "client", "22", "12:00:5", "2026-04-22T12:01:30Z", "é", "\t", "\\", "127.0.0.1", "none of it"}
	for _, text := range texts {
		want := []string{}
		for _, r := range all {
			shown := append([]string{string(filter.AppendTime(nil, r.time))}, r.fields[1:]...)
			for _, v := range shown {
				if strings.Contains(strings.ToLower(v), strings.ToLower(text)) {
					want = append(want, fmt.Sprint(r.time, " ", r.fields[6]))
					break
				}
			}
		}
		q := request(t, everything)
		q.Query.Where = append(q.Query.Where, filter.AnyContainsFolded(text))
		q.Query.Order = request(t, `{"limit": 1, "offset": 0, "orderBy": ["action", "ASC"]}`).Query.Order
		for _, known := range []bool{false, true} {
			if !known {
				s.memory.retain(func(string) bool { return false })
			}
			r, err := s.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, rows(r)); diff != "" {
				t.Errorf("%q anywhere, known %t: rows mismatch (-want +got):\n%.2000s", text, known, diff)
			}
		}
	}
}

// A scan allocates nothing for a line that does not match, whether it is being
// measured or known.
func TestScanAllocates(t *testing.T) {
	conditions := []string{
		`"where": ["actor_type", "=", "none"]`,
		`"where": ["detail", "like", "nowhere to be found"]`,
		`"where": ["detail", "ilike", "nowhere to be found"]`,
		`"where": ["detail", "regexp", "no(where|body) to be"]`,
		`"whereIn": ["action", ["a", "b", "c"]]`,
		`"where": ["actor_id", ">", 99999999]`,
		`"whereBetween": ["timestamp", [1, 2]]`,
		`"where": ["timestamp", "like", "x"], "orderBy": ["source", "ASC"]`,
	}
	mallocs := func(lines int, params string, known bool) (n uint64) {
		j := newJournal(t)
		// More than a scan's first blocks, of lines with escapes and without.
		j.write(liveName, strings.Repeat(line(noon(0), "plain detail")+line(noon(0), `escaped \t detail é`), lines/2))
		s := j.open(func(o *Options) { o.Workers = 1 })
		if known {
			search(t, s, totals)
		}
		r := request(t, params)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if result, err := s.Search(t.Context(), r); err != nil || result.Count != 0 {
			t.Fatalf("Search(%s) = %+v, %v; want no match", params, result, err)
		}
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs
	}
	const few, many = 10_000, 110_000
	for _, c := range conditions {
		params := `{"limit": 10, "offset": 0, ` + c + `}`
		for _, known := range []bool{false, true} {
			more := int64(mallocs(many, params, known)) - int64(mallocs(few, params, known))
			if more > (many-few)/100 {
				t.Errorf("%s, known %t: %d allocations for %d more lines", c, known, more, many-few)
			}
		}
	}
}

// The queries that BenchmarkScan measures, over a journal of a month.
var benchmarkQueries = []struct{ name, params string }{
	{"documented", `{"limit": 50, "offset": 0, "where": [["actor_type", "=", "MANAGER"], ["status", "=", "SUCCESS"], ["source", "!=", "127.0.0.2"]], "orderBy": ["timestamp", "DESC"]}`},
	{"all", `{"limit": 50, "offset": 0}`},
	{"like", `{"limit": 50, "offset": 0, "where": ["detail", "like", "completed"]}`},
	{"like=rare", `{"limit": 50, "offset": 0, "where": ["detail", "like", "no such words"]}`},
	{"ilike", `{"limit": 50, "offset": 0, "where": ["detail", "ilike", "Completed"]}`},
	{"not like", `{"limit": 50, "offset": 0, "where": ["detail", "not like", "completed"]}`},
	{"regexp", `{"limit": 50, "offset": 0, "where": ["detail", "regexp", "completed|failed"]}`},
	{"lists", `{"limit": 50, "offset": 0, "whereIn": [["action", ["Deposit", "Withdraw"]], ["actor_type", ["CLIENT", "MANAGER"]]], "whereNotIn": ["status", ["SUCCESS", "INFO"]]}`},
	{"order=source", `{"limit": 50, "offset": 100000, "orderBy": ["source", "ASC"]}`},
	{"order=time", `{"limit": 50, "offset": 100000, "orderBy": ["timestamp", "ASC"]}`},
}

// BenchmarkScan measures queries over files whose lines are known, and that
// are in the page cache.
func BenchmarkScan(b *testing.B) {
	j, size := generated(b, 200_000, 30)
	s := j.open()
	later(s)
	search(b, s, totals)
	for _, q := range benchmarkQueries {
		b.Run(q.name, func(b *testing.B) {
			r := request(b, q.params)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Search(b.Context(), r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("unknown", func(b *testing.B) {
		r := request(b, totals)
		b.SetBytes(size)
		b.ReportAllocs()
		for b.Loop() {
			s.memory.retain(func(string) bool { return false })
			if _, err := s.Search(b.Context(), r); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// A block may hold thousands of values that an expression takes long on: it is not
// evaluated any more where nobody waits, but is where only the scan ends early, as
// what was found by then may be kept.
func TestScanStopsAtSlowExpression(t *testing.T) {
	rng := rand.New(rand.NewPCG(77, 78))
	var slow strings.Builder
	for range 20_000 {
		slow.WriteByte("ab"[rng.IntN(2)])
	}
	slow.WriteString("a" + strings.Repeat("b", 900) + "c")
	r := request(t, `{"limit":1,"offset":0,"where":["detail","regexp","(a|b)*a(a|b){900}c"]}`)
	program := r.Query.Compile()
	ctx, cancel := context.WithCancel(t.Context())
	scan := newJournal(t).open().newScan(ctx, []*source{{}}, false)
	sc := newScanner(scan)
	sc.begin(0, program, false)
	matches := func() bool { return sc.eval.matcher.MatchValue(0, []byte(slow.String())) }
	if !matches() || sc.eval.matcher.Quick(0) {
		t.Fatal("the expression does not match, or takes no time")
	}
	if scan.stop(); !matches() {
		t.Error("the expression does not match behind another source's failure")
	}
	if cancel(); matches() {
		t.Error("the expression is evaluated behind the end of the query")
	}
}

// A query ends a moment before the context of its scan does. What is found in between
// is of no use: the scan does not end well.
func TestScanOfEndedQuery(t *testing.T) {
	query, cancel := context.WithCancel(t.Context())
	scan := newJournal(t).open().newScan(query, nil, false)
	scan.ctx = t.Context() // which knows nothing of it yet
	cancel()
	if err := scan.run(); err != context.Canceled {
		t.Errorf("run = %v, want %v", err, context.Canceled)
	}
}
