package bytescan

import (
	"math/rand/v2"
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
