package logstore

import (
	"unicode/utf8"

	"daybook/filter"
)

// A jsonParser takes lines of JSON apart in one pass, which checks all of a line.
// It allocates nothing once its memory has grown.
type jsonParser struct {
	schema   *filter.Schema
	time     filter.Field
	top      *jsonObject
	present  []filter.Field // that tell of presence
	required []filter.Field // that are never null
	numbers  []byte         // of the present record, by field
	text     []byte         // texts of the present record that are not as in the line
	name     []byte         // scratch
	scratch  filter.Record

	// Of the present line:
	record  *filter.Record
	timed   bool
	escaped bool
}

// jsonFalse and jsonTrue are the values of a Boolean. They are never changed.
var (
	jsonFalse = filter.AppendNumber(nil, 0)
	jsonTrue  = filter.AppendNumber(nil, 1)
)

func (p *jsonParser) measure(line []byte) (time int64, ok bool) {
	ok = p.parse(&p.scratch, line)
	return p.scratch.Time, ok
}

func (p *jsonParser) parse(r *filter.Record, line []byte) bool {
	ascii := isASCII(line)
	if !ascii && !utf8.Valid(line) {
		return false
	}
	p.record, p.timed, p.escaped, p.text = r, false, false, p.text[:0]
	clear(r.Columns)
	for _, f := range p.present {
		r.Columns[f] = jsonFalse
	}
	s := jsonText{data: line}
	s.skipSpace()
	if !s.take('{') || !p.members(&s, p.top, 1) {
		return false
	}
	if s.skipSpace(); s.at != len(line) || !p.timed {
		return false
	}
	for _, f := range p.required {
		if r.Columns[f] == nil {
			return false
		}
	}
	r.Line, r.Clean = line, ascii && !p.escaped
	return true
}

// members reads the rest of an object that was opened, the last of so many.
func (p *jsonParser) members(s *jsonText, o *jsonObject, depth int) bool {
	next := 0
	if s.skipSpace(); s.take('}') {
		return true
	}
	for {
		if !s.take('"') {
			return false
		}
		name, ok := p.str(s, &p.name)
		if !ok {
			return false
		}
		var m *jsonMember
		m, next = o.find(name, next)
		p.name = p.name[:0]
		if s.skipSpace(); !s.take(':') {
			return false
		}
		s.skipSpace()
		if !p.value(s, m, depth) {
			return false
		}
		s.skipSpace()
		switch {
		case s.take(','):
			s.skipSpace()
		case s.take('}'):
			return true
		default:
			return false
		}
	}
}

// value reads the value of a member. Nothing is wanted of it where that is nil.
func (p *jsonParser) value(s *jsonText, m *jsonMember, depth int) bool {
	if m == nil {
		return p.skip(s, depth)
	}
	if m.object != nil {
		p.forget(m)
	}
	begin, c := s.at, s.peek()
	var text []byte
	ok := false
	switch {
	case c == '{' && m.object != nil:
		s.at++
		ok = p.members(s, m.object, depth+1)
	case c == '"' && len(m.fields) > 0:
		s.at++
		text, ok = p.str(s, &p.text)
	default:
		ok = p.skip(s, depth)
		text = s.data[begin:s.at]
	}
	if !ok {
		return false
	}
	for _, f := range m.fields {
		p.set(f, c, text)
	}
	if len(m.presence) > 0 {
		has := jsonFalse
		if !isNothing(s.data[begin:s.at]) {
			has = jsonTrue
		}
		for _, f := range m.presence {
			p.record.Columns[f] = has
		}
	}
	return true
}

// forget makes the fields within a member null: it stands there again.
func (p *jsonParser) forget(m *jsonMember) {
	for _, inner := range m.object.members {
		for _, f := range inner.fields {
			p.setNull(f)
		}
		for _, f := range inner.presence {
			p.record.Columns[f] = jsonFalse
		}
	}
}

func (p *jsonParser) setNull(f filter.Field) {
	p.record.Columns[f] = nil
	p.timed = p.timed && f != p.time
}

// isNothing reports whether a value is null or an empty string, array or object.
func isNothing(value []byte) bool {
	switch c := value[0]; c {
	case 'n':
		return true
	case '"':
		return len(value) == 2
	case '{', '[':
		s := jsonText{data: value, at: 1}
		s.skipSpace()
		return s.peek() == c+2 // the closing bracket, in ASCII
	}
	return false
}

// set sets a field to a value, which begins with c: the text of a string, or all
// of another value.
func (p *jsonParser) set(f filter.Field, c byte, text []byte) {
	kind := p.schema.Kind(f)
	if kind == filter.Text {
		if p.setNull(f); c == '"' {
			p.record.Columns[f] = text
		}
		return
	}
	n, ok := jsonNumber(kind, c, text)
	switch {
	case !ok:
		p.setNull(f)
	case f == p.time:
		if p.schema.Unit() != filter.Second {
			n = floorDiv(n, filter.Second)
		}
		p.record.Time, p.timed = n, true
	default:
		at := filter.NumberSize * int(f)
		p.record.Columns[f] = filter.AppendNumber(p.numbers[at:at], n)
	}
}

// jsonNumber returns the number of a numeric field, or of the time in microseconds,
// that a value is.
func jsonNumber(kind filter.Kind, c byte, text []byte) (n int64, ok bool) {
	number := c == '-' || '0' <= c && c <= '9'
	switch kind {
	case filter.Integer:
		if !number {
			return 0, false
		}
		return integerOf(text)
	case filter.Boolean:
		if c == 't' {
			n = 1
		}
		return n, c == 't' || c == 'f'
	case filter.Decimal:
		if !number && c != '"' {
			return 0, false
		}
		n, _, ok = filter.ParseDecimal(text)
		return n, ok
	}
	switch {
	case c == '"':
		return filter.ParseInstant(text)
	case number:
		n, _, ok = filter.ParseDecimal(text)
		return n, ok && filter.MinTime*filter.Second <= n && n < (filter.MaxTime+1)*filter.Second
	}
	return 0, false
}

// integerOf reads a number without point and exponent.
func integerOf(text []byte) (n int64, ok bool) {
	digits := text
	if digits[0] == '-' {
		digits = digits[1:]
	}
	for _, c := range digits {
		if c < '0' || c > '9' || n < filter.MinNumber/10 {
			return 0, false
		}
		n = 10*n - int64(c-'0')
	}
	if len(digits) == len(text) {
		n = -n
	}
	return n, filter.MinNumber <= n && n <= filter.MaxNumber
}
