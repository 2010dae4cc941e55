package logstore

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap/zapcore"
)

// A lossyDisk loses files before they get their names.
type lossyDisk struct{ disk }

func (d lossyDisk) rename(from, to string) error {
	return errors.Join(d.disk.remove(from), d.disk.rename(from, to))
}

// An index file that is gone is not taken for a day file that moved, which
// would be left out without a word.
func TestIndexFileLost(t *testing.T) {
	t.Parallel()
	j := newIndexedJournal(t, 504)
	s, _ := j.start(true)
	s.index.disk = lossyDisk{osDisk{}}
	if err := s.BuildIndex(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("BuildIndex: %v", err)
	}
	j.check(s, "lost")
}

// unfinished returns the files in the index folder that are no published index.
func (j *indexedJournal) unfinished() (names []string) {
	j.Helper()
	entries, err := os.ReadDir(filepath.Join(j.data, indexFolder))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		j.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), indexSuffix) {
			names = append(names, e.Name())
		}
	}
	return names
}

// Where the index can't be written, the background builder says so, the scan
// answers, and once it can be written it is.
func TestIndexFolderInTheWay(t *testing.T) {
	t.Parallel()
	j := newIndexedJournal(t, 501)
	folder := filepath.Join(j.data, indexFolder)
	j.must(os.MkdirAll(j.data, 0o700))
	j.must(os.WriteFile(folder, []byte("no folder"), 0o600))
	s, logs := j.start(true)
	s.indexer = s.startIndexer()
	until(t, "the failure is logged", func() bool { return logged(logs, zapcore.WarnLevel, "can't be indexed") > 0 })
	j.check(s, "a file in the folder's place")
	if n := logged(logs, zapcore.WarnLevel, "can't be indexed"); n != 1 || asideOf(s) != 0 || logged(logs, zapcore.WarnLevel, "set aside") != 0 {
		t.Errorf("it is said %d times, and %d are set aside; warnings %q", n, asideOf(s), warnings(logs))
	}
	j.must(os.Remove(folder))
	s.index.wake()
	until(t, "the index is built", func() bool { return j.indexes(s) == 3 })
	j.check(s, "built")
}

// A data folder that can't be written to leaves everything to the scan.
func TestIndexReadOnly(t *testing.T) {
	t.Parallel()
	j := newIndexedJournal(t, 502)
	j.must(os.MkdirAll(j.data, 0o755))
	j.must(os.Chmod(j.data, 0o555))
	s, _ := j.start(true)
	files, _, err := s.unindexed(t.Context())
	j.must(err)
	asNobody(t, func() {
		if _, err := s.buildIndex(t.Context(), s.newIndexBuilder(func() {}), files[0]); !errors.Is(err, os.ErrPermission) {
			t.Errorf("buildIndex: %v", err)
		}
	})
	j.check(s, "read-only")
	j.must(os.Chmod(j.data, 0o755))
	j.must(s.BuildIndex(t.Context(), nil))
	if n := j.indexes(s); n != 3 {
		t.Errorf("%d indexes are used, want 3", n)
	}
}

// An index that can't be opened for a reason of the process is not its fault.
func TestIndexNotOpened(t *testing.T) {
	t.Parallel()
	j := newIndexedJournal(t, 503)
	s, _ := j.start(true)
	j.must(s.BuildIndex(t.Context(), nil))
	j.must(s.Close())
	j.must(os.Chmod(j.indexPath(1), 0))
	s, _ = j.start(true)
	files := j.missingAsNobody(s)
	if len(files) != 1 || asideOf(s) != 0 {
		t.Errorf("without permission %v are missing, %d set aside; want 1, 0", files, asideOf(s))
	}
	j.check(s, "without permission")
	j.must(os.Chmod(j.indexPath(1), 0o600))
	if files := j.missing(s); len(files) != 0 {
		t.Errorf("with permission %v are missing", files)
	}
	j.check(s, "with permission")
}

// missingAsNobody is missing for a user who owns nothing.
func (j *indexedJournal) missingAsNobody(s *Store) (names []string) {
	j.Helper()
	for _, dir := range []string{j.data, filepath.Join(j.data, indexFolder)} {
		j.must(os.Chmod(dir, 0o755))
	}
	for back := 2; back <= 3; back++ {
		j.must(os.Chmod(j.indexPath(back), 0o644))
	}
	asNobody(j, func() { names = j.missing(s) })
	return names
}
