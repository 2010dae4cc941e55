package bytescan

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// naiveIndex is Index as one would explain it.
func naiveIndex(b, text []byte, folded bool) int {
	if folded {
		b, text = asciiLower(b), asciiLower(text)
	}
	for i := 0; i+len(text) <= len(b); i++ {
		if bytes.Equal(b[i:i+len(text)], text) {
			return i
		}
	}
	return -1
}

func asciiLower(b []byte) []byte {
	b = bytes.Clone(b)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return b
}

func literal(text []byte, folded bool) Literal {
	if folded {
		return NewFolded(text)
	}
	return NewLiteral(text)
}

func TestIndex(t *testing.T) {
	long := strings.Repeat("price:1454.31 ", 20)
	for _, tt := range []struct {
		b, text string
		folded  bool
	}{
		{"", "", false}, {"", "a", false}, {"abc", "", true},
		{"abc", "abc", false}, {"abc", "abcd", false}, {"abc", "c", false},
		{"ABC", "c", true}, {"a@b", "A`B", true}, {"a`b", "A@B", true},
		{"a[b", "a{b", true}, {"\x00\x20", "\x00", true},
		{long, "1454.32", false}, {long + "1454.32", "1454.32", false},
		{long + "Order COMPLETED", "completed", true},
		{strings.Repeat("a", 500) + "b", strings.Repeat("a", 40) + "b", false},
		{strings.Repeat("aA", 250) + "b", strings.Repeat("a", 40) + "b", true},
	} {
		l := literal([]byte(tt.text), tt.folded)
		want := naiveIndex([]byte(tt.b), []byte(tt.text), tt.folded)
		if got := l.Index([]byte(tt.b)); got != want {
			t.Errorf("Index(%.40q) of %q, folded %v = %d, want %d", tt.b, tt.text, tt.folded, got, want)
		}
	}
}

// TestIndexRandom searches short alphabets, where hits, near misses and
// overlaps are many, at every alignment.
func TestIndexRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	backing := make([]byte, 4096)
	found := 0
	for range 200_000 {
		alphabet := []string{"ab", "aAbB", "abcdefgh.:", "kK\xe2sS"}[rng.IntN(4)]
		b := backing[rng.IntN(64):]
		b = b[:rng.IntN(200)]
		for i := range b {
			b[i] = alphabet[rng.IntN(len(alphabet))]
		}
		text := make([]byte, rng.IntN(8))
		folded := rng.IntN(2) == 0
		for i := range text {
			text[i] = alphabet[rng.IntN(len(alphabet))]
		}
		l := literal(text, folded)
		want := naiveIndex(b, text, folded)
		if want >= 0 {
			found++
		}
		if got := l.Index(b); got != want {
			t.Fatalf("Index(%q) of %q, folded %v = %d, want %d", b, text, folded, got, want)
		}
		if got := l.indexLinear(b); got != want {
			t.Fatalf("indexLinear(%q) of %q, folded %v = %d, want %d", b, text, folded, got, want)
		}
	}
	if found < 50_000 {
		t.Fatalf("only %d of the searches found anything", found)
	}
}

// TestIndexWorstCase searches where the pair stands everywhere and the text
// nowhere: a billion comparisons, if there were no bound.
func TestIndexWorstCase(t *testing.T) {
	l := NewFolded([]byte(strings.Repeat("a", 1000) + "b"))
	b := []byte(strings.Repeat("A", 1<<20))
	if got := l.Index(b); got != -1 {
		t.Fatalf("Index = %d, want -1", got)
	}
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte("price:1454.32 completed"), []byte("COMPLETED"), true)
	f.Add([]byte(strings.Repeat("ab", 60)), []byte("bab"), false)
	f.Fuzz(func(t *testing.T, b, text []byte, folded bool) {
		l := literal(text, folded)
		want := naiveIndex(b, text, folded)
		if got := l.Index(b); got != want {
			t.Errorf("Index(%q) of %q, folded %v = %d, want %d", b, text, folded, got, want)
		}
	})
}

func BenchmarkIndex(b *testing.B) {
	line := []byte("Order 1488213 filled at price:1454.31 volume=0.50 margin=212.40 ok")
	buffer := bytes.Repeat(append(line, '\n'), 4096)
	for _, text := range []string{"completed", ":1454.32", "127.0.0.1"} {
		for _, folded := range []bool{false, true} {
			l := literal([]byte(text), folded)
			for name, hay := range map[string][]byte{"line": line, "buffer": buffer} {
				b.Run(fmt.Sprintf("text=%s/folded=%v/in=%s", text, folded, name), func(b *testing.B) {
					b.SetBytes(int64(len(hay)))
					b.ReportAllocs()
					for b.Loop() {
						if l.Index(hay) >= 0 {
							b.Fatal("found")
						}
					}
				})
			}
		}
	}
}

// TestMark checks that a literal stands where it is marked, and nowhere else.
func TestMark(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	found := 0
	for range 20_000 {
		b := make([]byte, 256+MarkAhead)
		for i := range b {
			b[i] = "abAB"[rng.IntN(4)]
		}
		text := make([]byte, 1+rng.IntN(1+rng.IntN(100)))
		copy(text, b[rng.IntN(256):])
		if text[len(text)-1] == 0 {
			continue
		}
		folded := rng.IntN(2) == 0
		l := literal(text, folded)
		marks := make([]uint64, 256/64)
		l.Mark(marks, b)
		for at := 0; at < 256; {
			want := naiveIndex(b[at:], text, folded) + at
			if want < at || want+l.at >= 256 {
				break
			}
			if i := want + l.at; marks[i/64]>>(i%64)&1 == 0 || !l.Marked(b, i) {
				t.Fatalf("%q, folded %v, stands at %d of %q and is not marked", text, folded, want, b)
			}
			found++
			at = want + 1
		}
		for i := range 256 {
			if marks[i/64]>>(i%64)&1 != 0 && l.Marked(b, i) && naiveIndex(b[i-l.at:i-l.at+len(text)], text, folded) != 0 {
				t.Fatalf("%q, folded %v, is taken for marked at %d of %q", text, folded, i, b)
			}
		}
	}
	if found < 20_000 {
		t.Fatalf("only %d were found", found)
	}
}
