package logstore

import (
	"errors"

	"daybook/filter"
)

// A Format says how lines hold records: TabSeparated{}, or what JSONLines returns.
type Format interface {
	// terms names the format, and what of it and of a schema that it can hold facts
	// and indexes depend on, but for the names of fields.
	terms(*filter.Schema) string
	// check reports why lines of the format can't hold records of a schema.
	check(*filter.Schema) error
	// unescape is what decodes columns; nil where they come decoded.
	unescape() filter.Unescape
	// parser returns what takes lines apart, for one goroutine.
	parser(*filter.Schema) recordParser
}

// A recordParser takes lines apart, one after the other.
type recordParser interface {
	// parse makes a record of line, which has no ending: all of it. It reports
	// false where that is none. The columns, of which r has one for each field,
	// are good until the next call, and no longer than the line.
	parse(r *filter.Record, line []byte) bool

	// measure returns the record's time, and reports false where parse does.
	measure(line []byte) (time int64, ok bool)
}

// TabSeparated is the format of journals of text: a line is split at its first
// tabs, one fewer than the schema has fields, and \t, \n, \r and \\ stand for the
// characters that have a meaning. It is the default.
type TabSeparated struct{}

func (TabSeparated) terms(*filter.Schema) string { return "" }

func (TabSeparated) check(s *filter.Schema) error {
	for f := range filter.Field(s.Len()) {
		if f != s.TimeField() && s.Kind(f) != filter.Text || s.Nullable(f) || s.Unit() != 1 {
			return errors.New("logstore: tab separated lines hold text and a time in seconds")
		}
	}
	return nil
}

func (TabSeparated) unescape() filter.Unescape { return unescapeTSV }

func (TabSeparated) parser(s *filter.Schema) recordParser {
	return &tsvParser{time: s.TimeField(), columns: make([][]byte, s.Len())}
}

// A tsvParser is for few lines, of which all is looked at; scans and builders
// split lines of many by themselves.
type tsvParser struct {
	time    filter.Field
	times   filter.TimeParser
	columns [][]byte // scratch
}

func (p *tsvParser) parse(r *filter.Record, line []byte) (ok bool) {
	if !splitTSV(r.Columns, line) {
		return false
	}
	r.Time, ok = p.times.Parse(r.Columns[p.time])
	r.Line, r.Clean = line, isClean(line)
	return ok
}

func (p *tsvParser) measure(line []byte) (time int64, ok bool) {
	if !splitTSV(p.columns, line) {
		return 0, false
	}
	return p.times.Parse(p.columns[p.time])
}
