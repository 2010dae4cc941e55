package segment

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
)

// Version is the version of the format that this program writes and reads.
const Version = version

// versionOffset is where the version stands; no other fault is told there.
const versionOffset = 8

// A Description says what an image holds, as far as that can be told: a damaged
// image has one too.
type Description struct {
	Version   int       `json:"version"`
	Size      int64     `json:"size"` // bytes, as the header says
	Origin    []byte    `json:"-"`    // as of Segment.Origin
	Records   int64     `json:"records"`
	First     int64     `json:"first"` // least time of a record
	Last      int64     `json:"last"`  // greatest time of a record
	Ascending bool      `json:"ascending"`
	Columns   []Column  `json:"columns"`
	Sections  []Section `json:"sections"`
	Faults    []Fault   `json:"faults"` // in the order in which they were found
}

// A Section is an entry of an image's table of contents.
type Section struct {
	Kind   string `json:"kind"`
	Field  int    `json:"field"` // -1 where the section is about none
	Offset int64  `json:"offset"`
	Size   int64  `json:"size"`   // bytes, without what fills it up
	Intact bool   `json:"intact"` // the checksum is right

	sum     uint32
	checked bool
}

// A Column is what an image holds of one field.
type Column struct {
	Field     int   `json:"field"`
	Text      bool  `json:"text"`              // free text: the values are its templates or its words
	Templates bool  `json:"templates"`         // they are its templates
	Numbers   bool  `json:"numbers,omitempty"` // numbers that hardly repeat, which have no dictionary
	Values    int64 `json:"values"`            // distinct ones
	Bytes     int64 `json:"bytes"`             // of all its sections
}

// A Fault is a place where an image is not what a builder made.
type Fault struct {
	Offset int64  `json:"offset"`
	Reason string `json:"reason"`
}

// String returns the names of the sections' kinds, as in the description of the
// format.
func (k kind) String() string {
	names := [...]string{
		kindOrigin: "origin", kindSummary: "summary", kindBases: "bases", kindStarts: "starts", kindLeast: "least",
		kindGreatest: "greatest", kindTimes: "times", kindEnds: "ends", kindValues: "values", kindBefore: "before",
		kindCodes: "codes", kindGaps: "gaps", kindLists: "lists", kindBitmaps: "bitmaps", kindBuckets: "buckets", kindTerms: "terms",
		kindPlaces: "places", kindDigits: "digits", kindNull: "null", kindRange: "range", kindFloors: "floors",
		kindCeilings: "ceilings", kindNumbers: "numbers", kindNulls: "nulls", kindBits: "bits",
	}
	if int(k) < len(names) && names[k] != "" {
		return names[k]
	}
	return fmt.Sprintf("kind %d", uint16(k))
}

// ReadHead reads the header, the table of contents, the origin and the summary
// of the image that r begins with, and checks them. There are size bytes from
// the beginning of the image on, perhaps more than the image's own. The error is
// one of reading; what is wrong with the image is in the description.
func ReadHead(r io.ReaderAt, size int64) (*Description, error) {
	d := &describer{r: r, size: size}
	err := d.head()
	return &d.Description, err
}

// Describe is ReadHead, and checks every section. It reads all of the image,
// and holds little of it.
func Describe(r io.ReaderAt, size int64) (*Description, error) {
	d := &describer{r: r, size: size}
	if err := d.head(); err != nil {
		return &d.Description, err
	}
	for i := range d.Sections {
		if err := d.check(i); err != nil {
			return &d.Description, err
		}
	}
	return &d.Description, nil
}

// Whole reports whether the size that the header names can be that of an image
// among size bytes, so that another one may follow behind it.
func (d *Description) Whole(size int64) bool {
	return d.Size >= headerSize && d.Size <= size && d.Size%align == 0
}

// Err returns what Open would say of the first fault; nil where there is none.
func (d *Description) Err() error {
	switch {
	case len(d.Faults) == 0:
		return nil
	case d.Faults[0].Offset == versionOffset:
		return fmt.Errorf("%w: %d, not %d", ErrVersion, d.Version, version)
	}
	return &CorruptError{d.Faults[0].Offset, d.Faults[0].Reason}
}

// A describer makes a Description.
type describer struct {
	Description
	r    io.ReaderAt
	size int64 // bytes that there are
}

func (d *describer) fault(offset int64, format string, args ...any) {
	d.Faults = append(d.Faults, Fault{offset, fmt.Sprintf(format, args...)})
}

// read returns n bytes, which must be there.
func (d *describer) read(at, n int64) ([]byte, error) {
	data := make([]byte, n)
	got, err := d.r.ReadAt(data, at)
	if int64(got) == n {
		err = nil
	}
	return data, err
}

