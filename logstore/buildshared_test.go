package logstore

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
)

// buildOrder builds, one file after the other, and returns the files in the order
// in which they were done. Between them, it calls meanwhile.
func buildOrder(t *testing.T, s *Store, meanwhile func()) (names []string, last IndexProgress) {
	t.Helper()
	err := s.BuildIndex(t.Context(), func(p IndexProgress) {
		if p.File != "" {
			names = append(names, p.File)
		}
		last = p
		meanwhile()
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, last
}

func oneBuilder(o *Options) {
	o.Workers, o.IndexMemory, o.IndexFrom = 1, LeastIndexMemory, 1
}

// A build takes the data folder, so that a server that starts meanwhile builds
// nothing, and says so.
func TestBuildOwns(t *testing.T) {
	j := adminJournal(t)
	s := j.admin(oneBuilder)
	names, p := buildOrder(t, s, func() {
		if !s.owns() {
			t.Error("the data folder is not the builder's")
		}
	})
	if want := []string{dayName(1), dayName(2), dayName(3), dayName(4)}; !cmp.Equal(want, names) || p.Shared || p.Others != 0 {
		t.Errorf("built %v, %+v; want %v", names, p, want)
	}
	server, logs := openObserved(j, oneBuilder, func(o *Options) { o.Follow, o.Index = FollowAuto, IndexAuto })
	told := logs.FilterField(zap.Int("owner", os.Getpid())).FilterLevelExact(zap.InfoLevel).All()
	if len(told) != 1 || !strings.HasPrefix(told[0].Message, "data folder is another process's: ") {
		t.Errorf("the server says %v", logs.All())
	}
	if server.owns() {
		t.Error("two own the data folder")
	}
	j.must(s.Close())
	eventually(t, "ownership", server.owns)
}

// Where a server has the data folder, a build begins at the other end, and leaves
// out what the server has built when it comes to it.
func TestBuildShared(t *testing.T) {
	j := adminJournal(t)
	server, s := j.admin(oneBuilder), j.admin(oneBuilder)
	j.must(os.MkdirAll(j.data, 0o700))
	if !server.own() || !server.owns() || server.ownership.shared {
		t.Fatal("nobody should have the data folder")
	}
	names, p := buildOrder(t, s, func() {
		// The server has built the newest two by now.
		for _, day := range []int{1, 2} {
			if _, err := os.Stat(j.indexPath(day)); err == nil {
				continue
			}
			sources, _, err := server.unindexed(t.Context())
			j.must(err)
			for _, src := range sources {
				if src.name == dayName(day) {
					_, err := server.newIndexBuilder(func() {}).build(t.Context(), src)
					j.must(err)
				}
			}
		}
	})
	if want := []string{dayName(4), dayName(3), dayName(2), dayName(1)}; !cmp.Equal(want, names) {
		t.Errorf("built %v, want %v", names, want)
	}
	size := fileSize(j, dayName(3)) + fileSize(j, dayName(4))
	want := IndexProgress{File: dayName(1), Files: 4, Of: 4, Others: 2, Bytes: size, From: size, Written: p.Written, Shared: true, Owner: os.Getpid()}
	if diff := cmp.Diff(want, p); diff != "" || p.Written == 0 {
		t.Errorf("progress mismatch (-want +got):\n%s", diff)
	}
	for _, f := range states(t, s)[1:] {
		if !strings.Contains(f, " ready ") {
			t.Errorf("afterwards: %s", f)
		}
	}
}

// The number in the file is for people, and may be anything.
func TestOwnershipHolder(t *testing.T) {
	j := newJournal(t)
	o := newOwnership(j.TempDir())
	if got := o.holder(); got != 0 {
		t.Errorf("holder without a file: %d", got)
	}
	if ours, err := o.take(); !ours || err != nil {
		t.Fatalf("take: %v, %v", ours, err)
	}
	if got := o.holder(); got != os.Getpid() {
		t.Errorf("holder = %d, want %d", got, os.Getpid())
	}
	for text, want := range map[string]int{"": 0, "7": 7, "7\n": 7, "-7\n": 0, "x": 0, strings.Repeat("9", 100): 0, fmt.Sprint(1<<30, "\n"): 1 << 30} {
		j.must(os.WriteFile(o.name, []byte(text), 0o600))
		if got := o.holder(); got != want {
			t.Errorf("holder of %q = %d, want %d", text, got, want)
		}
	}
	o.release()
}
