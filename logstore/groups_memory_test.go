package logstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// manyValues writes two days of records that mostly have details of their own;
// twenty others are shared by a hundred records and more. It returns the number
// of records and of bytes.
func manyValues(j *journal) (records, size int64) {
	rng := rand.New(rand.NewPCG(5, 5))
	for day := range 2 {
		var content strings.Builder
		for i := range 12_000 {
			detail := fmt.Sprintf("order %d of the day %d, which no other record has", i, day)
			if i%4 == 0 {
				detail = fmt.Sprintf("message %d", rng.IntN(20))
			}
			content.WriteString(line(noon(-day)+int64(i%5000), detail))
			records++
		}
		j.write("audit-"+dayOf(noon(-day)).String()+".tsv", content.String())
		size += int64(content.Len())
	}
	return records, size
}

// Nearly as many values as records, in memory for a fraction of them: the
// answer is that of a store with memory for all, the memory stays within its
// bound, and the passes are no more than it takes: few, where the values that
// are wanted are far more frequent than the others, and else as many as the
// memory makes necessary.
func TestGroupMemory(t *testing.T) {
	const memory = 600 << 10 // of some 4 MB
	j := newJournal(t)
	records, size := manyValues(j)
	small := j.open(func(o *Options) { o.QueryMemory, o.Index = memory, IndexOff })
	large := j.open(func(o *Options) { o.QueryMemory, o.Index = 4<<30, IndexOff })
	search(t, small, totals)
	search(t, large, totals)
	// Garbage counts as well: as much as a tenth of a small heap, whatever the tests
	// before have left in this one.
	const smallHeap = 8 << 20
	percent := max(1, min(10, 10*smallHeap/heldHeap()))
	defer debug.SetGCPercent(debug.SetGCPercent(int(percent)))
	for _, tt := range []struct {
		interval    int64
		field       string
		values      int
		least, most int64 // passes
	}{
		{0, "detail", 1000, 8, 80},
		{0, "detail", 5, 2, 2},
		{0, "detail", 20, 2, 2},
		{0, "detail", 21, 8, 80},
		{3600, "detail", 10, 3, 3},
		{0, "timestamp", 20, 2, 80},
		{3600, "status", 10, 1, 1},
	} {
		r := groupRequest(t, `{"where": ["actor_type", "!=", "nobody"]}`, tt.interval, tt.field, tt.values)
		var got, want *Groups
		var err error
		before := small.Stats().BytesScanned
		grown := peakHeap(func() { got, err = small.Group(t.Context(), r) })
		j.must(err)
		passes := (small.Stats().BytesScanned - before) / size
		want, err = large.Group(t.Context(), r)
		j.must(err)
		if diff := cmp.Diff(want, got); diff != "" || got.Count != records {
			t.Errorf("%+v: %d matches, mismatch (-want +got):\n%.1000s", tt, got.Count, diff)
		}
		if most := int64(memory + 4<<20); grown > most {
			t.Errorf("%+v: the heap grows by %d KiB, want at most %d KiB", tt, grown>>10, most>>10)
		}
		if passes < tt.least || passes > tt.most {
			t.Errorf("%+v: %d passes", tt, passes)
		}
	}
}

// heldHeap returns how many bytes of the heap are in use.
func heldHeap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Values that are larger than the memory for all of them are counted all the
// same, unless those of the answer do not fit.
func TestGroupHugeValues(t *testing.T) {
	j := newJournal(t)
	var content strings.Builder
	for i := range 40 {
		content.WriteString(line(noon(0), strings.Repeat("x", 5000)+fmt.Sprint(i%20)))
	}
	j.write(liveName, content.String())
	s := j.open(func(o *Options) { o.QueryMemory = 16 << 10 })
	g, err := s.Group(t.Context(), groupRequest(t, `{}`, 0, "detail", 3))
	j.must(err)
	if len(g.Values) != 3 || !strings.HasSuffix(g.Values[2].Value, "x10") || g.Values[2].Count != 2 || g.Count != 40 || !g.More {
		t.Errorf("Group = %+v", g)
	}
	g, err = s.Group(t.Context(), groupRequest(t, `{}`, 0, "detail", 4))
	var large *TooLargeError
	if !errors.As(err, &large) || large.Limit != 16<<10 || large.Actual <= large.Limit {
		t.Errorf("Group of values that do not fit = %v, %v", g, err)
	}
}

// Whoever waits no more ends a request in any of its passes.
func TestGroupCancelled(t *testing.T) {
	j, _ := generated(t, 50_000, 2)
	s := j.open(func(o *Options) { o.QueryMemory = 1 << 10 })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := s.Group(ctx, groupRequest(t, `{}`, 0, "detail", 1000))
		done <- err
	}()
	guard := time.Now().Add(time.Minute)
	for s.Stats().LinesScanned < 150_000 && time.Now().Before(guard) { // the third pass
		runtime.Gosched()
	}
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Group: %v, want %v", err, context.Canceled)
		}
	case <-time.After(time.Minute):
		t.Fatal("the request goes on after it was cancelled")
	}
}

// A file that can't be read fails a request for counts, or is named beside the
// counts of the rest: whether it can't be opened, or fails in the first pass.
func TestGroupUnreadable(t *testing.T) {
	const closed, cut = "audit-2026-04-20.tsv", "audit-2026-04-19.tsv.gz"
	j := newJournal(t)
	j.write(liveName, event(noon(0), "A", "x")+event(noon(0), "B", "x"))
	j.write(closed, event(noon(-2), "A", "x"))
	damaged := packed(t, gzipped, strings.Repeat(event(noon(-3), "C", "x"), 3000))
	j.write(cut, damaged[:len(damaged)-9])
	j.must(os.Chmod(j.path(closed), 0))
	s := j.open(func(o *Options) { o.QueryMemory = 1 << 10 })
	asNobody(t, func() {
		for _, tt := range []struct {
			interval int64
			field    string
			want     string
		}{
			{0, "", "2 of 2"},
			{86400, "", "2 of 2"},
			{0, "actor_type", "2 of 2 A=1 B=1"},
			{3600, "actor_type", "2 of 2 A=1 B=1"},
		} {
			r := groupRequest(t, `{"where": ["action", "=", "x"]}`, tt.interval, tt.field, 10)
			g, err := s.Group(t.Context(), r)
			var report *ReadError
			if !errors.As(err, &report) {
				t.Fatalf("Group(%+v) = %+v, %v; want a *ReadError", tt, g, err)
			}
			r.Partial = true
			g, err = s.Group(t.Context(), r)
			j.must(err)
			problems := []Problem{{closed, "permission denied"}, {cut, "compressed file cut short"}}
			if diff := cmp.Diff(problems, g.Problems); diff != "" {
				t.Errorf("Group(%+v): problems mismatch (-want +got):\n%s", tt, diff)
			}
			g.Buckets = nil
			if got := showGroups(g); got != tt.want {
				t.Errorf("Group(%+v) = %s, want %s", tt, got, tt.want)
			}
		}
	})
}

// A closed store counts nothing.
func TestGroupClosed(t *testing.T) {
	j := newJournal(t)
	s := j.open()
	j.must(s.Close())
	if g, err := s.Group(t.Context(), groupRequest(t, `{}`, 0, "", 0)); !errors.Is(err, ErrClosed) {
		t.Errorf("Group = %v, %v; want %v", g, err, ErrClosed)
	}
}
