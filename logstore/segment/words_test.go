package segment

import (
	"math/rand/v2"
	"testing"
)

// TestTermTable collects random terms by block: each is found in all blocks
// where it was added, and few terms that stand nowhere are found in many.
func TestTermTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(91, 92))
	for _, terms := range []int{0, 1, 30, 5000, 200_000} {
		var b termBuilder
		n := 1 + rng.IntN(100*blockRecords)
		in := make(map[term]bitmap)
		for i := range terms {
			if i*blocks(n)/terms != (i-1)*blocks(n)/terms || i == 0 {
				b.begin(uint32(i * blocks(n) / terms))
			}
			of := mix(rng.Uint64N(1 + uint64(terms)))
			if in[of] == nil {
				in[of] = make(bitmap, blocks(n))
			}
			in[of][b.block] = ^uint64(0)
			b.add(of)
		}
		starts, entries := b.table()
		table := termTable{starts, entries}
		for of, want := range in {
			got := make(bitmap, blocks(n))
			table.orBlocks(got, of)
			missed := make(bitmap, blocks(n))
			missed.or(want)
			if missed.andNot(got); missed.count() > 0 {
				t.Fatalf("of %d terms, one is not found in %d blocks", terms, missed.count()/blockRecords)
			}
		}
		const strangers = 1000
		named := 0
		for range strangers {
			got := make(bitmap, blocks(n))
			table.orBlocks(got, mix(rng.Uint64()|1<<63))
			named += got.count() / blockRecords
		}
		if most := strangers * (perBucket/8 + 1); named > most {
			t.Errorf("of %d terms, %d that stand nowhere name %d blocks, want at most %d", terms, strangers, named, most)
		}
	}
}

func TestNextWord(t *testing.T) {
	for _, tt := range []struct {
		text     string
		at       int
		from, to int
		of       class
	}{
		{"", 0, 0, 0, 0},
		{" .,", 0, 3, 3, 0},
		{"order #12", 0, 0, 5, wordByte | noDigit},
		{"order #12", 5, 7, 9, wordByte},
		{"order #12", 2, 2, 5, wordByte | noDigit},
		{"Größe!", 0, 0, 7, wordByte | noDigit | capital | beyond},
		{"a_B9\x00", 0, 0, 4, wordByte | noDigit | capital},
		{"\xff", 0, 0, 1, wordByte | noDigit | beyond},
	} {
		from, to, of := nextWord(tt.text, tt.at)
		if from != tt.from || to != tt.to || of != tt.of {
			t.Errorf("nextWord(%q, %d) = %d, %d, %b, want %d, %d, %b", tt.text, tt.at, from, to, of, tt.from, tt.to, tt.of)
		}
	}
}

func TestNumbersAndDots(t *testing.T) {
	for _, tt := range []struct {
		text            string
		word, next      int
		decimal, dotted bool // the two words from there on; the second one between dots
	}{
		{"1454.32", 0, 5, true, false},
		{"1454.3", 0, 5, false, false},
		{"1454.329", 0, 5, true, false},
		{"14x4.32", 0, 5, false, false},
		{"1454 32", 0, 5, false, false},
		{"10.77.0", 0, 3, true, true},
		{"v1.77.0", 0, 3, false, true},
	} {
		_, to, _ := nextWord(tt.text, tt.next)
		if got := isDecimal(tt.text, tt.word, tt.next); got != tt.decimal {
			t.Errorf("isDecimal(%q, %d, %d) = %t", tt.text, tt.word, tt.next, got)
		}
		if got := isDotted(tt.text, tt.next, to); got != tt.dotted {
			t.Errorf("isDotted(%q, %d, %d) = %t", tt.text, tt.next, to, got)
		}
	}
}
