package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

func TestIndexWriteError(t *testing.T) {
	some := logstore.IndexProgress{Files: 3, Of: 30}
	pathError := func(op string, number syscall.Errno) error {
		return fmt.Errorf("index of audit-2026-04-22.tsv: %w", &fs.PathError{Op: op, Path: "data/index/x", Err: number})
	}
	for _, tt := range []struct {
		err  error
		done logstore.IndexProgress
		want string
	}{
		{pathError("mkdir", syscall.EACCES), logstore.IndexProgress{}, "index build: data/index can't be written to: permission denied"},
		{pathError("open", syscall.EROFS), logstore.IndexProgress{Of: 30}, "index build: data/index can't be written to: read-only file system"},
		{pathError("write", syscall.ENOSPC), some, "index build: data/index can't be written to: no space left on device; 3 of 30 day files are done, and stay"},
		{fmt.Errorf("index of x: %w", context.Canceled), some, "index of x: context canceled"},
	} {
		if got := indexWriteError("data/index", tt.err, tt.done).Error(); got != tt.want {
			t.Errorf("indexWriteError(%v) = %q, want %q", tt.err, got, tt.want)
		}
	}
}

func TestSayBuilt(t *testing.T) {
	for _, tt := range []struct {
		p              logstore.IndexProgress
		stdout, stderr string
	}{
		{logstore.IndexProgress{}, "Nothing to do: every day file that is over and large enough has its index.\n", ""},
		{logstore.IndexProgress{Files: 1, Of: 1, Bytes: 10000, From: 10000, Written: 2512},
			"1 day file indexed: 2,512 bytes of index, 25.1 % of their size, in 1.2 s.\n", ""},
		{logstore.IndexProgress{Files: 5, Of: 5, Left: 2, Bytes: 100, From: 100, Written: 25},
			"3 day files indexed: 25 bytes of index, 25.0 % of their size, in 1.2 s.\n",
			"daybook: 2 day files left out: unreadable, or without a record; daybook index status shows them as missing\n"},
	} {
		var stdout, stderr bytes.Buffer
		a := &app{stdout: &stdout, stderr: &stderr}
		if err := a.sayBuilt(tt.p, 1234*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{tt.stdout, tt.stderr}, []string{stdout.String(), stderr.String()}); diff != "" {
			t.Errorf("sayBuilt(%+v) (-want +got):\n%s", tt.p, diff)
		}
	}
}

func TestFaultLine(t *testing.T) {
	for _, tt := range []struct {
		fault logstore.IndexFault
		want  string
	}{
		{logstore.IndexFault{File: "a\nb", State: logstore.IndexDamaged, Reason: "broken"},
			`index of a\nb is damaged: broken; daybook index drop removes it, a server or daybook index build makes another`},
		{logstore.IndexFault{File: "a", State: logstore.IndexStale, Reason: "old"},
			"index of a is stale: old; a server or daybook index build makes another"},
		{logstore.IndexFault{File: "a", State: logstore.IndexUnreadable, Reason: "permission denied"},
			"index of a is unreadable: permission denied; ask as the user that the server runs as"},
		{logstore.IndexFault{File: "a", Reason: "read a: permission denied"},
			"index of a can't be compared: read a: permission denied; see to the day file"},
	} {
		if got := faultLine(tt.fault); got != tt.want {
			t.Errorf("faultLine(%+v) = %q, want %q", tt.fault, got, tt.want)
		}
	}
}

func TestPrintIndexStatus(t *testing.T) {
	var stdout bytes.Buffer
	a := &app{stdout: &stdout}
	err := a.printIndexStatus([]logstore.IndexFile{
		{File: "day-3", Size: 5000, State: logstore.IndexLive},
		{File: "day-2", Size: 1000000, State: logstore.IndexReady, Index: 271000, Records: 7777, Segments: 2},
		{File: "day-1", Size: 900000, State: logstore.IndexStale, Index: 1, Reason: "is of\nanother"},
		{File: "day-0", State: logstore.IndexGone, Index: 3},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `FILE   SIZE       INDEX  INDEX SIZE  RECORDS  SEGMENTS
day-3  5,000      live   -           -        -
day-2  1,000,000  ready  271,000     7,777    2
day-1  900,000    stale  1           -        -  is of\nanother
day-0  -          gone   3           -        -

1 of 3 day files with a ready index: 271,000 bytes, 27.1 % of their 1,000,000 bytes.
`
	if diff := cmp.Diff(want, stdout.String()); diff != "" {
		t.Errorf("printIndexStatus (-want +got):\n%s", diff)
	}
}

// TestIndexBuildInterrupted interrupts building after the first file: what is
// there is whole, and nothing else is.
func TestIndexBuildInterrupted(t *testing.T) {
	dir := t.TempDir()
	journal, data := filepath.Join(dir, "logs"), filepath.Join(dir, "data")
	daybook := func(ctx context.Context, stderr io.Writer, args ...string) (status int, stdout string) {
		var out bytes.Buffer
		status = run(ctx, args, nil, &out, stderr, nil)
		return status, out.String()
	}
	ofJournal := []string{"--journal", journal, "--data", data, "--clock", "2026-04-22T12:00:00Z"}
	if status, _ := daybook(t.Context(), io.Discard, "generate", "--dir", journal, "--days", "8", "--lines", "40000", "--end", "2026-04-21"); status != exitOK {
		t.Fatal("no journal")
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stderr bytes.Buffer
	interrupt := writerFunc(func(p []byte) (int, error) {
		cancel()
		return stderr.Write(p)
	})
	status, stdout := daybook(ctx, interrupt, append([]string{"index", "build"}, ofJournal...)...)
	if status != exitFailed || stdout != "" || !strings.HasSuffix(stderr.String(), "daybook: interrupted\n") {
		t.Errorf("index build ends with %d, says %q and %q", status, stdout, stderr.String())
	}
	entries, err := os.ReadDir(filepath.Join(data, "index"))
	if err != nil || len(entries) == 0 || len(entries) == 8 {
		t.Errorf("%d files in the index, want some of 8; %v", len(entries), err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".tsv.seg") {
			t.Errorf("%s was left in the index", e.Name())
		}
	}
	status, stdout = daybook(t.Context(), io.Discard, append([]string{"index", "verify"}, ofJournal...)...)
	if want := pluralIndexes(len(entries)) + " verified, no fault"; status != exitOK || !strings.HasPrefix(stdout, want) {
		t.Errorf("index verify ends with %d and says %q, want %q", status, stdout, want)
	}
}

// A writerFunc is a function as an io.Writer.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
