package logstore

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// yesterday's file, and its one row.

const (
	otherName   = "audit-2026-04-21.tsv"
	otherRecord = "yesterday"
)

// withOther writes yesterday's file, which stays readable, and returns its row.

func (j *journal) withOther() []string {
	j.write(otherName, line(noon(-1), otherRecord))
	return []string{fmt.Sprint(noon(-1), " ", otherRecord)}
}

// A file that can't be opened fails the query, or is named in a partial answer.

func TestPermissionDenied(t *testing.T) {
	j := newJournal(t)
	want := j.withOther()
	j.write(liveName, numbered(0, 3))
	j.write("audit-2026-04-20.tsv.gz", packed(t, gzipped, line(noon(-2), "x")))
	for _, name := range []string{liveName, "audit-2026-04-20.tsv.gz"} {
		j.must(os.Chmod(j.path(name), 0))
	}
	s := j.open()
	asNobody(t, func() {
		if got, want := readErrorOf(t, s, request(t, everything)), (ReadError{File: "audit-2026-04-20.tsv.gz", Reason: "permission denied"}); got != want {
			t.Errorf("Search: %+v, want %+v", got, want)
		}
		r := request(t, everything)
		r.Partial = true
		result, err := s.Search(t.Context(), r)
		j.must(err)
		if diff := cmp.Diff(want, rows(result)); diff != "" || result.Total != 1 || result.Count != 1 {
			t.Errorf("partial answer: %+v, rows mismatch (-want +got):\n%s", result, diff)
		}
		wantProblems := []Problem{{"audit-2026-04-20.tsv.gz", "permission denied"}, {liveName, "permission denied"}}
		if diff := cmp.Diff(wantProblems, result.Problems); diff != "" {
			t.Errorf("problems mismatch (-want +got):\n%s", diff)
		}
		// A query that does not select them is not concerned.
		r = request(t, `{"limit": 9, "offset": 0, "whereBetween": ["timestamp", ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"]]}`)
		if result, err := s.Search(t.Context(), r); err != nil || result.Total != 0 {
			t.Errorf("Search of other days = %+v, %v", result, err)
		}
	})
	if diff := cmp.Diff(map[string]int64{"permission denied": 3}, s.Stats().Problems); diff != "" {
		t.Errorf("problems counted mismatch (-want +got):\n%s", diff)
	}
	for _, name := range []string{liveName, "audit-2026-04-20.tsv.gz"} {
		j.must(os.Chmod(j.path(name), 0o644))
	}
	if r := search(t, s, everything); r.Count != 5 {
		t.Errorf("with permission again: count = %d, want 5", r.Count)
	}
}

// Entries that are no files are not opened: nothing waits for the other end of

// a FIFO, and what a link points to is not read.

func TestOdditiesAreNotRead(t *testing.T) {
	j := newJournal(t)
	j.must(os.Mkdir(j.data, 0o755))
	putOddities(j)
	j.write("audit-2026-04-07.tsv", line(noon(-15), "x"))
	s := j.open()
	if r := search(t, s, everything); r.Count != 1 || r.Total != 1 || len(r.Problems) != 0 {
		t.Errorf("answer %+v, want one record", r)
	}
	if n := s.Stats().Problems; n["is a folder"] != 1 || n["is a FIFO"] != 1 || n["is a symbolic link"] != 2 || n["is a socket"] != 1 {
		t.Errorf("problems counted: %v", n)
	}
}

// A file that became something else since the folder was read is refused when

// it is opened.

func TestOpenFileRefuses(t *testing.T) {
	j := newJournal(t)
	j.must(os.Mkdir(j.path("folder"), 0o755))
	j.must(syscall.Mkfifo(j.path("fifo"), 0o644))
	j.must(os.WriteFile(j.path("file"), nil, 0o644))
	j.must(os.Symlink("file", j.path("link")))
	j.must(os.WriteFile(j.path("sparse"), nil, 0o644))
	big := os.Truncate(j.path("sparse"), mostBytes+1) // which not all file systems can
	for name, want := range map[string]string{
		"folder": "is no regular file", "fifo": "is no regular file", "link": "is a symbolic link",
		"none": "deleted under the query", "sparse": "is larger than 16 TiB",
	} {
		if name == "sparse" && big != nil {
			continue
		}
		file, _, err := openFile(j.dir, name)
		if err == nil {
			file.Close()
			t.Errorf("openFile(%s) succeeds", name)
			continue
		}
		if got := readError("x", err).Reason; got != want {
			t.Errorf("openFile(%s): %s, want %s", name, got, want)
		}
	}
}

// fakeSize is a file that says it is larger than any file system here allows.

type fakeSize struct{ os.FileInfo }

func (fakeSize) Size() int64 { return mostBytes + 1 }

