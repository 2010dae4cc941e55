package logstore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// indexed opens the journal with an index of all files that are over, and
// segments of few records.
func (j *journal) indexed(change ...func(*Options)) *Store {
	j.Helper()
	s := j.open(append([]func(*Options){func(o *Options) {
		o.Index, o.IndexFrom, o.segmentRecords = IndexManual, 1, 1000
	}}, change...)...)
	later(s)
	j.must(s.BuildIndex(context.Background(), nil))
	return s
}

// scanned opens the journal, in a data folder of its own, without an index.
func (j *journal) scanned() *Store {
	j.Helper()
	s := j.open(func(o *Options) { o.Index, o.DataDir = IndexOff, j.TempDir() })
	later(s)
	return s
}

// dayLines returns lines of one day whose fields have few, some and many
// values, and texts with words, numbers and addresses.
func dayLines(rng *rand.Rand, day, n int, jitter int64) string {
	var b strings.Builder
	pick := func(from ...string) string { return from[rng.IntN(len(from))] }
	sec := noon(0) - int64(day)*secondsPerDay - secondsPerDay/2
	for range n {
		sec += rng.Int64N(4)
		detail := pick("order #%d completed in %[3]d ms", "deal #%d failed, price:%[2]d.%02[3]d", `{"ticket":%d,"ip":"10.%[3]d.0.1"}`,
			"margin call\\t%d for Größe \\\\ %[3]d", "\\u212aelvin \u212a %d%.0[2]d%.0[3]d") + pick("", "", " again", " profit:1454.32")
		detail = fmt.Sprintf(detail, rng.IntN(1e6), rng.IntN(3000), rng.IntN(100))
		line := fmt.Sprintf("%d\t%s\t%d\t%s\t%s\t10.0.%d.%d\t%s", sec-rng.Int64N(jitter+1), pick("CLIENT", "CLIENT", "MANAGER", "SYSTEM"),
			rng.IntN(1+rng.IntN(5000)), pick("Login", "Logout", "OpenTrade", "CloseTrade", "é\\t"+fmt.Sprint(rng.IntN(60))),
			pick("SUCCESS", "SUCCESS", "SUCCESS", "ERROR", "INFO"), rng.IntN(3), rng.IntN(256), detail)
		switch rng.IntN(200) {
		case 0:
			line = line[:rng.IntN(len(line))]
		case 1:
			line += "\r"
		case 2:
			line += "\xff"
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// withOwnWords ends each line with a word of its own.
func withOwnWords(rng *rand.Rand, lines string) string {
	var b strings.Builder
	for line := range strings.Lines(lines) {
		b.WriteString(strings.TrimRight(line, "\r\n") + " ")
		for range 6 {
			b.WriteByte(byte('g' + rng.IntN(20)))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// randomQuery returns params of a query over what dayLines writes.
func randomQuery(rng *rand.Rand) string {
	pick := func(from ...string) string { return from[rng.IntN(len(from))] }
	not := func(op string) string { return pick("", "", "not ") + op }
	condition := func() string {
		switch rng.IntN(16) {
		case 0, 1:
			return fmt.Sprintf(`["actor_type",%q,%q]`, pick("=", "!=", ">="), pick("CLIENT", "MANAGER", "SYSTEM", "x"))
		case 2:
			return fmt.Sprintf(`["status",%q,%q]`, pick("=", "!="), pick("SUCCESS", "ERROR", "INFO"))
		case 3:
			return fmt.Sprintf(`["actor_id",%q,%s]`, pick("=", "!=", "<", ">=", "<=", ">"), pick("17", `"17"`, "2500", `"2"`))
		case 4:
			return fmt.Sprintf(`["source",%q,%q]`, not("like"), pick("%.17", "10.0.1.%", "7", "%0.2.2%"))
		case 5:
			return fmt.Sprintf(`["action",%q,%q]`, not(pick("regexp", "ilike")), pick("trade", "Log", "é", "^O", "[0-9]"))
		case 6:
			return fmt.Sprintf(`["timestamp",%q,%d]`, pick("<", ">=", "<=", ">", "!="), noon(0)-rng.Int64N(4*secondsPerDay))
		case 7:
			return fmt.Sprintf(`["timestamp",%q,"%%%d"]`, not("like"), rng.IntN(100))
		case 8, 9, 10:
			return fmt.Sprintf(`["detail",%q,%q]`, not("like"), "%"+pick("completed", "omplet", "order", "#7", ":1454.32", "10.7.0.", "%again", "0", "ms", "é", "Größe", "\\\\", "\t", "in 7 ms", "ticket")+pick("%", "%", "%", "", "%7%"))
		case 11, 12:
			return fmt.Sprintf(`["detail",%q,%q]`, not("ilike"), "%"+pick("COMPLETED", "kelvin", "GRÖSSE", "größe", "Order #", "MS", "\u212a", "10.7.0.1")+"%")
		case 13:
			return fmt.Sprintf(`["detail",%q,%q]`, not("regexp"), pick("(?i)completed", "order.*ms$", "[0-9]{6}"))
		}
		return fmt.Sprintf(`["detail",%q,%q]`, pick("=", "!=", "<", ">"), pick("order", "deal #7 failed, price:7.07"))
	}
	var where []string
	for range rng.IntN(4) {
		where = append(where, condition())
	}
	params := fmt.Sprintf(`{"limit":%s,"offset":%s,"where":[%s]`, pick("0", "1", "7", "50", "400", "5000"),
		pick("0", "0", "0", "0", "3", "50", "900", "20000"), strings.Join(where, ","))
	var order []string
	for range rng.IntN(4) {
		order = append(order, fmt.Sprintf(`[%q,%q]`, pick("timestamp", "timestamp", "actor_type", "actor_id", "action", "status", "source", "source", "detail"), pick("ASC", "DESC")))
	}
	if len(order) > 0 {
		params += `,"orderBy":[` + strings.Join(order, ",") + `]`
	}
	if rng.IntN(4) == 0 {
		params += `,"whereIn":["action",["Login","CloseTrade","é\t7","none"]]`
	}
	if rng.IntN(4) == 0 {
		params += `,"whereNotIn":["actor_id",[` + fmt.Sprint(rng.IntN(100)) + `,"-"]]`
	}
	return params + "}"
}

// outcome is what a search comes to.
type outcome struct {
	Count, Total int64
	Rows         []string
	Err          string
}

func outcomeOf(s *Store, r *Request) outcome {
	result, err := s.Search(context.Background(), r)
	if err != nil {
		return outcome{Err: err.Error()}
	}
	o := outcome{Count: result.Count, Total: result.Total}
	for _, row := range result.Rows {
		o.Rows = append(o.Rows, string(row))
	}
	return o
}

// Whatever is asked, the index and the scan give the same answer: over small
// journals, with many segments each, and larger ones. Package acceptance asks
// ten times as much, in other words.
func TestIndexEqualsScan(t *testing.T) {
	t.Parallel()
	const journals = 24
	queries := 700 // of each
	if testing.Short() {
		queries /= 5
	}
	var asked, found atomic.Int64
	t.Run("journals", func(t *testing.T) {
		for round := range journals {
			t.Run(fmt.Sprint(round), func(t *testing.T) {
				t.Parallel()
				records, n, share := 400, queries, 4
				if round%6 == 0 {
					records, n, share = 3500, queries/10, 2 // free text
				}
				a, f := indexEqualsScan(t, round, records, n, share)
				asked.Add(a)
				found.Add(f)
			})
		}
	})
	t.Logf("%d queries compared, %d of them with rows", asked.Load(), found.Load())
	if found.Load() < asked.Load()*4/10 {
		t.Errorf("only %d of %d queries found anything", found.Load(), asked.Load())
	}
}

// indexEqualsScan compares n queries over one journal with about so many records
// in a file, and about so many segments for one. Every other journal of much
// text is of texts with a word of their own, so that it is kept by words; of the
// others, one day is.
func indexEqualsScan(t *testing.T, round, records, n, share int) (asked, found int64) {
	rng := rand.New(rand.NewPCG(31, uint64(round)))
	j := newJournal(t)
	for day := range 4 {
		name := fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0)) - Day(day)).String())
		lines := dayLines(rng, day, records/2+rng.IntN(records), int64(round%3)*rng.Int64N(5000))
		if round%12 == 0 || share == 2 && day == 3 {
			lines = withOwnWords(rng, lines)
		}
		j.write(name, lines)
	}
	with, without := j.indexed(func(o *Options) { o.segmentRecords = records/share + 1 }), j.scanned()
	segments, ofText := 0, 0
	for _, f := range with.index.files {
		segments += len(f.segments)
		for _, s := range f.segments {
			if !s.Ordered(6) {
				ofText++
			}
		}
	}
	if ofText > 0 != (share == 2) {
		t.Fatalf("%d segments with free text", ofText)
	}
	if segments < 6 {
		t.Fatalf("only %d segments of %d files", segments, len(with.index.files))
	}
	for range n {
		params := randomQuery(rng)
		want := outcomeOf(without, request(t, params))
		got := outcomeOf(with, request(t, params))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s: (-scan +index)\n%s", params, diff)
		}
		asked++
		if len(got.Rows) > 0 {
			found++
		}
	}
	r := &Request{Query: &filter.Query{Schema: auditSchema(), Where: []filter.Condition{filter.AnyContainsFolded("10.7")}, Limit: 10},
		Render: request(t, `{"limit":1,"offset":0}`).Render}
	if diff := cmp.Diff(outcomeOf(without, r), outcomeOf(with, r)); diff != "" {
		t.Fatalf("any field: (-scan +index)\n%s", diff)
	}
	least := asked * 9 / 10
	if round%12 == 0 {
		least = asked * 7 / 10 // words don't tell the order of texts
	}
	if used := with.Stats().Indexed; used < least {
		t.Errorf("only %d of %d queries used the index", used, asked)
	}
	if with.index.aside != 0 {
		t.Errorf("%d indexes were set aside", with.index.aside)
	}
	return asked, found
}

// Counts by time and value are the same with and without an index.
func TestIndexGroupsEqualScan(t *testing.T) {
	t.Parallel()
	requests, asked, found := 250, 0, 0
	if testing.Short() {
		requests = 40
	}
	for round := range 4 {
		rng := rand.New(rand.NewPCG(41, uint64(round)))
		j := newJournal(t)
		for day := range 3 {
			name := fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0)) - Day(day)).String())
			j.write(name, dayLines(rng, day, 1+rng.IntN(3500), int64(round%2)*rng.Int64N(5000)))
		}
		with, without := j.indexed(), j.scanned()
		for range requests {
			params := randomQuery(rng)
			r := &GroupRequest{Query: request(t, params).Query}
			if rng.IntN(3) > 0 {
				r.Interval = []int64{7, 60, 3600, 86400, 604800}[rng.IntN(5)]
			}
			if rng.IntN(3) > 0 || r.Interval == 0 {
				r.Values, r.Field = 1+rng.IntN(12), filter.Field(rng.IntN(7))
			}
			want, wantErr := without.Group(context.Background(), r)
			got, gotErr := with.Group(context.Background(), r)
			if diff := cmp.Diff(want, got); diff != "" || fmt.Sprint(wantErr) != fmt.Sprint(gotErr) {
				t.Fatalf("round %d, %+v of %s: %v, want %v (-scan +index)\n%s", round, r, params, gotErr, wantErr, diff)
			}
			asked++
			if want != nil && want.Count > 0 {
				found++
			}
		}
		if n := with.Stats().Indexed; n < int64(requests)/3 {
			t.Errorf("round %d: only %d of %d requests used the index", round, n, requests)
		}
	}
	if found < asked/3 {
		t.Errorf("only %d of %d requests found anything", found, asked)
	}
}

