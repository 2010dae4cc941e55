package logstore

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// groupRequest decodes conditions. field is "" for no values.
func groupRequest(t testing.TB, conditions string, interval int64, field string, values int) *GroupRequest {
	t.Helper()
	p, err := filter.ParseParams([]byte(conditions))
	if err != nil {
		t.Fatal(err)
	}
	schema := auditSchema()
	q, err := filter.DecodeConditions(schema, p, filter.DefaultLimits())
	if err != nil {
		t.Fatalf("DecodeConditions(%s): %v", conditions, err)
	}
	r := &GroupRequest{Query: q, Interval: interval}
	if field != "" {
		r.Field, _ = schema.Lookup(field)
		r.Values = values
	}
	return r
}

// showGroups returns an answer in a few words: counts, values, and buckets
// relative to noon of today.
func showGroups(g *Groups) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d", g.Count, g.Total)
	for _, v := range g.Values {
		fmt.Fprintf(&b, " %s=%d", v.Value, v.Count)
	}
	if g.More && len(g.Values) > 0 {
		b.WriteString(" …")
	}
	for _, bucket := range g.Buckets {
		fmt.Fprintf(&b, " [%d: %v %d]", bucket.Start-noon(0), bucket.Counts, bucket.Total)
	}
	return b.String()
}

// event returns a record of an actor.
func event(sec int64, actor, action string) string {
	return fmt.Sprintf("%d\t%s\t1001\t%s\tSUCCESS\t10.0.0.1\tx\n", sec, actor, action)
}

// smallJournal has eight records and a malformed line in three files, one of
// them compressed.
func smallJournal(t testing.TB) *journal {
	j := newJournal(t)
	j.write(liveName, event(noon(0), "CLIENT", "Login")+event(noon(0)+59, "CLIENT", "Login")+
		event(noon(0)+3600, "MANAGER", "Login")+"malformed\n"+event(noon(0)+10, `CLI\\ENT`, "\xff"))
	j.write("audit-2026-04-21.tsv.gz", packed(t, gzipped, event(noon(-1), "CLIENT", "Trade")+event(noon(-1)+1, "SYSTEM", "Trade")))
	j.write("audit-2026-04-20.tsv", event(noon(-40), "SYSTEM", "Trade")+event(noon(-2), "CLIENT", "Quit"))
	return j
}

