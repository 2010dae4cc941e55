package oracle

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The fields of the audit journal (contract 1.1), by column.
const (
	fieldTime   = 0
	fieldDetail = 6
	fieldCount  = 7
)

// fieldNames returns the names of the fields in the order of the columns.
func fieldNames() []string {
	return []string{"timestamp", "actor_type", "actor_id", "action", "status", "source", "detail"}
}

// A record is one well-formed line.
type record struct {
	time     int64              // Unix seconds
	values   [fieldCount]*value // decoded; the first is the time
	position int                // among all records of the journal
}

// A part is one part of a day, read.
type part struct {
	name        string
	day         int64
	lines       int // raw lines, malformed ones included
	records     []record
	first, last int64  // the least and the greatest time of its records
	problem     string // why it cannot be read, "" if it can
}

// readPart reads the lines of one part; d takes the values.
func (o *Oracle) readPart(f partFile, d *dictionary) *part {
	p := &part{name: f.name, day: f.day, problem: f.problem}
	if f.problem != "" {
		return p
	}
	text := string(f.content)
	text = strings.TrimPrefix(text, "\ufeff") // "A byte order mark at the start of a file is skipped."
	for text != "" {
		line, rest, ended := strings.Cut(text, "\n")
		text = rest
		if ended {
			line = strings.TrimSuffix(line, "\r")
		} else if !o.tailIsRecord(f.partName) {
			break
		}
		if line == "" { // "An empty line is no line."
			continue
		}
		p.lines++
		if r, ok := o.parseLine(line, d); ok {
			p.add(r)
		}
	}
	return p
}

// tailIsRecord reports whether a last line without newline counts: "when its
// file's UTC day ended more than 10 minutes ago (grace, configurable), or at
// once in a compressed file".
func (o *Oracle) tailIsRecord(n partName) bool {
	if n.packed != "" {
		return true
	}
	dayEnd := time.Unix((n.day+1)*secondsPerDay, 0)
	return o.opts.Now.Sub(dayEnd) > o.opts.Grace
}

// add appends r and widens the range of times.
func (p *part) add(r record) {
	if len(p.records) == 0 {
		p.first, p.last = r.time, r.time
	}
	p.first, p.last = min(p.first, r.time), max(p.last, r.time)
	p.records = append(p.records, r)
}

// parseLine splits a line without its ending; ok is false if it is malformed:
// "fewer than seven columns, whose first column is no time, or longer than
// 1 MiB". "A line is split at its first six tabs."
func (o *Oracle) parseLine(line string, d *dictionary) (r record, ok bool) {
	if len(line) > o.opts.MaxLine {
		return record{}, false
	}
	columns := strings.SplitN(line, "\t", fieldCount)
	if len(columns) < fieldCount {
		return record{}, false
	}
	if r.time, ok = parseTime(columns[fieldTime]); !ok {
		return record{}, false
	}
	r.values[fieldTime] = d.add(fieldTime, strconv.FormatInt(r.time, 10))
	for i := 1; i < fieldCount; i++ {
		r.values[i] = d.add(i, decodeValue(columns[i]))
	}
	return r, true
}

// decodeValue returns what conditions and clients see of a raw column:
// "escapes resolved, each byte that is part of no valid UTF-8 sequence
// replaced by one U+FFFD (Go's rule)". A value that is the same decoded shares
// the memory of the file.
func decodeValue(raw string) string {
	if strings.Contains(raw, `\`) {
		raw = resolveEscapes(raw)
	}
	if utf8.ValidString(raw) {
		return raw
	}
	return string([]rune(raw)) // ranges over raw: U+FFFD for each invalid byte
}

// resolveEscapes resolves \t \n \r \\ from left to right: "Any other backslash
// sequence is kept as written."
func resolveEscapes(raw string) string {
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+1 < len(raw) {
			if j := strings.IndexByte(`tnr\`, raw[i+1]); j >= 0 {
				b.WriteByte("\t\n\r\\"[j])
				i++
				continue
			}
		}
		b.WriteByte(raw[i])
	}
	return b.String()
}
