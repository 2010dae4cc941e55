package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"daybook/bench/peer"
	"daybook/bench/workload"
)

// daybookName is what the program is called in results.
const daybookName = "Daybook"

// errNotServed is returned for a query whose method the server does not have.
var errNotServed = errors.New("the server has no such method")

// codeNoMethod is JSON-RPC's code for it.
const codeNoMethod = -32601

// A daybook is a server that is asked what its peers are.
type daybook struct {
	conn *connection
	all  workload.Span // of the journal
}

// Name returns what the program is called in results.
func (d *daybook) Name() string { return daybookName }

// Answer asks q and returns how long the exchange took. The error is
// errNotServed for a method that the server does not have.
func (d *daybook) Answer(_ context.Context, q *workload.Query) (*peer.Answer, time.Duration, error) {
	request := q.Request(d.all)
	body, took, err := d.conn.ask(request.Body(1))
	if err != nil {
		return nil, 0, fmt.Errorf("%v: %w", request, err)
	}
	a, err := decodeAnswer(body, q)
	if err != nil {
		return nil, 0, fmt.Errorf("%v: %w", request, err)
	}
	return a, took, nil
}

// A reply is the answer's message.
type reply struct {
	Result *struct {
		Structure []string `json:"structure"`
		Rows      [][]any  `json:"rows"`
		Count     int64    `json:"count"`
		Total     *int64   `json:"total"` // GetLogs has none
	} `json:"result"`
	Error *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// decodeAnswer brings the answer to q into the form that contenders are
// compared in.
func decodeAnswer(body []byte, q *workload.Query) (*peer.Answer, error) {
	var r reply
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&r); err != nil {
		return nil, fmt.Errorf("answer: %w: %.200s", err, body)
	}
	switch {
	case r.Error != nil && r.Error.Code == codeNoMethod:
		return nil, errNotServed
	case r.Result == nil:
		return nil, fmt.Errorf("answer: %.200s", body)
	}
	a := &peer.Answer{Count: r.Result.Count, Total: peer.Untold}
	if r.Result.Total != nil {
		a.Total = *r.Result.Total
	}
	var err error
	switch q.Shape {
	case workload.PerDay:
		a.Rows, err = perDay(r.Result.Structure, r.Result.Rows)
	case workload.Top:
		a.Rows = topRows(r.Result.Rows)
	default:
		a.Rows, err = pageTexts(r.Result.Rows)
	}
	if err != nil {
		return nil, fmt.Errorf("answer: %w: %.200s", err, body)
	}
	return a, nil
}

// pageTexts returns the rows of a page as text, times in RFC 3339.
func pageTexts(rows [][]any) ([][]string, error) {
	all := make([][]string, len(rows))
	for i, row := range rows {
		all[i] = shown(row)
		if len(row) != columnCount {
			return nil, fmt.Errorf("row %d has %d columns", i+1, len(row))
		}
		if n, is := row[timestamp].(json.Number); is {
			at, err := n.Int64()
			if err != nil {
				return nil, err
			}
			all[i][timestamp] = time.Unix(at, 0).UTC().Format(time.RFC3339)
		}
	}
	return all, nil
}

// perDay returns a row for each day and value with any records: day, value,
// count.
func perDay(structure []string, rows [][]any) ([][]string, error) {
	var all [][]string
	for i, row := range rows {
		if len(row) != len(structure) || len(row) < 2 {
			return nil, fmt.Errorf("row %d has %d columns, want %d", i+1, len(row), len(structure))
		}
		n, is := row[0].(json.Number)
		at, err := n.Int64()
		if !is || err != nil {
			return nil, fmt.Errorf("row %d begins with %v, want a time", i+1, row[0])
		}
		day := time.Unix(at, 0).UTC().Format(time.DateOnly)
		for j := 1; j < len(row)-1; j++ {
			if count := fmt.Sprint(row[j]); count != "0" {
				all = append(all, []string{day, structure[j], count})
			}
		}
	}
	return all, nil
}

// topRows returns value and count of each row.
func topRows(rows [][]any) [][]string {
	all := make([][]string, len(rows))
	for i, row := range rows {
		all[i] = shown(row[:min(2, len(row))])
	}
	return all
}
