package segment

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

// describedImage returns an image of records with a time, a field whose values
// repeat, and one of free text.
func describedImage(t *testing.T) []byte {
	t.Helper()
	b := NewBuilder(filter.NewSchema(filter.FieldSpec{Name: "at", Kind: filter.Time}, filter.FieldSpec{Name: "letter"}, filter.FieldSpec{Name: "text"}))
	for i := range 2000 {
		text := fmt.Sprintf("order #%d of client %d was closed at 1.%05d", i, i*7, i*13)
		b.Add(int64(i*60), 1000+int64(i), [][]byte{nil, []byte{'a' + byte(i%5)}, []byte(text)})
	}
	return b.Image([]byte(`{"file":"x"}`))
}

// describe describes an image that a reader holds.
func describe(t *testing.T, image []byte) *Description {
	t.Helper()
	d, err := Describe(bytes.NewReader(image), int64(len(image)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	image := describedImage(t)
	d := describe(t, append(bytes.Clone(image), "another image"...))
	got := []any{d.Version, d.Size, string(d.Origin), d.Records, d.First, d.Last, d.Ascending, len(d.Faults)}
	want := []any{Version, int64(len(image)), `{"file":"x"}`, int64(2000), int64(1000), int64(2999), true, 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("description (-want +got):\n%s", diff)
	}
	if len(d.Columns) != 2 {
		t.Fatalf("%d columns, want 2: %+v", len(d.Columns), d.Columns)
	}
	s, err := Open(image)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range d.Columns {
		if c.Field != i+1 || c.Text == s.Ordered(c.Field) || c.Values != int64(s.fields[c.Field].len()) {
			t.Errorf("column %+v; field %d has %d values, ordered %t", c, i+1, s.fields[i+1].len(), s.Ordered(i+1))
		}
	}
	size := int64(headerSize + entrySize*len(d.Sections))
	for _, section := range d.Sections {
		if section.Offset != size || !section.Intact {
			t.Errorf("section %+v, want it intact at %d", section, size)
		}
		size += filled64(section.Size)
	}
	if size != int64(len(image)) {
		t.Errorf("sections end at %d of %d", size, len(image))
	}
}

// TestDescribeDamage damages each section in turn: it is named, and the others
// are told to be sound.
func TestDescribeDamage(t *testing.T) {
	t.Parallel()
	image := describedImage(t)
	sound := describe(t, image)
	for i, section := range sound.Sections {
		if section.Size == 0 {
			continue
		}
		damaged := bytes.Clone(image)
		damaged[section.Offset+section.Size/2] ^= 0x10
		d := describe(t, damaged)
		want := []Fault{{section.Offset, fmt.Sprintf("the checksum of section %d, %s, is wrong", i, section.Kind)}}
		if diff := cmp.Diff(want, d.Faults); diff != "" {
			t.Errorf("faults (-want +got):\n%s", diff)
		}
		for j, other := range d.Sections {
			if other.Intact != (i != j) {
				t.Errorf("section %d damaged: section %d, %s, is intact = %t", i, j, other.Kind, other.Intact)
			}
		}
	}
}

// TestDescribeAsOpen damages images at random, the header and the table of
// contents more often than the rest: what Open refuses has a fault, and nothing
// else has.
func TestDescribeAsOpen(t *testing.T) {
	t.Parallel()
	image := describedImage(t)
	table := headerSize + entrySize*len(describe(t, image).Sections)
	rng := rand.New(rand.NewPCG(7, 7))
	for round := range 3000 {
		damaged := append(alignedBytes(len(image))[:0], image...)
		switch round % 3 {
		case 0:
			damaged[rng.IntN(table)] ^= 1 << rng.IntN(8)
		case 1:
			damaged[rng.IntN(len(image))] ^= 1 << rng.IntN(8)
		default:
			damaged = damaged[:rng.IntN(len(image))]
		}
		if _, err := Open(damaged); err == nil {
			t.Fatalf("round %d: Open takes a damaged image", round)
		}
		d := describe(t, damaged)
		if len(d.Faults) == 0 {
			t.Fatalf("round %d: no fault in an image that can't be opened", round)
		}
		for _, f := range d.Faults {
			if f.Offset < 0 || f.Offset > int64(len(image)) {
				t.Fatalf("round %d: fault %+v of %d bytes", round, f, len(image))
			}
		}
	}
}

// TestReadHead shows that a head is told from little of an image: everything
// behind may be damaged, or give errors.
func TestReadHead(t *testing.T) {
	t.Parallel()
	image := describedImage(t)
	sound := describe(t, image)
	head := int(sound.Sections[2].Offset)
	d, err := ReadHead(&failingReader{image, head}, int64(len(image)))
	if err != nil || len(d.Faults) > 0 || d.Records != 2000 || string(d.Origin) != `{"file":"x"}` {
		t.Errorf("ReadHead = %+v, %v", d, err)
	}
	if _, err := Describe(&failingReader{image, head}, int64(len(image))); !errors.Is(err, errFailing) {
		t.Errorf("Describe = %v, want %v", err, errFailing)
	}
	for cut := range head {
		d, err := ReadHead(bytes.NewReader(image[:cut]), int64(cut))
		if err != nil || len(d.Faults) == 0 {
			t.Fatalf("ReadHead of %d bytes = %+v, %v", cut, d, err)
		}
	}
}

var errFailing = errors.New("failing")

// A failingReader has content of which only the beginning can be read.
type failingReader struct {
	content []byte
	good    int
}

func (r *failingReader) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > int64(r.good) {
		return 0, errFailing
	}
	return bytes.NewReader(r.content).ReadAt(p, at)
}

// TestDescriptionErr shows that another version is not taken for damage, and
// damage not for another version.
func TestDescriptionErr(t *testing.T) {
	t.Parallel()
	image := describedImage(t)
	if err := describe(t, image).Err(); err != nil {
		t.Errorf("a sound image: %v", err)
	}
	for at, foreign := range map[int]bool{0: false, 8: true, 9: true, 12: false, 16: false, 40: false} {
		damaged := bytes.Clone(image)
		damaged[at]++
		err := describe(t, damaged).Err()
		var damage *CorruptError
		if errors.Is(err, ErrVersion) != foreign || errors.As(err, &damage) == foreign {
			t.Errorf("byte %d is another: %v, want ErrVersion = %t", at, err, foreign)
		}
	}
}
