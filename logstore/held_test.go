package logstore

import (
	"errors"
	"os"
	"testing"
	"time"
)

// An index file is asked for its stamp by what is mapped, or where that is not
// open any more by its name: either way, writing to it, cutting it and removing
// it are noticed.
func TestIndexUnchanged(t *testing.T) {
	t.Parallel()
	for _, held := range []bool{true, false} {
		for what, change := range map[string]func(path string) error{
			"written to": func(path string) error {
				f, err := os.OpenFile(path, os.O_WRONLY, 0)
				if err != nil {
					return err
				}
				_, err = f.WriteAt([]byte{0xff}, 100)
				return errors.Join(err, f.Close())
			},
			"cut":     func(path string) error { return os.Truncate(path, 4096) },
			"removed": os.Remove,
		} {
			j := newJournal(t)
			j.write("audit-2026-04-20.tsv", "2026-04-20T12:00:00Z\tCLIENT\t1\tLogin\tSUCCESS\t10.0.0.1\tin\n")
			s := j.indexed()
			f := s.index.files["audit-2026-04-20.tsv"]
			if f == nil || f.held == nil {
				t.Fatalf("no index that is held open: %+v", f)
			}
			if !held {
				f.letGo()
			}
			if !f.unchanged() || !f.inPlace() {
				t.Errorf("held %t: changed before anything was done", held)
			}
			j.must(change(f.path))
			if f.unchanged() || f.inPlace() {
				t.Errorf("held %t: %s, and taken for unchanged", held, what)
			}
		}
	}
}

// An index file that has lost its name is not taken for one that is there.
func TestIndexMovedAway(t *testing.T) {
	t.Parallel()
	j := newJournal(t)
	j.write("audit-2026-04-20.tsv", "2026-04-20T12:00:00Z\tCLIENT\t1\tLogin\tSUCCESS\t10.0.0.1\tin\n")
	s := j.indexed()
	f := s.index.files["audit-2026-04-20.tsv"]
	j.must(os.Rename(f.path, f.path+".away"))
	if f.inPlace() {
		t.Error("an index file without its name is in place")
	}
	if s.index.load("audit-2026-04-20.tsv", f.source) {
		t.Error("an index file without its name is loaded")
	}
}

// unread is a file that must not be read.
type unread struct{ testing.TB }

func (u unread) ReadAt([]byte, int64) (int, error) {
	u.Error("the file is read again")
	return 0, errors.New("read")
}

// What a file holds in a state that its stamp proves is read once.
func TestMemoryMark(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, "2026-04-22T12:00:00Z\tCLIENT\t1\tLogin\tSUCCESS\t10.0.0.1\tin\n")
	file, s, err := openFile(j.dir, liveName)
	j.must(err)
	defer file.Close()
	m := newMemory(terms{})
	first, err := m.mark(liveName, s, true, file)
	j.must(err)
	again, err := m.mark(liveName, s, true, unread{t})
	if err != nil || again != first {
		t.Errorf("mark = %x, %v, and then %x", first, err, again)
	}
	for _, other := range []struct {
		s      stamp
		proven bool
	}{{s, false}, {stamp{Ino: s.Ino, Size: s.Size}, true}} {
		if print, err := m.mark(liveName, other.s, other.proven, file); err != nil || print != first {
			t.Errorf("mark of the file read again = %x, %v, want %x", print, err, first)
		}
	}
	m.retain(func(string) bool { return false })
	if len(m.prints) > 0 {
		t.Errorf("of files that are gone, %v is kept", m.prints)
	}
}

// A small job is done by who brings it, while others sleep; a long one is shared.
func TestPoolAlone(t *testing.T) {
	aPool(t, 3, func(t *testing.T, p *pool) {
		done := 0 // no other goroutine touches it
		if err := p.runAll(t.Context(), unitsOf(5, func(*worker) unit { done++; return nil })); err != nil || done != 5 {
			t.Errorf("runAll: %v, %d units done", err, done)
		}
		workers := make(chan int, 100)
		p.runAll(t.Context(), unitsOf(100, func(w *worker) unit {
			time.Sleep(time.Millisecond)
			workers <- w.id
			return nil
		}))
		close(workers)
		seen := make(map[int]bool)
		for id := range workers {
			seen[id] = true
		}
		if len(seen) != 3 {
			t.Errorf("%d workers did the units of a long job, want 3", len(seen))
		}
	})
}
