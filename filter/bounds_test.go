package filter_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"daybook/filter"
)

func TestBounds(t *testing.T) {
	t.Parallel()
	const first, last = filter.MinTime, filter.MaxTime
	tests := []struct {
		in   string
		want filter.Bounds
	}{
		{``, filter.Bounds{From: first, To: last}},
		{`"where":["level","=","5"]`, filter.Bounds{From: first, To: last}},
		{`"where":["time","=",5]`, filter.Bounds{From: 5, To: 5, Bounded: true}},
		{`"where":["time",">",5]`, filter.Bounds{From: 6, To: last, Bounded: true}},
		{`"where":["time",">=",5]`, filter.Bounds{From: 5, To: last, Bounded: true}},
		{`"where":["time","<",5]`, filter.Bounds{From: first, To: 4, Bounded: true}},
		{`"where":["time","<=",5]`, filter.Bounds{From: first, To: 5, Bounded: true}},
		{`"where":["time","!=",5]`, filter.Bounds{From: first, To: last}},
		{`"where":["time","like","5"]`, filter.Bounds{From: first, To: last}},
		{`"where":["time","regexp","^5$"]`, filter.Bounds{From: first, To: last}},
		{`"whereNot":["time",5]`, filter.Bounds{From: first, To: last}},
		{`"whereIn":["time",[7,5,6]]`, filter.Bounds{From: 5, To: 7, Bounded: true}},
		{`"whereIn":["time",[]]`, filter.Bounds{From: first, To: last}},
		{`"whereNotIn":["time",[5]]`, filter.Bounds{From: first, To: last}},
		{`"whereBetween":["time",[5,7]]`, filter.Bounds{From: 5, To: 7, Bounded: true}},
		{`"whereBetween":["time",[7,5]]`, filter.Bounds{From: 7, To: 5, Bounded: true, None: true}},
		{`"whereNotBetween":["time",[5,7]]`, filter.Bounds{From: first, To: last}},
		{`"where":[["time",">",5],["time","<",9]],"whereIn":["time",[1,8]]`, filter.Bounds{From: 6, To: 8, Bounded: true}},
		{`"where":[["time",">",5],["time","<",5]]`, filter.Bounds{From: 6, To: 4, Bounded: true, None: true}},
		{`"where":["time",">",253402300799]`, filter.Bounds{From: last + 1, To: last, Bounded: true, None: true}},
		{`"where":["time","<",-62135596800]`, filter.Bounds{From: first, To: first - 1, Bounded: true, None: true}},
		{`"where":["time",">=",-62135596800]`, filter.Bounds{From: first, To: last, Bounded: true}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, mustDecode(t, tt.in).Bounds()); diff != "" {
			t.Errorf("Bounds of %s mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
	q := &filter.Query{Schema: schema, Where: []filter.Condition{filter.TimeBetween(5, 7), filter.AnyContainsFolded("x")}}
	if diff := cmp.Diff(filter.Bounds{From: 5, To: 7, Bounded: true}, q.Bounds()); diff != "" {
		t.Errorf("Bounds of %s mismatch (-want +got):\n%s", q, diff)
	}
}

func TestPrune(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in          string
		first, last int64
		want        filter.Verdict
		usesTime    bool // of the program that is left
	}{
		{``, 0, 9, filter.AllMatch, false},
		{`"where":["level","=","X"]`, 0, 9, filter.MayMatch, false},
		{`"whereBetween":["time",[0,9]]`, 0, 9, filter.AllMatch, false},
		{`"whereBetween":["time",[0,8]]`, 0, 9, filter.MayMatch, true},
		{`"whereBetween":["time",[10,20]]`, 0, 9, filter.NoneMatch, true},
		{`"whereBetween":["time",[9,20]]`, 0, 9, filter.MayMatch, true},
		{`"whereBetween":["time",[0,9]],"where":["level","=","X"]`, 0, 9, filter.MayMatch, false},
		{`"whereBetween":["time",[0,9]],"where":["time","like","5"]`, 0, 9, filter.MayMatch, true},
		{`"whereBetween":["time",[20,9]]`, 0, 9, filter.NoneMatch, true},
		{`"whereNotIn":["time",[0]]`, 0, 0, filter.NoneMatch, true},
		{`"whereNotIn":["time",[0]]`, 1, 9, filter.AllMatch, false},
		{`"whereIn":["time",[0,1,2,3]]`, 0, 3, filter.AllMatch, false},
		{`"whereIn":["time",[0,1,3]]`, 0, 3, filter.MayMatch, true},
		{`"whereIn":["time",[0,3]]`, 1, 2, filter.NoneMatch, true},
		{`"whereIn":["level",[]]`, 0, 9, filter.NoneMatch, true},
		{`"where":["level","not like","%"]`, 0, 9, filter.NoneMatch, true},
		{`"whereNotIn":["level",[]],"where":["level","like",""]`, 0, 9, filter.AllMatch, false},
		{`"whereBetween":["time",[0,9]]`, 9, 0, filter.MayMatch, true}, // no summary of anything
	}
	for _, tt := range tests {
		got, left := mustDecode(t, tt.in).Compile().Prune(filter.Summary{First: tt.first, Last: tt.last})
		if got != tt.want || left.UsesTime() != tt.usesTime {
			t.Errorf("Prune(%d…%d) of %s = %d, time used %v; want %d, %v", tt.first, tt.last, tt.in, got, left.UsesTime(), tt.want, tt.usesTime)
		}
	}
}

// However many files a query reads, there are two programs to make matchers for.
func TestPruneReturnsOneOfTwoPrograms(t *testing.T) {
	t.Parallel()
	p := mustDecode(t, `"whereBetween":["time",[5,50]],"where":["level","=","X"]`).Compile()
	seen := make(map[*filter.Program]bool)
	for at := range int64(60) {
		_, left := p.Prune(filter.Summary{First: at, Last: at})
		seen[left] = true
		_, again := left.Prune(filter.Summary{First: at, Last: at})
		seen[again] = true
	}
	if len(seen) != 2 || !seen[p] {
		t.Errorf("Prune returned %d programs, want the one it was called on and one other", len(seen))
	}
}

// Whatever Prune says of a stretch of time is true of every record in it, and
// the program that is left decides as the whole one does.
func TestPruneAgreesWithMatching(t *testing.T) {
	t.Parallel()
	const end = 30
	rng := rand.New(rand.NewPCG(3, 4))
	verdicts := make(map[filter.Verdict]int)
	for range 3000 {
		q := mustDecode(t, randomTimeConditions(rng, end))
		p := q.Compile()
		first := rng.Int64N(end)
		last := first + rng.Int64N(end-first)
		verdict, left := p.Prune(filter.Summary{First: first, Last: last})
		verdicts[verdict]++
		whole, pruned := p.Matcher(unescape), left.Matcher(unescape)
		for at := first; at <= last; at++ {
			r := record(at, "INFO", "h", "d")
			want := whole.Match(r) && whole.MatchTime(r)
			got := pruned.Match(r) && pruned.MatchTime(r)
			if want != got || want && verdict == filter.NoneMatch || !want && verdict == filter.AllMatch {
				t.Fatalf("%s: verdict %d on %d…%d; at %d the whole program says %v, the rest %v", q, verdict, first, last, at, want, got)
			}
			if b := q.Bounds(); want && (at < b.From || at > b.To) {
				t.Fatalf("%s matches at %d, out of bounds %+v", q, at, b)
			}
		}
	}
	for _, v := range []filter.Verdict{filter.MayMatch, filter.NoneMatch, filter.AllMatch} {
		if verdicts[v] < 300 {
			t.Errorf("verdict %d came %d times in 3000, too few to mean anything", v, verdicts[v])
		}
	}
}

// randomTimeConditions writes up to three conditions on times from 0 to end.
func randomTimeConditions(rng *rand.Rand, end int64) string {
	number := func() string { return strconv.FormatInt(rng.Int64N(end), 10) }
	var where, in, notIn, between, notBetween []string
	for range 1 + rng.IntN(3) {
		switch rng.IntN(6) {
		case 0, 1:
			op := []string{"=", "!=", ">", ">=", "<", "<="}[rng.IntN(6)]
			where = append(where, `["time","`+op+`",`+number()+`]`)
		case 2:
			in = append(in, `["time",[`+strings.Repeat(number()+",", 3)+number()+`,`+number()+`]]`)
		case 3:
			notIn = append(notIn, `["time",[`+number()+`,`+number()+`]]`)
		case 4:
			between = append(between, `["time",[`+number()+`,`+number()+`]]`)
		case 5:
			notBetween = append(notBetween, `["time",[`+number()+`,`+number()+`]]`)
		}
	}
	member := func(key string, list []string) string { return `"` + key + `":[` + strings.Join(list, ",") + `]` }
	return strings.Join([]string{
		member("where", where), member("whereIn", in), member("whereNotIn", notIn),
		member("whereBetween", between), member("whereNotBetween", notBetween),
	}, ",")
}
