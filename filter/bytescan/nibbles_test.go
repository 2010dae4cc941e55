package bytescan

import (
	"math/rand/v2"
	"testing"
)

// places returns where a sequence of nibbles stands, as naively as can be.
func places(sequence, b []byte) (all []int) {
	var spread []byte
	for _, c := range b {
		spread = append(spread, c>>4, c&0xf)
	}
	for i := 0; i+len(sequence) <= len(spread); i++ {
		if string(spread[i:i+len(sequence)]) == string(sequence) {
			all = append(all, i)
		}
	}
	return all
}

func checkNibbles(t *testing.T, sequence, b []byte) int {
	t.Helper()
	want := places(sequence, b)
	n := NewNibbles(sequence)
	if n.Len() != len(sequence) {
		t.Fatalf("Len of %x is %d", sequence, n.Len())
	}
	search := n.Search(b)
	from := 0
	for i := range len(want) + 1 {
		at, ok := search.Next(from)
		if ok != (i < len(want)) || ok && at != want[i] {
			t.Fatalf("%x in %x from %d: %d, %v; want place %d of %v", sequence, b, from, at, ok, i, want)
		}
		from = at + 1
	}
	return len(want)
}

func TestNibbles(t *testing.T) {
	rng := rand.New(rand.NewPCG(71, 72))
	found := 0
	for range 20_000 {
		values := 1 + rng.IntN(16)
		b := make([]byte, rng.IntN(200))
		for i := range b {
			b[i] = byte(rng.IntN(values)<<4 | rng.IntN(values))
		}
		sequence := make([]byte, 1+rng.IntN(min(MostNibbles, 1+rng.IntN(MostNibbles))))
		for i := range sequence {
			sequence[i] = byte(rng.IntN(values))
		}
		if len(b) > len(sequence) && rng.IntN(2) == 0 { // one that is there
			at := rng.IntN(2*len(b) - len(sequence))
			for i := range sequence {
				sequence[i] = b[(at+i)/2] >> (4 * (1 - (at+i)%2)) & 0xf
			}
		}
		found += checkNibbles(t, sequence, b)
	}
	if found < 20_000 {
		t.Errorf("%d places in all", found)
	}
}

func TestNibblesFromAnywhere(t *testing.T) {
	n := NewNibbles([]byte{1, 2, 3})
	b := []byte{0x12, 0x31, 0x23, 0x01, 0x23}
	for _, tt := range []struct {
		from, at int
		ok       bool
	}{{0, 0, true}, {1, 3, true}, {3, 3, true}, {4, 7, true}, {8, 0, false}, {20, 0, false}} {
		search := n.Search(b)
		if at, ok := search.Next(tt.from); ok != tt.ok || ok && at != tt.at {
			t.Errorf("Next(%d) = %d, %v; want %d, %v", tt.from, at, ok, tt.at, tt.ok)
		}
	}
}

func FuzzNibbles(f *testing.F) {
	f.Add([]byte{1, 2, 3}, []byte{0x12, 0x31, 0x23})
	f.Add([]byte{0}, []byte{0})
	f.Fuzz(func(t *testing.T, sequence, b []byte) {
		if len(sequence) == 0 || len(sequence) > MostNibbles {
			return
		}
		for i := range sequence {
			sequence[i] &= 0xf
		}
		checkNibbles(t, sequence, b)
	})
}

func BenchmarkNibbles(b *testing.B) {
	rng := rand.New(rand.NewPCG(73, 74))
	data := make([]byte, 4<<20)
	for i := range data {
		data[i] = byte(rng.IntN(10)<<4 | rng.IntN(10))
	}
	for name, sequence := range map[string][]byte{"nibbles=3": {1, 2, 3}, "nibbles=6": {1, 4, 5, 4, 3, 2}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			n := NewNibbles(sequence)
			for b.Loop() {
				search := n.Search(data)
				for at, ok := search.Next(0); ok; at, ok = search.Next(at + 1) {
				}
			}
		})
	}
}
