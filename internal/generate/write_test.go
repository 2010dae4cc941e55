package generate

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// friday is the last day of the small journals that tests write.
func friday() time.Time { return time.Date(2026, 11, 20, 15, 4, 5, 0, time.UTC) }

// smallJournal returns options for a week in a new folder.
func smallJournal(t testing.TB) Options {
	return Options{Dir: t.TempDir(), Days: 7, Lines: 7000, End: friday(), Seed: 7}
}

// mustWrite writes a journal and returns what Write told.
func mustWrite(t testing.TB, o Options) *Result {
	t.Helper()
	r, err := Write(context.Background(), o)
	if err != nil {
		t.Fatalf("Write: %v", err)
	}
	return r
}

// files returns the content of every file in dir, by name.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(data)
	}
	return all
}

// TestSameBytes pins the bytes of a journal: they may not depend on the
// machine, and whoever changes what is generated changes every benchmark.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	const want = "49850a6996d62ef68bb9477205d82c7ccad8b93f114c44b87e1a42a4808d8f33"
	o := smallJournal(t)
	result := mustWrite(t, o)
	h := sha256.New()
	for _, name := range result.Files {
		data, err := os.ReadFile(filepath.Join(o.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(data), data)
	}
	if got := fmt.Sprintf("%x", h.Sum(nil)); got != want {
		t.Errorf("SHA-256 of the journal is %s, want %s", got, want)
	}
}

func TestBytesDependOnSeedAndDay(t *testing.T) {
	t.Parallel()
	first := smallJournal(t)
	first.Workers = 1
	mustWrite(t, first)
	want := files(t, first.Dir)

	again := smallJournal(t)
	again.Workers = 16
	again.End = friday().Add(-15 * time.Hour) // the same day
	mustWrite(t, again)
	if diff := cmp.Diff(want, files(t, again.Dir)); diff != "" {
		t.Errorf("16 days at once differ from one after another (-want +got):\n%s", diff)
	}

	last := smallJournal(t)
	last.Days, last.Pattern = 1, "x{date}"
	last.Lines = int64(strings.Count(want["audit-2026-11-20.tsv"], "\n"))
	mustWrite(t, last)
	if diff := cmp.Diff(want["audit-2026-11-20.tsv"], files(t, last.Dir)["x2026-11-20"]); diff != "" {
		t.Errorf("the last day alone differs from the last of seven (-want +got):\n%s", diff)
	}

	other := smallJournal(t)
	other.Seed++
	mustWrite(t, other)
	for name, content := range files(t, other.Dir) {
		if content == want[name] {
			t.Errorf("%s is the same with another seed", name)
		}
	}
}

func TestResultAndProgress(t *testing.T) {
	t.Parallel()
	o := smallJournal(t)
	o.Lines = 40_000
	var lines, bytes int64
	calls := 0
	o.Progress = func(l, b int64) {
		if l <= lines || b <= bytes {
			t.Errorf("progress from %d lines, %d bytes to %d, %d", lines, bytes, l, b)
		}
		lines, bytes = l, b
		calls++
	}
	got := mustWrite(t, o)
	want := &Result{Lines: o.Lines}
	for d := 14; d <= 20; d++ {
		name := fmt.Sprintf("audit-2026-11-%d.tsv", d)
		want.Files = append(want.Files, name)
		want.Bytes += int64(len(files(t, o.Dir)[name]))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Write mismatch (-want +got):\n%s", diff)
	}
	if lines != want.Lines || bytes != want.Bytes || calls < 7 {
		t.Errorf("progress ended with %d lines, %d bytes after %d calls; want %d, %d", lines, bytes, calls, want.Lines, want.Bytes)
	}
	if n := len(files(t, o.Dir)); n != 7 {
		t.Errorf("%d files in the folder, want 7", n)
	}
}

