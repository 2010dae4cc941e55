package logstore

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"daybook/logstore/segment"
)

// An IndexDescription says what an index file holds, as far as that can be told.
type IndexDescription struct {
	File     string               `json:"file"` // name of the index file
	Size     int64                `json:"size"`
	Segments []SegmentDescription `json:"segments"`
}

// A SegmentDescription says what one segment of an index file holds. Offsets
// are from the beginning of the file.
type SegmentDescription struct {
	Offset int64        `json:"offset"`
	Source *IndexSource `json:"source"` // nil where it can't be read
	segment.Description
}

// An IndexSource is the stretch of a day file that a segment is of.
type IndexSource struct {
	File     string    `json:"file"`
	Size     int64     `json:"size"`     // of the day file, when the index was built
	Modified time.Time `json:"modified"` // the day file, at that time
	From     int64     `json:"from"`     // the stretch of the day file's content
	To       int64     `json:"to"`
	Fields   []string  `json:"fields"`
	MaxLine  int       `json:"max_line"` // bytes
	Last     bool      `json:"last"`     // no segment follows
}

// Sound reports whether nothing is wrong with the file by itself: every checksum
// is right, and no segment is missing.
func (d *IndexDescription) Sound() bool {
	for i := range d.Segments {
		s := &d.Segments[i]
		if len(s.Faults) > 0 || s.Source == nil || s.Source.Last != (i == len(d.Segments)-1) {
			return false
		}
	}
	return len(d.Segments) > 0
}

// DescribeIndex describes the index file at path. What is damaged in it is in
// the description; the error is about reading it.
func DescribeIndex(path string) (*IndexDescription, error) {
	file, now, err := openFile(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	d := &IndexDescription{File: filepath.Base(path), Size: now.Size}
	for at := int64(0); at < now.Size; {
		rest := now.Size - at
		image, err := segment.Describe(io.NewSectionReader(file, at, rest), rest)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.File, err)
		}
		s := SegmentDescription{Offset: at, Description: *image, Source: indexSource(image.Origin)}
		for i := range s.Sections {
			s.Sections[i].Offset += at
		}
		for i := range s.Faults {
			s.Faults[i].Offset += at
		}
		d.Segments = append(d.Segments, s)
		if !image.Whole(rest) {
			break // where the next one begins can't be told
		}
		at += image.Size
	}
	return d, nil
}

// indexSource returns what an origin says, nil if it says nothing.
func indexSource(text []byte) *IndexSource {
	var o origin
	if json.Unmarshal(text, &o) != nil {
		return nil
	}
	return &IndexSource{
		File: o.File, Size: o.Stamp.Size, Modified: time.Unix(0, o.Stamp.Modified).UTC(),
		From: o.From, To: o.To, Fields: o.Terms.Fields, MaxLine: o.Terms.MaxLine, Last: o.Facts != nil,
	}
}
