package logstore

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var twinTests = []struct {
	name           string
	plain, content string // content is that of the compressed file
	cut            bool   // the compressed file is incomplete
	want           relation
	rows           []string
}{
	{name: "equal", plain: numbered(0, 5), content: numbered(0, 5), want: plainStands, rows: numberedRows(0, 5)},
	{name: "plain is longer", plain: numbered(0, 7), content: numbered(0, 5), want: plainStands, rows: numberedRows(0, 7)},
	{name: "plain is the beginning", plain: numbered(0, 3), content: numbered(0, 5), want: compressedStands, rows: numberedRows(0, 5)},
	{name: "plain is empty", plain: "", content: numbered(0, 5), want: compressedStands, rows: numberedRows(0, 5)},
	{name: "both are empty", plain: "", content: "", want: plainStands, rows: []string{}},
	{name: "compressed is empty", plain: numbered(0, 5), content: "", want: plainStands, rows: numberedRows(0, 5)},
	{name: "different", plain: numbered(5, 5), content: numbered(0, 5), want: bothStand, rows: numberedRows(0, 10)},
	{name: "different at the end", plain: numbered(0, 5) + numbered(9, 1), content: numbered(0, 6), want: bothStand,
		rows: append(numberedRows(0, 6), append(numberedRows(0, 5), numberedRows(9, 1)...)...)},
	{name: "different and shorter", plain: numbered(7, 1), content: numbered(0, 7), want: bothStand, rows: numberedRows(0, 8)},
	{name: "incomplete", plain: numbered(0, 5), content: numbered(0, 5), cut: true, want: plainStands, rows: numberedRows(0, 5)},
	{name: "different and incomplete", plain: numbered(5, 5), content: numbered(0, 500), cut: true, want: plainStands, rows: numberedRows(5, 5)},
}

func TestCompareTwins(t *testing.T) {
	for _, tt := range twinTests {
		for enc := gzipped; enc < encodings; enc++ {
			file := packed(t, enc, tt.content)
			if tt.cut {
				file = file[:len(file)-3]
			}
			got, whole, err := compareTwins(t.Context(), strings.NewReader(tt.plain), int64(len(tt.plain)), strings.NewReader(file), enc)
			if err != nil || got != tt.want || whole == tt.cut {
				t.Errorf("%s, %s: compareTwins = %d, %v; want %d", tt.name, enc.suffix(), got, err, tt.want)
			}
			for _, n := range []int{0, 1, 5} { // still being written
				if got, whole, err := compareTwins(t.Context(), strings.NewReader(tt.plain), int64(len(tt.plain)), strings.NewReader(file[:n]), enc); err != nil || got != plainStands || whole {
					t.Errorf("%s, %s, %d bytes: compareTwins = %d, %v; want %d", tt.name, enc.suffix(), n, got, err, plainStands)
				}
			}
		}
	}
}