func TestRefusesToOverwrite(t *testing.T) {
	t.Parallel()
	o := smallJournal(t)
	kept := map[string]string{"audit-2026-11-15.tsv": "mine\n", "audit-2026-11-18.tsv": "", "audit-2026-11-21.tsv": "another day\n"}
	for name, content := range kept {
		if err := os.WriteFile(filepath.Join(o.Dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Write(context.Background(), o)
	var exists *ExistsError
	if !errors.As(err, &exists) {
		t.Fatalf("Write = %v, want an *ExistsError", err)
	}
	if diff := cmp.Diff(&ExistsError{o.Dir, []string{"audit-2026-11-15.tsv", "audit-2026-11-18.tsv"}}, exists); diff != "" {
		t.Errorf("ExistsError mismatch (-want +got):\n%s", diff)
	}
	if want := "generate: " + o.Dir + " already holds audit-2026-11-15.tsv and 1 more of these days"; err.Error() != want {
		t.Errorf("Write: %q, want %q", err, want)
	}
	if diff := cmp.Diff(kept, files(t, o.Dir)); diff != "" {
		t.Errorf("the refused call changed the folder (-want +got):\n%s", diff)
	}

	o.Overwrite = true
	mustWrite(t, o)
	fresh := smallJournal(t)
	mustWrite(t, fresh)
	want := files(t, fresh.Dir)
	want["audit-2026-11-21.tsv"] = kept["audit-2026-11-21.tsv"]
	if diff := cmp.Diff(want, files(t, o.Dir)); diff != "" {
		t.Errorf("overwritten journal differs from a fresh one (-want +got):\n%s", diff)
	}

	// A second run is refused, whoever made the files.
	o.Overwrite = false
	if _, err := Write(context.Background(), o); !errors.As(err, &exists) || len(exists.Names) != 7 {
		t.Errorf("second Write = %v, want an *ExistsError of 7 files", err)
	}
}

// TestInterrupted stops a run midway and looks at what it leaves: whole day
// files only.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	whole := smallJournal(t)
	whole.Lines = 120_000 // a weekday takes three writes
	mustWrite(t, whole)
	want := files(t, whole.Dir)

	o := whole
	o.Dir = t.TempDir()
	o.Workers = 2
	// What a killed process leaves under the temporary name is in nobody's way.
	if err := os.WriteFile(filepath.Join(o.Dir, ".audit-2026-11-14.tsv.partial"), []byte(strings.Repeat("left\n", 1<<20)), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o.Progress = func(lines, _ int64) {
		if lines > o.Lines/2 {
			cancel()
		}
	}
	if _, err := Write(ctx, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("Write = %v, want %v", err, context.Canceled)
	}
	left := files(t, o.Dir)
	for name, content := range left {
		if content != want[name] {
			t.Errorf("%s: %d bytes are left, want none or the day's %d", name, len(content), len(want[name]))
		}
	}
	if len(left) == 0 || len(left) >= 7 {
		t.Errorf("%d files are left, want some of 7", len(left))
	}
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		edit func(*Options)
		want string
	}{
		{"no folder", func(o *Options) { o.Dir = "" }, "no folder given"},
		{"folder is a file", func(o *Options) { o.Dir = file }, "not a directory"},
		{"no days", func(o *Options) { o.Days = 0 }, "days: 0, want 1 to 36525"},
		{"many days", func(o *Options) { o.Days = 36_526 }, "days: 36526"},
		{"negative lines", func(o *Options) { o.Lines = -1 }, "lines: -1"},
		{"many lines", func(o *Options) { o.Lines = 1e12 + 1 }, "lines: 1000000000001"},
		{"no end", func(o *Options) { o.End = time.Time{} }, "no last day given"},
		{"end of time", func(o *Options) { o.End = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "only the years 1 to 9999"},
		{"before time", func(o *Options) { o.End = time.Date(1, 1, 6, 0, 0, 0, 0, time.UTC) }, "only the years 1 to 9999"},
		{"pattern without date", func(o *Options) { o.Pattern = "audit.tsv" }, "want {date} in it, once"},
		{"pattern with two", func(o *Options) { o.Pattern = "{date}{date}" }, "want {date} in it, once"},
		{"pattern with folder", func(o *Options) { o.Pattern = "../{date}" }, "want a file name, not a path"},
	} {
		o := smallJournal(t)
		tt.edit(&o)
		if _, err := Write(context.Background(), o); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Write = %v, want an error with %q", tt.name, err, tt.want)
		}
	}
}

func TestFewLines(t *testing.T) {
	t.Parallel()
	for lines := range int64(5) {
		o := smallJournal(t)
		o.Lines = lines
		r := mustWrite(t, o)
		all := files(t, o.Dir)
		count := 0
		for _, content := range all {
			count += strings.Count(content, "\n")
		}
		if len(all) != 7 || int64(count) != lines || r.Lines != lines {
			t.Errorf("%d lines: %d files with %d, told %d", lines, len(all), count, r.Lines)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	o := Options{Dir: b.TempDir(), Days: 4, Lines: 200_000, End: friday(), Overwrite: true}
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(mustWrite(b, o).Bytes)
	}
	b.ReportMetric(float64(b.N)*float64(o.Lines)/b.Elapsed().Seconds(), "lines/s")
}
