package logstore

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"time"
)

// The text of a cursor is base64url (RFC 4648, section 5) without padding, of:
//
//	size  field
//	1     version, 1
//	1     kind: 1 of a snapshot, 2 of a subscription
//	v     snapshot: its day; subscription: when it was made, in Unix nanoseconds
//	v     number of folds, 0 in a subscription's
//	      folds, each:
//	v       day of the first part, less the day before it in the text
//	v       its rank
//	v       day of the last part, less that of the first
//	v       its rank
//	v       number of parts
//	v       bytes of their content together
//	8       FNV-1a of their days, ranks and lengths, each as 8 bytes
//	v     number of parts
//	      parts, each:
//	v       day, less the day before it in the text
//	v       rank
//	v       bytes of its content
//	4       CRC-32C of the content's beginning and end
//	4     CRC-32C of all before
//
// v is a varint as in package encoding/binary, signed (zigzag), and as short as
// may be. Other integers are little-endian. Folds ascend, and so do parts; the first
// day of either list is counted from 1970-01-01. A cursor has one text.
const (
	cursorVersion = 1

	mostMarks     = 1024      // parts that a cursor of a snapshot may name, and folds
	mostFollowed  = 8 << 10   // parts that one of a subscription may name
	leastFold     = 6 + 8     // bytes that a fold takes at least
	leastPart     = 3 + 4     // bytes that a part takes at least
	longestCursor = 256 << 10 // bytes of text; no cursor takes as many
)

var cursorEncoding = base64.RawURLEncoding.Strict()

// errNoCursor is what is wrong with a text that no Cursor gave.
var errNoCursor = errors.New("is no cursor")

// ParseCursor returns the snapshot whose text it is. The error is a
// *CursorError. A text is not trusted: whatever stands in it, the cursor takes
// no more memory than a few times the text.
func ParseCursor(text string) (*Cursor, error) { return parseCursor(text, snapshotCursor) }

// parseCursor returns the cursor of that kind whose text it is.
func parseCursor(text string, kind cursorKind) (*Cursor, error) {
	c, err := decodeCursor(text)
	if err != nil {
		return nil, &CursorError{Reason: err.Error()}
	}
	if c.kind != kind {
		return nil, &CursorError{Reason: fmt.Sprintf("is the cursor of a %v, not of a %v", c.kind, kind)}
	}
	return c, nil
}

// String returns the cursor's text, which is fit for a URL.
func (c *Cursor) String() string {
	b := make([]byte, 0, 32+2*leastFold*len(c.folds)+2*leastPart*len(c.parts))
	b = append(b, cursorVersion, byte(c.kind))
	if c.kind == snapshotCursor {
		b = binary.AppendVarint(b, int64(c.today))
	} else {
		b = binary.AppendVarint(b, c.made.UnixNano())
	}
	b = binary.AppendVarint(b, int64(len(c.folds)))
	day := Day(0)
	for _, f := range c.folds {
		b = binary.AppendVarint(b, int64(f.first.day-day))
		b = binary.AppendVarint(b, int64(f.first.rank))
		b = binary.AppendVarint(b, int64(f.last.day-f.first.day))
		b = binary.AppendVarint(b, int64(f.last.rank))
		b = binary.AppendVarint(b, int64(f.count))
		b = binary.AppendVarint(b, f.bytes)
		b = binary.LittleEndian.AppendUint64(b, f.hash)
		day = f.last.day
	}
	b = binary.AppendVarint(b, int64(len(c.parts)))
	day = 0
	for _, p := range c.parts {
		b = binary.AppendVarint(b, int64(p.day-day))
		b = binary.AppendVarint(b, int64(p.rank))
		b = binary.AppendVarint(b, p.length)
		b = binary.LittleEndian.AppendUint32(b, p.print)
		day = p.day
	}
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	return cursorEncoding.EncodeToString(b)
}

