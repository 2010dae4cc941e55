package logstore

import (
	"bytes"
	"iter"

	"daybook/filter"
)

// A lineParser takes records out of whole lines, one after the other. It is for
// few lines at a time, of which all are looked at; a scanner is for many.
type lineParser struct {
	recordParser
	unescape filter.Unescape
	maxLine  int
	record   filter.Record
}

func newLineParser(o *Options) lineParser {
	return lineParser{
		recordParser: o.Format.parser(o.Schema),
		unescape:     o.Format.unescape(),
		maxLine:      o.MaxLine,
		record:       filter.Record{Columns: make([][]byte, o.Schema.Len())},
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
			if p.line(bytes.TrimSuffix(line, []byte{'\r'})) && !yield(&p.record) {
				return
			}
		}
	}
}

// line reads a line without its ending. It reports false where that is no
// record.
func (p *lineParser) line(line []byte) bool {
	return len(line) > 0 && len(line) <= p.maxLine && p.parse(&p.record, line)
}
