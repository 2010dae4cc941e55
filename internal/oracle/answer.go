package oracle

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
)

// A found set is what a query finds before paging.
type found struct {
	records  []*record // that match, by position until they are sorted
	total    int64     // raw lines in the selected parts
	problems []problem // files that could not be read, where partial asks for the rest
}

// A problem is a selected file that cannot be read.
type problem struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// An answer is the result object of any of the methods.
type answer struct {
	structure []string
	rows      json.RawMessage // a list of lists
	Other     *int            `json:"other,omitempty"`
	Count     int             `json:"count"`
	Total     *int64          `json:"total,omitempty"`
	Explain   json.RawMessage `json:"explain,omitempty"`
	Cursor    string          `json:"cursor,omitempty"`
	Problems  []problem       `json:"problems,omitempty"`
}

// answerGetLogs answers GetLogs: "time is YYYY-MM-DDTHH:MM:SSZ. Rows run
// newest first. count is the number of matches before paging."
func (q *query) answerGetLogs(o *Oracle) (*answer, *Error) {
	f, err := o.find(q)
	if err != nil {
		return nil, err
	}
	a := &answer{structure: fieldNames(), Count: len(f.records), Problems: f.problems}
	a.structure[fieldTime] = "time"
	a.rows = q.rows(f, func(r *record) string { return strconv.Quote(formatTime(r.time)) })
	return a, nil
}

// answerGetLogsByFilter answers GetLogsByFilter: "timestamp is an integer".
func (q *query) answerGetLogsByFilter(o *Oracle) (*answer, *Error) {
	f, err := o.find(q)
	if err != nil {
		return nil, err
	}
	a := &answer{structure: fieldNames(), Count: len(f.records), Total: &f.total, Problems: f.problems}
	a.rows = q.rows(f, func(r *record) string { return r.values[fieldTime].text })
	return a, nil
}

// find collects the records that match. A selected file that cannot be read is
// -32015, unless partial asks to answer from the rest.
func (o *Oracle) find(q *query) (*found, *Error) {
	f := new(found)
	for _, p := range o.selectParts(q.bounds()) {
		if p.problem != "" {
			if !q.asked.partial {
				return nil, &Error{Code: codeDisk, File: p.name, Reason: p.problem}
			}
			f.problems = append(f.problems, problem{File: p.name, Reason: p.problem})
		}
		f.total += int64(p.lines)
		for i := range p.records {
			if r := &p.records[i]; q.matches(r) {
				f.records = append(f.records, r)
			}
		}
	}
	return f, nil
}

// compare orders two records: "Without orderBy: newest first, which is
// timestamp DESC. String fields sort by bytes. Ties are broken by position:
// latest position first where the last term is DESC (and in the default
// order), earliest first where it is ASC."
func (q *query) compare(a, b *record) int {
	order := q.order
	if len(order) == 0 {
		order = []term{{field: fieldTime, desc: true}}
	}
	for _, t := range order {
		if c := t.direct(compareField(t.field, a, b)); c != 0 {
			return c
		}
	}
	return order[len(order)-1].direct(cmp.Compare(a.position, b.position))
}

// direct turns an ascending comparison into the term's direction.
func (t term) direct(order int) int {
	if t.desc {
		return -order
	}
	return order
}

// compareField compares one field, ascending. The ranks of texts compare as
// their bytes do.
func compareField(field int, a, b *record) int {
	if field == fieldTime {
		return cmp.Compare(a.time, b.time)
	}
	return cmp.Compare(a.values[field].rank, b.values[field].rank)
}

// rows returns the page: limit and offset are "applied after filtering and
// sorting".
func (q *query) rows(f *found, showTime func(*record) string) json.RawMessage {
	count := int64(len(f.records))
	from := min(q.offset, count)
	to := from + min(q.limit, count-from)
	b := []byte{'['}
	page := q.least(f.records, int(to))[from:to]
	for i, r := range page {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, '['), showTime(r)...)
		for _, v := range r.values[1:] {
			b = append(append(b, ','), v.json...)
		}
		b = append(b, ']')
	}
	return append(b, ']')
}

// least returns the first n of the records in the order of the query, sorted. It
// sorts what fits twice and goes on with the lower half: most pages are short.
func (q *query) least(records []*record, n int) []*record {
	if n == 0 {
		return nil
	}
	var kept []*record
	var bound *record // the greatest one kept at the last sorting
	for _, r := range records {
		if bound != nil && q.compare(r, bound) > 0 {
			continue
		}
		if kept = append(kept, r); len(kept) == 2*n {
			slices.SortFunc(kept, q.compare) // no two records have one position
			kept, bound = kept[:n], kept[n-1]
		}
	}
	slices.SortFunc(kept, q.compare)
	return kept[:min(n, len(kept))]
}

// print returns the answer as JSON. The page, which can be large, goes into it
// as it is.
func (a *answer) print() json.RawMessage {
	b := append([]byte(`{"structure":`), marshal(a.structure)...)
	b = append(append(b, `,"rows":`...), a.rows...)
	counts := marshal(a)
	return append(append(b, ','), counts[1:]...)
}
