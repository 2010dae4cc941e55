package acceptance

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"daybook/internal/oracle"
)

// An asker answers one call: a server, or the naive evaluator in its place.
type asker func(method string, params json.RawMessage) (json.RawMessage, *oracle.Error, error)

// A relations holds an asker to what must hold between its answers whatever the
// journal holds. It is one goroutine's.
type relations struct {
	t    *testing.T
	ask  asker
	rng  *rand.Rand
	held map[string]int // by relation: how often it was checked on matches
}

// An outcome is a result of any of the methods, as far as relations go.
type outcome struct {
	Structure []string
	Rows      []json.RawMessage
	Count     int
	Total     int
	Other     int
	raw       json.RawMessage
}

// The ends of time, between which all records lie.
const (
	firstTime int64 = -62135596800
	lastTime  int64 = 253402300799
)

// result asks and decodes. An error ends the test, but for a histogram of too
// many buckets, which is no result.
func (r *relations) result(method string, params json.RawMessage) (o outcome, ok bool) {
	r.t.Helper()
	raw, fault, err := r.ask(method, params)
	if err != nil {
		r.t.Fatalf("%s %s: %v", method, params, err)
	}
	if fault != nil && method == "GetLogHistogram" && fault.Param == "interval" {
		return outcome{}, false
	}
	if fault != nil {
		r.t.Fatalf("%s %s: %v", method, params, fault)
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		r.t.Fatalf("%s %s: %v in %.200s", method, params, err, raw)
	}
	o.raw = raw
	return o, true
}

// count returns the number of records that satisfy conditions.
func (r *relations) count(conditions []oracle.Condition) int {
	r.t.Helper()
	o, _ := r.result("GetLogsByFilter", paramsOf(conditions, "limit", 0, "offset", 0))
	return o.Count
}

// hold notes that a relation was checked over so many matches, and fails the
// test where it does not hold.
func (r *relations) hold(relation string, matches int, holds bool, format string, args ...any) {
	r.t.Helper()
	if matches > 0 {
		r.held[relation]++
	}
	if !holds {
		r.t.Errorf(relation+": "+format, args...)
	}
}

// paramsOf prints conditions, each key with the list of its own, and further
// members by name and value.
func paramsOf(conditions []oracle.Condition, members ...any) json.RawMessage {
	byKey := make(map[string]any)
	for _, c := range conditions {
		list, _ := byKey[c.Key].([]json.RawMessage)
		byKey[c.Key] = append(list, c.Value)
	}
	for i := 0; i < len(members); i += 2 {
		byKey[members[i].(string)] = members[i+1]
	}
	params, err := json.Marshal(byKey)
	if err != nil {
		panic("acceptance: params always encode: " + err.Error())
	}
	return params
}

// commutes: A AND B = B AND A, A AND A = A.
func (r *relations) commutes(conditions, order []oracle.Condition) {
	r.t.Helper()
	turned := slices.Clone(conditions)
	if len(turned) > 0 {
		turned = append(turned, turned[r.rng.IntN(len(turned))])
	}
	r.rng.Shuffle(len(turned), func(i, j int) { turned[i], turned[j] = turned[j], turned[i] })
	left := paramsOf(slices.Concat(conditions, order), "limit", 100, "offset", 0)
	right := paramsOf(slices.Concat(turned, order), "limit", 100, "offset", 0)
	want, _ := r.result("GetLogsByFilter", left)
	got, _ := r.result("GetLogsByFilter", right)
	diff := oracle.Diff(want.raw, got.raw)
	r.hold("A AND B = B AND A", want.Count, diff == "", "%s and %s (-left +right):\n%s", left, right, diff)
}

// joins: the pages of a query join up to one.
func (r *relations) joins(conditions, order []oracle.Condition) {
	r.t.Helper()
	all := slices.Concat(conditions, order)
	const most = 3000 // rows: more show no more
	whole, _ := r.result("GetLogsByFilter", paramsOf(all, "limit", most, "offset", 0))
	limit := 1 + len(whole.Rows)/3 + r.rng.IntN(20)
	var rows []json.RawMessage
	for offset := 0; offset < len(whole.Rows); offset += limit {
		page, _ := r.result("GetLogsByFilter", paramsOf(all, "limit", min(limit, most-offset), "offset", offset))
		rows = append(rows, page.Rows...)
		if page.Count != whole.Count || page.Total != whole.Total {
			r.hold("pages", whole.Count, false, "%s: count and total are %d and %d at offset %d, and %d and %d at 0",
				paramsOf(all), page.Count, page.Total, offset, whole.Count, whole.Total)
		}
	}
	joined, want := printRows(rows), printRows(whole.Rows)
	diff := ""
	if joined != want {
		diff = oracle.Diff(json.RawMessage("["+want+"]"), json.RawMessage("["+joined+"]"))
	}
	r.hold("pages", whole.Count, diff == "" && len(whole.Rows) == min(most, whole.Count),
		"%s: %d rows of count %d at once, and in pages of %d (-once +pages):\n%s", paramsOf(all), len(whole.Rows), whole.Count, limit, diff)
}

// printRows prints rows as the elements of a list.
func printRows(rows []json.RawMessage) string {
	var b strings.Builder
	for i, row := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(row)
	}
	return b.String()
}
