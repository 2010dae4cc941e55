package bytescan

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestIndexPair holds the kernel in use against its portable twin, at every
// length and near the end of a page, where the kernel must not look further.
func TestIndexPair(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	page := make([]byte, 8192)
	for range 300_000 {
		n := rng.IntN(100)
		distance := rng.IntN(12)
		start := rng.IntN(len(page) - n - distance)
		if rng.IntN(3) == 0 {
			start = len(page) - n - distance
		}
		b := page[start : start+n+distance : start+n+distance]
		for i := range b {
			b[i] = "aAbB"[rng.IntN(4)]
		}
		first := pairByte{'a', byte(rng.IntN(2) * 0x20)}
		second := pairByte{'b', byte(rng.IntN(2) * 0x20)}
		want := -1
		for i := range n {
			if b[i]|first.mask == first.value && b[i+distance]|second.mask == second.value {
				want = i
				break
			}
		}
		if got := indexPairPortable(b, n, distance, first, second); got != want {
			t.Fatalf("indexPairPortable(%q, %d, %d) = %d, want %d", b, n, distance, got, want)
		}
		if got := indexPair(b, n, distance, first, second); got != want {
			t.Fatalf("indexPair(%q, %d, %d) = %d, want %d", b, n, distance, got, want)
		}
	}
}

// TestMarkPair holds the kernel in use, and its portable twin, against one
// comparison for each position.
func TestMarkPair(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	marked := 0
	for range 20_000 {
		words, distance := rng.IntN(6), rng.IntN(MarkAhead)
		b := make([]byte, 64*words+distance)
		for i := range b {
			b[i] = "aAbB"[rng.IntN(4)]
		}
		first := pairByte{'a', byte(rng.IntN(2) * 0x20)}
		second := pairByte{'b', byte(rng.IntN(2) * 0x20)}
		want := make([]uint64, words)
		for i := range 64 * words {
			if b[i]|first.mask == first.value && b[i+distance]|second.mask == second.value {
				want[i/64] |= 1 << (i % 64)
				marked++
			}
		}
		if words == 0 {
			continue
		}
		got := make([]uint64, words)
		if markPairPortable(got, b, distance, first, second); !slices.Equal(got, want) {
			t.Fatalf("markPairPortable(%q, %d) = %x, want %x", b, distance, got, want)
		}
		clear(got)
		if markPair(got, b, distance, first, second); !slices.Equal(got, want) {
			t.Fatalf("markPair(%q, %d) = %x, want %x", b, distance, got, want)
		}
	}
	if marked < 100_000 {
		t.Fatalf("only %d positions were marked", marked)
	}
}