// What an index knows of a file is enough, where the store's memory has lost it: for
// queries that hold files open too, and for files beside a compressed one.
func TestIndexWithoutMemory(t *testing.T) {
	t.Parallel()
	name := func(back int) string { return fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0)) - Day(back)).String()) }
	twin := dayLines(rand.New(rand.NewPCG(79, 1)), 1, 80, 0) + "no record\n"
	for _, tt := range []struct {
		name  string
		files map[string]string
	}{
		{"plain files", nil},
		{"a whole copy", map[string]string{name(1): twin, name(1) + ".gz": packed(t, gzipped, twin)}},
		{"the beginning of one", map[string]string{name(1): twin[:1000], name(1) + ".gz": packed(t, gzipped, twin)}},
		{"created anew", map[string]string{name(1) + ".gz": packed(t, gzipped, twin)}},
		{"two compressed ones", map[string]string{name(1) + ".gz": packed(t, gzipped, twin), name(1) + ".zst": packed(t, zstandard, twin)}},
	} {
		j := newJournal(t)
		rng := rand.New(rand.NewPCG(79, 0))
		for back := range 3 {
			j.write(name(back), dayLines(rng, back, 100, 0)+"no record\n")
		}
		for name, content := range tt.files {
			j.write(name, content)
		}
		want := outcomeOf(j.scanned(), request(t, everything))
		for _, held := range []int{0, 1, 10} {
			s := j.indexed()
			for name := range s.memory.all() {
				s.memory.forget(name)
			}
			r := request(t, everything)
			r.held = held
			if diff := cmp.Diff(want, outcomeOf(s, r)); diff != "" {
				t.Errorf("%s, %d files held open: (-scan +index)\n%s", tt.name, held, diff)
			}
			j.must(s.Close())
		}
	}
}

