package logstore

import (
	"bytes"
	"iter"

	"daybook/filter"
)

// A lineParser takes records out of whole lines, one after the other. It is for
// few lines at a time, of which all are looked at; a scanner is for many.
type lineParser struct {
	time    filter.Field
	maxLine int
	times   filter.TimeParser
	record  filter.Record
}

func newLineParser(s *filter.Schema, maxLine int) lineParser {
	return lineParser{
		time:    s.TimeField(),
		maxLine: maxLine,
		record:  filter.Record{Columns: make([][]byte, s.Len())},
	}
}

// records yields the records in data, which is whole lines from the given offset
// of a part's content. A record is good until the next one.
func (p *lineParser) records(data []byte, offset int64) iter.Seq[*filter.Record] {
	return func(yield func(*filter.Record) bool) {
		if offset == 0 {
			data = bytes.TrimPrefix(data, []byte(byteOrderMark))
		}
		for len(data) > 0 {
			line, rest, _ := bytes.Cut(data, []byte{'\n'})
			data = rest
			if p.parse(bytes.TrimSuffix(line, []byte{'\r'})) && !yield(&p.record) {
				return
			}
		}
	}
}

// parse reads a line without its ending. It reports false where that is no
// record.
func (p *lineParser) parse(line []byte) bool {
	r := &p.record
	if len(line) == 0 || len(line) > p.maxLine || !splitTSV(r.Columns, line) {
		return false
	}
	var ok bool
	r.Time, ok = p.times.Parse(r.Columns[p.time])
	r.Line, r.Clean = line, isClean(line)
	return ok
}
