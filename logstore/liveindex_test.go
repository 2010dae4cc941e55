package logstore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A file that grows has segments of its beginning, and answers stay those of
// the scan: after each append, and when it is written anew.
func TestIndexLiveEqualsScan(t *testing.T) {
	t.Parallel()
	for _, mapped := range []bool{true, false} {
		testLiveEqualsScan(t, mapped)
	}
}

func testLiveEqualsScan(t *testing.T, mapped bool) {
	rng := rand.New(rand.NewPCG(51, 52))
	j := newJournal(t)
	j.write("audit-2026-04-21.tsv", dayLines(rng, 1, 2500, 0))
	content := dayLines(rng, 0, 3000, 20)
	j.write(liveName, content)
	with, without := j.indexed(func(o *Options) { o.liveStretch, o.NoMmap = 3*liveStep, !mapped }), j.scanned()
	b := with.newIndexBuilder(func() {})
	grow := func() {
		t.Helper()
		_, err := with.indexLive(context.Background(), b)
		j.must(err)
	}
	compare := func(when string) {
		t.Helper()
		for range 60 {
			params := randomQuery(rng)
			if diff := cmp.Diff(outcomeOf(without, request(t, params)), outcomeOf(with, request(t, params))); diff != "" {
				t.Fatalf("%s, %s: (-scan +index)\n%s", when, params, diff)
			}
			r := &GroupRequest{Query: request(t, params).Query, Interval: 3600, Values: 3, Field: 4}
			want, _ := without.Group(context.Background(), r)
			got, _ := with.Group(context.Background(), r)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s, counts of %s: (-scan +index)\n%s", when, params, diff)
			}
		}
	}
	segments := func() int {
		if f := with.index.live[liveName]; f != nil {
			return len(f.segments)
		}
		return 0
	}
	compare("before")
	for part := range 4 {
		for before := len(content); len(content) < before+2*liveStep; {
			content += dayLines(rng, 0, 300, 20)
		}
		j.write(liveName, content+"2026-04-22T12:00:00Z\tCLIENT\tunfinished")
		before := segments()
		grow()
		if segments() <= before {
			t.Fatalf("part %d: %d segments, as before", part, before)
		}
		compare(fmt.Sprint("part ", part))
	}
	if n := with.Stats().Indexed; n < 200 {
		t.Errorf("only %d requests used the index", n)
	}
	content = strings.ReplaceAll(content, "CLIENT", "SYSTEM")
	j.write(liveName, content)
	compare("written anew")
	grow()
	compare("written anew, and indexed")
	f := with.index.live[liveName]
	if f.to != int64(len(content)) {
		t.Errorf("the segments are of %d bytes, want %d", f.to, len(content))
	}
	if f.stretches < 2 || len(f.segments) == f.stretches || (f.stretchBytes == 0) != mapped {
		t.Errorf("%d of %d segments are of full stretches, which take %d bytes of memory; mapped: %t",
			f.stretches, len(f.segments), f.stretchBytes, mapped)
	}
	if names := namesIn(t, with.index.dir); len(names) != 1 {
		t.Errorf("the index folder holds %v, want the index of one day", names)
	}
}

// namesIn returns the names of what is in a folder.
func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Where the data folder can't be written to, segments of a live file are kept in
// memory, and where that is too much, the rest of the file is scanned.
func TestIndexLiveNotStowed(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(53, 54))
	j := newJournal(t)
	content := dayLines(rng, 0, 6000, 20)
	j.write(liveName, content)
	with, without := j.indexed(func(o *Options) { o.liveStretch = 2 * liveStep }), j.scanned()
	j.must(os.MkdirAll(with.opts.DataDir, 0o700))
	j.must(os.WriteFile(with.index.dir, nil, 0o600)) // in the way
	b := with.newIndexBuilder(func() {})
	_, err := with.indexLive(t.Context(), b)
	j.must(err)
	f := with.index.live[liveName]
	if f == nil || f.stretches == 0 || f.stretchBytes == 0 || f.to != int64(len(content)) {
		t.Fatalf("segments in memory: %+v", f)
	}
	for range 60 {
		params := randomQuery(rng)
		if diff := cmp.Diff(outcomeOf(without, request(t, params)), outcomeOf(with, request(t, params))); diff != "" {
			t.Fatalf("%s: (-scan +index)\n%s", params, diff)
		}
	}
	full := *f
	full.stretchBytes, full.bytes = liveMemory, 2*liveMemory
	with.index.live[liveName] = &full
	for more := 0; more < 4*liveStep; {
		lines := dayLines(rng, 0, 300, 20)
		more += len(lines)
		content += lines
	}
	j.write(liveName, content)
	if grew, err := with.indexLive(t.Context(), b); grew || err != nil {
		t.Errorf("segments of a file beyond what fits into memory grew: %t, %v", grew, err)
	}
}

// Segments of a live file that did not reach the disk are not mapped from there:
// memory that is given up and read again would hold something else.
func TestIndexLiveNotSynced(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	content := dayLines(rand.New(rand.NewPCG(55, 56)), 0, 6000, 20)
	j.write(liveName, content)
	s := j.indexed(func(o *Options) {
		o.liveStretch = 2 * liveStep
		o.disk = unsyncedDisk{osDisk{}}
	})
	_, err := s.indexLive(t.Context(), s.newIndexBuilder(func() {}))
	j.must(err)
	f := s.index.live[liveName]
	if f == nil || f.stretches == 0 || f.to != int64(len(content)) {
		t.Fatalf("segments in memory: %+v", f)
	}
	if f.stretchBytes == 0 {
		t.Errorf("%d stretches are mapped from files that could not be synced", f.stretches)
	}
	if names := namesIn(t, s.index.dir); len(names) != 0 {
		t.Errorf("the index folder holds %v", names)
	}
}

// An unsyncedDisk can't sync files.
type unsyncedDisk struct{ disk }

func (d unsyncedDisk) create(path string) (diskFile, error) {
	file, err := d.disk.create(path)
	return unsyncedFile{file}, err
}

type unsyncedFile struct{ diskFile }

func (unsyncedFile) Sync() error { return syscall.EIO }
