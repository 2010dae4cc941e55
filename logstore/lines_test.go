package logstore

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// A readLine is a line as a lineReader gave it, or as it should have been.
type readLine struct {
	Offset int64
	Text   string // without its newline
	Torn   bool
}

// An allRead is all that lineReaders made of some content.
type allRead struct {
	Lines []readLine // not longer than allowed
	Over  int64      // longer ones
	Torn  int64      // 1 if the content ends in a longer one that counts
	First int64      // offset of the first longer one, -1 if none
	End   int64      // of the last line that has a newline
}

// readAtOnce reads content in one piece.
func readAtOnce(content string, torn bool, maxLine int) allRead {
	r := allRead{First: -1}
	at := 0
	if strings.HasPrefix(content, "\xef\xbb\xbf") {
		at = 3
	}
	for at < len(content) {
		text, _, whole := strings.Cut(content[at:], "\n")
		switch {
		case !whole && !torn:
			return r
		case !fits(text, maxLine):
			if r.First < 0 {
				r.First = int64(at)
			}
			if whole {
				r.Over++
			} else {
				r.Torn++
			}
		default:
			r.Lines = append(r.Lines, readLine{int64(at), text, !whole})
		}
		if !whole {
			return r
		}
		at += len(text) + 1
		r.End = int64(at)
	}
	return r
}

// fits reports whether a line is not too long.
func fits(text string, maxLine int) bool { return len(strings.TrimSuffix(text, "\r")) <= maxLine }

// diff compares two readings.
func (all allRead) diff(got allRead) string {
	if slices.Equal(all.Lines, got.Lines) { // which takes cmp its time
		all.Lines, got.Lines = nil, nil
	}
	return cmp.Diff(all, got)
}

// readRegions reads content as a scan does, in regions of that size.
func readRegions(t testing.TB, content string, torn bool, maxLine int, size, step int64, slow bool) allRead {
	t.Helper()
	all := allRead{First: -1}
	buf := make([]byte, int64(room(maxLine))+step+64)
	for i := range buf {
		buf[i] = '\n' // what was read before must not be taken for content
	}
	end := int64(len(content))
	for from := int64(0); from < end; from += size {
		var src io.Reader = strings.NewReader(content[from:])
		if slow {
			src = iotest.OneByteReader(src)
		}
		limit := min(from+size, end) + 1
		all.read(t, newLineReader(src, buf, from, limit, from > 0, torn, maxLine), step, maxLine)
	}
	return all
}

// read adds what one lineReader gives.
func (all *allRead) read(t testing.TB, r *lineReader, step int64, maxLine int) {
	t.Helper()
	r.step = step
	for {
		b, err := r.block()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all.add(t, b, maxLine)
	}
	all.Over += r.over.lines
	all.Torn += r.over.torn
	if r.over.lines+r.over.torn > 0 && (all.First < 0 || r.over.first < all.First) {
		all.First = r.over.first
	}
	all.End = max(all.End, r.last)
}

// add adds the lines of a block.
func (all *allRead) add(t testing.TB, b block, maxLine int) {
	t.Helper()
	if b.start < 0 || b.start >= 64 {
		t.Fatalf("block starts at %d, want within the first mask", b.start)
	}
	if len(b.data) == 0 {
		return
	}
	text, offset := string(b.data[b.start:]), b.offset
	if !b.torn && !strings.HasSuffix(text, "\n") {
		t.Fatalf("block %q does not end with a line", text)
	}
	for text != "" {
		one, rest, _ := strings.Cut(text, "\n")
		switch {
		case fits(one, maxLine):
			all.Lines = append(all.Lines, readLine{offset, one, b.torn})
		default:
			if all.First < 0 || offset < all.First {
				all.First = offset
			}
			if b.torn {
				all.Torn++
			} else {
				all.Over++
			}
		}
		offset += int64(len(one)) + 1
		text = rest
	}
}

// nastyContent returns content of lines of all kinds, most of them short,
// where longer than maxLine is too long.
func nastyContent(rng *rand.Rand, maxLine int) string {
	var b strings.Builder
	if rng.IntN(4) == 0 {
		b.WriteString("\xef\xbb\xbf")
	}
	for range rng.IntN(12) {
		switch rng.IntN(8) {
		case 0: // empty
		case 1:
			b.WriteString("\r")
		case 2:
			b.WriteString("\x00\xff\xef\xbb\xbf")
		case 3: // about as long as may be
			b.WriteString(strings.Repeat("m", max(0, maxLine-2+rng.IntN(5))))
		case 4:
			b.WriteString(strings.Repeat("l", maxLine+rng.IntN(5*maxLine+1)))
		default:
			for range rng.IntN(maxLine + 1) {
				b.WriteByte("ab\t\x00\\"[rng.IntN(5)])
			}
		}
		if rng.IntN(3) == 0 {
			b.WriteByte('\r')
		}
		b.WriteByte('\n')
	}
	if rng.IntN(2) == 0 {
		b.WriteString(strings.Repeat("t", rng.IntN(2*maxLine+2)))
	}
	return b.String()
}