// head reads the header and what it takes to tell what the image is of.
func (d *describer) head() error {
	if d.size < headerSize {
		d.fault(d.size, "the header is cut short")
		return nil
	}
	header, err := d.read(0, headerSize)
	if err != nil {
		return err
	}
	le := binary.LittleEndian
	d.Version, d.Size = int(le.Uint32(header[8:])), int64(le.Uint64(header[16:]))
	if string(header[:8]) != magic {
		d.fault(0, "it does not begin as segments do")
		if !d.Whole(d.size) {
			return nil // rather something else than a damaged image
		}
	}
	if d.Version != version {
		d.fault(versionOffset, "it is of version %d; this program knows version %d", d.Version, version)
		return nil
	}
	if !d.Whole(d.size) {
		d.fault(16, "it should have %d bytes; there are %d", d.Size, d.size)
	}
	n := int64(le.Uint32(header[12:]))
	if n > (d.size-headerSize)/entrySize {
		d.fault(12, "it has more sections than fit")
		return nil
	}
	table, err := d.read(headerSize, n*entrySize)
	if err != nil {
		return err
	}
	if headerSum(slices.Concat(header, table), int(n)) != le.Uint32(header[28:]) {
		d.fault(0, "the checksum of the header is wrong")
	}
	d.contents(table)
	return d.summary()
}

// contents reads the table of contents up to the first section that is out of
// bounds.
func (d *describer) contents(table []byte) {
	le := binary.LittleEndian
	at := int64(headerSize + len(table))
	for i := 0; i < len(table); i += entrySize {
		entry := table[i:]
		k := kind(le.Uint16(entry))
		s := Section{
			Kind: k.String(), Field: int(le.Uint16(entry[2:])), sum: le.Uint32(entry[4:]),
			Offset: int64(le.Uint64(entry[8:])), Size: int64(le.Uint64(entry[16:])),
		}
		if s.Offset != at || s.Size < 0 || s.Size > d.size-at || at+filled64(s.Size) > d.size {
			d.fault(headerSize+int64(i), "section %d, %s, is out of bounds", i/entrySize, s.Kind)
			return
		}
		at += filled64(s.Size)
		if k < kindEnds || k > lastKind {
			s.Field = -1
		} else {
			d.column(k, &s)
		}
		d.Sections = append(d.Sections, s)
	}
}

// column adds a section to what is known of its field.
func (d *describer) column(k kind, s *Section) {
	at := slices.IndexFunc(d.Columns, func(c Column) bool { return c.Field == s.Field })
	if at < 0 {
		at = len(d.Columns)
		d.Columns = append(d.Columns, Column{Field: s.Field})
	}
	c := &d.Columns[at]
	c.Bytes += filled64(s.Size)
	switch k {
	case kindEnds:
		c.Values = max(0, s.Size/4-1)
	case kindBuckets:
		c.Text = true
	case kindNumbers:
		c.Numbers = true
	case kindPlaces:
		c.Text, c.Templates = true, true
	}
}

// summary reads the first two sections, which are small.
func (d *describer) summary() error {
	const most = 1 << 20 // bytes; an origin has a few hundred
	var data [2][]byte
	for i, k := range []kind{kindOrigin, kindSummary} {
		if i >= len(d.Sections) || d.Sections[i].Kind != k.String() || d.Sections[i].Size > most {
			d.fault(headerSize+int64(i)*entrySize, "there is no %s", k)
			return nil
		}
		var err error
		if data[i], err = d.read(d.Sections[i].Offset, d.Sections[i].Size); err != nil {
			return err
		}
		if err := d.check(i); err != nil {
			return err
		}
	}
	if d.Sections[0].Intact {
		d.Origin = data[0]
	}
	if summary := data[1]; d.Sections[1].Intact && len(summary) == 5*8 {
		le := binary.LittleEndian
		d.Records = int64(le.Uint64(summary))
		d.First, d.Last = int64(le.Uint64(summary[16:])), int64(le.Uint64(summary[24:]))
		d.Ascending = le.Uint64(summary[32:])&flagAscending != 0
	}
	return nil
}

// check compares a section with its checksum, once.
func (d *describer) check(i int) error {
	s := &d.Sections[i]
	if s.checked {
		return nil
	}
	sum := crc32.New(castagnoli)
	n, err := io.Copy(sum, io.NewSectionReader(d.r, s.Offset, filled64(s.Size)))
	if err != nil {
		return err
	}
	s.checked = true
	s.Intact = n == filled64(s.Size) && sum.Sum32() == s.sum
	if !s.Intact {
		d.fault(s.Offset, "the checksum of section %d, %s, is wrong", i, s.Kind)
	}
	return nil
}

// filled64 is filled of a size that may be anybody's.
func filled64(n int64) int64 { return (n + align - 1) &^ (align - 1) }