var groupTests = []struct {
	conditions string
	interval   int64
	field      string
	values     int
	want       string
}{
	// Values alone.
	{`{}`, 0, "", 0, "8 of 9"},
	{`{}`, 0, "actor_type", 5, `8 of 9 CLIENT=4 SYSTEM=2 CLI\ENT=1 MANAGER=1`},
	{`{}`, 0, "actor_type", 2, "8 of 9 CLIENT=4 SYSTEM=2 …"},
	{`{}`, 0, "actor_type", 4, `8 of 9 CLIENT=4 SYSTEM=2 CLI\ENT=1 MANAGER=1`},
	{`{}`, 0, "action", 3, "8 of 9 Login=3 Trade=3 Quit=1 …"},
	{`{"where": ["actor_type", "=", "CLIENT"]}`, 0, "action", 3, "4 of 9 Login=2 Quit=1 Trade=1"},
	{`{"where": ["actor_type", "=", "nobody"]}`, 0, "action", 3, "0 of 9"},
	{`{"where": ["action", "=", "\ufffd"]}`, 0, "action", 3, "1 of 9 \ufffd=1"},
	{`{"where": ["timestamp", ">=", "2026-04-22T12:00:10Z"]}`, 0, "timestamp", 9,
		"3 of 5 1776859210=1 1776859259=1 1776862800=1"},

	// Buckets alone: of the days of the default window, from the bounds or from
	// the first match to the last.
	{`{"where": ["timestamp", ">=", "2026-04-22T12:00:00Z"]}`, 60, "", 0, "4 of 5 [0: [] 3]" + emptyBuckets(60, 60, 3540) + " [3600: [] 1]"},
	{`{"where": ["timestamp", "<=", "2026-04-22T12:00:30Z"]}`, 86400, "", 0, "6 of 9" +
		bucketAt(-40, 1) + emptyBuckets(-39*86400-43200, 86400, -3*86400-43200) + bucketAt(-2, 1) + bucketAt(-1, 2) + bucketAt(0, 2)},
	{`{"whereBetween": ["timestamp", ["2026-04-22T11:59:59Z", "2026-04-22T12:02:00Z"]]}`, 60, "", 0,
		"3 of 5 [-60: [] 0] [0: [] 3] [60: [] 0] [120: [] 0]"},
	{`{"whereBetween": ["timestamp", ["2026-04-22T11:59:59Z", "2026-04-22T12:00:00Z"]]}`, 1, "", 0, "1 of 5 [-1: [] 0] [0: [] 1]"},
	{`{"where": [["timestamp", ">", "2026-04-22T12:00:00Z"], ["timestamp", "<", "2026-04-22T12:00:12Z"]]}`, 4, "", 0,
		"1 of 5 [0: [] 0] [4: [] 0] [8: [] 1]"},
	{`{"whereBetween": ["timestamp", ["2026-04-22T13:00:00Z", "2026-04-22T12:00:00Z"]]}`, 60, "", 0, "0 of 0"},
	{`{"where": [["timestamp", ">", "2026-04-22T12:00:00Z"], ["actor_type", "=", "nobody"]]}`, 60, "", 0, "0 of 5"},
	{`{"where": ["timestamp", "=", "9999-12-31T23:59:59Z"]}`, 60, "", 0, "0 of 0 [251625441540: [] 0]"},
	{`{"whereIn": ["timestamp", ["2026-04-22T12:00:00Z", "2026-04-22T12:01:00Z"]]}`, 60, "", 0, "1 of 5 [0: [] 1] [60: [] 0]"},
	{`{"where": ["timestamp", "!=", "2026-04-22T12:00:00Z"]}`, 1296000, "", 0, "7 of 9 [-2635200: [] 1] [-1339200: [] 3] [-43200: [] 3]"},
	{`{}`, 1296000, "", 0, "8 of 9 [-2635200: [] 1] [-1339200: [] 3] [-43200: [] 4]"},
	{`{"whereBetween": ["timestamp", [-90, -30]]}`, 60, "", 0, "0 of 0 [-1776859320: [] 0] [-1776859260: [] 0]"},

	// Both.
	{`{"where": ["timestamp", ">=", "2026-04-22T12:00:00Z"]}`, 3600, "actor_type", 2, `4 of 5 CLIENT=2 CLI\ENT=1 … [0: [2 1] 3] [3600: [0 0] 1]`},
	{`{}`, 1296000, "action", 10, "8 of 9 Login=3 Trade=3 Quit=1 \ufffd=1 [-2635200: [0 1 0 0] 1] [-1339200: [0 2 1 0] 3] [-43200: [3 0 0 1] 4]"},
	{`{"whereBetween": ["timestamp", ["2026-05-22T11:59:59Z", "2026-05-22T12:00:00Z"]]}`, 60, "action", 10,
		"0 of 0 [2591940: [] 0] [2592000: [] 0]"},
}

// emptyBuckets shows empty buckets from one to another, that included.
func emptyBuckets(from, step, to int64) string {
	var b strings.Builder
	for ; from <= to; from += step {
		fmt.Fprintf(&b, " [%d: [] 0]", from)
	}
	return b.String()
}

// bucketAt shows the bucket of a day.
func bucketAt(day, n int64) string { return fmt.Sprintf(" [%d: [] %d]", day*86400-43200, n) }

func TestGroup(t *testing.T) {
	j := smallJournal(t)
	s := j.open()
	for _, known := range []bool{false, true} { // at the second time, files are known
		for _, tt := range groupTests {
			r := groupRequest(t, tt.conditions, tt.interval, tt.field, tt.values)
			g, err := s.Group(t.Context(), r)
			if err != nil {
				t.Errorf("Group(%s): %v", tt.conditions, err)
				continue
			}
			if diff := cmp.Diff(tt.want, showGroups(g)); diff != "" {
				t.Errorf("Group(%s, %d s, %q), known=%t, mismatch (-want +got):\n%s", tt.conditions, tt.interval, tt.field, known, diff)
			}
		}
		later(s)
	}
}

