package oracle

import (
	"encoding/json"
	"slices"
)

// The bounds of contract 2.3 on histograms.
const (
	maxInterval = 31536000 // seconds
	maxBuckets  = 5000
	maxColumns  = 10 // values of by
)

// A histogramQuery is a decoded GetLogHistogram.
type histogramQuery struct {
	*query
	interval int64  // seconds
	ends     bounds // the times between which the buckets lie; an end may be open
}

// decodeGetLogHistogram decodes the params of GetLogHistogram in the order of
// contract 2.3: the shared ones, interval, by, then what can be asked for. An
// interval of too many buckets between known ends is a fault like any other.
func decodeGetLogHistogram(raw json.RawMessage, window bounds) (*query, *Error) {
	p, err := parseParams(raw)
	if err != nil {
		return nil, err
	}
	q, err := decodeGrouping(p, "interval", "by")
	if err != nil {
		return nil, err
	}
	h := histogramQuery{query: q, ends: q.span(window)}
	if h.interval, err = decodeInterval(p.raw("interval")); err != nil {
		return nil, err
	}
	if err := fits(h.ends, h.interval); err != nil {
		return nil, err
	}
	if by := p.raw("by"); by != nil {
		if h.group, err = decodeField(by, "by"); err != nil {
			return nil, err
		}
		if h.group == fieldTime {
			return nil, fault("by", "must be a field other than timestamp")
		}
	}
	q.answer = h.answer
	q.asked, err = p.asked()
	return q, err
}

// decodeInterval decodes "minute", "hour", "day", or 1…31536000 seconds, which
// are spelled as limit and offset are.
func decodeInterval(raw json.RawMessage) (int64, *Error) {
	if seconds, ok := map[string]int64{"minute": 60, "hour": 3600, "day": secondsPerDay}[jsonString(raw)]; ok {
		return seconds, nil
	}
	if raw == nil {
		return 0, fault("interval", "required")
	}
	if n := countValue(raw); 1 <= n && n <= maxInterval {
		return n, nil
	}
	return 0, fault("interval", "must be minute, hour, day or 1 to %d seconds", maxInterval)
}

// span returns the times between which buckets lie: the bounds that the
// conditions set, of which an end may be open; "without bounds the 30 days of
// the default window".
func (q *query) span(window bounds) bounds {
	if b := q.bounds(); b != nil {
		return *b
	}
	return window
}

// answer answers GetLogHistogram.
func (h histogramQuery) answer(o *Oracle) (*answer, *Error) {
	f, err := o.find(h.query)
	if err != nil {
		return nil, err
	}
	ends := h.ends.closeAt(f.records)
	if err := fits(ends, h.interval); err != nil {
		return nil, err
	}
	columns, other := h.columns(f.records)
	a := &answer{structure: []string{"timestamp"}, Count: len(f.records), Total: &f.total, Problems: f.problems}
	for _, v := range columns {
		a.structure = append(a.structure, v.text)
	}
	if other {
		a.structure = append(a.structure, "other")
	}
	a.structure = append(a.structure, "total")
	a.rows = marshal(h.count(f.records, ends, columns, other))
	return a, nil
}

// closeAt puts the first and the last matching record's time in the place of
// open ends; ends that no record closes exclude each other.
func (b bounds) closeAt(records []*record) bounds {
	if !b.open() {
		return b
	}
	if len(records) == 0 {
		return bounds{from: 1, to: 0} // "No matching row and an open end: no buckets."
	}
	least, greatest := records[0].time, records[0].time
	for _, r := range records {
		least, greatest = min(least, r.time), max(greatest, r.time)
	}
	if b.from == unbounded().from {
		b.from = least
	}
	if b.to == unbounded().to {
		b.to = greatest
	}
	return b
}

// open reports whether an end is open.
func (b bounds) open() bool {
	return b.from == unbounded().from || b.to == unbounded().to
}

// buckets returns how many buckets of so many seconds hold the times from b's
// first to its last; none where the ends exclude each other.
func (b bounds) buckets(interval int64) int64 {
	if b.empty() {
		return 0
	}
	return floorDiv(b.to, interval) - floorDiv(b.from, interval) + 1
}

// fits refuses "more than 5,000 buckets: -32602 naming the smallest interval
// that fits", if there is one. Nothing is known of open ends.
func fits(ends bounds, interval int64) *Error {
	if ends.open() || ends.buckets(interval) <= maxBuckets {
		return nil
	}
	err := fault("interval", "more than %d buckets", maxBuckets)
	// Below this not even buckets that begin with the span hold all of it. One
	// that fits may be smaller than the interval asked for, which lies worse.
	least := (ends.to-ends.from)/maxBuckets + 1
	for s := least; s <= maxInterval; s++ {
		if ends.buckets(s) <= maxBuckets {
			err.Smallest = s
			break
		}
	}
	return err
}

// columns returns the values that have a column of their own, "its 10 most
// frequent values, most frequent first, ties by bytes", and whether other
// stands beside them.
func (h histogramQuery) columns(records []*record) (columns []*value, other bool) {
	if h.group == fieldTime {
		return nil, false
	}
	all := tallies(records, h.group)
	for _, v := range all[:min(maxColumns, len(all))] {
		columns = append(columns, v.value)
	}
	return columns, len(all) > maxColumns
}

// count counts the records per bucket and column. "Rows outside" the buckets
// are "counted in the first or last" one, which happens in the default window
// only.
func (h histogramQuery) count(records []*record, ends bounds, columns []*value, other bool) [][]any {
	first, n := floorDiv(ends.from, h.interval), ends.buckets(h.interval)
	width := len(columns) + 1 // the last one is the total
	if other {
		width++
	}
	counts := make([][]int, n)
	for i := range counts {
		counts[i] = make([]int, width)
	}
	for _, r := range records {
		bucket := counts[max(0, min(n-1, floorDiv(r.time, h.interval)-first))]
		bucket[width-1]++
		if i := slices.Index(columns, r.values[h.group]); i >= 0 {
			bucket[i]++
		} else if other {
			bucket[width-2]++
		}
	}
	rows := [][]any{}
	for i, bucket := range counts {
		row := []any{(first + int64(i)) * h.interval}
		for _, c := range bucket {
			row = append(row, c)
		}
		rows = append(rows, row)
	}
	return rows
}
