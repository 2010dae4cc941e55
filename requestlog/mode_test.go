package requestlog_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"daybook/requestlog"

	"github.com/google/go-cmp/cmp"
)

// TestMode writes journals for other users to read, and for nobody else.
func TestMode(t *testing.T) {
	t.Parallel()
	probe := filepath.Join(t.TempDir(), "probe")
	if err := os.Mkdir(probe, 0o777); err != nil {
		t.Fatal(err)
	}
	allowed := modeOf(t, probe) // by the umask
	for mode, want := range map[fs.FileMode]struct{ dir, file fs.FileMode }{
		0:     {0o700, 0o600},
		0o600: {0o700, 0o600},
		0o640: {0o750, 0o640},
		0o664: {0o775, 0o664},
	} {
		dir := filepath.Join(t.TempDir(), "requests")
		log, err := requestlog.Open(requestlog.Options{Dir: dir, Mode: mode})
		if err != nil {
			t.Fatal(err)
		}
		log.Add(&requestlog.Entry{Started: time.Now()})
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(dir, "requests*"))
		if err != nil || len(files) != 2 {
			t.Fatalf("mode %#o: files %q, error %v, want a day file and the file of ids", mode, files, err)
		}
		got := []fs.FileMode{modeOf(t, dir), modeOf(t, files[0]), modeOf(t, files[1])}
		if diff := cmp.Diff([]fs.FileMode{want.dir & allowed, want.file & allowed, want.file & allowed}, got); diff != "" {
			t.Errorf("mode %#o: folder and files mismatch (-want +got):\n%s", mode, diff)
		}
	}
	for _, mode := range []fs.FileMode{0o440, 0o200, fs.ModeDir | 0o755, fs.ModeSetuid | 0o600} {
		if log, err := requestlog.Open(requestlog.Options{Dir: t.TempDir(), Mode: mode}); err == nil {
			log.Close()
			t.Errorf("mode %v is taken", mode)
		}
	}
}

// modeOf returns the permissions of a file.
func modeOf(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}
