package logstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"daybook/logstore/segment"
)

// The index of a day file is one file in the folder index of the data folder:
// the images of the file's segments, one behind the other, in the order of the
// records. It is written under another name, synced and renamed, so that a file
// of this name is whole or damaged, never unfinished.
const (
	indexFolder = "index"
	indexSuffix = ".seg"
	asideSuffix = ".damaged" // of a file that was set aside
)

// An origin says which content a segment was built from.
type origin struct {
	File  string `json:"file"`
	Stamp stamp  `json:"stamp"`
	Terms terms  `json:"terms"`
	From  int64  `json:"from"` // the stretch of the content
	To    int64  `json:"to"`
	Facts *facts `json:"facts,omitempty"` // of all the content; in the last segment only
}

// A fileIndex is the opened index of one day file.
type fileIndex struct {
	// What each query asks of it stands together.
	source stamp // of the day file
	facts  facts
	sum    summary // of all segments

	disk     disk
	path     string
	stamp    stamp // of the index file when it was opened
	segments []*segment.Segment
	bytes    int64
	held     storedFile // the index file, where it is mapped and still open; else nil

	// Of the beginning of a file that is still appended to, in memory:
	live   bool
	of     *fileIndex // the index that it is the beginning of, if there is more of that
	to     int64      // where the content that the segments are of ends
	print  uint32     // fingerprint of that content
	proven bool       // by source, as long as that is the file's stamp

	// The last of the segments is built anew when there is more, if it begins
	// before the content ends.
	fullTo    int64 // where it begins
	lastBytes int64 // its size

	// The first of them are of full stretches.
	stretches    int
	stretchTo    int64 // where the last one ends
	stretchBytes int64 // of memory that they take
}

// errStale means that an index is of another state of its day file, or was
// built on other terms.
var errStale = errors.New("is of another state of the day file")

// openIndex opens and checks the index in the file at path. Unless mapped, its
// content is read into memory.
func openIndex(d disk, path string, t terms, mapped bool) (*fileIndex, error) {
	file, now, err := d.open(path)
	if err != nil {
		return nil, err
	}
	image, unmap, err := contentOf(file, now.Size, mapped)
	if err != nil {
		file.Close()
		return nil, err
	}
	release := func() {
		file.Close()
		if unmap != nil {
			unmap()
		}
	}
	x, err := decodeIndex(image, strings.TrimSuffix(filepath.Base(path), indexSuffix), t)
	if err != nil {
		release()
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	x.disk, x.path, x.stamp, x.held = d, path, now, file
	if unmap == nil {
		x.letGo()
	}
	// The memory is given back when nobody can reach the index any more.
	runtime.AddCleanup(x, func(release func()) { release() }, release)
	return x, nil
}

// decodeIndex opens the segments in the content of the index of the file with
// that name.
func decodeIndex(image []byte, name string, t terms) (x *fileIndex, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		// The file may be cut short while it is read.
		if v := recover(); v != nil {
			err = fmt.Errorf("can't be read: %v", v)
		}
	}()
	x = &fileIndex{bytes: int64(len(image))}
	all := chain{name: name, terms: t}
	for rest := image; len(rest) > 0; {
		size, err := segment.Size(rest)
		if err != nil {
			return nil, err
		}
		s, err := segment.Open(rest[:size:size])
		if err != nil {
			return nil, err
		}
		rest = rest[size:]
		if err := all.add(s.Origin()); err != nil {
			return nil, err
		}
		x.segments = append(x.segments, s)
	}
	if err := all.end(); err != nil {
		return nil, err
	}
	x.source, x.facts = all.last.Stamp, *all.last.Facts
	x.summarize()
	return x, nil
}

// A chain is the origins of an index's segments, which follow one another from
// the beginning of the content to its end.
type chain struct {
	name   string // of the day file
	terms  terms
	length int
	last   origin
}

// add adds the origin of the next segment.
func (c *chain) add(text []byte) error {
	var o origin
	if err := json.Unmarshal(text, &o); err != nil {
		return fmt.Errorf("origin of segment %d: %w", c.length, err)
	}
	if o.File != c.name || !o.Terms.equal(&c.terms) {
		return errStale
	}
	if c.length > 0 && (o.Stamp != c.last.Stamp || o.From != c.last.To || c.last.Facts != nil) {
		return errors.New("segments don't follow one another")
	}
	c.last = o
	c.length++
	return nil
}

// end makes sure that no segment is missing.
func (c *chain) end() error {
	if c.last.Facts == nil {
		return errors.New("the last segment is missing")
	}
	if c.last.Facts.unplaced() {
		return errStale // from before it was written down
	}
	return nil
}

// unchanged reports whether the index file is as it was when it was opened. A
// mapped file that somebody writes to is not what was checked any more. The file
// that is mapped is asked, whatever its name is by now: that takes less, and any
// writing, cutting or removing changes its stamp. See inPlace.
func (x *fileIndex) unchanged() bool {
	if x.of != nil {
		return x.of.unchanged()
	}
	if x.live {
		return true
	}
	if x.held == nil {
		return x.inPlace()
	}
	now, err := x.held.stamp()
	return err == nil && now == x.stamp
}

// inPlace reports whether there is, where the index file was when it was
// opened, the same file and as it was.
func (x *fileIndex) inPlace() bool {
	now, err := x.disk.stamp(x.path)
	return err == nil && now == x.stamp
}

// upTo returns the segments of the first n bytes of the content, as of a file
// that is still appended to; nil if there are none.
func (x *fileIndex) upTo(n int64) *fileIndex {
	whole, to := 0, int64(0)
	for whole < len(x.segments) && x.end(whole) <= n {
		to = x.end(whole)
		whole++
	}
	if whole == 0 {
		return nil
	}
	part := &fileIndex{source: x.source, segments: x.segments[:whole:whole], live: true, of: x, to: to}
	part.summarize()
	return part
}

// end returns an offset behind the records of a segment, and not behind any
// other, where a line begins or the content ends.
func (x *fileIndex) end(segment int) int64 {
	switch {
	case segment+1 < len(x.segments):
		return x.segments[segment+1].Start(0)
	case x.live:
		return x.to
	}
	return x.facts.Covered
}

// letGo closes the index file, whose content stays mapped.
func (x *fileIndex) letGo() {
	x.held.Close()
	x.held = nil
}

// replaced reports whether there is another file where the index file was when
// it was opened.
func (x *fileIndex) replaced() bool {
	now, err := x.disk.stamp(x.path)
	return err == nil && !now.sameFile(x.stamp)
}

// contentOf returns the content of a file, and where it is mapped a function
// that ends that.
func contentOf(file storedFile, size int64, mapped bool) (content []byte, unmap func(), err error) {
	if size == 0 {
		return nil, nil, errors.New("is empty")
	}
	if mapped {
		if content, unmap, err = file.mapped(size); err == nil {
			return content, unmap, nil
		}
	}
	content = segment.Aligned(int(size))
	if err := readAll(file, content, 0); err != nil {
		return nil, nil, err
	}
	return content, nil, nil
}
