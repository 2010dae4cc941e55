package logstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
func TestCompressedFileCut(t *testing.T) {
	for enc := gzipped; enc < encodings; enc++ {
		j := newJournal(t)
		want := j.withOther()
		content := numbered(0, 40)
		whole := packed(t, enc, content)
		name := liveName + enc.suffix()
		j.write(name, whole)
		s := j.open()
		want = append(want, numberedRows(0, 40)...)
		if diff := cmp.Diff(want, rows(search(t, s, everything))); diff != "" {
			t.Fatalf("%s: rows mismatch (-want +got):\n%s", name, diff)
		}
		for n := range len(whole) {
			j.write(name, whole[:n])
			if got, want := readErrorOf(t, s, request(t, everything)), (ReadError{File: name, Reason: "compressed file cut short"}); got != want {
				t.Errorf("%d of %d bytes: %+v, want %+v", n, len(whole), got, want)
			}
			if n%16 != 0 {
				continue
			}
			r := request(t, everything)
			r.Partial = true
			result, err := s.Search(t.Context(), r)
			if err != nil || result.Count != 1 || len(result.Problems) != 1 {
				t.Errorf("%d of %d bytes: partial answer %+v, %v", n, len(whole), result, err)
			}
		}
	}
}

// A compressed file in which any byte is changed is damaged, or nothing is
// lost of it: names and times in its header may differ.
func TestCompressedFileDamaged(t *testing.T) {
	for enc := gzipped; enc < encodings; enc++ {
		j := newJournal(t)
		whole := packed(t, enc, numbered(0, 40))
		name := liveName + enc.suffix()
		s := j.open()
		damaged := 0
		for at := range len(whole) {
			bad := []byte(whole)
			bad[at] ^= 0x55
			j.write(name, string(bad))
			result, err := s.Search(t.Context(), request(t, everything))
			var report *ReadError
			switch {
			case errors.As(err, &report) && strings.HasPrefix(report.Reason, "compressed file"):
				damaged++
			case err != nil:
				t.Errorf("%s, byte %d: %v", name, at, err)
			default:
				if diff := cmp.Diff(numberedRows(0, 40), rows(result)); diff != "" {
					t.Errorf("%s, byte %d: rows mismatch (-want +got):\n%s", name, at, diff)
				}
			}
		}
		if damaged < len(whole)*8/10 {
			t.Errorf("%s: %d of %d changed bytes are noticed", name, damaged, len(whole))
		}
	}
}

// Several members or frames are one content, as gzip and zstd read them.
func TestCompressedFileOfSeveral(t *testing.T) {
	for enc := gzipped; enc < encodings; enc++ {
		j := newJournal(t)
		content := numbered(0, 3)
		j.write(liveName+enc.suffix(), packed(t, enc, content[:50])+packed(t, enc, content[50:100])+packed(t, enc, content[100:]))
		if diff := cmp.Diff(numberedRows(0, 3), rows(search(t, j.open(), everything))); diff != "" {
			t.Errorf("%s: rows mismatch (-want +got):\n%s", enc.suffix(), diff)
		}
	}
}

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
func TestCloseWaits(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 3000))
	s := j.open(func(o *Options) { o.Workers = 1 })
	var closing sync.WaitGroup
	var closed atomic.Bool
	r := request(t, everything)
	render := r.Render
	var once sync.Once
	r.Render = func(dst []byte, row *Row) []byte {
		once.Do(func() {
			closing.Go(func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
				closed.Store(true)
			})
		})
		if closed.Load() {
			t.Error("Close does not wait")
		}
		return render(dst, row)
	}
	result, err := s.Search(t.Context(), r)
	if err != nil || len(result.Rows) != 3000 {
		t.Errorf("Search = %d rows, %v", len(result.Rows), err)
	}
	closing.Wait()
	if _, err := s.Search(t.Context(), request(t, totals)); !errors.Is(err, ErrClosed) {
		t.Errorf("Search after Close: %v, want %v", err, ErrClosed)
	}
	j.must(s.Close()) // again
}

// Queries beyond those that may run wait, and beyond those that may wait they
// are refused; a cancelled one does not wait.
func TestTooManyQueries(t *testing.T) {
	j := newJournal(t)
	j.withOther()
	s := j.open(func(o *Options) { o.MaxRunning, o.MaxWaiting = 1, 1 })
	started, finish := make(chan struct{}), make(chan struct{})
	slow := request(t, everything)
	slow.Render = func(dst []byte, _ *Row) []byte {
		close(started)
		<-finish
		return dst
	}
	var queries sync.WaitGroup
	ask := func(ctx context.Context, r *Request, want error) {
		queries.Go(func() {
			if _, err := s.Search(ctx, r); !errors.Is(err, want) {
				t.Errorf("Search: %v, want %v", err, want)
			}
		})
	}
	ask(t.Context(), slow, nil)
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	ask(ctx, request(t, totals), context.Canceled)
	for s.Stats().Waiting == 0 {
		runtime.Gosched()
	}
	if got := s.Stats(); got.Running != 1 || got.Waiting != 1 {
		t.Errorf("running %d, waiting %d; want 1, 1", got.Running, got.Waiting)
	}
	if _, err := s.Search(t.Context(), request(t, totals)); !errors.Is(err, ErrBusy) {
		t.Errorf("a third query: %v, want %v", err, ErrBusy)
	}
	cancel()
	for s.Stats().Waiting == 1 {
		runtime.Gosched()
	}
	ask(t.Context(), request(t, totals), nil)
	close(finish)
	queries.Wait()
	if got := s.Stats(); got.Running != 0 || got.Waiting != 0 {
		t.Errorf("in the end, running %d, waiting %d", got.Running, got.Waiting)
	}
}

// An answer that grows too large ends there.
func TestAnswerTooLarge(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 5000))
	s := j.open()
	r := request(t, everything)
	whole, err := s.Search(t.Context(), r)
	j.must(err)
	size := int64(0)
	for _, row := range whole.Rows {
		size += int64(len(row))
	}
	for _, limit := range []int64{size, size - 1, 100, 1} {
		r.MaxBytes = limit
		result, err := s.Search(t.Context(), r)
		var large *TooLargeError
		switch {
		case limit == size && (err != nil || len(result.Rows) != 5000):
			t.Errorf("limit %d of %d: %v", limit, size, err)
		case limit < size && (!errors.As(err, &large) || large.Limit != limit || large.Actual <= limit || large.Actual > size):
			t.Errorf("limit %d of %d: %v", limit, size, err)
		}
	}
}

// A query whose context ends stops, whatever it is reading.
func TestCancelledQuery(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 5000))
	s := j.open(func(o *Options) { o.Workers = 1 })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Search(ctx, request(t, everything)); !errors.Is(err, context.Canceled) {
		t.Errorf("Search: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	r := request(t, everything)
	r.Render = func(dst []byte, _ *Row) []byte { cancel(); return dst }
	if _, err := s.Search(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("Search cancelled while rows are rendered: %v", err)
	}
	if r := search(t, s, everything); r.Count != 5000 {
		t.Errorf("afterwards, count = %d", r.Count)
	}
}

// Errors are told to people in words, whatever they come from.
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
