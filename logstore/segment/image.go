package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"unsafe"
)

// An image is the bytes of a segment, in memory or in a file. All integers are
// little-endian.
//
//	offset  size  field
//	0       8     magic, the bytes "DAYBKSEG"
//	8       4     version, 2
//	12      4     number of sections, s
//	16      8     size of the image in bytes
//	24      4     zero
//	28      4     CRC-32C of bytes 0 to 27 and of the table of contents
//	32      32·s  table of contents, an entry for each section
//	…             the sections, in the order of the table, each beginning at a
//	              multiple of 8 and filled up with zeros to one
//
// An entry of the table:
//
//	0       2     kind
//	2       2     field, where the section is about one
//	4       4     CRC-32C of the section with what fills it up
//	8       8     offset of the section
//	16      8     its size without what fills it up
//	24      8     zero
//
// Kinds of sections; n is the number of records, b that of blocks, k that of a
// field's distinct values or words, uN an unsigned and iN a signed integer of N
// bits:
//
//	1  origin     whatever the builder was given to know the content by
//	2  summary    u64 n, u64 number of fields, i64 least time, i64 greatest time,
//	              u64 flags (1: times ascend; 2: line starts take 32 bits; 4, 8:
//	              of the width of times, as a power of two of bytes)
//	3  bases      u64[b]    where the first line of each block begins
//	4  starts     u16[n] or u32[n]  how far behind that each line begins
//	5  least      i64[b]    the least time of each block
//	6  greatest   i64[b]    the greatest time of each block
//	7  times      u8, u16, u32 or u64[n]  each record's time less the least of its block
//	8  ends       u32[k+1]  where each value begins in the next section, and the last ends
//	9  values     bytes     the values, ascending
//	10 before     u32[k+1]  how many records hold a lesser value; of words, how many
//	              postings lesser words have
//	11 codes      u8, u16 or u32[n]  each record's value; not of free text
//	12 gaps       u32[k+1]  where each list that is no bitmap begins in the next section
//	13 lists      bytes     lists of gaps
//	14 bitmaps    u64[b] for each list that is one, by value
//	15 buckets    u32[2^h+1]  of free text: where each bucket of terms begins
//	16 terms      u16[]     blocks of each term: the block in the low 13 bits, three
//	              bits of the term's hash in the high ones
//
//	17 places     u32[k+1]  of free text: where the digits of each template begin in
//	              the next section
//	18 digits     bytes     of each template, what fills the slots of one record's value
//	              after the other, in the order of its list, two digits to a byte, the
//	              first in the high half; beginning with a byte for each template
//
//	19 null       nothing   of a dictionary: the least value, which is empty, is null
//	20 range      i64 least and i64 greatest number of a record, 0 and -1 where all are
//	              null; u64 flags (1: the numbers ascend, and none is null; 2, 4: of
//	              their width, as a power of two of bytes)
//	21 floors     i64[b]    the least number of each block
//	22 ceilings   i64[b]    the greatest number of each block
//	23 numbers    u8, u16, u32 or u64[n]  each record's number less the least of its block
//	24 nulls      u64[b]    which records have none, if any; nothing counts of their
//	              number
//	25 bits       u64[b]    in place of codes, where there are two values at most: which
//	              records have the second
//
// A field has sections 8 to 14 of its values, where it has section 11 or 25, and
// perhaps 19; or else of its templates, and sections 17 and 18; or else of its words, and
// sections 15 and 16. Or it is one of numbers that hardly repeat, and has sections
// 20 to 24. A number as a value is u64 big-endian, with its sign bit inverted.
const (
	magic   = "DAYBKSEG"
	version = 2

	headerSize = 32
	entrySize  = 32
	align      = 8
)

type kind uint16

const (
	kindOrigin kind = iota + 1
	kindSummary
	kindBases
	kindStarts
	kindLeast
	kindGreatest
	kindTimes
	kindEnds
	kindValues
	kindBefore
	kindCodes
	kindGaps
	kindLists
	kindBitmaps
	kindBuckets
	kindTerms
	kindPlaces
	kindDigits
	kindNull
	kindRange
	kindFloors
	kindCeilings
	kindNumbers
	kindNulls
	kindBits

	lastKind = kindBits
)

const (
	flagAscending = 1 << iota
	flagWideStarts
	flagTimeWidth // of two bits
)

// ErrVersion means that an image is of another version of the format.
var ErrVersion = errors.New("segment is of another version")

