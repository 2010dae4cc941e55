package requestlog

import (
	"os"
	"path/filepath"
	"testing"
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
