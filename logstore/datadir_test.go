package logstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var claimTests = []struct{ name, text, err string }{
	{"none", "", ""},
	{"ours", `{"format":1,"journal":"JOURNAL"}`, ""},
	{"another journal's", `{"format":1,"journal":"/elsewhere"}`, "belongs to the journal /elsewhere"},
	{"later format", `{"format":2,"journal":"JOURNAL"}`, "has format 2"},
	{"no format", `{}`, "has format 0"},
	{"damaged", `{"format":1,`, "is damaged"},
	{"empty", ` `, "is damaged"},
}

func TestClaim(t *testing.T) {
	for _, tt := range claimTests {
		j := newJournal(t)
		if tt.text != "" {
			j.must(os.Mkdir(j.data, 0o700))
			text := strings.ReplaceAll(tt.text, "JOURNAL", j.dir)
			j.must(os.WriteFile(filepath.Join(j.data, claimName), []byte(text), 0o600))
		}
		s, err := j.tryOpen()
		if err == nil {
			j.must(s.Close())
		}
		switch {
		case tt.err == "" && err != nil:
			t.Errorf("%s: Open: %v", tt.name, err)
		case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
			t.Errorf("%s: Open = %v, want an error with %q", tt.name, err, tt.err)
		}
	}
}

func TestClaimIsKept(t *testing.T) {
	j := newJournal(t)
	j.must(j.open().Close())
	first, err := os.ReadFile(filepath.Join(j.data, claimName))
	j.must(err)
	want := fmt.Sprintf("{\"format\":1,\"journal\":%q}\n", j.dir)
	if diff := cmp.Diff(want, string(first)); diff != "" {
		t.Errorf("%s mismatch (-want +got):\n%s", claimName, diff)
	}
	info, err := os.Stat(filepath.Join(j.data, claimName))
	j.must(err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("%s has mode %v", claimName, info.Mode())
	}
	other := newJournal(t)
	if _, err := other.tryOpen(func(o *Options) { o.DataDir = j.data }); err == nil || !strings.Contains(err.Error(), "belongs to the journal "+j.dir) {
		t.Errorf("Open of another journal with that data folder: %v", err)
	}
	if left, err := os.ReadDir(j.dir); err != nil || len(left) > 0 {
		t.Errorf("the journal folder holds %v, %v; nothing may be written into it", left, err)
	}
}

func TestReadOnlyDataFolder(t *testing.T) {
	for _, claimed := range []bool{false, true} {
		j := newJournal(t)
		want := j.withOther()
		if claimed {
			j.must(j.open().Close())
		} else {
			j.must(os.Mkdir(j.data, 0o755))
		}
		j.must(os.Chmod(j.data, 0o555))
		for _, name := range []string{claimName, factsName} {
			if err := os.Chmod(filepath.Join(j.data, name), 0o644); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
		asNobody(t, func() {
			s, logs := openObserved(j)
			later(s)
			if diff := cmp.Diff(want, rows(search(t, s, everything))); diff != "" {
				t.Errorf("rows mismatch (-want +got):\n%s", diff)
			}
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			w := strings.Join(warnings(logs), "\n")
			if !strings.Contains(w, "permission denied") || claimed == strings.Contains(w, "nothing will be remembered") {
				t.Errorf("claimed %t: warnings:\n%s", claimed, w)
			}
		})
	}
}

// A folder that can't even be made is no reason not to answer.

func TestUnwritable(t *testing.T) {
	for _, err := range []error{syscall.EROFS, syscall.EACCES, syscall.EPERM, syscall.ENOSPC, syscall.EDQUOT} {
		if wrapped := fmt.Errorf("data folder: %w", &os.PathError{Op: "mkdir", Path: "x", Err: err}); !unwritable(wrapped) {
			t.Errorf("unwritable(%v) = false", wrapped)
		}
	}
	for _, err := range []error{nil, syscall.ENOENT, syscall.ENOTDIR, syscall.EIO, errors.New("belongs to another")} {
		if unwritable(err) {
			t.Errorf("unwritable(%v) = true", err)
		}
	}
}

// Where the facts can't be written down, they are kept and tried again.

func TestFullDisk(t *testing.T) {
	j := newJournal(t)
	j.withOther()
	s := j.open()
	later(s)
	search(t, s, totals)
	full := func([]byte) error { return syscall.ENOSPC }
	for range 2 {
		if err := s.memory.save(full); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("save: %v", err)
		}
	}
	search(t, s, totals)
	j.must(s.Close())
	s = j.open()
	search(t, s, totals)
	if n := s.Stats().LinesScanned; n != 0 {
		t.Errorf("%d lines are scanned again", n)
	}
}

// Two stores may share a data folder: what one writes down is whole.

func TestTwoStores(t *testing.T) {
	j := newJournal(t)
	for d := range 10 {
		j.write("audit-"+dayOf(noon(-d)).String()+".tsv", line(noon(-d), "x"))
	}
	stores := []*Store{j.open(), j.open()}
	var all sync.WaitGroup
	for _, s := range stores {
		later(s)
		all.Go(func() {
			for range 20 {
				if r, err := s.Search(t.Context(), request(t, totals)); err != nil || r.Total != 10 {
					t.Errorf("Search = %+v, %v", r, err)
				}
				s.memory.mu.Lock()
				s.memory.dirty = true
				s.memory.mu.Unlock()
				if err := s.save(); err != nil {
					t.Errorf("save: %v", err)
				}
			}
		})
	}
	all.Wait()
	for _, s := range stores {
		j.must(s.Close())
	}
	s, logs := openObserved(j)
	search(t, s, totals)
	if s.Stats().LinesScanned != 0 || len(warnings(logs)) != 0 {
		t.Errorf("%d lines are scanned again; warnings %q", s.Stats().LinesScanned, warnings(logs))
	}
}

// What is known of files that are gone is forgotten, unless all are gone.

func TestGoneFilesAreForgotten(t *testing.T) {
	j := newJournal(t)
	j.withOther()
	j.write(liveName, numbered(0, 3))
	j.write(liveName+".gz", packed(t, gzipped, numbered(0, 2)))
	s := j.open()
	later(s)
	search(t, s, totals)
	check := func(what string, files, twins int) {
		t.Helper()
		j.must(s.save())
		if len(s.memory.files) != files || len(s.twins.known) != twins {
			t.Errorf("%s: %d files and %d twins are known, want %d, %d", what, len(s.memory.files), len(s.twins.known), files, twins)
		}
	}
	check("at first", 2, 1)
	j.must(os.Remove(j.path(otherName)))
	j.must(os.Remove(j.path(liveName + ".gz")))
	check("without two", 1, 0)
	j.must(os.Remove(j.path(liveName)))
	check("without any", 1, 0)
}

// Close waits for a query that is between two steps, and refuses later ones.
