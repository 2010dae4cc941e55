//go:build sqlite_fts5

package peer

import (
	"path/filepath"
	"testing"
)

// TestTrigram compares the trigram index with SQLite's plain search.
func TestTrigram(t *testing.T) {
	journal := writeJournal(t)
	var paths []string
	for _, f := range journal.Files {
		paths = append(paths, filepath.Join(journal.Dir, f.Name))
	}
	file := filepath.Join(t.TempDir(), "lite.db")
	steps, err := LoadSQLite(t.Context(), file, paths)
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) != 3 || steps[0].Bytes >= steps[1].Bytes || steps[1].Bytes >= steps[2].Bytes {
		t.Errorf("steps %+v, want three that each make the file larger", steps)
	}
	plain, err := OpenSQLite(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	trigram, err := OpenSQLiteTrigram(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer trigram.Close()
	agree(t, journal, []contender{plain, trigram})
}
