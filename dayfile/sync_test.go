package dayfile_test

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"daybook/dayfile"
)

// syncing makes a writer with a policy, whose syncs are counted and fail as
// long as *fail is an error.
func (f *folder) syncing(policy dayfile.SyncPolicy, count *atomic.Int64, fail *error) *dayfile.Writer {
	f.Helper()
	return f.open(func(o *dayfile.Options) {
		o.Sync = policy
		*o = o.WithDisk(nil, func(*os.File) error {
			count.Add(1)
			return *fail
		})
	})
}

func TestSyncPolicies(t *testing.T) {
	for _, tt := range []struct {
		policy                             dayfile.SyncPolicy
		writes, nextDay, afterwards, close int64 // syncs, counted up
	}{
		{dayfile.SyncNever, 0, 0, 0, 0},
		{dayfile.SyncAlways, 3, 4, 4, 4},
		{dayfile.SyncPolicy(time.Hour), 0, 1, 2, 2}, // within the hour, and after
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFolder(t)
			var count atomic.Int64
			var fail error
			w := f.syncing(tt.policy, &count, &fail)
			check := func(when string, want int64) {
				t.Helper()
				if got := count.Load(); got != want {
					t.Errorf("policy %d: %d syncs %s, want %d", tt.policy, got, when, want)
				}
			}
			for range 3 {
				f.write(w, "a\n")
			}
			check("after three writes", tt.writes)
			f.now = noon.Add(24 * time.Hour)
			f.write(w, "b\n")
			check("with the next day's first", tt.nextDay)
			time.Sleep(time.Hour + time.Minute)
			synctest.Wait()
			check("an hour later", tt.afterwards)
			time.Sleep(time.Hour)
			synctest.Wait()
			f.must(w.Close())
			check("after Close", tt.close)
		})
	}
}

// TestSyncFails has the disk refuse once. Whoever wrote what it refused is
// told; nobody is told that a later sync made it good.
func TestSyncFails(t *testing.T) {
	f := newFolder(t)
	var count atomic.Int64
	fail := error(syscall.EIO)
	w := f.syncing(dayfile.SyncAlways, &count, &fail)
	n, err := w.Write([]byte("a\n"))
	var failed *dayfile.SyncError
	if n != 2 || !errors.As(err, &failed) || failed.File != "audit-2026-04-22.tsv" || !errors.Is(err, syscall.EIO) {
		t.Errorf("Write = %d, %v; want 2 and a SyncError", n, err)
	}
	if err := w.Sync(); !errors.As(err, &failed) {
		t.Errorf("Sync = %v, want the SyncError again: nothing has been written since", err)
	}
	fail = nil
	f.write(w, "b\n")
	if err := w.Sync(); err != nil {
		t.Errorf("Sync = %v after another record was made durable", err)
	}
	if got := count.Load(); got != 2 {
		t.Errorf("%d syncs, want 2: what was refused is not tried again", got)
	}
}

// TestSyncFailsInBackground reports what nobody waits for, once.
func TestSyncFailsInBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFolder(t)
		var count atomic.Int64
		fail := error(syscall.EIO)
		w := f.syncing(dayfile.SyncPolicy(time.Second), &count, &fail)
		f.write(w, "a\n")
		time.Sleep(time.Minute)
		synctest.Wait()
		var failed *dayfile.SyncError
		if len(f.reported) != 1 || !errors.As(f.reported[0], &failed) {
			t.Errorf("reported %v, want one SyncError", f.reported)
		}
	})
}

// TestSyncShared has many writers wait for a slow disk: they share its syncs.
func TestSyncShared(t *testing.T) {
	f := newFolder(t)
	var count atomic.Int64
	started, release := make(chan struct{}, 100), make(chan struct{})
	w := f.open(func(o *dayfile.Options) {
		o.Sync = dayfile.SyncAlways
		*o = o.WithDisk(nil, func(*os.File) error {
			count.Add(1)
			started <- struct{}{}
			<-release
			return nil
		})
	})
	var group sync.WaitGroup
	write := func() {
		if _, err := w.Write([]byte("a\n")); err != nil {
			t.Error(err)
		}
	}
	group.Go(write)
	<-started // and holds everybody else up
	const others = 20
	for range others {
		group.Go(write)
	}
	for len(f.content()["audit-2026-04-22.tsv"]) < 2*(others+1) {
		time.Sleep(time.Millisecond) // appending goes on meanwhile
	}
	close(release)
	group.Wait()
	if got := count.Load(); got != 2 {
		t.Errorf("%d syncs for %d writes, want 2", got, others+1)
	}
}
