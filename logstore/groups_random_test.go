package logstore

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// A naiveRecord is a record as it was written; the values are decoded ones.
type naiveRecord struct {
	day    Day // of its file
	sec    int64
	values [7]string // by field; the first is the time's decimal seconds
}

// A naiveJournal is what the files of a journal hold.
type naiveJournal struct {
	records []naiveRecord
	lines   map[Day]int64
}

// groupValues are values that test decoding, and order by bytes.
var groupValues = []string{"", "A", "a", "AB", "A\tB", "A\\B", "line\nbreak", "é", "\ufffd", "zz\r", "10", "9", "\\t"}

// randomJournal writes files of random records, mostly of their own days.
func randomJournal(t *testing.T, rng *rand.Rand) (*journal, *naiveJournal) {
	j, naive := newJournal(t), &naiveJournal{lines: make(map[Day]int64)}
	escape := strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
	for _, d := range []int64{0, 1, 2, 5, 28, 29, 30, 31, 400, 25000} {
		if rng.IntN(4) == 0 {
			continue
		}
		day := dayOf(noon(-int(d)))
		var content strings.Builder
		for range rng.IntN(120) {
			if rng.IntN(20) == 0 {
				content.WriteString("malformed\n")
				naive.lines[day]++
				continue
			}
			r := naiveRecord{day: day, sec: int64(day)*secondsPerDay + rng.Int64N(secondsPerDay)}
			if rng.IntN(10) == 0 {
				r.sec += rng.Int64N(4*secondsPerDay) - 2*secondsPerDay
			}
			r.values[0] = strconv.FormatInt(r.sec, 10)
			for f := 1; f < 7; f++ {
				r.values[f] = groupValues[rng.IntN(min(2*f, len(groupValues)))]
			}
			r.values[6] += strconv.Itoa(rng.IntN(60))
			content.WriteString(r.values[0])
			for _, v := range r.values[1:] {
				content.WriteString("\t" + strings.ReplaceAll(escape.Replace(v), "\ufffd", "\xff"))
			}
			content.WriteString("\n")
			naive.lines[day]++
			naive.records = append(naive.records, r)
		}
		e := encoding(rng.IntN(3))
		j.write("audit-"+day.String()+".tsv"+[]string{plain: "", gzipped: ".gz", zstandard: ".zst"}[e], packed(t, e, content.String()))
	}
	return j, naive
}

// A naiveRequest is a request, and the same in Go.
type naiveRequest struct {
	conditions       []string
	from, to         int64 // of the conditions on time
	openFrom, openTo bool
	match            func(r *naiveRecord) bool
	interval         int64
	field, values    int
}

// randomRequest draws a request.
func randomRequest(rng *rand.Rand) *naiveRequest {
	q := &naiveRequest{from: filter.MinTime, to: filter.MaxTime, openFrom: true, openTo: true,
		match: func(*naiveRecord) bool { return true }}
	at := noon(-[]int{0, 0, 0, 1, 3, 29, 31, 25001}[rng.IntN(8)]) + rng.Int64N(2*secondsPerDay) - secondsPerDay
	for _, bound := range []struct {
		op   string
		from bool
	}{{">=", true}, {"<", false}} {
		if rng.IntN(2) == 0 {
			continue
		}
		q.conditions = append(q.conditions, fmt.Sprintf(`["timestamp", %q, %d]`, bound.op, at))
		if bound.from {
			q.from, q.openFrom = at, false
		} else {
			q.to, q.openTo = at-1, false
		}
		at += rng.Int64N(5*secondsPerDay) - secondsPerDay/2
	}
	if rng.IntN(2) == 0 {
		f, v, equal := 1+rng.IntN(5), groupValues[rng.IntN(6)], rng.IntN(2) == 0
		op := map[bool]string{true: "=", false: "!="}[equal]
		q.conditions = append(q.conditions, fmt.Sprintf(`[%q, %q, %q]`, auditSchema().Name(filter.Field(f)), op, v))
		q.match = func(r *naiveRecord) bool { return (r.values[f] == v) == equal }
	}
	if rng.IntN(3) > 0 {
		q.interval = []int64{60, 3600, 86400, 519, 7 * 86400, 1 + rng.Int64N(100000), filter.MaxInterval}[rng.IntN(7)]
	}
	if q.interval == 0 || rng.IntN(2) == 0 {
		q.field, q.values = rng.IntN(7), []int{0, 1, 2, 10, 1000}[rng.IntN(5)]
	}
	return q
}

// selected reports whether a file of that day is read, where its records'
// times reach from first to last.
func (q *naiveRequest) selected(day Day, first, last int64) bool {
	today := dayOf(noon(0))
	if q.openFrom && q.openTo {
		return today-29 <= day && day <= today
	}
	near := dayOf(q.from)-3 <= day && day <= dayOf(q.to)+3
	return q.from <= q.to && (dayOf(q.from) <= day && day <= dayOf(q.to) || near && first <= q.to && last >= q.from)
}

