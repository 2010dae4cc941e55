package segment

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// goldenRecords are the records of the golden files. No two texts are the same,
// so that they make a field of free text: of a few templates, or by words, since
// each has one of its own.
func goldenRecords(words bool) []record {
	records := make([]record, 1400)
	for i := range records {
		records[i] = record{1_776_000_000 + int64(i/3), []string{
			[]string{"CLIENT", "MANAGER", "", "SYSTEM"}[i*i%4],
			"",
			fmt.Sprint("value-", i*7%300),
			[]string{"10.0.4.17", "Größe", "\xff\x00", "naïve"}[i%4] + fmt.Sprint(i),
			fmt.Sprintf("order #%d %s in %d ms from 10.%d.0.7", i*7919%1_000_003,
				[]string{"completed", "Failed", "wegen Größe", "\u212aelvin"}[i%4], i%97, i%256),
		}}
		if words {
			own := []byte{' ', 'a' + byte(i/676), 'g' + byte(i/26%26)%20, 'z' - byte(i%26), 'x'}
			records[i].values[4] += string(own)
		}
	}
	return records
}

// goldenImage returns the image of the golden records, whose lines are so many
// bytes long.
func goldenImage(words bool, width int64) []byte {
	b := NewBuilder(testSchema())
	for i, r := range goldenRecords(words) {
		var values [][]byte
		for _, v := range r.values {
			values = append(values, []byte(v))
		}
		b.Add(1000+int64(i)*width, r.time, values)
	}
	return b.Image([]byte(`{"file":"golden"}`))
}

// goldenFiles are an image with line starts of 16 bits, one with 32, and one of
// which the free text is kept by words.
var goldenFiles = []struct {
	name  string
	width int64
	words bool
}{{"v2.seg", 100, false}, {"v2-wide.seg", 100_000, false}, {"v2-words.seg", 100, true}}

// aligned copies an image to where it can be opened.
func aligned(image []byte) []byte {
	copied := Aligned(len(image))
	copy(copied, image)
	return copied
}

// compareGolden wants built to be what the file of that name holds, which it
// returns.
func compareGolden(t *testing.T, name string, built []byte) []byte {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, built, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(built, golden) {
		t.Errorf("the image built is not %s: %s; run with -update if that is meant", name, firstDifference(built, golden))
	}
	return golden
}

// An image is the same bytes whoever builds it, and an old one is read as it
// was written: a difference here wants another version.
func TestGolden(t *testing.T) {
	for _, file := range goldenFiles {
		name := filepath.Join("testdata", file.name)
		records := goldenRecords(file.words)
		built := goldenImage(file.words, file.width)
		golden := compareGolden(t, name, built)
		s, err := Open(aligned(golden))
		if err != nil {
			t.Fatalf("Open(%s): %v", name, err)
		}
		if c := textColumn(s); !c.text || c.templates == file.words {
			t.Errorf("%s: text %v, by templates %v", name, c.text, c.templates)
		}
		checkGolden(t, name, s, records, file.width)
	}
}

func firstDifference(a, b []byte) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("byte %d is %#x, not %#x", i, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d bytes, not %d", len(a), len(b))
}

func checkGolden(t *testing.T, name string, s *Segment, records []record, width int64) {
	t.Helper()
	if s.Records() != len(records) || string(s.Origin()) != `{"file":"golden"}` || s.Ordered(4) || !s.Ordered(3) {
		t.Fatalf("%s: %d records, origin %s", name, s.Records(), s.Origin())
	}
	for i, r := range records {
		if s.Time(i) != r.time || s.Start(i) != 1000+int64(i)*width {
			t.Fatalf("%s: record %d is of %d at %d", name, i, s.Time(i), s.Start(i))
		}
		for _, f := range []int{0, 2, 3} {
			if got := string(s.Value(f, s.Code(f, i))); got != r.values[f] {
				t.Fatalf("%s: field %d of record %d is %q, want %q", name, f, i, got, r.values[f])
			}
		}
	}
	var mem Memory
	for _, condition := range []string{
		`["few","=","MANAGER"]`, `["some","regexp","^value-1?7$"]`, `["many","like","%Größe%"]`,
		`["text","like","%completed%"]`, `["text","ilike","%größe%"]`, `["text","ilike","%kelvin%"]`,
		`["text","like","%10.77.0.%"]`, `["text","like","%#7919 %"]`, `["time","<",1776000100]`,
	} {
		p := program(t, testSchema(), `{"limit":1,"offset":0,"where":`+condition+`}`)
		got, pending := searched(s, p, records, &mem)
		want := matching(p, records)
		if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 || pending == len(records) {
			t.Errorf("%s: %s: %d found, %d pending (-want +got):\n%s", name, condition, len(got), pending, diff)
		}
	}
}