func TestCheckFile(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, "")
	info, err := os.Lstat(j.path(liveName))
	j.must(err)
	if err := checkFile(info); err != nil {
		t.Errorf("checkFile: %v", err)
	}
	if err := checkFile(fakeSize{info}); !errors.Is(err, errTooLarge) {
		t.Errorf("checkFile of a file of 16 TiB: %v, want %v", err, errTooLarge)
	}
}

// A compressed file that is cut anywhere is damaged, or whole: never are there

// fewer rows.

// A compressed file in which any byte is changed is damaged, or nothing is

// lost of it: names and times in its header may differ.

// Several members or frames are one content, as gzip and zstd read them.

// Of several bad files, the same one is always named; a partial answer names

// them all.

func TestSeveralBadFiles(t *testing.T) {
	j := newJournal(t)
	want := j.withOther()
	var wantProblems []Problem
	for d := 2; d < 8; d++ {
		name := "audit-" + dayOf(noon(-d)).String() + ".tsv.gz"
		j.write(name, packed(t, gzipped, line(noon(-d), "x"))[:20])
		wantProblems = append(wantProblems, Problem{name, "compressed file cut short"})
	}
	slices.SortFunc(wantProblems, func(a, b Problem) int { return strings.Compare(a.File, b.File) })
	for range 10 {
		s := j.open(func(o *Options) { o.Workers = 4 })
		r := request(t, everything)
		r.Partial = true
		result, err := s.Search(t.Context(), r)
		j.must(err)
		if diff := cmp.Diff(wantProblems, result.Problems); diff != "" {
			t.Errorf("problems mismatch (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, rows(result)); diff != "" {
			t.Errorf("rows mismatch (-want +got):\n%s", diff)
		}
	}
	// Of the days around the selected ones, too: their records might be found.
	s := j.open()
	r := request(t, `{"limit": 9, "offset": 0, "whereBetween": ["timestamp", ["2026-04-21T00:00:00Z", "2026-04-21T23:59:59Z"]]}`)
	if got := readErrorOf(t, s, r); got.Reason != "compressed file cut short" {
		t.Errorf("Search: %+v", got)
	}
	r.Partial = true
	result, err := s.Search(t.Context(), r)
	j.must(err)
	if diff := cmp.Diff(want, rows(result)); diff != "" || len(result.Problems) != misfiledDays {
		t.Errorf("problems %v, rows mismatch (-want +got):\n%s", result.Problems, diff)
	}
}

// A journal folder that is gone is a storage failure, and no empty answer.

func TestFolderGone(t *testing.T) {
	j := newJournal(t)
	j.withOther()
	s := j.open()
	j.must(s.Ready())
	j.must(os.Rename(j.dir, j.dir+".away"))
	if got, want := readErrorOf(t, s, request(t, everything)), (ReadError{File: "journal", Reason: "journal folder: deleted under the query"}); got != want {
		t.Errorf("Search: %+v, want %+v", got, want)
	}
	if err := s.Ready(); err == nil {
		t.Error("the store is ready without its folder")
	}
	j.must(os.Rename(j.dir+".away", j.dir))
	search(t, s, everything)
}

// A data folder that can't be written to is warned of; queries are answered.

func TestReadErrorReasons(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want ReadError
	}{
		{&os.PathError{Op: "open", Path: "/j/other.tsv", Err: syscall.EACCES}, ReadError{File: "other.tsv", Reason: "permission denied"}},
		{&os.PathError{Op: "read", Path: "/j/a.tsv", Err: syscall.EIO}, ReadError{File: "a.tsv", Reason: "input/output error"}},
		{&os.PathError{Op: "open", Path: "/j/a.tsv", Err: syscall.EMFILE}, ReadError{File: "a.tsv", Reason: "too many open files"}},
		{damaged(errTruncated), ReadError{File: "a.tsv", Reason: "truncated under the query"}},
		{damaged(errors.New("bad block")), ReadError{File: "a.tsv", Reason: "compressed file damaged: bad block"}},
		{errors.New("odd"), ReadError{File: "a.tsv", Reason: "cannot be read"}},
	} {
		e := readError("a.tsv", tt.err)
		if diff := cmp.Diff(tt.want, ReadError{File: e.File, Reason: e.Reason}); diff != "" {
			t.Errorf("readError(%v) mismatch (-want +got):\n%s", tt.err, diff)
		}
		if !errors.Is(e, tt.err) {
			t.Errorf("readError(%v) does not wrap it", tt.err)
		}
		if want := fmt.Sprintf("read %s: %s", tt.want.File, tt.want.Reason); e.Error() != want {
			t.Errorf("readError(%v) = %q, want %q", tt.err, e, want)
		}
	}
}