// Differences are seen wherever they are, in files of many blocks.
func TestCompareLargeTwins(t *testing.T) {
	content := numbered(0, 10_000)
	for _, at := range []int{0, 64<<10 - 1, 64 << 10, 128<<10 + 1, len(content) - 1} {
		plain := []byte(content)
		plain[at] ^= 1
		got, _, err := compareTwins(t.Context(), bytes.NewReader(plain), int64(len(plain)), strings.NewReader(packed(t, zstandard, content)), zstandard)
		if err != nil || got != bothStand {
			t.Errorf("byte %d changed: compareTwins = %d, %v; want %d", at, got, err, bothStand)
		}
		got, _, err = compareTwins(t.Context(), strings.NewReader(content), int64(at), strings.NewReader(packed(t, zstandard, content)), zstandard)
		if err != nil || got != compressedStands {
			t.Errorf("the first %d bytes: compareTwins = %d, %v; want %d", at, got, err, compressedStands)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := compareTwins(ctx, strings.NewReader(content), 1, strings.NewReader(packed(t, gzipped, content)), gzipped); !errors.Is(err, context.Canceled) {
		t.Errorf("compareTwins, cancelled: %v", err)
	}
	if _, _, err := compareTwins(t.Context(), strings.NewReader("x"), 2, strings.NewReader(packed(t, gzipped, content)), gzipped); !errors.Is(err, errTruncated) {
		t.Errorf("compareTwins with a plain file that is cut: %v", err)
	}
}

// Queries read what stands: once, whichever files there are.
func TestTwins(t *testing.T) {
	for _, tt := range twinTests {
		for enc := gzipped; enc < encodings; enc++ {
			j := newJournal(t)
			file := packed(t, enc, tt.content)
			if tt.cut {
				file = file[:len(file)-3]
			}
			j.write(liveName, tt.plain)
			j.write(liveName+enc.suffix(), file)
			s, logs := openObserved(j)
			for range 2 {
				r := search(t, s, everything)
				if diff := cmp.Diff(tt.rows, rows(r)); diff != "" || r.Total != int64(len(tt.rows)) {
					t.Errorf("%s, %s: total %d, rows mismatch (-want +got):\n%s", tt.name, enc.suffix(), r.Total, diff)
				}
			}
			recreated := len(logs.FilterMessageSnippet("both are read").All())
			if want := map[bool]int{true: 1}[tt.want == bothStand]; recreated != want {
				t.Errorf("%s, %s: reported %d times, want %d", tt.name, enc.suffix(), recreated, want)
			}
		}
	}
}

// How the files relate is found out anew when that may have changed.
func TestTwinsChange(t *testing.T) {
	j := newJournal(t)
	j.write(liveName, numbered(0, 3))
	j.write(liveName+".gz", packed(t, gzipped, numbered(0, 5)))
	s := j.open()
	check := func(what string, want []string) {
		t.Helper()
		if diff := cmp.Diff(want, rows(search(t, s, everything))); diff != "" {
			t.Errorf("%s: rows mismatch (-want +got):\n%s", what, diff)
		}
	}
	check("plain is the beginning", numberedRows(0, 5))
	j.append(liveName, numbered(3, 4))
	check("it grew", numberedRows(0, 7))
	j.append(liveName, numbered(7, 1))
	check("it grew again", numberedRows(0, 8))
	j.must(os.Truncate(j.path(liveName), 0))
	j.append(liveName, numbered(70, 20))
	check("it was emptied and grew past its size", append(numberedRows(0, 5), numberedRows(70, 20)...))
	j.append(liveName, numbered(90, 1))
	check("and grew", append(numberedRows(0, 5), numberedRows(70, 21)...))
	j.write(liveName+".gz", packed(t, gzipped, numbered(70, 30)))
	check("it was compressed again", numberedRows(70, 30))
	j.must(os.Remove(j.path(liveName)))
	check("it was removed", numberedRows(70, 30))
	j.must(os.Remove(j.path(liveName + ".gz")))
	check("both were", []string{})
}

// Where only compressed files are, the complete one of the two is read.
func TestTwoCompressedFiles(t *testing.T) {
	gz, zst := packed(t, gzipped, numbered(0, 3)), packed(t, zstandard, numbered(5, 3))
	for _, tt := range []struct {
		name    string
		gz, zst string
		want    []string
	}{
		{"both whole", gz, zst, numberedRows(0, 3)},
		{"gzip cut", gz[:len(gz)-1], zst, numberedRows(5, 3)},
		{"zstd cut", gz, zst[:len(zst)-1], numberedRows(0, 3)},
		{"gzip empty", "", zst, numberedRows(5, 3)},
	} {
		j := newJournal(t)
		j.write(liveName+".gz", tt.gz)
		j.write(liveName+".zst", tt.zst)
		s := j.open()
		for range 2 {
			if diff := cmp.Diff(tt.want, rows(search(t, s, everything))); diff != "" {
				t.Errorf("%s: rows mismatch (-want +got):\n%s", tt.name, diff)
			}
		}
	}
}

var unescapeTests = []struct{ in, want string }{
	{``, ``}, {`plain`, `plain`}, {`\t`, "\t"}, {`\n`, "\n"}, {`\r`, "\r"}, {`\\`, `\`},
	{`a\tb\nc\rd\\e`, "a\tb\nc\rd\\e"}, {`\\t`, `\t`}, {`\\\t`, "\\\t"}, {`\x`, `\x`}, {`\`, `\`}, {`a\`, `a\`},
	{`\\\`, `\\`}, {`\"`, `\"`}, {`\0`, `\0`}, {`\T\N`, `\T\N`}, {`\u0041`, `\u0041`}, {"\\\xff", "\\\xff"}, {`\é`, `\é`},
}

func TestUnescapeTSV(t *testing.T) {
	for _, tt := range unescapeTests {
		got := string(unescapeTSV([]byte("before "), []byte(tt.in)))
		if diff := cmp.Diff("before "+tt.want, got); diff != "" {
			t.Errorf("unescapeTSV(%q) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

// While a compressed file is being written beside the plain one, it is not
// decompressed for every query; once it rests, it is looked at again.
func TestTwinsWhileCompressing(t *testing.T) {
	now := time.Now()
	state := func(size int64, modified time.Time) stamp {
		return stamp{Ino: 2, Size: size, Modified: modified.UnixNano()}
	}
	plain := strings.NewReader("content")
	plainStamp := stamp{Ino: 1, Size: plain.Size()}
	print, err := fingerprint(plain, plain.Size())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		whole bool // when it was compared, 10 bytes long
		now   stamp
		want  bool
	}{
		{"as it was", false, state(10, now), true},
		{"growing", false, state(20, now), true},
		{"at rest", false, state(20, now.Add(-settleTime-time.Second)), false},
		{"shorter", false, state(5, now), false},
		{"another file", false, stamp{Ino: 3, Size: 20, Modified: now.UnixNano()}, false},
		{"was complete", true, state(20, now), false},
	} {
		known := newTwins()
		known.learn("x.gz", twin{plainStamp, state(10, now), print, plainStands, tt.whole})
		if _, got := known.recall("x.gz", plainStamp, tt.now, plain, now); got != tt.want {
			t.Errorf("%s: recalled %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A compressed file that gives nothing for long, a run of empty members, does
// not keep a query from ending.
func TestEmptyMembersCanBeCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	file := strings.Repeat(packed(t, gzipped, ""), 100_000)
	src := &fileRange{file: strings.NewReader(file), end: int64(len(file)), ctx: ctx}
	if _, err := decompress(src, gzipped); !errors.Is(err, context.Canceled) {
		t.Errorf("decompress = %v, want %v", err, context.Canceled)
	}
}
