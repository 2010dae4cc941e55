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

// call answers a question from the folder, by the methods that a server has.
func (j *journalFlags) call(ctx context.Context, q *question) (json.RawMessage, error) {
	store, done, err := j.open(ctx, q)
	if err != nil {
		return nil, err
	}
	defer done()
	for _, m := range rpc.Methods(store, nil, nil, rpc.Limits{}, filter.Limits{}) {
		if m.Name == q.method {
			answer, err := runMethod(ctx, m, q.params)
			noteMalformed(store, q.notes)
			return answer, err
		}
	}
	return nil, fmt.Errorf("no method %s", q.method)
}

// noteMalformed says how many lines were skipped.
func noteMalformed(store *logstore.Store, notes io.Writer) {
	if lines := store.Stats().Malformed; lines > 0 {
		were := "were"
		if lines == 1 {
			were = "was"
		}
		fmt.Fprintf(notes, "daybook: %s %s skipped: not seven columns separated by tabs, or no time in the first; daybook status says where\n",
			plural(lines, "malformed line"), were)
	}
}

// open opens the folder for a question, until done is called. Where a data folder
// is named, its index is used. Nothing is written, neither beside the journal nor
// there: what a server would remember goes to a temporary folder that is gone
// afterwards.
func (j *journalFlags) open(ctx context.Context, q *question) (store *logstore.Store, done func(), err error) {
	options := logstore.Options{
		Dir:     j.folder,
		DataDir: j.data,
		Pattern: j.pattern,
		Schema:  rpc.AuditSchema(),
		Now:     j.clock.clock(),
		Index:   logstore.IndexManual,
		Follow:  logstore.FollowOff,
	}
	remove := func() {}
	if j.data == "" {
		data, err := os.MkdirTemp("", "daybook-query-")
		if err != nil {
			return nil, nil, err
		}
		remove = func() { os.RemoveAll(data) }
		options.DataDir, options.Index = data, logstore.IndexOff
	} else if _, err := os.Stat(j.data); err != nil {
		return nil, nil, fmt.Errorf("data folder: %w", err)
	}
	if store, err = logstore.Open(options); err != nil {
		remove()
		return nil, nil, err
	}
	done = func() {
		store.Close()
		remove()
	}
	if j.data != "" {
		bounds, err := q.bounds(q.params)
		if err == nil {
			err = store.LoadIndex(ctx, bounds)
		}
		if err != nil {
			done()
			return nil, nil, err
		}
	}
	return store, done, nil
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
