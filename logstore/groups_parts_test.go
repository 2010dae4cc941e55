package logstore

import (
	"fmt"
	"hash/maphash"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

func TestFloorDiv(t *testing.T) {
	for _, tt := range []struct{ a, b, want int64 }{
		{0, 7, 0}, {6, 7, 0}, {7, 7, 1}, {-1, 7, -1}, {-7, 7, -1}, {-8, 7, -2}, {5, 1, 5}, {-5, 1, -5},
		{filter.MinTime, filter.MaxInterval, -1971}, {filter.MinTime, 86400, -719162},
	} {
		if got := floorDiv(tt.a, tt.b); got != tt.want {
			t.Errorf("floorDiv(%d, %d) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// The interval that an error names is the smallest that fits.
func TestSmallestInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		from := rng.Int64N(4_000_000_000) - 2_000_000_000
		to := from + rng.Int64N(1+rng.Int64N(400_000_000))
		g := &grid{unit: 1, interval: 1, from: from, to: to}
		smallest := int64(1)
		for bucketsBetween(from, to, smallest) > MaxBuckets {
			smallest++
		}
		err := g.check(0, 0)
		many, _ := err.(*BucketsError)
		if smallest == 1 && err != nil || smallest > 1 && (many == nil || many.Interval != smallest) {
			t.Errorf("from %d to %d: %v, want %d", from, to, err, smallest)
		}
	}
}

func TestSeries(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		var one, other series
		want, grown := make(map[int64]int64), 0
		for range 50 {
			bucket, n := rng.Int64N(40)-20, 1+rng.Int64N(5)
			want[bucket] += n
			if rng.IntN(2) == 0 {
				grown += one.add(bucket, n)
			} else {
				other.add(bucket, n)
			}
		}
		grown += one.addAll(&other)
		for bucket := int64(-30); bucket < 30; bucket++ {
			if got := one.at(bucket); got != want[bucket] {
				t.Fatalf("bucket %d holds %d, want %d", bucket, got, want[bucket])
			}
		}
		if grown != len(one.counts) {
			t.Errorf("grown by %d, to %d", grown, len(one.counts))
		}
	}
}

func TestRanking(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for most := range 12 {
		var all []ValueCount
		for i := range rng.IntN(100) {
			all = append(all, ValueCount{Value: fmt.Sprint("value", i), Count: 1 + rng.Int64N(6)})
		}
		rng.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
		r := newRanking(most, 1<<20)
		for _, v := range all {
			if !r.add(v) {
				t.Fatalf("%d bytes do not fit into %d", r.bytes, r.memory)
			}
		}
		bytes := 0
		for _, v := range r.ranked() {
			bytes += len(v.Value)
		}
		if r.bytes != int64(bytes) {
			t.Errorf("most %d: %d bytes are counted, want %d", most, r.bytes, bytes)
		}
		slices.SortFunc(all, compareValues)
		want := all[:min(most, len(all))]
		if diff := cmp.Diff(append([]ValueCount{}, want...), append([]ValueCount{}, r.ranked()...)); diff != "" {
			t.Errorf("most %d of %d mismatch (-want +got):\n%s", most, len(all), diff)
		}
		if full := most > 0 && len(want) == most; full {
			least := want[most-1].Count
			if r.settled(least) || !r.settled(least-1) {
				t.Errorf("most %d: settled wrongly about %d", most, least)
			}
		} else if r.settled(0) && most > 0 {
			t.Errorf("most %d, of %d: settled while there is room", most, len(want))
		}
	}
}

// A sketch never says less than there is, in whatever parts it was made; and
// what may be more frequent has its place before what may be less.
func TestSketch(t *testing.T) {
	const most = 300_000 // more than places tell apart
	rng := rand.New(rand.NewPCG(3, 3))
	seed := maphash.MakeSeed()
	for _, memory := range []int64{0, 7, 64, 1 << 12} {
		one, other := newSketch(memory), newSketch(memory)
		if size := int64(4 * len(one.counters)); size > max(memory, 4) {
			t.Errorf("a sketch of %d bytes takes %d", memory, size)
		}
		counts := make(map[uint64]int64)
		for i := range 200 {
			h, n := maphash.Comparable(seed, i), 1+rng.Int64N(most)>>rng.IntN(20)
			counts[h] = n
			one.add(h, n/2)
			other.add(h, n-n/2)
		}
		one.merge(other)
		for h, n := range counts {
			p := one.place(h)
			if p.bound() < n {
				t.Errorf("%d matches have the bound %d", n, p.bound())
			}
			for g := range counts {
				if q := one.place(g); p < q && p.bound() < q.bound() {
					t.Errorf("bound %d has its place before %d", p.bound(), q.bound())
				}
			}
		}
	}
	s := newSketch(0)
	s.add(1, math.MaxUint32-1)
	s.add(2, 5)
	s.merge(s)
	if s.counters[0] != math.MaxUint32 || s.place(0).bound() != math.MaxInt64 {
		t.Errorf("a full counter holds %d", s.counters[0])
	}
	if b := lastPlace.bound(); b != 0 {
		t.Errorf("the last place has the bound %d, want 0", b)
	}
}

// The ranges of passes join up, from the first place to the last, wherever
// they are cut off.
func TestRangesJoin(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 50 {
		c := &counting{kind: rankedValues}
		c.last.Store(uint64(lastPlace))
		c = c.next(&tally{sketch: newSketch(64)})
		if c.first != 0 || c.bounds == nil {
			t.Fatalf("the first range begins at %d, its bounds are %v", c.first, c.bounds)
		}
		for passes := 0; ; passes++ {
			if passes == 10_000 {
				t.Fatal("the ranges do not come to an end")
			}
			if width := place(c.last.Load()) - c.first; rng.IntN(4) == 0 && width > 0 {
				c.lower(c.first + place(rng.Uint64N(uint64(width)))>>rng.IntN(3))
			}
			last := place(c.last.Load())
			next := c.next(&tally{})
			if next == nil {
				if last != lastPlace {
					t.Errorf("the last range ends at %d", last)
				}
				break
			}
			if next.first != last+1 || place(next.last.Load()) < next.first || next.bounds != c.bounds {
				t.Fatalf("after %d comes a range from %d to %d", last, next.first, next.last.Load())
			}
			c = next
		}
	}
}
