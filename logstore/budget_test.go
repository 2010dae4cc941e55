package logstore

import (
	"context"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"daybook/internal/generate"

	"github.com/google/go-cmp/cmp"
)

// generated writes a journal of that many lines, over so many days up to
// today.
func generated(t testing.TB, lines int64, days int) (j *journal, bytes int64) {
	t.Helper()
	j = newJournal(t)
	result, err := generate.Write(context.Background(),
		generate.Options{Dir: j.dir, Days: days, Lines: lines, End: today, Seed: 1})
	j.must(err)
	return j, result.Bytes
}

// peakHeap returns by how much the heap was seen to grow while f ran.
func peakHeap(f func()) int64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	heap := func() int64 {
		metrics.Read(sample)
		return int64(sample[0].Value.Uint64())
	}
	// Or the next collection comes late, with what others left: pools keep
	// it through one of them.
	runtime.GC()
	runtime.GC()
	before, most := heap(), int64(0)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	for tick := time.NewTicker(time.Millisecond); ; {
		select {
		case <-done:
			tick.Stop()
			return most
		case <-tick.C:
			most = max(most, heap()-before)
		}
	}
}

// Pages deep inside of a million lines, in orders whose keys do not fit: the
// memory stays within its bound, and the page is that of a store with memory
// for all of them.
func TestQueryMemory(t *testing.T) {
	lines := int64(1_000_000)
	if testing.Short() {
		lines = 100_000
	}
	j, _ := generated(t, lines, 3)
	small := j.open(func(o *Options) { o.QueryMemory = 4 << 20 })
	large := j.open(func(o *Options) { o.QueryMemory = 4 << 30 })
	search(t, small, totals)
	search(t, large, totals)
	most := int64(0)
	for _, params := range []string{
		`{"limit": 100, "offset": HALF, "orderBy": ["detail", "ASC"]}`,
		`{"limit": 100, "offset": MOST, "orderBy": [["source", "DESC"], ["actor_id", "ASC"]]}`,
		`{"limit": 100, "offset": HALF, "orderBy": ["actor_type", "ASC"]}`,
		`{"limit": PAGE, "offset": HALF, "orderBy": [["status", "ASC"], ["detail", "DESC"]]}`,
		`{"limit": 100, "offset": HALF}`,
	} {
		params = strings.NewReplacer("HALF", itoa(lines/2), "MOST", itoa(lines-50), "PAGE", itoa(lines/200)).Replace(params)
		var got, want *Result
		grown := peakHeap(func() { got = search(t, small, params) })
		most = max(most, peakHeap(func() { want = search(t, large, params) }))
		if diff := cmp.Diff(rows(want), rows(got)); diff != "" || got.Count != want.Count || got.Count != lines {
			t.Errorf("%s: count %d, want %d; rows mismatch (-want +got):\n%.1000s", params, got.Count, want.Count, diff)
		}
		// What is not collected yet counts as well, so that this is no tight bound.
		if grown > 32<<20 {
			t.Errorf("%s: the heap grows by %d KiB", params, grown>>10)
		}
	}
	if most < 48<<20 && !testing.Short() {
		t.Errorf("with memory for all, the heap grows by %d KiB at most: the test shows little", most>>10)
	}
}
