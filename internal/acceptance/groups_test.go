package acceptance

import (
	"encoding/json"

	"daybook/internal/oracle"
)

// counts: GetLogsByFilter, GetLogHistogram and GetLogTop count the same, and
// what the latter show sums to it.
func (r *relations) counts(conditions []oracle.Condition, field string) {
	r.t.Helper()
	list, _ := r.result("GetLogsByFilter", paramsOf(conditions, "limit", 0, "offset", 0))
	r.histogram(conditions, list, field)
	top, _ := r.result("GetLogTop", paramsOf(conditions, "field", field, "limit", []int{0, 1, 5, 1000}[r.rng.IntN(4)]))
	r.hold("top = count", list.Count, top.Count == list.Count && top.Total == list.Total,
		"%s: top has count and total %d and %d, the list %d and %d", paramsOf(conditions), top.Count, top.Total, list.Count, list.Total)
	sum := top.Other
	for _, row := range top.Rows {
		var shown []json.RawMessage
		r.decode(row, &shown)
		var n int
		r.decode(shown[1], &n)
		sum += n
	}
	r.hold("top sums to count", list.Count, sum == list.Count, "%s by %s: the counts and other sum to %d, count is %d", paramsOf(conditions), field, sum, list.Count)
}

// histogram checks that buckets sum to count and columns to buckets.
func (r *relations) histogram(conditions []oracle.Condition, list outcome, by string) {
	r.t.Helper()
	members := []any{"interval", "day"}
	if by != "timestamp" {
		members = append(members, "by", by)
	}
	h, ok := r.result("GetLogHistogram", paramsOf(conditions, members...))
	if !ok { // too many buckets: the whole of time may be asked about
		members[1] = 31536000
		if h, ok = r.result("GetLogHistogram", paramsOf(conditions, members...)); !ok {
			return
		}
	}
	r.hold("histogram = count", list.Count, h.Count == list.Count && h.Total == list.Total,
		"%s: the histogram has count and total %d and %d, the list %d and %d", paramsOf(conditions), h.Count, h.Total, list.Count, list.Total)
	sum := 0
	for i, text := range h.Rows {
		var row []int
		r.decode(text, &row)
		if len(row) != len(h.Structure) {
			r.hold("columns", 1, false, "%s by %s: bucket %d has %d columns, the structure %q", paramsOf(conditions), by, i, len(row), h.Structure)
			return
		}
		columns, total := 0, row[len(row)-1]
		for _, n := range row[1 : len(row)-1] {
			columns += n
		}
		sum += total
		if by != "timestamp" {
			r.hold("columns", total, columns == total, "%s by %s: in bucket %d the columns sum to %d, total is %d", paramsOf(conditions), by, i, columns, total)
		}
	}
	r.hold("histogram sums to count", list.Count, sum == list.Count, "%s: the buckets sum to %d, count is %d", paramsOf(conditions), sum, list.Count)
}

// decode decodes a part of an answer.
func (r *relations) decode(raw json.RawMessage, into any) {
	r.t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		r.t.Fatalf("%v in %s", err, raw)
	}
}
