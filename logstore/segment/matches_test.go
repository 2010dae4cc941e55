package segment

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A matched is matches of a segment and the same as a list of records.
type matched struct {
	records []record
	found   *Matches
	rows    []uint32
}

// drawMatches draws a segment, whose times ascend or don't, and some of its
// records: all, a stretch by time, or those of a search.
func drawMatches(t *testing.T, rng *rand.Rand, mem *Memory) matched {
	t.Helper()
	records := randomRecords(rng, 1+rng.IntN(1+rng.IntN(1500)))
	if rng.IntN(2) == 0 {
		rng.Shuffle(len(records), func(i, k int) { records[i], records[k] = records[k], records[i] })
	}
	s := build(t, testSchema(), records)
	p := program(t, testSchema(), `{"limit":1,"offset":0,"where":[`+strings.Join(drawConditions(rng, records), ",")+`]}`)
	m := matched{records: records, found: s.Search(p, p.Matcher(noUnescape), mem)}
	for _, i := range matching(p, records) {
		m.rows = append(m.rows, uint32(i))
	}
	if rng.IntN(2) == 0 {
		first, last := m.span(rng)
		m = m.within(first, last, mem)
	}
	return m
}

// drawConditions draws conditions whose values have lists of either kind, or a
// pattern.
func drawConditions(rng *rand.Rand, records []record) (conditions []string) {
	for range rng.IntN(5) {
		r := records[rng.IntN(len(records))]
		conditions = append(conditions, pick(rng,
			`["few","=","CLIENT"]`, `["few","!=","SYSTEM"]`, `["few","!=","MANAGER"]`, `["few","=","none"]`,
			fmt.Sprintf(`["some",%q,%q]`, pick(rng, "=", "!=", "!=", "!="), r.values[2]),
			fmt.Sprintf(`["many",%q,%q]`, pick(rng, "=", "!=", "!="), r.values[3]),
			`["some","not like","value-1_"]`, `["some","like","%7%"]`,
			fmt.Sprintf(`["time",%q,%d]`, pick(rng, ">=", "<"), r.time),
		))
	}
	return conditions
}

// span draws times around those of the records.
func (m *matched) span(rng *rand.Rand) (first, last int64) {
	first = m.records[rng.IntN(len(m.records))].time + rng.Int64N(3) - 1
	return first, first + rng.Int64N(1+rng.Int64N(1000))
}

func (m *matched) within(first, last int64, mem *Memory) matched {
	return matched{m.records, m.found.Within(first, last, mem), m.those(func(r *record) bool {
		return first <= r.time && r.time <= last
	})}
}

// those returns the rows whose records are wanted.
func (m *matched) those(want func(r *record) bool) (rows []uint32) {
	for _, i := range m.rows {
		if want(&m.records[i]) {
			rows = append(rows, i)
		}
	}
	return rows
}

// check compares the matches with their list.
func (m *matched) check(t *testing.T, what string) {
	t.Helper()
	var each []uint32
	m.found.Each(func(i int) bool { each = append(each, uint32(i)); return true })
	if diff := cmp.Diff(m.rows, each); diff != "" || m.found.Count() != len(m.rows) {
		t.Fatalf("%s: Count %d, Each (-want +got):\n%s", what, m.found.Count(), diff)
	}
	if diff := cmp.Diff(m.rows, those(len(m.records), func(i uint32) bool { return m.found.Has(int(i)) })); diff != "" {
		t.Fatalf("%s: Has (-want +got):\n%s", what, diff)
	}
	first, last := m.found.Times()
	if out := m.those(func(r *record) bool { return r.time < first || r.time > last }); len(out) > 0 {
		t.Fatalf("%s: Times are %d to %d, and %d records are of others", what, first, last, len(out))
	}
}

