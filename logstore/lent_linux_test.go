package logstore

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// heldBy returns the handles of a store, for the test.
func (j *journal) heldBy(s *Store) *handles {
	j.Helper()
	h := s.lister.held()
	if h == nil {
		j.Fatal("no files are kept open")
	}
	j.Cleanup(h.release)
	return h
}

// A lent file is read by who has it after all others have released it, and closed then.
func TestLentFile(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	name := fmt.Sprintf("audit-%s.tsv", dayOf(noon(0)).String())
	j.write(name, dayLines(rand.New(rand.NewPCG(75, 0)), 0, 10, 0))
	f := lendFile(j.dir, name)
	lent, now := f.borrow()
	if lent == nil || now.Size == 0 {
		t.Fatalf("borrow returns %v, %+v", lent, now)
	}
	f.release()
	j.must(os.Remove(j.path(name)))
	first := make([]byte, 1)
	if err := readAll(lent.file, first, 0); err != nil {
		t.Errorf("a lent file that its lender has released: %v", err)
	}
	if again, _ := f.borrow(); again != nil {
		t.Error("a deleted file is lent")
	}
	lent.release()
	if err := readAll(lent.file, first, 0); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a file that all have released: %v", err)
	}
}

// Who may not open a file any more does not read it by what is open of it.
func TestLentAccess(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	name := fmt.Sprintf("audit-%s.tsv", dayOf(noon(0)).String())
	j.write(name, dayLines(rand.New(rand.NewPCG(76, 0)), 0, 10, 0))
	j.must(os.Chmod(j.path(name), 0o644))
	s, _ := j.following()
	j.asked(s)
	h := j.heldBy(s)
	lent := func() (ok bool) {
		if os.Geteuid() == 0 { // who may open any file
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			if _, err := unix.SetfsuidRetUid(65534); err != nil {
				t.Fatal(err)
			}
			defer unix.SetfsuidRetUid(0)
		}
		f, _ := h.borrow(name)
		if f != nil {
			f.release()
		}
		return f != nil
	}
	if !lent() {
		t.Error("today's file is not lent")
	}
	j.must(os.Chmod(j.path(name), 0))
	if lent() {
		t.Error("a file is lent that could not be opened")
	}
}

// An export reads a file to its end that is lent to it, whatever becomes of the journal
// and of the store's handles.
func TestLentToExport(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	day := func(back int) string { return fmt.Sprintf("audit-%s.tsv", (dayOf(noon(0)) - Day(back)).String()) }
	rng := rand.New(rand.NewPCG(77, 0))
	for back := range 3 {
		j.write(day(back), dayLines(rng, back, 2000, 0))
	}
	s, _ := j.following()
	j.asked(s)
	want := outcomeOf(s, request(t, everything))
	borrowed := func() (n int64) {
		h := s.lister.held()
		defer h.release()
		if h == nil {
			return 0
		}
		for _, f := range h.lent {
			n += f.users.Load() - 1
		}
		return n
	}
	export, err := s.Export(t.Context(), exportRequest(t, `{}`))
	j.must(err)
	if borrowed() == 0 {
		t.Error("the export has borrowed nothing")
	}
	for back := range 3 {
		j.must(os.Remove(j.path(day(back))))
	}
	s.lister.forget()
	rows := 0
	for {
		some, err := export.Next(t.Context())
		if err == io.EOF {
			break
		}
		j.must(err)
		rows += len(some)
	}
	export.Close()
	if diff := cmp.Diff(int(want.Count), rows); diff != "" {
		t.Errorf("(-search +export)\n%s", diff)
	}
	if open := keptOpen(t, j.dir); len(open) > 0 {
		t.Errorf("%q are open", open)
	}
}
