package requestlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		day  string // "": no name of a journal
		part int64
	}{
		{"requests-2026-04-22.jsonl", "2026-04-22", 0},
		{"requests-2026-04-22.jsonl.gz", "2026-04-22", 0},
		{"requests-2026-04-22.12.jsonl", "2026-04-22", 12},
		{"requests-2026-04-22.1.jsonl.zst", "2026-04-22", 1},
		{"requests-2026-04-31.jsonl", "", 0},
		{"requests-2026-4-22.jsonl", "", 0},
		{"requests-2026-04-22.0.jsonl", "", 0},
		{"requests-2026-04-22.01.jsonl", "", 0},
		{"requests-2026-04-22.+1.jsonl", "", 0},
		{"requests-2026-04-22.x.jsonl", "", 0},
		{"requests-2026-04-22x.jsonl", "", 0},
		{"requests-2026-04-22.jsonl.bak", "", 0},
		{"requests-2026-04-22", "", 0},
		{"requests-", "", 0},
		{"audit-2026-04-22.tsv", "", 0},
		{idsFile, "", 0},
	} {
		f, ok := parseName(tt.name)
		if ok != (tt.day != "") || ok && (f.Day != tt.day || f.Part != tt.part) {
			t.Errorf("parseName(%s) = %+v, %v", tt.name, f, ok)
		}
	}
}

