package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"daybook/filter"
	"daybook/logstore"
	"daybook/requestlog"
	"daybook/rpc"
)

// call answers a question from the folder, by the methods that a server has.
func (j *journalFlags) call(ctx context.Context, q *question) (json.RawMessage, error) {
	store, done, err := j.open(ctx, q)
	if err != nil {
		return nil, err
	}
	defer done()
	for _, m := range j.methods(store) {
		if m.Name == q.method {
			answer, err := runMethod(ctx, m, q.params)
			noteMalformed(store, q.notes)
			return answer, err
		}
	}
	return nil, fmt.Errorf("no method %s", q.method)
}

// methods are those of a server that shows the journal in store and no other.
func (j *journalFlags) methods(store *logstore.Store) []rpc.Method {
	if j.requests {
		return rpc.Methods(nil, store, nil, rpc.Limits{}, filter.Limits{})
	}
	return rpc.Methods(store, nil, nil, rpc.Limits{}, filter.Limits{})
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
	options := j.options()
	if options.DataDir, err = j.dataFolder(); err != nil {
		return nil, nil, err
	}
	indexed := options.DataDir != ""
	remove := func() {}
	if !indexed {
		data, err := os.MkdirTemp("", "daybook-query-")
		if err != nil {
			return nil, nil, err
		}
		remove = func() { os.RemoveAll(data) }
		options.DataDir, options.Index = data, logstore.IndexOff
	}
	if store, err = logstore.Open(options); err != nil {
		remove()
		return nil, nil, err
	}
	done = func() {
		store.Close()
		remove()
	}
	if indexed {
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

// options are those of a store over the folder, without a data folder.
func (j *journalFlags) options() logstore.Options {
	o := logstore.Options{
		Dir:     j.folder,
		Pattern: j.pattern,
		Schema:  rpc.AuditSchema(),
		Now:     j.clock.clock(),
		Index:   logstore.IndexManual,
		Follow:  logstore.FollowOff,
	}
	if j.requests {
		o.Schema, o.Format = requestlog.Schema(), requestlog.Format()
		if !j.flags.Changed("pattern") {
			o.Pattern = requestlog.Pattern
		}
	}
	return o
}

// dataFolder returns where the index of the journal lies, "" where there is none.
func (j *journalFlags) dataFolder() (string, error) {
	if j.data == "" {
		return "", nil
	}
	if _, err := os.Stat(j.data); err != nil {
		return "", fmt.Errorf("data folder: %w", err)
	}
	if !j.requests {
		return j.data, nil
	}
	data, err := requestDataFolder(j.data, j.folder)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(data); errors.Is(err, fs.ErrNotExist) {
		return "", nil // no server has shown that journal, or it has no index
	}
	return data, nil
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
