package requestlog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestFolderTaken takes files, and the folder, from under a log. What is added
// afterwards is in the folder of that name.
func TestFolderTaken(t *testing.T) {
	t.Parallel()
	day := "requests-" + noon.Format(time.DateOnly) + ".jsonl"
	for name, take := range map[string]func(dir string) error{
		"file removed":   func(dir string) error { return os.Remove(filepath.Join(dir, day)) },
		"file renamed":   func(dir string) error { return os.Rename(filepath.Join(dir, day), filepath.Join(dir, "other")) },
		"file replaced":  func(dir string) error { return os.Rename(filepath.Join(dir, idsFile), filepath.Join(dir, day)) },
		"ids removed":    func(dir string) error { return os.Remove(filepath.Join(dir, idsFile)) },
		"folder removed": func(dir string) error { return os.RemoveAll(filepath.Dir(dir)) },
		"folder renamed": func(dir string) error { return os.Rename(dir, dir+".bak") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data", "requests")
			rig := newRig(t, Options{Dir: dir, retry: time.Millisecond, Report: func(error) {}})
			rig.Add(&Entry{Started: noon})
			await(t, "a record", func() bool { return rig.Stats().Written == 1 })
			if err := take(dir); err != nil {
				t.Fatal(err)
			}
			const after = idRange + 10
			for range after {
				rig.Add(&Entry{Started: noon})
			}
			await(t, "records", func() bool { return rig.Stats().Written == 1+after })
			if err := rig.Close(); err != nil {
				t.Error(err)
			}
			ids := make(map[int64]bool)
			for _, name := range []string{day, idsFile} {
				if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
					t.Error(err)
				}
			}
			if name == "file replaced" {
				return // the first line is none of ours
			}
			for _, r := range readRecords(t, dir) {
				ids[r.ID] = true
			}
			if len(ids) < after {
				t.Errorf("%d ids, want %d", len(ids), after)
			}
		})
	}
}

// TestPruningFails has a journal that is too large, and from which nothing can be
// removed. That is tried again, and reported, every minute.
func TestPruningFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "requests")
		var reported errorList
		l, err := Open(Options{Dir: dir, KeepBytes: 1, Report: reported.report})
		if err != nil {
			t.Fatal(err)
		}
		l.Add(&Entry{})
		time.Sleep(100 * time.Millisecond)
		if err := os.Rename(dir, dir+".bak"); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(dir+".bak", dir); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2*time.Minute + time.Second)
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if n := strings.Count(reported.text(), "symbolic link"); n != 2 && n != 3 {
			t.Errorf("reported %d times in two minutes:\n%.1000s", n, reported.text())
		}
	})
}