// fill makes files of 100 bytes in a folder.
func fill(t *testing.T, dir string, names ...string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Repeat("x", 100)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// names returns the names of all that is in a folder.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

func TestPrune(t *testing.T) {
	t.Parallel()
	ours := []string{
		"requests-2026-04-01.jsonl.gz", "requests-2026-04-19.jsonl", "requests-2026-04-20.1.jsonl", "requests-2026-04-20.2.jsonl",
		"requests-2026-04-20.jsonl", "requests-2026-04-21.jsonl", "requests-2026-04-22.1.jsonl", "requests-2026-04-22.jsonl", "requests-2026-04-23.jsonl",
	}
	others := []string{
		"requests-2026-04-01.jsonl.bak", "audit-2026-04-01.tsv", "requests-2026-04-01.01.jsonl", idsFile, "Requests-2026-04-01.jsonl",
	}
	for _, tt := range []struct {
		days  int
		bytes int64
		want  int // files of ours that go, the oldest first
	}{
		{0, 0, 0},
		{22, 0, 0},
		{21, 0, 1},
		{4, 0, 1},
		{3, 0, 2},
		{2, 0, 5},
		{1, 0, 6},
		{0, 900, 0},
		{0, 899, 1},
		{0, 500, 4},
		{0, 1, 6},
		{3, 700, 2},
		{3, 600, 3},
		{2, 600, 5},
	} {
		for _, dry := range []bool{true, false} {
			dir := t.TempDir()
			fill(t, dir, append(ours, others...)...)
			done, err := Prune(dir, Pruning{KeepDays: tt.days, KeepBytes: tt.bytes, Now: atNoon, DryRun: dry})
			if err != nil {
				t.Fatal(err)
			}
			var removed, kept []string
			for _, f := range done.Removed {
				removed = append(removed, f.Name)
			}
			for _, f := range done.Kept {
				kept = append(kept, f.Name)
			}
			if diff := cmp.Diff(ours, append(removed, kept...)); diff != "" || len(removed) != tt.want || done.KeptBytes != int64(100*len(kept)) {
				t.Errorf("keep %d days, %d bytes: removed %v, kept %v with %d bytes; want %d removed", tt.days, tt.bytes, removed, kept, done.KeptBytes, tt.want)
			}
			left := len(ours) + len(others)
			if !dry {
				left -= tt.want
			}
			if !dry && tt.want > 0 {
				left++ // prunedFile
			}
			for i, name := range ours {
				if got, want := WasPruned(dir, name, 100), !dry && i < tt.want; got != want || WasPruned(dir, name, 99) {
					t.Errorf("keep %d days, %d bytes, dry %v: WasPruned(%s) = %v, want %v", tt.days, tt.bytes, dry, name, got, want)
				}
			}
			if got := names(t, dir); len(got) != left {
				t.Errorf("keep %d days, %d bytes, dry %v: %d files are left, want %d: %v", tt.days, tt.bytes, dry, len(got), left, got)
			}
		}
	}
}

// TestPruneTouchesNoLinks has links and folders of the names of day files.
func TestPruneTouchesNoLinks(t *testing.T) {
	t.Parallel()
	dir, elsewhere := t.TempDir(), t.TempDir()
	fill(t, elsewhere, "requests-2026-04-01.jsonl")
	fill(t, dir, idsFile)
	for _, err := range []error{
		os.Symlink(filepath.Join(elsewhere, "requests-2026-04-01.jsonl"), filepath.Join(dir, "requests-2026-04-02.jsonl")),
		os.Symlink("nowhere", filepath.Join(dir, "requests-2026-04-03.jsonl")),
		os.Mkdir(filepath.Join(dir, "requests-2026-04-04.jsonl"), 0o700),
		os.Symlink(elsewhere, filepath.Join(dir, "link")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	before := names(t, dir)
	done, err := Prune(dir, Pruning{KeepDays: 1, Now: atNoon})
	if err != nil || len(done.Removed)+len(done.Kept) != 0 {
		t.Errorf("Prune = %+v, %v", done, err)
	}
	if diff := cmp.Diff(before, names(t, dir)); diff != "" {
		t.Errorf("what is there (-before +after):\n%s", diff)
	}
	if _, err := Prune(filepath.Join(dir, "link"), Pruning{KeepDays: 1, Now: atNoon}); err == nil || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("a folder that is a link is pruned: %v", err)
	}
	if _, err := Prune(elsewhere, Pruning{KeepDays: 1, Now: atNoon}); !errors.Is(err, ErrNotOurs) {
		t.Errorf("the journal of another program is pruned: %v", err)
	}
	if got := names(t, elsewhere); len(got) != 1 {
		t.Errorf("elsewhere, %v is left", got)
	}
	if done, err := Prune(filepath.Join(dir, "missing"), Pruning{KeepDays: 1}); err != nil || len(done.Kept) != 0 {
		t.Errorf("a missing folder: %+v, %v", done, err)
	}
	if _, err := Prune(filepath.Join(dir, "requests-2026-04-03.jsonl"), Pruning{}); err == nil {
		t.Error("a link to nowhere is pruned")
	}
	if _, err := Prune(dir, Pruning{KeepDays: -1}); err == nil {
		t.Error("-1 days are kept")
	}
}

// The file of what was pruned keeps the newest names, and is nobody's excuse.
func TestPrunedFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fill(t, dir, idsFile)
	if err := os.Chmod(filepath.Join(dir, idsFile), 0o640); err != nil {
		t.Fatal(err)
	}
	name := func(i int) string { return fmt.Sprintf("requests-2026-04-01.%d.jsonl", i) }
	const files = 5000
	for i := 1; i <= files; i++ {
		if err := notePruned(dir, File{Name: name(i), Size: int64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, prunedFile))
	if err != nil || info.Size() > mostPruned+100 || info.Mode() != 0o640 {
		t.Errorf("the file is %v, %d bytes, %v", info.Mode(), info.Size(), err)
	}
	for i := 1; i <= files; i++ {
		known := WasPruned(dir, name(i), int64(i))
		if i > files-800 && !known || i < 100 && known {
			t.Errorf("WasPruned(%s) = %v", name(i), known)
		}
	}
	for _, other := range []string{"", "1.jsonl", name(files)[1:], name(files) + " 5000\n" + name(files-1)} {
		if WasPruned(dir, other, files) {
			t.Errorf("WasPruned(%q) is true", other)
		}
	}
	if err := os.Remove(filepath.Join(dir, prunedFile)); err != nil {
		t.Fatal(err)
	}
	if WasPruned(dir, name(files), files) {
		t.Error("it is known without the file")
	}
	if err := os.Symlink(idsFile, filepath.Join(dir, prunedFile)); err != nil {
		t.Fatal(err)
	}
	if err := notePruned(dir, File{Name: name(1)}); err == nil {
		t.Error("it is written by way of a link")
	}
	fill(t, dir, "requests-2026-04-01.jsonl")
	if _, err := Prune(dir, Pruning{KeepDays: 1, Now: atNoon}); err != nil {
		t.Errorf("Prune where it can't be written down: %v", err)
	}
	if got := names(t, dir); len(got) != 2 {
		t.Errorf("%v is left", got)
	}
}

// TestKeep has a log prune its own journal, stop at the size to keep, and go on
// at midnight.
func TestKeep(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "requests")
	fill(t, dir, "requests-2026-04-01.jsonl", "requests-2026-04-21.jsonl")
	clock := newClock(noon)
	reports := make(chan error, 100)
	removed := make(chan string, 100)
	rig := newRig(t, Options{Dir: dir, Now: clock.now, KeepDays: 30, KeepBytes: 1000,
		Removed: func(r Removed) { removed <- r.Name + ": " + r.Reason },
		Report:  func(err error) { reports <- err }})
	add := func() bool { return rig.Add(&Entry{Started: noon, Endpoint: "/x"}) }
	written := func(n int64) func() bool { return func() bool { return rig.Stats().Written == n } }

	rig.prune() // as the keeper does
	if rig.Stats().Bytes != 200 {
		t.Errorf("%d bytes, want 200", rig.Stats().Bytes)
	}
	for n := int64(1); n <= 2; n++ {
		if !add() {
			t.Fatal("a record is dropped")
		}
		await(t, "a record", written(n))
	}
	rig.prune()
	if diff := cmp.Diff([]string{"requests-2026-04-22.jsonl", idsFile, prunedFile}, names(t, dir)); diff != "" {
		t.Errorf("files mismatch (-want +got):\n%s", diff)
	}
	if add() || rig.Stats().Dropped != 1 {
		t.Errorf("a record is taken although %d bytes are there, dropped %d", rig.Stats().Bytes, rig.Stats().Dropped)
	}
	clock.set(noon.AddDate(0, 0, 1))
	rig.prune()
	if !add() {
		t.Error("a record is dropped on the next day")
	}
	await(t, "the third record", written(3))
	if err := rig.Close(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"requests-2026-04-23.jsonl", idsFile, prunedFile}, names(t, dir)); diff != "" {
		t.Errorf("files mismatch (-want +got):\n%s", diff)
	}
	for _, day := range []string{"01", "21", "22"} {
		if got, want := <-removed, "requests-2026-04-"+day+".jsonl: over the size to keep"; got != want {
			t.Errorf("told of %q, want %q", got, want)
		}
	}
	if len(removed) > 0 {
		t.Errorf("told of %q as well", <-removed)
	}
	var drop *DropError
	if err := <-reports; !asDrop(err, &drop) || drop.Dropped != 1 || drop.Err != ErrFull {
		t.Errorf("reported %v, want one record dropped", err)
	}
}

// TestPruneFails has a folder that can't be read.
func TestPruneFails(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "requests")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Prune(dir, Pruning{}); err == nil || !strings.Contains(err.Error(), "no folder") {
		t.Errorf("Prune of a file: %v", err)
	}
	if _, err := Open(Options{Dir: dir}); err == nil {
		t.Error("a log opens in a file")
	}
	link := dir + ".link"
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Dir: link}); err == nil || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("a log opens in a link: %v", err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
}
