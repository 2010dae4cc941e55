package logstore

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
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
	s, _ := j.following()
	j.asked(s)
	h := j.heldBy(s)
	lent, _ := h.borrow(name)
	if lent == nil {
		t.Fatal("today's file is not lent")
	}
	lent.release()
	j.must(os.Chmod(j.path(name), 0o600))
	if again, _ := h.borrow(name); again != nil {
		t.Error("a file of another mode is lent")
	}
	if os.Geteuid() == 0 {
		return // who may open any file
	}
	j.must(os.Chmod(j.path(name), 0))
	if e := readErrorOf(t, s, request(t, everything)); e.Reason != "permission denied" {
		t.Errorf("%+v", e)
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