// TestMatches compares what is asked of matches with a look at each record.
func TestMatches(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(85, 86))
	mem := &Memory{}
	some, lists, joints := 0, 0, 0
	for range 300 {
		m := drawMatches(t, rng, mem)
		if m.found.list.is() {
			lists++
		} else if m.found.own == nil && !m.found.joint.all() {
			joints++
		}
		m.check(t, "drawn")
		if len(m.rows) > 0 {
			some++
		}
		for range 8 {
			first, last := m.span(rng)
			before := m.those(func(r *record) bool { return r.time < first })
			if n := m.found.CountBefore(first); n != len(before) {
				t.Fatalf("CountBefore(%d) = %d of %d, want %d", first, n, len(m.rows), len(before))
			}
			part := m.within(first, last, mem)
			part.check(t, "Within")
			if least, greatest := part.found.Times(); part.found.Count() > 0 && part.found.Segment().Ascending() && (least < first || greatest > last) {
				t.Fatalf("Within(%d, %d) has Times %d to %d", first, last, least, greatest)
			}
			checkField(t, rng, &part, mem)
			checkRanks(t, rng, &part)
		}
		checkField(t, rng, &m, mem)
		checkRanks(t, rng, &m)
	}
	if some < 150 || lists < 10 || joints < 40 {
		t.Errorf("of 300 searches %d found anything, %d a list and %d a joint", some, lists, joints)
	}
}

// checkField compares Between and Before of a field that has a dictionary.
func checkField(t *testing.T, rng *rand.Rand, m *matched, mem *Memory) {
	t.Helper()
	field := []int{0, 2, 3}[rng.IntN(3)]
	s := m.found.Segment()
	var scratch []uint32
	before := m.found.Before(field, &scratch)
	if len(before) != s.Values(field)+1 {
		t.Fatalf("Before has %d numbers for %d values", len(before), s.Values(field))
	}
	values := make([]string, s.Values(field))
	for code := range values {
		values[code] = string(s.Value(field, code))
	}
	counts := make([]uint32, len(values)+1)
	for _, i := range m.rows {
		code, found := slices.BinarySearch(values, m.records[i].values[field])
		if !found {
			t.Fatalf("%q is none of the values", m.records[i].values[field])
		}
		counts[code+1]++
	}
	for i := 1; i < len(counts); i++ {
		counts[i] += counts[i-1]
	}
	if diff := cmp.Diff(counts, slices.Clone(before)); diff != "" {
		t.Fatalf("Before of field %d (-want +got):\n%s", field, diff)
	}
	low := rng.IntN(len(values) + 1)
	high := low + rng.IntN(len(values)-low+1)
	part := matched{m.records, m.found.Between(field, low, high, mem), m.those(func(r *record) bool {
		code, _ := slices.BinarySearch(values, r.values[field])
		return low <= code && code < high
	})}
	part.check(t, "Between")
	mem.Release(part.found)
}

// checkRanks compares AppendRanks and At.
func checkRanks(t *testing.T, rng *rand.Rand, m *matched) {
	t.Helper()
	from := rng.IntN(len(m.rows) + 1)
	to := from + rng.IntN(len(m.rows)-from+1)
	got := m.found.AppendRanks([]uint32{7}, from, to)
	if diff := cmp.Diff(append([]uint32{7}, m.rows[from:to]...), got); diff != "" {
		t.Fatalf("AppendRanks(%d, %d) of %d (-want +got):\n%s", from, to, len(m.rows), diff)
	}
	if len(m.rows) == 0 {
		return
	}
	rank := rng.IntN(len(m.rows))
	if i := m.found.At(rank, false); uint32(i) != m.rows[rank] {
		t.Fatalf("At(%d) = %d, want %d", rank, i, m.rows[rank])
	}
	if i := m.found.At(rank, true); uint32(i) != m.rows[len(m.rows)-1-rank] {
		t.Fatalf("At(%d, backwards) = %d, want %d", rank, i, m.rows[len(m.rows)-1-rank])
	}
}