// What is known of files suffices to count their records by day.
func TestGroupReadsNothing(t *testing.T) {
	j := newJournal(t)
	for d := range 3 {
		j.write("audit-"+dayOf(noon(-d)).String()+".tsv", strings.Repeat(line(noon(-d), "x"), 10+d)+"malformed\n")
	}
	s := j.open()
	later(s)
	search(t, s, totals)
	before := s.Stats().BytesScanned
	g, err := s.Group(t.Context(), groupRequest(t, `{"where": ["timestamp", ">=", "2026-04-20T00:00:00Z"]}`, 86400, "", 0))
	j.must(err)
	want := "33 of 36 [-216000: [] 12] [-129600: [] 11] [-43200: [] 10]"
	if diff := cmp.Diff(want, showGroups(g)); diff != "" {
		t.Errorf("Group mismatch (-want +got):\n%s", diff)
	}
	if n := s.Stats().BytesScanned - before; n != 0 {
		t.Errorf("%d bytes are read, want none", n)
	}
	// By hour, too, and the bucket ends with the last record: all of a file are
	// of one hour.
	g, err = s.Group(t.Context(), groupRequest(t, `{"where": ["timestamp", ">=", "2026-04-22T00:00:00Z"]}`, 3600, "", 0))
	j.must(err)
	if n := len(g.Buckets); n != 13 || g.Buckets[12].Total != 10 || s.Stats().BytesScanned != before {
		t.Errorf("by hour: %s", showGroups(g))
	}
}

func TestTooManyBuckets(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, event(noon(0), "A", "x")+event(noon(0)+4999, "B", "x")+event(noon(0)+5000, "C", "x"))
	j.write("audit-0001-01-01.tsv", "0001-01-01T00:00:00Z\tA\t1\tx\tS\ts\td\n")
	s := j.open()
	for _, tt := range []struct {
		conditions string
		interval   int64
		want       int64 // the smallest that fits; 0 for no error
		early      bool  // Check knows
	}{
		{`{}`, 518, 519, true},
		{`{}`, 1, 519, true},
		{`{}`, 519, 0, true},
		{`{"whereBetween": ["timestamp", [0, 4999]]}`, 1, 0, true},
		{`{"whereBetween": ["timestamp", [0, 5000]]}`, 1, 2, true},
		{`{"whereBetween": ["timestamp", [1, 10000]]}`, 2, 3, true}, // 1 is in the bucket of 0
		{`{"whereBetween": ["timestamp", [0, 9999]]}`, 1, 2, true},
		{`{"whereBetween": ["timestamp", [-1, 9998]]}`, 2, 3, true},
		{`{"whereBetween": ["timestamp", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]]}`, filter.MaxInterval, 63113899, true},
		{`{"whereBetween": ["timestamp", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"]]}`, 1, 0, true},
		{`{"where": ["timestamp", ">=", "2026-04-22T00:00:00Z"]}`, 1, 10, false},
		{`{"where": ["timestamp", ">=", "2026-04-22T00:00:00Z"]}`, 10, 0, false},
		{`{"where": [["timestamp", ">=", 0], ["actor_type", "!=", "C"], ["actor_type", "!=", "A"]]}`, 3600, 355373, false},
		{`{"where": [["timestamp", "<=", "2026-04-22T12:00:00Z"], ["timestamp", "like", "1%"]]}`, 1, 0, false},
		{`{"where": [["timestamp", "<=", "2026-04-23T12:00:00Z"], ["timestamp", "like", "1%"]]}`, 17, 18, false},
		{`{"where": ["timestamp", "<=", "2026-04-23T12:00:00Z"]}`, filter.MaxInterval, 0, false},
		{`{"where": ["timestamp", "<=", "2026-04-23T12:00:00Z"]}`, 86400, 12783782, false},
	} {
		for _, field := range []string{"", "actor_type"} {
			r := groupRequest(t, tt.conditions, tt.interval, field, 10)
			var early *BucketsError
			if errors.As(r.Check(), &early) != (tt.early && tt.want > 0) {
				t.Errorf("Check of %s, %d s = %v", tt.conditions, tt.interval, r.Check())
			}
			g, err := s.Group(t.Context(), r)
			var many *BucketsError
			switch {
			case tt.want == 0 && err != nil:
				t.Errorf("Group(%s, %d s): %v", tt.conditions, tt.interval, err)
			case tt.want == 0 && len(g.Buckets) > MaxBuckets:
				t.Errorf("Group(%s, %d s): %d buckets", tt.conditions, tt.interval, len(g.Buckets))
			case tt.want > 0 && !errors.As(err, &many):
				t.Errorf("Group(%s, %d s): %v, want a *BucketsError", tt.conditions, tt.interval, err)
			case tt.want > 0 && many.Interval != tt.want:
				t.Errorf("Group(%s, %d s): smallest interval %d, want %d", tt.conditions, tt.interval, many.Interval, tt.want)
			}
		}
	}
}