// Each line is given once, by one region, whatever the sizes of regions and
// reads are. A byte order mark stands in one region.
func TestLineReader(t *testing.T) {
	t.Parallel()
	rounds := 3000
	if testing.Short() {
		rounds = 500
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range rounds {
		maxLine := 1 + rng.IntN(12)
		content := nastyContent(rng, maxLine)
		torn := rng.IntN(2) == 0
		want := readAtOnce(content, torn, maxLine)
		for range 8 {
			size, step := int64(3+rng.IntN(40)), int64(1+rng.IntN(30))
			got := readRegions(t, content, torn, maxLine, size, step, rng.IntN(4) == 0)
			if diff := want.diff(got); diff != "" {
				t.Fatalf("%q, torn %t, lines to %d, regions of %d, reads of %d: mismatch (-want +got):\n%s",
					content, torn, maxLine, size, step, diff)
			}
		}
	}
}

// The sizes that are used in earnest, with lines that cross them.
func TestLineReaderLarge(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	const maxLine = 100_000
	var b strings.Builder
	for b.Len() < 6<<20 {
		n := rng.IntN(200)
		if rng.IntN(500) == 0 {
			n = rng.IntN(3 * maxLine)
		}
		b.WriteString(strings.Repeat(string(rune('a'+rng.IntN(26))), n))
		b.WriteByte('\n')
	}
	content := b.String()
	want := readAtOnce(content, true, maxLine)
	if want.Over == 0 {
		t.Fatal("no line is too long")
	}
	for _, size := range []int64{regionSize, 64 << 10, 1 << 30} {
		got := readRegions(t, content, true, maxLine, size, readSize, false)
		if diff := want.diff(got); diff != "" {
			t.Errorf("regions of %d: mismatch (-want +got):\n%.2000s", size, diff)
		}
	}
}

// A read that fails is an error, and no end of the content.
func TestLineReaderError(t *testing.T) {
	broken := errors.New("broken")
	src := io.MultiReader(strings.NewReader("one\ntwo\nthr"), iotest.ErrReader(broken))
	r := newLineReader(src, make([]byte, bufferSize(100)), 0, math.MaxInt64, false, true, 100)
	r.step = 8
	var got bytes.Buffer
	for {
		b, err := r.block()
		if err != nil {
			if !errors.Is(err, broken) {
				t.Errorf("block: %v, want %v", err, broken)
			}
			break
		}
		got.Write(b.data[min(b.start, len(b.data)):])
	}
	if diff := cmp.Diff("one\ntwo\n", got.String()); diff != "" {
		t.Errorf("lines mismatch (-want +got):\n%s", diff)
	}
}

// Any content, in regions and reads of any size, is read as in one piece.
func FuzzLineReader(f *testing.F) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 20 {
		f.Add(nastyContent(rng, 8), uint8(8), uint8(16), uint8(7), true)
	}
	f.Add("\xef\xbb\xbf", uint8(1), uint8(3), uint8(1), true)
	f.Add("\r\n\r", uint8(0), uint8(3), uint8(1), false)
	f.Fuzz(func(t *testing.T, content string, maxLine, size, step uint8, torn bool) {
		longest, regions := int(maxLine)+1, int64(size)+3
		want := readAtOnce(content, torn, longest)
		got := readRegions(t, content, torn, longest, regions, int64(step)+1, false)
		if diff := want.diff(got); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	})
}

// What a fileRange gives is the range, and where the file ends before, an
// error.
func TestFileRange(t *testing.T) {
	content := strings.NewReader("0123456789")
	for _, tt := range []struct {
		at, end int64
		want    string
		err     error
	}{
		{0, 10, "0123456789", nil},
		{3, 6, "345", nil},
		{6, 6, "", nil},
		{8, 7, "", nil},
		{8, 12, "89", errTruncated},
		{10, 11, "", errTruncated},
		{20, 30, "", errTruncated},
	} {
		for _, slow := range []bool{false, true} {
			var r io.Reader = &fileRange{file: content, at: tt.at, end: tt.end}
			if slow {
				r = iotest.OneByteReader(r)
			}
			got, err := io.ReadAll(r)
			if string(got) != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("range [%d, %d) = %q, %v; want %q, %v", tt.at, tt.end, got, err, tt.want, tt.err)
			}
		}
	}
}
