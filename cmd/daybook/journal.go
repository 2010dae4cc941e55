package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"daybook/filter"
	"daybook/logstore"
	"daybook/rpc"
)

// call answers a question from the folder, by the methods that a server has.
// Where a data folder is named, its index is used. Nothing is written, neither
// beside the journal nor there: what a server would remember goes to a temporary
// folder that is gone afterwards.
func (j *journalFlags) call(ctx context.Context, q *question) (json.RawMessage, error) {
	options := logstore.Options{
		Dir:     j.folder,
		DataDir: j.data,
		Pattern: j.pattern,
		Schema:  rpc.AuditSchema(),
		Now:     j.clock.clock(),
		Index:   logstore.IndexManual,
		Follow:  logstore.FollowOff,
	}
	if j.data == "" {
		data, err := os.MkdirTemp("", "daybook-query-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(data)
		options.DataDir, options.Index = data, logstore.IndexOff
	} else if _, err := os.Stat(j.data); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	store, err := logstore.Open(options)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	if j.data != "" {
		bounds, err := q.bounds(q.params)
		if err != nil {
			return nil, err
		}
		if err := store.LoadIndex(ctx, bounds); err != nil {
			return nil, err
		}
	}
	for _, m := range rpc.Methods(store, nil, rpc.Limits{}, filter.Limits{}) {
		if m.Name == q.method {
			answer, err := runMethod(ctx, m, q.params)
			if lines := store.Stats().Malformed; lines > 0 {
				fmt.Fprintf(q.notes, "daybook: %d malformed lines were skipped: not seven columns separated by tabs, or no time in the first\n", lines)
			}
			return answer, err
		}
	}
	return nil, fmt.Errorf("no method %s", q.method)
}

// runMethod decodes params and runs the call, as nobody in particular.
func runMethod(ctx context.Context, m rpc.Method, params json.RawMessage) (json.RawMessage, error) {
	call, err := m.Decode(params)
	if err != nil {
		return nil, err
	}
	answer, err := call(ctx, &rpc.Caller{})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(int(answer.Len()))
	if _, err := answer.WriteTo(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
