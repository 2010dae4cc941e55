package logstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hostilities are what is done to an index file while queries look at it.
var hostilities = []func(path string, size int64) error{
	func(path string, _ int64) error { return os.Truncate(path, 0) },
	func(path string, size int64) error { return os.Truncate(path, size/2) },
	func(path string, size int64) error { return os.Truncate(path, size+5000) },
	func(path string, size int64) error {
		return errors.Join(os.Truncate(path, 4096), os.Truncate(path, size))
	},
	func(path string, size int64) error { return punch(path, size/3, size/3) },
	func(path string, size int64) error { return os.WriteFile(path, make([]byte, size), 0o600) },
	func(path string, _ int64) error { return os.Remove(path) },
}

// punch makes a hole in a file.
func punch(path string, at, size int64) error {
	const keepSize, punchHole = 1, 2 // of fallocate
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = syscall.Fallocate(int(f.Fd()), keepSize|punchHole, at, size)
	if errors.Is(err, syscall.EOPNOTSUPP) {
		_, err = f.WriteAt(make([]byte, size), at)
	}
	return errors.Join(err, f.Close())
}

// TestIndexHostile has index files cut, overwritten and deleted in place under
// 64 goroutines that query them, round after round: the process lives, and all
// answers are right.
func TestIndexHostile(t *testing.T) {
	t.Parallel()
	const clients, rounds = 64, 210
	j := newIndexedJournal(t, 400)
	s, _ := j.start(true)
	sound := make(map[string][]byte)
	j.must(s.BuildIndex(t.Context(), nil))
	for back := 1; back <= 3; back++ {
		sound[j.indexPath(back)] = j.content(j.indexPath(back))
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var asked atomic.Int64
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for i := client; ctx.Err() == nil; i++ {
				n := i % len(j.queries)
				if diff := cmp.Diff(j.want[n], outcomeOf(s, request(t, j.queries[n]))); diff != "" {
					t.Errorf("%s: (-scan +index)\n%s", j.queries[n], diff)
					stop()
				}
				asked.Add(1)
			}
		})
	}
	for round := 0; round < rounds && ctx.Err() == nil; round++ {
		path := j.indexPath(1 + round%3)
		before := asked.Load()
		err := hostilities[round%len(hostilities)](path, int64(len(sound[path])))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // unless it was set aside at this moment
			t.Error(err)
		}
		until(t, "some are answered", func() bool { return asked.Load() > before+8 || ctx.Err() != nil })
		// A sound file comes back, as a builder publishes it.
		j.replace(path, sound[path])
		j.missing(s)
	}
	stop()
	all.Wait()
	if n := asideOf(s); n < rounds/2 {
		t.Errorf("in %d rounds %d indexes were set aside", rounds, n)
	}
	if s.Stats().Indexed < asked.Load()/10 {
		t.Errorf("of %d queries, %d used the index", asked.Load(), s.Stats().Indexed)
	}
	for path := range sound {
		left, err := filepath.Glob(path + "*")
		j.must(err)
		if len(left) > 2 {
			t.Error(fmt.Errorf("index folder fills up: %v", left))
		}
	}
}
