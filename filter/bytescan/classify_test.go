package bytescan

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// naiveClassify is Classify one byte at a time.
func naiveClassify(b []byte, separator, escape byte) []Mask {
	masks := make([]Mask, len(b)/64)
	for i, c := range b {
		m, bit := &masks[i/64], uint64(1)<<(i%64)
		if c == '\n' {
			m.Newline |= bit
		}
		if c == separator {
			m.Separator |= bit
		}
		if c == escape || c >= 0x80 {
			m.Odd |= bit
		}
	}
	return masks
}

func TestClassify(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for words := range 20 {
		b := make([]byte, 64*words)
		for i := range b {
			b[i] = byte(rng.Uint32())
			if rng.IntN(2) == 0 {
				b[i] = "\n\t\\ab\x80\x7f\xff\x00\x0b\x09"[rng.IntN(11)]
			}
		}
		want := naiveClassify(b, '\t', '\\')
		got := make([]Mask, words)
		Classify(got, b, '\t', '\\')
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("Classify of %d words (-want +got):\n%s", words, diff)
		}
		clear(got)
		classifyPortable(got, b, '\t', '\\')
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("classifyPortable of %d words (-want +got):\n%s", words, diff)
		}
	}
}

func TestClassifyRefusesOddLength(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Classify of 65 bytes into one mask did not panic")
		}
	}()
	Classify(make([]Mask, 1), make([]byte, 65), '\t', '\\')
}

func BenchmarkClassify(b *testing.B) {
	buffer := make([]byte, 256<<10)
	masks := make([]Mask, len(buffer)/64)
	b.SetBytes(int64(len(buffer)))
	for b.Loop() {
		Classify(masks, buffer, '\t', '\\')
	}
}
