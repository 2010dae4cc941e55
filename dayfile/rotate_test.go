package dayfile_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"daybook/dayfile"

	"github.com/google/go-cmp/cmp"
)

func TestRotate(t *testing.T) {
	f := newFolder(t)
	w := f.open(func(o *dayfile.Options) { o.MaxSize = 6 })
	for _, batch := range []string{"1\n", "2\n", "3\n", "4\n", "longer than a file\n", "5\n6\n", "7\n8\n9\n", "0\n"} {
		f.write(w, batch)
	}
	want := map[string]string{
		"audit-2026-04-22.1.tsv": "1\n2\n3\n",
		"audit-2026-04-22.2.tsv": "4\n",
		"audit-2026-04-22.3.tsv": "longer than a file\n",
		"audit-2026-04-22.4.tsv": "5\n6\n",
		"audit-2026-04-22.5.tsv": "7\n8\n9\n",
		"audit-2026-04-22.tsv":   "0\n",
	}
	if diff := cmp.Diff(want, f.content()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestRotateNumbers finds other names in the folder, of which some count.
func TestRotateNumbers(t *testing.T) {
	for _, tt := range []struct{ there, want string }{
		{"audit-2026-04-22.3.tsv", "audit-2026-04-22.4.tsv"},
		{"audit-2026-04-22.9.tsv.gz", "audit-2026-04-22.10.tsv"},
		{"audit-2026-04-22.10.tsv.zst", "audit-2026-04-22.11.tsv"},
		{"audit-2026-04-21.3.tsv", "audit-2026-04-22.1.tsv"},
		{"audit-2026-04-22.07.tsv", "audit-2026-04-22.1.tsv"},
		{"audit-2026-04-22.+7.tsv", "audit-2026-04-22.1.tsv"},
		{"audit-2026-04-22.x.tsv", "audit-2026-04-22.1.tsv"},
		{"audit-2026-04-22.7.tsv.bz2", "audit-2026-04-22.1.tsv"},
		{"audit-2026-04-22.tsv.gz", "audit-2026-04-22.1.tsv"},
	} {
		f := newFolder(t)
		f.put(tt.there, "")
		w := f.open(func(o *dayfile.Options) { o.MaxSize = 2 })
		f.write(w, "1\n")
		f.write(w, "2\n")
		want := map[string]string{tt.there: "", tt.want: "1\n", "audit-2026-04-22.tsv": "2\n"}
		if diff := cmp.Diff(want, f.content()); diff != "" {
			t.Errorf("beside %s (-want +got):\n%s", tt.there, diff)
		}
	}
}

// TestRotateFails keeps records coming where the file cannot be renamed.
func TestRotateFails(t *testing.T) {
	f := newFolder(t)
	f.put("audit-2026-04-22.9223372036854775807.tsv", "")
	w := f.open(func(o *dayfile.Options) { o.MaxSize = 8 })
	for range 8 {
		f.write(w, "123\n")
	}
	if got := f.content()["audit-2026-04-22.tsv"]; got != strings.Repeat("123\n", 8) {
		t.Errorf("file %q, want all records", got)
	}
	var failed *dayfile.RotateError
	if len(f.reported) != 6 || !errors.As(f.reported[0], &failed) || failed.File != "audit-2026-04-22.tsv" {
		t.Errorf("reported %v, want a RotateError for each eighth of the largest size", f.reported)
	}
}

// TestRotateTaken has someone take the next number between the look at the
// folder and the renaming.
func TestRotateTaken(t *testing.T) {
	f := newFolder(t)
	f.put("a", "a")
	f.put("b", "b")
	if err := dayfile.RenameFree(f.path("a"), f.path("b")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("rename onto a file: %v, want fs.ErrExist", err)
	}
	if err := dayfile.RenameIfFree(f.path("a"), f.path("b")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("rename onto a file, in two steps: %v, want fs.ErrExist", err)
	}
	f.must(dayfile.RenameIfFree(f.path("a"), f.path("c")))
	if diff := cmp.Diff(map[string]string{"b": "b", "c": "a"}, f.content()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if err := dayfile.RenameFree(f.path("none"), f.path("d")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("rename of no file: %v, want os.ErrNotExist", err)
	}
}