// A CorruptError reports an image that can't be what a builder made.
type CorruptError struct {
	Offset int64  // of the first bytes found wrong
	Reason string // what was expected there
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("segment is damaged at byte %d: %s", e.Offset, e.Reason)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A section is a part of an image.
type section struct {
	kind  kind
	field uint16
	data  []byte
}

// A writer puts an image together.
type writer struct{ sections []section }

func (w *writer) add(k kind, field int, data []byte) {
	w.sections = append(w.sections, section{k, uint16(field), data})
}

// image returns the image. Its memory is aligned for any of its integers.
func (w *writer) image() []byte {
	at := headerSize + entrySize*len(w.sections)
	size := at
	for _, s := range w.sections {
		size += filled(len(s.data))
	}
	image := alignedBytes(size)
	le := binary.LittleEndian
	copy(image, magic)
	le.PutUint32(image[8:], version)
	le.PutUint32(image[12:], uint32(len(w.sections)))
	le.PutUint64(image[16:], uint64(size))
	for i, s := range w.sections {
		copy(image[at:], s.data)
		end := at + filled(len(s.data))
		entry := image[headerSize+entrySize*i:]
		le.PutUint16(entry, uint16(s.kind))
		le.PutUint16(entry[2:], s.field)
		le.PutUint32(entry[4:], crc32.Checksum(image[at:end], castagnoli))
		le.PutUint64(entry[8:], uint64(at))
		le.PutUint64(entry[16:], uint64(len(s.data)))
		at = end
	}
	le.PutUint32(image[28:], headerSum(image, len(w.sections)))
	return image
}

// headerSum is the checksum of the header but for itself, and of the table.
func headerSum(image []byte, sections int) uint32 {
	sum := crc32.Checksum(image[:28], castagnoli)
	return crc32.Update(sum, castagnoli, image[headerSize:headerSize+entrySize*sections])
}

func filled(n int) int { return (n + align - 1) &^ (align - 1) }

// readSections checks the image but for the content of its sections, which it
// returns. Where deep, it checks their checksums as well.
func readSections(image []byte, deep bool) ([]section, error) {
	corrupt := func(at int, reason string) ([]section, error) {
		return nil, &CorruptError{int64(at), reason}
	}
	le := binary.LittleEndian
	switch {
	case len(image) < headerSize:
		return corrupt(len(image), "the header is cut short")
	case string(image[:8]) != magic:
		return corrupt(0, "it does not begin as segments do")
	case le.Uint32(image[8:]) != version:
		return nil, fmt.Errorf("%w: %d, not %d", ErrVersion, le.Uint32(image[8:]), version)
	case le.Uint64(image[16:]) != uint64(len(image)):
		return corrupt(16, "its size is another")
	}
	if le.Uint32(image[12:]) > uint32((len(image)-headerSize)/entrySize) {
		return corrupt(12, "it has more sections than fit")
	}
	n := int(le.Uint32(image[12:]))
	if headerSum(image, n) != le.Uint32(image[28:]) {
		return corrupt(0, "the checksum of the header is wrong")
	}
	sections := make([]section, n)
	at := headerSize + entrySize*n
	for i := range sections {
		begin := headerSize + entrySize*i
		entry := image[begin:]
		size := le.Uint64(entry[16:])
		if le.Uint64(entry[8:]) != uint64(at) || size > uint64(len(image)-at) || filled(int(size)) > len(image)-at {
			return corrupt(begin, "a section is out of bounds")
		}
		end := at + filled(int(size))
		if deep && crc32.Checksum(image[at:end], castagnoli) != le.Uint32(entry[4:]) {
			return corrupt(at, "the checksum of a section is wrong")
		}
		sections[i] = section{kind(le.Uint16(entry)), le.Uint16(entry[2:]), image[at : at+int(size) : at+int(size)]}
		at = end
	}
	if at != len(image) {
		return corrupt(at, "there is more behind the last section")
	}
	return sections, nil
}

// An integer is what arrays in an image are made of.
type integer interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64 | ~int64
}

// viewOf returns the integers that data, aligned for them, is made of. It
// reports false where the size is no multiple of theirs.
func viewOf[T integer](data []byte) ([]T, bool) {
	var one T
	size := int(unsafe.Sizeof(one))
	if len(data) == 0 {
		return nil, true
	}
	if len(data)%size != 0 || uintptr(unsafe.Pointer(unsafe.SliceData(data)))%uintptr(size) != 0 {
		return nil, false
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(data))), len(data)/size), true
}

// bytesOf returns the bytes of integers as an image has them.
func bytesOf[T integer](all []T) []byte {
	if len(all) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(all))), len(all)*int(unsafe.Sizeof(all[0])))
}

// alignedBytes returns n zero bytes that begin at a multiple of 8.
func alignedBytes(n int) []byte { return bytesOf(make([]uint64, (n+7)/8))[:n:n] }

// Supported reports whether this machine's integers are as those of an image,
// which is little-endian.
func Supported() bool {
	one := [2]byte{1, 0}
	return binary.NativeEndian.Uint16(one[:]) == 1
}

// Aligned returns n zero bytes in which an image can be opened.
func Aligned(n int) []byte { return alignedBytes(n) }

// Size returns how many of the bytes, which begin with an image, are the
// image's, as its header says. The error is a *CorruptError, or wraps ErrVersion.
func Size(begin []byte) (int, error) {
	le := binary.LittleEndian
	switch {
	case len(begin) < headerSize:
		return 0, &CorruptError{int64(len(begin)), "the header is cut short"}
	case string(begin[:8]) != magic:
		return 0, &CorruptError{0, "it does not begin as segments do"}
	case le.Uint32(begin[8:]) != version:
		return 0, fmt.Errorf("%w: %d, not %d", ErrVersion, le.Uint32(begin[8:]), version)
	}
	size := le.Uint64(begin[16:])
	if size < headerSize || size > uint64(len(begin)) || size%align != 0 {
		return 0, &CorruptError{16, "the size is out of bounds"}
	}
	return int(size), nil
}