// decodeCursor reads the text of a cursor of any kind. The error, which is
// errNoCursor or one that says more, is for the person who sent it.
func decodeCursor(text string) (*Cursor, error) {
	if len(text) > longestCursor {
		return nil, errNoCursor
	}
	b, err := cursorEncoding.DecodeString(text)
	const sum = 4 // bytes
	if err != nil || len(b) < 2+sum {
		return nil, errNoCursor
	}
	body := b[:len(b)-sum]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(b[len(body):]) {
		return nil, errNoCursor
	}
	if version := body[0]; version != cursorVersion {
		return nil, fmt.Errorf("is a cursor of format %d, not %d", version, cursorVersion)
	}
	d := cursorDecoder{left: body[2:]}
	most := mostMarks
	c := &Cursor{kind: cursorKind(body[1])}
	switch c.kind {
	case snapshotCursor:
		c.today = d.day(0)
		c.folds = d.folds()
	case followCursor:
		c.made = time.Unix(0, d.varint()).UTC()
		d.number(0)
		most = mostFollowed
	default:
		return nil, errNoCursor
	}
	c.parts = d.parts(most)
	// There are other ways to write the same: longer varints, line breaks.
	if d.bad || len(d.left) > 0 || c.String() != text {
		return nil, errNoCursor
	}
	return c, nil
}

// A cursorDecoder takes fields off what is left of a cursor's bytes. What is
// no field that may stand there makes it bad.
type cursorDecoder struct {
	left []byte
	bad  bool
}

func (d *cursorDecoder) folds() []foldMark {
	n := d.count(leastFold, mostMarks)
	if n == 0 {
		return nil
	}
	folds := make([]foldMark, n)
	before := partPlace{rank: -1, day: firstDay}
	day := Day(0)
	for i := range folds {
		f := &folds[i]
		f.first = d.place(day)
		f.last = d.place(f.first.day)
		f.count = d.number(mostParts)
		f.bytes = d.length(math.MaxInt64)
		f.hash = d.uint64()
		if f.first.compare(before) <= 0 || f.last.compare(f.first) < 0 || f.count == 0 {
			d.bad = true
		}
		before, day = f.last, f.last.day
	}
	return folds
}

func (d *cursorDecoder) parts(most int) []partMark {
	n := d.count(leastPart, most)
	if n == 0 {
		return nil
	}
	parts := make([]partMark, n)
	before := partPlace{rank: -1, day: firstDay}
	day := Day(0)
	for i := range parts {
		p := &parts[i]
		p.partPlace = d.place(day)
		p.length = d.length(mostBytes)
		p.print = d.uint32()
		if p.compare(before) <= 0 {
			d.bad = true
		}
		before, day = p.partPlace, p.day
	}
	return parts
}

// place takes the place of a part whose day is given as how many it is after
// another one.
func (d *cursorDecoder) place(after Day) partPlace {
	day := d.day(after)
	return partPlace{day, d.number(mostParts)}
}

// varint takes a signed number.
func (d *cursorDecoder) varint() int64 {
	v, n := binary.Varint(d.left)
	if n <= 0 {
		d.bad, d.left = true, nil
		return 0
	}
	d.left = d.left[n:]
	return v
}

// length takes a number from 0 to most.
func (d *cursorDecoder) length(most int64) int64 {
	v := d.varint()
	if v < 0 || v > most {
		d.bad = true
		return 0
	}
	return v
}

// number takes a number from 0 to most.
func (d *cursorDecoder) number(most int) int { return int(d.length(int64(most))) }

// count takes the number of marks that follow, each of at least so many bytes.
func (d *cursorDecoder) count(least, most int) int {
	n := d.number(most)
	if n > len(d.left)/least {
		d.bad = true
		return 0
	}
	return n
}

// day takes a day, given as how many it is after another one.
func (d *cursorDecoder) day(after Day) Day {
	v := d.varint()
	if v < int64(firstDay-after) || v > int64(lastDay-after) {
		d.bad = true
		return after
	}
	return after + Day(v)
}

func (d *cursorDecoder) uint64() uint64 {
	if len(d.left) < 8 {
		d.bad, d.left = true, nil
		return 0
	}
	v := binary.LittleEndian.Uint64(d.left)
	d.left = d.left[8:]
	return v
}

func (d *cursorDecoder) uint32() uint32 {
	if len(d.left) < 4 {
		d.bad, d.left = true, nil
		return 0
	}
	v := binary.LittleEndian.Uint32(d.left)
	d.left = d.left[4:]
	return v
}
