package logstore

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// datePlace is what stands for the day in a pattern.
const datePlace = "{date}"

// An encoding says how a file holds a part's content. The lower one is
// preferred where several exist.
type encoding uint8

const (
	plain encoding = iota
	gzipped
	zstandard
	encodings // how many there are
)

// suffix returns what the encoding adds to a file's name.
func (e encoding) suffix() string { return [...]string{"", ".gz", ".zst"}[e] }

// cutEncoding returns a file's name without its encoding's suffix.
func cutEncoding(name string) (stem string, enc encoding) {
	for e := gzipped; e < encodings; e++ {
		if stem, cut := strings.CutSuffix(name, e.suffix()); cut {
			return stem, e
		}
	}
	return name, plain
}

// A pattern recognises the names of a journal's day files:
//
//	prefix date [.number] suffix [.gz | .zst]
//
// The date is YYYY-MM-DD or YYYYMMDD and exists in the calendar. The number,
// at least 1 and without leading zeros, is that of a size-rotated part.
type pattern struct{ prefix, suffix string }

// parsePattern reads a pattern such as "audit-{date}.tsv".
func parsePattern(text string) (pattern, error) {
	prefix, suffix, ok := strings.Cut(text, datePlace)
	switch {
	case !ok || strings.Contains(suffix, datePlace):
		return pattern{}, fmt.Errorf("pattern %q: want %s in it once", text, datePlace)
	case strings.ContainsAny(text, "/\x00"):
		return pattern{}, fmt.Errorf("pattern %q: want a file name, without a folder", text)
	case strings.HasSuffix(text, gzipped.suffix()), strings.HasSuffix(text, zstandard.suffix()):
		return pattern{}, fmt.Errorf("pattern %q: want the name of the plain file; the compressed one is found too", text)
	}
	return pattern{prefix, suffix}, nil
}

// unnumbered is the rank of the part without a number: the live one, after
// all others of its day.
const unnumbered = int(^uint(0) >> 1)

// A partName identifies one part of one day, whatever its encoding.
type partName struct {
	day    Day
	number int    // from 1, or unnumbered
	stem   string // the file's name without its encoding's suffix
}

// compare orders parts by position: by day, by number, and where the same day
// is spelled in two ways, by name.
func (p partName) compare(q partName) int {
	return cmp.Or(cmp.Compare(p.day, q.day), cmp.Compare(p.number, q.number), cmp.Compare(p.stem, q.stem))
}

// parse returns which part, in which encoding, a file of that name holds.
func (p pattern) parse(name string) (part partName, enc encoding, ok bool) {
	stem, enc := cutEncoding(name)
	middle, ok := strings.CutPrefix(stem, p.prefix)
	if !ok {
		return partName{}, 0, false
	}
	if middle, ok = strings.CutSuffix(middle, p.suffix); !ok {
		return partName{}, 0, false
	}
	date, number, numbered := strings.Cut(middle, ".")
	part = partName{number: unnumbered, stem: stem}
	if part.day, ok = parseDate(date); !ok {
		return partName{}, 0, false
	}
	if numbered {
		if part.number, ok = parseNumber(number); !ok {
			return partName{}, 0, false
		}
	}
	return part, enc, true
}

// parseDate reads YYYY-MM-DD or YYYYMMDD.
func parseDate(text string) (Day, bool) {
	layout := time.DateOnly
	if len(text) == len("YYYYMMDD") {
		layout = "20060102"
	}
	t, err := time.Parse(layout, text)
	if err != nil || t.Year() < 1 {
		return 0, false
	}
	return dayOf(t.Unix()), true
}

// parseNumber reads a part's number.
func parseNumber(text string) (int, bool) {
	const mostDigits = 18 // fit into an int
	if len(text) == 0 || len(text) > mostDigits || text[0] == '0' {
		return 0, false
	}
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}
