package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMain lets the test binary stand for ripgrep where it has its name, so
// that the tests need nothing but Go.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "rg" {
		os.Exit(m.Run())
	}
	os.Exit(standForRipgrep(os.Args[1:], os.Stdout))
}

// standForRipgrep does what the benchmark asks of rg.
func standForRipgrep(args []string, stdout io.Writer) int {
	if slices.Equal(args, []string{"--version"}) {
		fmt.Fprintln(stdout, "ripgrep 0.0.0\nfeatures")
		return 0
	}
	found := 1
	for _, name := range args[slices.Index(args, "--")+1:] {
		text, err := os.ReadFile(name)
		if err != nil {
			return 2
		}
		lines := 0
		for line := range bytes.Lines(text) {
			if bytes.Contains(line, []byte(word)) {
				lines++
			}
		}
		if lines > 0 {
			fmt.Fprintln(stdout, lines)
			found = 0
		}
	}
	return found
}

// useStandIn puts the stand-in for ripgrep first in the path.
func useStandIn(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "rg")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// TestRun measures the real program over small journals: all is measured, all
// answers are right, and the results are written. What the figures say of the
// bounds depends on the machine.
func TestRun(t *testing.T) {
	useStandIn(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "results.json")
	var stdout, stderr strings.Builder
	code := run(t.Context(), []string{"scan", "-dir", dir, "-lines", "100000", "-files", "40", "-count", "2", "-json", file, "-markdown"}, &stdout, &stderr)

	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("run ended with %d and no results: %v\n%s", code, err, stderr.String())
	}
	var all results
	if err := json.Unmarshal(text, &all); err != nil || all.Scan == nil {
		t.Fatalf("results: %v\n%s", err, text)
	}
	r := all.Scan
	if want := map[bool]int{true: exitMet, false: exitFailed}[r.missed() == 0]; code != want {
		t.Errorf("run with %d bounds missed = %d, want %d\n%s", r.missed(), code, want, stderr.String())
	}
	if r.Journal.Files != bigDays || r.Journal.Lines != 100_000 {
		t.Errorf("journal is %v, want %d files and 100,000 lines", r.Journal, bigDays)
	}
	var names, want []string
	for _, q := range r.Queries {
		names = append(names, q.Name)
		if len(q.Daybook.Runs) != 2 || len(q.Ripgrep.Runs) != 2 || q.Count == 0 || q.Ratio <= 0 {
			t.Errorf("%s: %+v", q.Name, q)
		}
	}
	for _, q := range bigQueries() {
		want = append(want, q.name)
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("queries mismatch (-want +got):\n%s", diff)
	}
	if len(r.Starts) != 2 || r.Starts[0].Journal.Files != bigDays || r.Starts[1].Journal.Files != 40 {
		t.Errorf("starts: %+v", r.Starts)
	}
	if runtime.GOOS == "linux" && (r.Peak.Bytes == 0 || r.Queries[0].Daybook.CPU == 0) {
		t.Errorf("peak %d bytes, %v ms of the processors; want both known", r.Peak.Bytes, r.Queries[0].Daybook.CPU)
	}
	if !strings.Contains(stdout.String(), "| "+want[0]+" | ") {
		t.Errorf("no table in Markdown:\n%s", stdout.String())
	}
}

func TestRunCancelled(t *testing.T) {
	useStandIn(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr strings.Builder
	if code := run(ctx, []string{"scan", "-dir", t.TempDir()}, io.Discard, &stderr); code != exitFailed {
		t.Errorf("run = %d, want %d\n%s", code, exitFailed, stderr.String())
	}
}

func TestRunUsage(t *testing.T) {
	for _, args := range [][]string{
		{"more"}, {"-count", "1", "scan"}, {"-count", "0"}, {"-params", "0"}, {"-load", "-1s"}, {"-lines", "99999"}, {"-files", "-1"}, {"-files", "500001"}, {"-unknown"},
	} {
		var stderr strings.Builder
		if code := run(t.Context(), args, io.Discard, &stderr); code != exitUsage || stderr.Len() == 0 {
			t.Errorf("run(%q) = %d and says %q, want %d and why", args, code, stderr.String(), exitUsage)
		}
	}
}

func TestParseOptions(t *testing.T) {
	for _, tt := range []struct {
		args     []string
		parts    []string
		pictures string
	}{
		{nil, []string{scanPart, peersPart}, filepath.Join("..", "docs")},
		{[]string{"-lines", "200000"}, []string{scanPart, peersPart}, filepath.Join("..", "docs")},
		{[]string{"curves", "-repo", "daybook"}, []string{curvesPart}, filepath.Join("daybook", "docs")},
		{[]string{"peers", "scan", "-pictures", "p"}, []string{peersPart, scanPart}, "p"},
	} {
		o, err := parseOptions(tt.args, io.Discard)
		if err != nil {
			t.Errorf("parseOptions(%q): %v", tt.args, err)
			continue
		}
		if !slices.Equal(o.parts, tt.parts) || o.pictures != tt.pictures || o.dir == "" {
			t.Errorf("parseOptions(%q) = %+v, want parts %q and pictures in %s", tt.args, o, tt.parts, tt.pictures)
		}
	}
}
