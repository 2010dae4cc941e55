package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"daybook/filter"
	"daybook/logstore"
	"daybook/requestlog"

	"go.uber.org/zap"
)

// TestRequestExportsAtOnce bounds the exports of the journal of requests as
// --max-exports says.
func TestRequestExportsAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	journal := filepath.Join(dir, "requests")
	if err := os.Mkdir(journal, 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := loadSettings(t, []string{"--data", filepath.Join(dir, "data"), "--requests", journal, "--max-exports", "2"}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	v := &service{settings: s, log: zap.NewNop()}
	t.Cleanup(func() {
		if err := v.close(); err != nil {
			t.Error(err)
		}
	})
	if err := v.openRequestStore(); err != nil {
		t.Fatal(err)
	}
	export := func() error {
		x, err := v.requestStore.Export(t.Context(), &logstore.ExportRequest{
			Query:  &filter.Query{Schema: requestlog.Schema(), Limit: filter.NoLimit},
			Render: func(dst []byte, _ *logstore.Row) []byte { return dst },
		})
		if err == nil {
			t.Cleanup(x.Close)
		}
		return err
	}
	for range 2 {
		if err := export(); err != nil {
			t.Fatal(err)
		}
	}
	if err := export(); !errors.Is(err, logstore.ErrManyExports) {
		t.Errorf("a third export: %v, want %v", err, logstore.ErrManyExports)
	}
}
