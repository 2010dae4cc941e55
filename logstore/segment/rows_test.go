package segment

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A rowSet is the records of a bitmap, one by one.
type rowSet map[uint32]bool

// drawRows draws a bitmap for n records and the same as a set.
func drawRows(rng *rand.Rand, n int) (bitmap, rowSet) {
	b, set := make(bitmap, blocks(n)), rowSet{}
	share := []int{1, 2, 10, 300}[rng.IntN(4)]
	for i := range uint32(n) {
		if rng.IntN(share) == 0 {
			b.set(i)
			set[i] = true
		}
	}
	return b, set
}

// those returns the records of n for which want reports true.
func those(n int, want func(i uint32) bool) (rows []uint32) {
	for i := range uint32(n) {
		if want(i) {
			rows = append(rows, i)
		}
	}
	return rows
}

// TestBitmap compares operations on bitmaps with those on sets.
func TestBitmap(t *testing.T) {
	rng := rand.New(rand.NewPCG(81, 82))
	for range 400 {
		n := 1 + rng.IntN(700)
		a, inA := drawRows(rng, n)
		b, inB := drawRows(rng, n)
		from, to := rng.IntN(n+1), rng.IntN(n+1)
		for _, tt := range []struct {
			name string
			do   func(dst bitmap)
			want func(i uint32) bool
		}{
			{"nothing", func(bitmap) {}, func(i uint32) bool { return inA[i] }},
			{"and", func(dst bitmap) { dst.and(b) }, func(i uint32) bool { return inA[i] && inB[i] }},
			{"andNot", func(dst bitmap) { dst.andNot(b) }, func(i uint32) bool { return inA[i] && !inB[i] }},
			{"or", func(dst bitmap) { dst.or(b) }, func(i uint32) bool { return inA[i] || inB[i] }},
			{"fill", func(dst bitmap) { dst.fill(n) }, func(uint32) bool { return true }},
			{"keep", func(dst bitmap) { dst.keep(from, to) }, func(i uint32) bool { return inA[i] && from <= int(i) && int(i) < to }},
			{"unset", func(dst bitmap) { dst.unset(uint32(n / 2)) }, func(i uint32) bool { return inA[i] && i != uint32(n/2) }},
		} {
			got := slices.Clone(a)
			tt.do(got)
			want := those(n, tt.want)
			var each []uint32
			got.each(func(i uint32) { each = append(each, i) })
			if diff := cmp.Diff(want, each); diff != "" || got.count() != len(want) {
				t.Fatalf("%s of %d records [%d, %d): count %d (-want +got):\n%s", tt.name, n, from, to, got.count(), diff)
			}
			if diff := cmp.Diff(want, those(n, got.has)); diff != "" {
				t.Fatalf("%s of %d records, has (-want +got):\n%s", tt.name, n, diff)
			}
		}
	}
}

// TestGaps encodes and decodes lists of records.
func TestGaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(83, 84))
	for range 400 {
		n := 1 + rng.IntN(1+rng.IntN(100_000))
		_, set := drawRows(rng, min(n, 500))
		records := those(n, func(i uint32) bool { return set[i%500] && rng.IntN(3) == 0 })
		gaps := appendGaps(nil, records)
		got, ok := appendRecords(nil, gaps, len(records), n)
		if diff := cmp.Diff(records, got); diff != "" || !ok {
			t.Fatalf("appendRecords: %v (-want +got):\n%s", ok, diff)
		}
		if len(records) == 0 {
			continue
		}
		last := records[len(records)-1]
		if _, ok := appendRecords(nil, gaps[:len(gaps)-1], len(records), n); ok {
			t.Fatal("a list that is cut short is read")
		}
		if _, ok := appendRecords(nil, gaps, len(records)+1, n); ok {
			t.Fatal("more records are read than there are")
		}
		if _, ok := appendRecords(nil, gaps, len(records), int(last)); ok {
			t.Fatalf("record %d of %d is read", last, last)
		}
	}
}
