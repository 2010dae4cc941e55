package segment

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// testSchema has a time, fields of few, some and many values, and a text.
func testSchema() *filter.Schema {
	return filter.NewSchema(
		filter.FieldSpec{Name: "few"},
		filter.FieldSpec{Name: "time", Kind: filter.Time},
		filter.FieldSpec{Name: "some"},
		filter.FieldSpec{Name: "many"},
		filter.FieldSpec{Name: "text"},
	)
}

// A record is one of a test, with all its values by field.
type record struct {
	time   int64
	values []string
}

func noUnescape(dst, raw []byte) []byte { return append(dst, raw...) }

// build returns the opened segment of the records.
func build(t testing.TB, schema *filter.Schema, records []record) *Segment {
	t.Helper()
	b := NewBuilder(schema)
	for i, r := range records {
		values := make([][]byte, len(r.values))
		for f, v := range r.values {
			values[f] = []byte(v)
		}
		b.Add(int64(i)*100, r.time, values)
	}
	s, err := Open(b.Image([]byte("origin")))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// matching returns the records that p matches, one by one.
func matching(p *filter.Program, records []record) (found []int) {
	m := p.Matcher(noUnescape)
	for i := range records {
		if matchRecord(p, m, &records[i]) {
			found = append(found, i)
		}
	}
	return found
}

func matchRecord(p *filter.Program, m *filter.Matcher, r *record) bool {
	row := filter.Record{Time: r.time}
	ascii := true
	for _, v := range r.values {
		row.Columns = append(row.Columns, []byte(v))
		ascii = ascii && !isForeign(v) && !strings.Contains(v, `\`)
	}
	row.Line = []byte(strings.Join(r.values, "\t"))
	row.Clean = ascii
	return m.Match(&row) && m.MatchTime(&row)
}

// searched returns the records that the segment finds, verifying those that
// are pending, and how many of them there were.
func searched(s *Segment, p *filter.Program, records []record, mem *Memory) (found []int, pending int) {
	m := p.Matcher(noUnescape)
	matches := s.Search(p, m, mem)
	defer mem.Release(matches)
	pending = matches.Pending()
	var matched []uint32
	for _, i := range matches.AppendPending(nil) {
		if matchRecord(p, m, &records[i]) {
			matched = append(matched, i)
		}
	}
	matches.Resolve(matched, mem)
	for i := range records {
		if matches.Has(i) {
			found = append(found, i)
		}
	}
	if matches.Count() != len(found) {
		panic(fmt.Sprintf("Count is %d of %d", matches.Count(), len(found)))
	}
	return found, pending
}

func pick(rng *rand.Rand, from ...string) string { return from[rng.IntN(len(from))] }

// randomText returns a text of words, numbers and addresses.
func randomText(rng *rand.Rand) string {
	var b strings.Builder
	for range rng.IntN(9) {
		switch rng.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "#%d", rng.IntN(1_000_000_000))
		case 1:
			fmt.Fprintf(&b, "%d.%02d", rng.IntN(2000), rng.IntN(100))
		case 2:
			fmt.Fprintf(&b, "%d.%d.%d.%d", rng.IntN(256), rng.IntN(3), rng.IntN(3), rng.IntN(256))
		case 3:
			fmt.Fprintf(&b, "%x", rng.Uint32())
		case 4:
			b.WriteString(pick(rng, "Kelvin", "\u212aelvin", "kelvin", "ma\u017fs", "mass", "Größe", "GRÖSSE", "naïve"))
		case 5:
			b.WriteString(strings.Repeat(pick(rng, "a", "ab", "x1"), rng.IntN(60)))
		default:
			b.WriteString(pick(rng, "order", "Order", "completed", "failed", "margin", "call", "in", "ms", "profit", "user_7"))
		}
		b.WriteString(pick(rng, " ", " ", " ", ":", ", ", ".", "", "\t", "\x00"))
	}
	return b.String()
}

func randomRecords(rng *rand.Rand, n int) []record {
	records := make([]record, n)
	now := int64(1_776_000_000)
	for i := range records {
		now += rng.Int64N(3)
		records[i] = record{now, []string{
			pick(rng, "CLIENT", "CLIENT", "CLIENT", "MANAGER", "SYSTEM", ""),
			"",
			fmt.Sprint("value-", rng.IntN(300)),
			fmt.Sprintf("%d.0.%d.1", rng.IntN(100), rng.IntN(1+rng.IntN(100))),
			randomText(rng),
		}}
	}
	return records
}

// A part of a text that is in some record, or nearly.
func randomPiece(rng *rand.Rand, records []record) string {
	text := records[rng.IntN(len(records))].values[4]
	if len(text) == 0 {
		return "order"
	}
	from := rng.IntN(len(text))
	to := from + 1 + rng.IntN(min(12, len(text)-from))
	piece := strings.ToValidUTF8(text[from:to], "")
	if rng.IntN(3) == 0 {
		piece = strings.ToUpper(piece)
	}
	return piece
}

func randomCondition(rng *rand.Rand, records []record) string {
	r := records[rng.IntN(len(records))]
	q := func(s string) string { return string(quoted(s)) }
	field := rng.IntN(5)
	name := testSchema().Name(filter.Field(field))
	negate := func(op string) string { return pick(rng, "", "not ") + op }
	if field == 1 {
		switch rng.IntN(3) {
		case 0:
			return fmt.Sprintf(`["time",%q,%d]`, pick(rng, "<", "<=", ">", ">=", "=", "!="), r.time)
		case 1:
			return fmt.Sprintf(`["time",%q,"%%%d"]`, negate("like"), rng.IntN(100))
		}
		return fmt.Sprintf(`["time",%q,%d]`, pick(rng, "<=", ">="), r.time+rng.Int64N(100))
	}
	v := r.values[field]
	switch rng.IntN(6) {
	case 0:
		return fmt.Sprintf(`[%q,%q,%s]`, name, pick(rng, "=", "!=", "<", ">", "<=", ">="), q(v))
	case 1:
		return fmt.Sprintf(`[%q,%q,%s]`, name, negate("regexp"), q(pick(rng, "^C", "M.*R$", "[0-9]{3}", "order.*comp", "(?i)KELVIN")))
	case 2:
		return fmt.Sprintf(`[%q,%q,%s]`, name, negate(pick(rng, "like", "ilike")), q(v))
	}
	piece := randomPiece(rng, records)
	if field != 4 && rng.IntN(2) == 0 && len(v) > 0 {
		piece = v[rng.IntN(len(v)):]
	}
	piece = strings.ReplaceAll(strings.ReplaceAll(piece, "%", ""), `\`, "")
	pattern := pick(rng, "", "%") + piece + pick(rng, "", "%", "%"+piece, "%completed%")
	return fmt.Sprintf(`[%q,%q,%s]`, name, negate(pick(rng, "like", "ilike")), q(pattern))
}

// TestSearch compares segments with one record after the other.
func TestSearch(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	schema := testSchema()
	var mem Memory
	asked, answered, decided := 0, 0, 0
	searches := 250
	if testing.Short() {
		searches = 30
	}
	for round, n := range []int{1, 63, 64, 65, 2000, 5000, 3000, 2100} {
		records := randomRecords(rng, n)
		if round >= 6 {
			rng.Shuffle(n, func(i, j int) { records[i], records[j] = records[j], records[i] })
		}
		s := build(t, schema, records)
		if long := n > 1500; s.Ordered(4) == long {
			t.Fatalf("%d records: the text is ordered: %v", n, !long)
		}
		if textColumn(s).templates {
			t.Fatalf("%d records: the text is kept by templates", n)
		}
		for range searches {
			var conditions []string
			for range rng.IntN(4) {
				conditions = append(conditions, randomCondition(rng, records))
			}
			params := `{"limit":1,"offset":0,"where":[` + strings.Join(conditions, ",") + `]}`
			p := program(t, schema, params)
			if rng.IntN(6) == 0 {
				text := pick(rng, "127.0", "2026", "7:0", "12", "orde", ".0.", "K", randomPiece(rng, records))
				params = "any " + text
				p = (&filter.Query{Schema: schema, Where: []filter.Condition{filter.AnyContainsFolded(text)}}).Compile()
			}
			want := matching(p, records)
			got, pending := searched(s, p, records, &mem)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%d records, %s (-want +got):\n%s", n, params, diff)
			}
			asked++
			if len(want) > 0 {
				answered++
			}
			if pending < n/10 {
				decided++
			}
		}
	}
	if answered < asked/3 || decided < asked/3 {
		t.Errorf("of %d searches %d found anything and %d left little to verify", asked, answered, decided)
	}
}

func program(t testing.TB, schema *filter.Schema, params string) *filter.Program {
	t.Helper()
	p, err := filter.ParseParams([]byte(params))
	if err != nil {
		t.Fatalf("%s: %v", params, err)
	}
	q, err := filter.Decode(schema, p, 1)
	if err != nil {
		t.Fatalf("%s: %v", params, err)
	}
	return q.Compile()
}

// Whatever the words of a pattern are, what is called sure is. Templates decide
// everything, words most of what they can.
func TestSearchDecides(t *testing.T) {
	for _, words := range []bool{false, true} {
		checkDecides(t, words)
	}
}

func checkDecides(t *testing.T, words bool) {
	t.Helper()
	rng := rand.New(rand.NewPCG(23, 24))
	schema := testSchema()
	records := randomRecords(rng, 20_000)
	for i := range records {
		r := &records[i]
		r.values[4] = fmt.Sprintf("order #%d %s in %d ms, profit:%d.%02d from 10.%d.0.7",
			rng.IntN(1e9), pick(rng, "completed", "failed", "Kelvin", "stra\u00dfe"), rng.IntN(300), rng.IntN(3000), rng.IntN(100), rng.IntN(256))
		for range 4 {
			if words { // a text of its own
				r.values[4] += string(rune('g' + rng.IntN(20)))
			}
		}
	}
	s := build(t, schema, records)
	if textColumn(s).templates == words {
		t.Fatalf("by words: %v, by templates: %v", words, words)
	}
	var mem Memory
	for _, tt := range []struct {
		condition string
		most      int // pending
	}{
		{`["text","like","%completed%"]`, 200},
		{`["text","ilike","%COMPLETED%"]`, 200},
		{`["text","like","%omplete%"]`, 200},
		{`["text","not like","%completed%"]`, 200},
		{`["text","like","%#123456789 %"]`, 300},
		{`["text","like","%:1454.32%"]`, 500},
		{`["text","ilike","%Order #%"]`, 20_000},
		{`["text","like","%10.77.0.%"]`, 2000},
		{`["text","regexp","comp.eted"]`, 20_000},
		{`["some","like","%-17%"]`, 0},
		{`["many","regexp","^1"]`, 0},
		{`["time","like","%17"]`, 0},
	} {
		p := program(t, schema, `{"limit":1,"offset":0,"where":`+tt.condition+`}`)
		got, pending := searched(s, p, records, &mem)
		most := tt.most
		if !words {
			most = 0
		}
		if pending > most {
			t.Errorf("%s left %d records to verify, want at most %d", tt.condition, pending, most)
		}
		if diff := cmp.Diff(matching(p, records), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.condition, diff)
		}
	}
}

func TestRecords(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	schema := testSchema()
	for _, n := range []int{1, 64, 3000} {
		records := randomRecords(rng, n)
		s := build(t, schema, records)
		if s.Records() != n || string(s.Origin()) != "origin" || !s.Ascending() {
			t.Fatalf("%d records: %d, origin %q, ascending %v", n, s.Records(), s.Origin(), s.Ascending())
		}
		for i, r := range records {
			if s.Time(i) != r.time || s.Start(i) != int64(i)*100 {
				t.Fatalf("record %d is of %d at %d, want %d at %d", i, s.Time(i), s.Start(i), r.time, i*100)
			}
			for f, v := range r.values {
				if f == 1 || !s.Ordered(f) {
					continue
				}
				if got := string(s.Value(f, s.Code(f, i))); got != v {
					t.Fatalf("field %d of record %d is %q, want %q", f, i, got, v)
				}
			}
		}
		for f := range schema.Len() {
			if f == 1 || !s.Ordered(f) {
				continue
			}
			var values []string
			for code := range s.Values(f) {
				values = append(values, string(s.Value(f, code)))
			}
			if !slices.IsSorted(values) {
				t.Fatalf("the values of field %d are not in order", f)
			}
		}
	}
}

// A search that is to stop looks at few values more.
func TestSearchStops(t *testing.T) {
	rng := rand.New(rand.NewPCG(103, 104))
	const n = 8 * fewValues
	records := randomRecords(rng, n)
	for i := range records {
		records[i].values[4] = fmt.Sprintf("order #%09d completed in some time", rng.IntN(1e9))
	}
	s := build(t, testSchema(), records)
	p := program(t, testSchema(), `{"limit":1,"offset":0,"where":[["text","regexp","[0-4][5-9] "],["text","not regexp","[0-2][7-9]"]]}`)
	stop := make(chan struct{})
	for _, stopped := range []bool{false, true} {
		if stopped {
			close(stop)
		}
		var mem Memory
		m := p.Matcher(noUnescape)
		m.StopOn(stop)
		if pending := s.Search(p, m, &mem).Pending(); (pending > n/2) != stopped || !stopped && pending > 0 {
			t.Errorf("stopped %t: %d of %d records are pending", stopped, pending, n)
		}
	}
}
