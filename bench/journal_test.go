package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestKeep(t *testing.T) {
	b := &bench{options: &options{dir: filepath.Join(t.TempDir(), "kept")}, progress: io.Discard}
	broken := errors.New("disk full")
	_, err := b.keep("journal", func(dir string) error {
		if err := os.WriteFile(filepath.Join(dir, "half"), nil, 0o644); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatalf("keep = %v, want %v", err, broken)
	}
	if left, err := os.ReadDir(b.dir); err != nil || len(left) != 0 {
		t.Errorf("a failed write leaves %v, %v", left, err)
	}

	written := 0
	for range 2 {
		j, err := b.keep("journal", func(dir string) error {
			written++
			return os.WriteFile(filepath.Join(dir, "audit-2026-04-22.tsv"), nil, 0o644)
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"audit-2026-04-22.tsv"}, j.files); diff != "" {
			t.Errorf("files mismatch (-want +got):\n%s", diff)
		}
	}
	if written != 1 {
		t.Errorf("the journal was written %d times, want once", written)
	}
}

func TestTinyJournal(t *testing.T) {
	b := &bench{options: &options{dir: t.TempDir(), files: 3}, progress: io.Discard}
	j, err := b.tinyJournal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"audit-2026-04-20.tsv", "audit-2026-04-21.tsv", "audit-2026-04-22.tsv"}
	if diff := cmp.Diff(want, j.files); diff != "" {
		t.Errorf("files mismatch (-want +got):\n%s", diff)
	}
	s, err := surveyJournal(t.Context(), j, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.expect(first)
	if err != nil {
		t.Fatal(err)
	}
	if e.count != tinyLines || e.total != tinyLines || len(e.files) != 1 {
		t.Errorf("the last day has %d of %d lines in %d files, want %d of as many in one", e.count, e.total, len(e.files), tinyLines)
	}
}

func TestSpan(t *testing.T) {
	from, to := span(2)
	got := []string{time.Unix(from, 0).UTC().Format(time.RFC3339), time.Unix(to, 0).UTC().Format(time.RFC3339)}
	if diff := cmp.Diff([]string{"2026-04-21T00:00:00Z", "2026-04-22T23:59:59Z"}, got); diff != "" {
		t.Errorf("span(2) mismatch (-want +got):\n%s", diff)
	}
}

func TestWithout(t *testing.T) {
	env := []string{"PATH=/bin", "GOFLAGS=-pgo=x", "GOFLAGSX=1", "GOAMD64=v3"}
	if diff := cmp.Diff([]string{"PATH=/bin", "GOFLAGSX=1"}, without(env, faster[:]...)); diff != "" {
		t.Errorf("without mismatch (-want +got):\n%s", diff)
	}
}