// A last line without its ending counts in the index of a file that is over, and no
// longer where the clock steps back into its day.
func TestIndexClockBack(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	day := dayOf(noon(0)) - 1
	content := dayLines(rand.New(rand.NewPCG(81, 0)), 1, 100, 0) + line(noon(-1), "torn")
	j.write(fmt.Sprintf("audit-%s.tsv", day.String()), strings.TrimSuffix(content, "\n"))
	var clock atomic.Int64
	clock.Store(noon(0))
	at := func(o *Options) { o.Now = func() time.Time { return time.Unix(clock.Load(), 0) } }
	s := j.indexed(at)
	for range 2 {
		for _, back := range []int{0, 1} {
			clock.Store(noon(-back))
			fresh := j.open(at, func(o *Options) { o.Index, o.DataDir = IndexOff, t.TempDir() })
			later(fresh)
			want, got := outcomeOf(fresh, request(t, totals)), outcomeOf(s, request(t, totals))
			if want.Total != int64(101-back) {
				t.Errorf("%d days back: total %d of a new store", back, want.Total)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%d days back: (-new store +index)\n%s", back, diff)
			}
		}
	}
}

// Pages of long values take memory as the values do.
func TestIndexLongKeys(t *testing.T) {
	const rows, width = 1000, 2000
	j := newJournal(t)
	var b strings.Builder
	for i := range rows {
		b.WriteString(strings.Replace(line(noon(-1)+int64(i), "x"), "Login", fmt.Sprint(strings.Repeat("a", width), i%7), 1))
	}
	j.write("audit-2026-04-21.tsv", b.String())
	s := j.indexed()
	r := request(t, fmt.Sprintf(`{"limit": %d, "offset": 0, "orderBy": ["action"]}`, rows))
	r.Render = func(dst []byte, _ *Row) []byte { return append(dst, 'x') }
	search := func() {
		if result, err := s.Search(t.Context(), r); err != nil || len(result.Rows) != rows {
			t.Fatalf("%+v, %v", result, err)
		}
	}
	search()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	search()
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 2*rows*width {
		t.Errorf("%d bytes for keys of %d", took, rows*width)
	}
}
