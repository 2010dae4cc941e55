package logstore

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRotations(t *testing.T) {
	const perFile = 7
	rotations := 200
	if testing.Short() {
		rotations = 60
	}
	j := newJournal(t)
	j.write(liveName, "")
	s := j.open()
	var written, answered atomic.Int64
	rotating := make(chan struct{})
	go func() {
		defer close(rotating)
		for i := range rotations {
			first := int(written.Load())
			j.append(liveName, numbered(first, perFile))
			written.Add(perFile)
			if err := os.Rename(j.path(liveName), j.path(fmt.Sprintf("audit-2026-04-22.%d.tsv", i+1))); err != nil {
				t.Error(err)
				return
			}
			if err := os.WriteFile(j.path(liveName), nil, 0o644); err != nil {
				t.Error(err)
				return
			}
			// Queries are under way at every moment; wait for one to end.
			for was := answered.Load(); answered.Load() == was && !t.Failed(); {
				runtime.Gosched()
			}
		}
	}()
	ask := func() {
		before := written.Load()
		result, err := s.Search(context.Background(), request(t, everything))
		if err != nil {
			t.Errorf("Search: %v", err)
			return
		}
		n := len(result.Rows)
		if int64(n) < before || result.Count != int64(n) || result.Total != int64(n) {
			t.Errorf("%d rows, count %d, total %d, after %d were written", n, result.Count, result.Total, before)
		}
		if diff := cmp.Diff(strings.Join(numberedRows(0, n), "\n"), strings.Join(rows(result), "\n")); diff != "" {
			t.Errorf("rows mismatch (-want +got):\n%.1000s", diff)
		}
		answered.Add(1)
	}
	asking := make(chan struct{})
	for range 3 {
		go func() {
			defer func() { asking <- struct{}{} }()
			for !t.Failed() {
				select {
				case <-rotating:
					return
				default:
					ask()
				}
			}
		}()
	}
	for range 3 {
		<-asking
	}
	<-rotating
	ask()
	if answered.Load() < int64(rotations) {
		t.Errorf("%d answers during %d rotations", answered.Load(), rotations)
	}
}

func TestShiftingRotations(t *testing.T) {
	const rotations, parts = 60, 5
	j := newJournal(t)
	part := func(n int) string { return j.path(fmt.Sprintf("audit-2026-04-22.%d.tsv", n)) }
	for n := 1; n <= parts; n++ {
		j.must(os.WriteFile(part(n), []byte(numbered(n-1, 1)), 0o644))
	}
	j.write(liveName, "")
	s := j.open()
	var written, answered atomic.Int64
	written.Store(parts)
	rotating := make(chan struct{})
	go func() {
		defer close(rotating)
		for range rotations {
			j.append(liveName, numbered(int(written.Load()), 1))
			written.Add(1)
			for n := 1; n < parts; n++ {
				if err := os.Rename(part(n+1), part(n)); err != nil {
					t.Error(err)
				}
			}
			if err := os.Rename(j.path(liveName), part(parts)); err != nil {
				t.Error(err)
			}
			if err := os.WriteFile(j.path(liveName), nil, 0o644); err != nil {
				t.Error(err)
			}
			for was := answered.Load(); answered.Load() < was+2 && !t.Failed(); {
				runtime.Gosched()
			}
		}
	}()
	for !t.Failed() {
		select {
		case <-rotating:
			return
		default:
		}
		before := written.Load()
		result, err := s.Search(t.Context(), request(t, everything))
		if err != nil {
			t.Errorf("Search: %v", err)
			break
		}
		got := rows(result)
		if len(got) < parts-1 || len(got) > parts+1 {
			t.Errorf("%d rows, want about %d: %q", len(got), parts, got)
			break
		}
		var first int
		if _, err := fmt.Sscanf(got[0], fmt.Sprint(noon(0), " record %d"), &first); err != nil {
			t.Errorf("row %q: %v", got[0], err)
		}
		if diff := cmp.Diff(numberedRows(first, len(got)), got); diff != "" || int64(first+len(got)) < before {
			t.Errorf("after %d were written, rows mismatch (-want +got):\n%s", before, diff)
		}
		answered.Add(1)
	}
	<-rotating
}

func TestUnsteadyFolder(t *testing.T) {
	e := readError("journal", errUnsteady)
	if diff := cmp.Diff("changes faster than it can be read", e.Reason); diff != "" {
		t.Errorf("reason mismatch (-want +got):\n%s", diff)
	}
	if !moved(e) {
		t.Error("a snapshot is not tried again when the folder changed")
	}
}
