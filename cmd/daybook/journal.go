package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"daybook/filter"
	"daybook/logstore"
	"daybook/rpc"
)

// call answers one method from the folder, by the methods that a server has.
// Nothing is written beside the journal: what a server would remember goes to
// a temporary folder that is gone afterwards.
// What the reader should know beside the answer goes to notes.
func (j *journalFlags) call(ctx context.Context, notes io.Writer, method string, params json.RawMessage) (json.RawMessage, error) {
	data, err := os.MkdirTemp("", "daybook-query-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(data)
	store, err := logstore.Open(logstore.Options{
		Dir:     j.folder,
		DataDir: data,
		Pattern: j.pattern,
		Schema:  rpc.AuditSchema(),
		Now:     j.clock.clock(),
	})
	if err != nil {
		return nil, err
	}
	defer store.Close()
	for _, m := range rpc.Methods(store, nil, rpc.Limits{}, filter.Limits{}) {
		if m.Name == method {
			answer, err := runMethod(ctx, m, params)
			if lines := store.Stats().Malformed; lines > 0 {
				fmt.Fprintf(notes, "daybook: %d malformed lines were skipped: not seven columns separated by tabs, or no time in the first\n", lines)
			}
			return answer, err
		}
	}
	return nil, fmt.Errorf("no method %s", method)
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
