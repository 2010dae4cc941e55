package dayfile_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"daybook/dayfile"
)

func nowNoon() time.Time { return noon }

// TestProcesses has eight processes write to a folder in which files are
// rotated at every few records. All records are there, once, each process's in
// its order, and no number was left out.
func TestProcesses(t *testing.T) {
	f := newFolder(t)
	const (
		processes, records = 8, 300
		maxSize            = 2000
	)
	var group sync.WaitGroup
	for id := range processes {
		cmd, out := child{Dir: f.dir, ID: id, Records: records, MaxSize: maxSize, LongTo: 300}.start(t)
		group.Go(func() {
			if last := lastNumber(t, out); last != records {
				t.Errorf("process %d wrote %d records, want %d", id, last, records)
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	next := make([]int, processes)
	got := read(t, f.dir)
	for _, detail := range got.details() {
		id, number, whole := parseDetail(detail)
		if next[id]++; !whole || number != next[id] {
			t.Fatalf("process %d: record %q where its record %d belongs", id, detail, next[id])
		}
	}
	if got.total != processes*records || len(got.rows) != processes*records {
		t.Errorf("%d lines, %d records; want %d", got.total, len(got.rows), processes*records)
	}
	files := f.content()
	want := []string{"audit-2026-04-22.tsv"}
	for number := 1; number < len(files); number++ {
		want = append(want, fmt.Sprintf("audit-2026-04-22.%d.tsv", number))
	}
	for _, name := range want {
		if size := len(files[name]); size == 0 || size > maxSize {
			t.Errorf("%s has %d bytes, want 1 to %d", name, size, maxSize)
		}
	}
	if least := processes * records * 200 / maxSize; len(files) < least {
		t.Errorf("%d files, want at least %d", len(files), least)
	}
}

// kills returns how many writers are killed: SOAK=long is the whole test.
func kills() int {
	switch {
	case os.Getenv("SOAK") == "long":
		return 5000
	case testing.Short():
		return 60
	}
	return 200
}

// TestSoakKilled kills writers, two at a time, from outside at any moment and from
// inside within a write. What a writer had been told is written is there, once;
// of what it was writing when it was killed, at most one whole record is there;
// and nothing was merged with a torn line.
func TestSoakKilled(t *testing.T) {
	f := newFolder(t)
	kills := kills()
	told := make([]int, kills) // the last record that each child was told is written
	var lanes sync.WaitGroup
	for lane := range 2 {
		lanes.Go(func() {
			random := rand.New(rand.NewPCG(uint64(lane), uint64(os.Getpid())))
			for id := lane; id < kills; id += 2 {
				told[id] = runKilled(t, f.dir, id, random)
			}
		})
	}
	lanes.Wait()
	if t.Failed() {
		return
	}
	found := make([]int, kills) // records of each child
	torn := 0
	got := read(t, f.dir)
	for _, detail := range got.details() {
		if strings.HasSuffix(detail, dayfile.TornMark) {
			torn++
			continue
		}
		id, number, whole := parseDetail(detail)
		if found[id]++; !whole || number != found[id] {
			t.Fatalf("child %d: record %.80q where its record %d belongs", id, detail, found[id])
		}
	}
	for id := range kills {
		if found[id] != told[id] && found[id] != told[id]+1 {
			t.Errorf("child %d was told that %d records are written; %d are there", id, told[id], found[id])
		}
	}
	torn += int(got.total) - len(got.rows) // malformed
	if want := kills/2 - 1; torn < want {  // the last may not be closed off
		t.Errorf("%d torn lines, want at least %d: of the children that killed themselves", torn, want)
	}
	t.Logf("%d kills: %d records, %d torn lines, %d files", kills, len(got.rows), torn, len(f.content()))
}

// runKilled runs a child until it is killed, and returns the last record that
// it was told is written.
func runKilled(t *testing.T, dir string, id int, random *rand.Rand) int {
	c := child{Dir: dir, ID: id, MaxSize: 200_000, LongTo: 10_000}
	inside := id%4 < 2
	if inside {
		c.DieAt = 1 + random.IntN(20)
	}
	cmd, out := c.start(t)
	if !inside {
		if _, err := out.Peek(1); err != nil {
			t.Errorf("child %d wrote nothing: %v", id, err)
		}
		moment := time.Duration(random.IntN(3_000)) * time.Microsecond
		time.AfterFunc(moment, func() { cmd.Process.Kill() })
	}
	last := lastNumber(t, out)
	if err := cmd.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Errorf("child %d ended with %v, want it killed", id, err)
	}
	return last
}

// TestFileSizeLimit writes until the kernel refuses, in the middle of a record.
func TestFileSizeLimit(t *testing.T) {
	f := newFolder(t)
	const limit = 5000
	cmd, out := child{Dir: f.dir, MaxFile: limit, LongTo: 300}.start(t)
	written := lastNumber(t, out)
	if err := cmd.Wait(); err == nil || err.Error() != "exit status 1" {
		t.Errorf("the child ended with %v, want an exit status of 1", err)
	}
	const want = "append to audit-2026-04-22.tsv: 0 of 1 records were written: write "
	if says := cmd.Stderr.(*bytes.Buffer).String(); !strings.HasPrefix(says, want) || !strings.HasSuffix(says, "file too large") {
		t.Errorf("the child says %q, want %q, and why", says, want)
	}
	content := f.content()["audit-2026-04-22.tsv"]
	if !strings.HasSuffix(content, " end\n") || len(content) < limit-500 {
		t.Errorf("the file has %d bytes and ends with %q, want whole records up to near %d", len(content), content[max(0, len(content)-20):], limit)
	}
	if got := read(t, f.dir); got.total != int64(written) || len(got.rows) != written {
		t.Errorf("%d lines, %d records; want %d", got.total, len(got.rows), written)
	}
}
