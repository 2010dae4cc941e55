package segment

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// refused reports whether Open gave one of the errors that it may give.
func refused(s *Segment, err error) bool {
	var damage *CorruptError
	return s == nil && (errors.As(err, &damage) || errors.Is(err, ErrVersion))
}

// tableSize returns the size of an image's header and table of contents.
func tableSize(image []byte) int {
	return headerSize + entrySize*int(binary.LittleEndian.Uint32(image[12:]))
}

// mend makes the checksums of an image right, as far as its table is sound.
func mend(image []byte) {
	le := binary.LittleEndian
	if len(image) < headerSize {
		return
	}
	sections := int(min(uint64(le.Uint32(image[12:])), uint64((len(image)-headerSize)/entrySize)))
	for i := range sections {
		entry := image[headerSize+entrySize*i:]
		at, size := le.Uint64(entry[8:]), le.Uint64(entry[16:])
		if at <= uint64(len(image)) && size <= uint64(len(image))-at {
			end := min(int(at)+filled(int(size)), len(image))
			le.PutUint32(entry[4:], crc32.Checksum(image[at:end], castagnoli))
		}
	}
	le.PutUint32(image[28:], headerSum(image, sections))
}

// Every byte of the header and the table is given every other value.
func TestDamagedHeader(t *testing.T) {
	image := goldenImage(false, 100)
	if _, err := Open(image); err != nil {
		t.Fatal(err)
	}
	for at := range tableSize(image) {
		sound := image[at]
		for bits := 1; bits < 256; bits++ {
			image[at] = sound ^ byte(bits)
			s, err := Open(image)
			if !refused(s, err) || errors.Is(err, ErrVersion) != (8 <= at && at < 12) {
				t.Fatalf("Open with byte %d as %#x, not %#x: %v", at, image[at], sound, err)
			}
		}
		image[at] = sound
	}
}

// Every bit of an image is flipped: all flips are found, and Open says where.
func TestFlippedBits(t *testing.T) {
	image := goldenImage(false, 100)
	size := len(image)
	table := tableSize(image)
	var all sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		all.Go(func() {
			image := aligned(image)
			for at := w; at < size; at += workers {
				for bit := range 8 {
					image[at] ^= 1 << bit
					s, err := Open(image)
					image[at] ^= 1 << bit
					var damage *CorruptError
					if !refused(s, err) || at >= table && (!errors.As(err, &damage) || damage.Offset > int64(at)) {
						t.Errorf("Open with bit %d of byte %d flipped: %v", bit, at, err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	if _, err := Open(image); err != nil {
		t.Errorf("the image is not as it was: %v", err)
	}
}

// An image is cut at every length, and also made to look complete, its
// checksums and all: what is missing is missed.
func TestCutImage(t *testing.T) {
	for _, words := range []bool{false, true} {
		checkCut(t, goldenImage(words, 100))
	}
}

func checkCut(t *testing.T, image []byte) {
	t.Helper()
	for n := range image {
		if s, err := Open(image[:n]); !refused(s, err) {
			t.Fatalf("Open of %d bytes of %d: %v", n, len(image), err)
		}
		if size, err := Size(image[:n]); err == nil {
			t.Fatalf("Size of %d bytes of %d is %d", n, len(image), size)
		}
	}
	le := binary.LittleEndian
	for sections := range int(le.Uint32(image[12:])) {
		for _, more := range []int{0, 1, align} {
			cut := aligned(image)
			end := int(le.Uint64(cut[headerSize+entrySize*sections+8:]))
			le.PutUint32(cut[12:], uint32(sections))
			cut = cut[:min(end+more, len(cut))]
			le.PutUint64(cut[16:], uint64(len(cut)))
			mend(cut)
			if s, err := Open(cut); !refused(s, err) {
				t.Errorf("Open with the first %d sections and %d bytes more: %v", sections, more, err)
			}
		}
	}
}

// sectionsOf returns the sections of a sound image.
func sectionsOf(t *testing.T, image []byte) []section {
	t.Helper()
	sections, err := readSections(image, true)
	if err != nil {
		t.Fatal(err)
	}
	return sections
}

// Sections are left out, doubled, swapped, of another field, cut and longer,
// with all checksums right. Only the origin and what is text may be otherwise.
func TestWrongSections(t *testing.T) {
	for _, words := range []bool{false, true} {
		checkWrongSections(t, goldenImage(words, 100))
	}
}

func checkWrongSections(t *testing.T, golden []byte) {
	t.Helper()
	sections := sectionsOf(t, golden)
	if _, err := Open((&writer{sections}).image()); err != nil {
		t.Fatal(err)
	}
	changes := map[string]func(all []section, i int) []section{
		"left out": func(all []section, i int) []section { return append(all[:i:i], all[i+1:]...) },
		"doubled":  func(all []section, i int) []section { return append(all[:i+1:i+1], all[i:]...) },
		"swapped with the next": func(all []section, i int) []section {
			j := (i + 1) % len(all)
			all[i], all[j] = all[j], all[i]
			return all
		},
		"of another field":  func(all []section, i int) []section { all[i].field ^= 1; return all },
		"of a field beyond": func(all []section, i int) []section { all[i].field = 1000; return all },
		"of another kind":   func(all []section, i int) []section { all[i].kind ^= 1; return all },
		"cut":               func(all []section, i int) []section { all[i].data = all[i].data[:len(all[i].data)-1]; return all },
		"emptied":           func(all []section, i int) []section { all[i].data = nil; return all },
		"longer": func(all []section, i int) []section {
			all[i].data = append(all[i].data[:len(all[i].data):len(all[i].data)], 1)
			return all
		},
	}
	for name, change := range changes {
		for i, sound := range sections {
			if len(sound.data) == 0 && (name == "cut" || name == "emptied") {
				continue
			}
			image := (&writer{change(sectionsOf(t, golden), i)}).image()
			resized := name == "cut" || name == "emptied" || name == "longer"
			if sound.kind == kindOrigin && resized {
				continue
			}
			if s, err := Open(image); !refused(s, err) {
				t.Errorf("Open with section %d, of kind %d and field %d, %s: %v", i, sound.kind, sound.field, name, err)
			}
		}
	}
}

func TestOpenReasons(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(image []byte) []byte
		want   string
	}{
		{"nothing", func([]byte) []byte { return nil }, "cut short"},
		{"magic", func(image []byte) []byte { image[0] = 'd'; return image }, "does not begin as segments do"},
		{"version", func(image []byte) []byte { image[8] = 7; return image }, "of another version: 7, not 2"},
		{"size", func(image []byte) []byte { return append(image, make([]byte, align)...) }, "its size is another"},
		{"sections", func(image []byte) []byte { image[15] = 0xff; return image }, "more sections than fit"},
		{"table", func(image []byte) []byte { image[headerSize] ^= 1; return image }, "checksum of the header"},
		{"content", func(image []byte) []byte { image[len(image)-align] ^= 1; return image }, "checksum of a section"},
	} {
		_, err := Open(aligned(tt.change(goldenImage(false, 100))))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Open: %v, want an error with %q", tt.name, err, tt.want)
		}
	}
}
