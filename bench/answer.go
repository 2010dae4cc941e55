package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// An answer is what the server says to a query.
type answer struct {
	Result *struct {
		Rows  [][]any `json:"rows"`
		Count int64   `json:"count"`
		Total *int64  `json:"total"` // of GetLogsByFilter
	} `json:"result"`
	Error json.RawMessage `json:"error"`
}

// check tells what is wrong with the answer in body, which must be what e says
// of q: the counts, the number of rows, and the first row where the newest one
// comes first.
func check(body []byte, q *query, e *expectation) error {
	var a answer
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&a); err != nil {
		return fmt.Errorf("answer: %w: %.200s", err, body)
	}
	if a.Result == nil {
		return fmt.Errorf("answer: error %s", a.Error)
	}
	if a.Result.Count != e.count {
		return fmt.Errorf("answer: count %d, want %d", a.Result.Count, e.count)
	}
	if total := a.Result.Total; q.method == "GetLogsByFilter" && (total == nil || *total != e.total) {
		return fmt.Errorf("answer: total differs from %d: %.200s", e.total, body[max(0, len(body)-200):])
	}
	rows := max(0, min(q.limit, e.count-q.offset))
	if int64(len(a.Result.Rows)) != rows {
		return fmt.Errorf("answer: %d rows, want %d", len(a.Result.Rows), rows)
	}
	if q.ordered || rows == 0 {
		return nil
	}
	if row, want := shown(a.Result.Rows[0]), e.firstRow(q); !slices.Equal(row, want) {
		return fmt.Errorf("answer: first row %q, want %q", row, want)
	}
	return nil
}

// shown returns the texts of a row's values.
func shown(row []any) []string {
	var texts []string
	for _, value := range row {
		texts = append(texts, fmt.Sprint(value))
	}
	return texts
}

// firstRow returns the newest match as the query's method shows it.
func (e *expectation) firstRow(q *query) []string {
	at := strconv.FormatInt(e.time, 10)
	if q.method == "GetLogs" {
		at = time.Unix(e.time, 0).UTC().Format(time.RFC3339)
	}
	return append([]string{at}, e.newest...)
}