// answer evaluates a request by going through all records. It returns false
// where there are too many buckets.
func (n *naiveJournal) answer(q *naiveRequest) (*Groups, bool) {
	g := &Groups{}
	var matches []*naiveRecord
	counts := make(map[string]int64)
	for day, lines := range n.lines {
		first, last := int64(filter.MaxTime+1), int64(filter.MinTime-1)
		for i := range n.records {
			if r := &n.records[i]; r.day == day {
				first, last = min(first, r.sec), max(last, r.sec)
			}
		}
		if !q.selected(day, first, last) {
			continue
		}
		g.Total += lines
		for i := range n.records {
			if r := &n.records[i]; r.day == day && q.from <= r.sec && r.sec <= q.to && q.match(r) {
				matches = append(matches, r)
				counts[r.values[q.field]]++
			}
		}
	}
	g.Count = int64(len(matches))
	for v, n := range counts {
		g.Values = append(g.Values, ValueCount{Value: v, Count: n})
	}
	slices.SortFunc(g.Values, func(a, b ValueCount) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(a.Value, b.Value)
	})
	g.More = len(g.Values) > q.values
	if g.Values = g.Values[:min(len(g.Values), q.values)]; len(g.Values) == 0 {
		g.Values = nil
	}
	return g, q.buckets(g, matches)
}

// buckets adds the buckets to an answer.
func (q *naiveRequest) buckets(g *Groups, matches []*naiveRecord) bool {
	if q.interval == 0 || q.from > q.to {
		return true
	}
	number := func(sec int64) (n int64) {
		for n = sec / q.interval; n*q.interval > sec; n-- {
		}
		return n
	}
	var low, high int64
	switch {
	case q.openFrom && q.openTo: // the default window
		low = number(int64(dayOf(noon(-29))) * secondsPerDay)
		high = number(int64(dayOf(noon(1)))*secondsPerDay - 1)
	case (q.openFrom || q.openTo) && len(matches) == 0:
		return true
	default:
		low, high = number(q.from), number(q.to)
		least, greatest := filter.MaxTime, filter.MinTime
		for _, r := range matches {
			least, greatest = min(least, r.sec), max(greatest, r.sec)
		}
		if q.openFrom {
			low = number(least)
		}
		if q.openTo {
			high = number(greatest)
		}
	}
	if high-low >= 5000 {
		return false
	}
	for n := low; n <= high; n++ {
		g.Buckets = append(g.Buckets, Bucket{Start: n * q.interval, Counts: make([]int64, len(g.Values))})
	}
	for _, r := range matches {
		b := &g.Buckets[min(max(number(r.sec), low), high)-low]
		b.Total++
		for i, v := range g.Values {
			if v.Value == r.values[q.field] {
				b.Counts[i]++
			}
		}
	}
	return true
}

// A coverage counts answers by what is in them, against vacuous runs.
type coverage map[string]int

func (c coverage) note(g *Groups) {
	for what, is := range map[string]bool{
		"matches":           g.Count > 0,
		"values":            len(g.Values) > 0,
		"more values":       len(g.Values) > 0 && g.More,
		"buckets":           len(g.Buckets) > 1,
		"buckets of values": len(g.Buckets) > 1 && len(g.Values) > 1,
		"empty answers":     g.Total == 0,
	} {
		if is {
			c[what]++
		}
	}
}

// Random requests of random journals are answered as a naive evaluator answers
// them, however little memory there is.
func TestGroupRandom(t *testing.T) {
	journals, requests := 6, 250
	if testing.Short() {
		journals = 2
	}
	seen := make(coverage)
	for seed := range uint64(journals) {
		rng := rand.New(rand.NewPCG(seed, 3))
		j, naive := randomJournal(t, rng)
		stores := map[string]*Store{
			"much memory":   j.open(),
			"little memory": j.open(func(o *Options) { o.QueryMemory = 16 << 10; o.DataDir += "-little" }),
			"no memory":     j.open(func(o *Options) { o.QueryMemory = 1100; o.Workers = 3; o.DataDir += "-none" }),
		}
		for i := range requests {
			q := randomRequest(rng)
			r := groupRequest(t, `{"where": [`+strings.Join(q.conditions, ",")+`]}`, q.interval, "", 0)
			r.Field, r.Values = filter.Field(q.field), q.values
			want, fits := naive.answer(q)
			for name, s := range stores {
				if name == "no memory" && i%10 > 0 {
					continue // a pass for each value takes its time
				}
				seen["answers"]++
				got, err := s.Group(t.Context(), r)
				var many *BucketsError
				var large *TooLargeError
				switch {
				case !fits && errors.As(err, &many):
					seen["too many buckets"]++
				case name == "no memory" && q.values == 1000 && errors.As(err, &large):
					seen["too many values"]++
				case err != nil || !fits:
					t.Fatalf("%s: Group(%v, %d s, %d of field %d) = %v, %v; fits=%t", name, q.conditions, q.interval, q.values, q.field, got, err, fits)
				case !reflect.DeepEqual(want, got): // far faster than a diff
					t.Fatalf("%s: Group(%v, %d s, %d of field %d) mismatch (-want +got):\n%s",
						name, q.conditions, q.interval, q.values, q.field, cmp.Diff(want, got))
				default:
					seen.note(want)
				}
			}
		}
	}
	for what, least := range map[string]int{"matches": 40, "values": 20, "more values": 10, "buckets": 20,
		"buckets of values": 8, "empty answers": 1, "too many buckets": 1} {
		if share := seen[what] * 100 / seen["answers"]; share < least {
			t.Errorf("%s: in %d %% of %d answers, want %d %%", what, share, seen["answers"], least)
		}
	}
}
