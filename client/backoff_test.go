package client

import (
	"testing"
	"time"
)

// TestBackoff draws pauses that double up to the longest, each within half of its
// length, and not always the same.
func TestBackoff(t *testing.T) {
	b := backoff{least: 100 * time.Millisecond, most: 3 * time.Second}
	seen := make(map[time.Duration]bool)
	for range 100 {
		for _, ms := range []int{100, 200, 400, 800, 1600, 3000, 3000} {
			d := time.Duration(ms) * time.Millisecond
			got := b.pause()
			if got < d/2 || got > d+d/2 {
				t.Fatalf("a pause of %v, want %v by half of it", got, d)
			}
			seen[got] = true
		}
		b.reset()
	}
	if len(seen) < 300 {
		t.Errorf("700 pauses are %d different ones", len(seen))
	}
}
