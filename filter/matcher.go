package filter

import (
	"bytes"
	"unicode/utf8"
)

// A Matcher evaluates one program on one record after another. It is one
// goroutine's and allocates nothing per record once its buffers have grown.
type Matcher struct {
	program   *Program
	unescape  Unescape
	unescaped []byte // scratch
	repaired  []byte // scratch
	digits    []byte // scratch
	folder    folder
	regexps   []regexpRun
	stop      <-chan struct{} // nil: never
}

// StopOn has Quick report false once stop is closed, and regular expressions match
// nothing that would take them long. What m finds from then on is of no use.
func (m *Matcher) StopOn(stop <-chan struct{}) { m.stop = stop }

func (m *Matcher) stopped() bool {
	select {
	case <-m.stop:
		return true
	default:
		return false
	}
}

// Matcher returns a new matcher for p and records of the format that u belongs
// to; with nil, of one whose columns come decoded.
func (p *Program) Matcher(u Unescape) *Matcher { return &Matcher{program: p, unescape: u} }

// Match evaluates the conditions that read columns only. It reads
// r.Columns and r.Clean, and may be left out where the program Uses no field.
func (m *Matcher) Match(r *Record) bool {
	p := m.program
	if p.never {
		return false
	}
	for i := range p.text {
		if !m.MatchStep(i, r.Columns[p.text[i].field], r.Clean) {
			return false
		}
	}
	return true
}

// MatchTime evaluates the other conditions: those that read r.Time, and those
// on any field, which read all of r; it may be left out where the program does
// not UsesTime. A record matches if Match and MatchTime both say so.
func (m *Matcher) MatchTime(r *Record) bool {
	p := m.program
	if !p.times.has(r.Time) {
		return false
	}
	return len(p.timeText)+len(p.anywhere) == 0 || m.matchTexts(r)
}

// matchTexts evaluates the conditions on the text of the time and on any field.
func (m *Matcher) matchTexts(r *Record) bool {
	p := m.program
	if len(p.timeText) > 0 && !m.MatchTimeText(r.Time) {
		return false
	}
	for _, t := range p.anywhere {
		if !t.match(m, r) {
			return false
		}
	}
	return true
}

// Text returns the decoded value of a column. It is valid until the next call
// on m, and no longer than the raw column.
func (m *Matcher) Text(r *Record, f Field) []byte {
	if r.Clean {
		return r.Columns[f]
	}
	return m.decode(r.Columns[f])
}

// decode returns the decoded value of a raw column, which is the column itself
// where there is nothing to decode.
func (m *Matcher) decode(raw []byte) []byte {
	if m.unescape == nil {
		return raw
	}
	v := raw
	if bytes.IndexByte(v, '\\') >= 0 {
		m.unescaped = m.unescape(m.unescaped[:0], v)
		v = m.unescaped
	}
	if !utf8.Valid(v) {
		m.repaired = appendRepaired(m.repaired[:0], v)
		v = m.repaired
	}
	return v
}

// equal reports whether the decoded value of a raw column is what s wants,
// which the raw bytes mostly decide.
func (m *Matcher) equal(raw []byte, s *step) bool {
	if s.plain {
		if string(raw) == s.want {
			return true
		}
		if bytes.IndexByte(raw, '\\') < 0 {
			return false // repair makes U+FFFD only, and a plain text has none
		}
	}
	return string(m.decode(raw)) == s.want
}

// An anyTest finds a text in any of some fields as shown to the client.
type anyTest struct {
	*foldedTest
	pieces  Pieces
	fields  fieldSet
	inTime  bool     // the time is one of them, and the text is made of what times are made of
	numbers fieldSet // numeric ones whose numbers can hold the text
	inLine  bool     // where the text is in a field, it is in a clean line
}

func newAnyTest(c *Condition, schema *Schema) *anyTest {
	text := c.values[0].text
	split := []string{text}
	t := &anyTest{foldedTest: newFoldedTest(split), pieces: newPieces(split, true), fields: c.among, inLine: true}
	if t.fields == 0 {
		t.fields = schema.allFields()
	}
	for f := range Field(schema.Len()) {
		switch kind := schema.Kind(f); {
		case !t.fields.has(f) || kind == Text:
		case kind == Time:
			if schema.unit == Second {
				kind = Instant
			}
			t.inTime = kind.mayShow(text)
		case kind.mayShow(text):
			t.numbers |= 1 << f
			t.inLine = t.inLine && kind == Integer // others need not be written as they are shown
		}
	}
	return t
}

// match looks at the line as a whole first: in a clean line, what no part of
// the line contains no column does.
func (t *anyTest) match(m *Matcher, r *Record) bool {
	if t.inTime {
		m.digits = m.program.schema.AppendShown(m.digits[:0], r.Time)
		if t.foldedTest.match(m, m.digits, true) {
			return true
		}
	}
	if r.Clean && t.inLine && (t.ascii == nil || !t.ascii.match(r.Line)) {
		return false
	}
	schema := m.program.schema
	for f := range Field(schema.Len()) {
		switch {
		case f == schema.time || !t.fields.has(f) || r.Columns[f] == nil:
		case !schema.Numeric(f):
			if t.foldedTest.match(m, m.Text(r, f), r.Clean) {
				return true
			}
		case t.numbers.has(f) && m.matchShown(t, f, r.Columns[f]):
			return true
		}
	}
	return false
}

// matchShown evaluates t on a value of numeric field f, as it is shown.
func (m *Matcher) matchShown(t *anyTest, f Field, v []byte) bool {
	return shownTest{m.program.schema.Kind(f), t.foldedTest}.match(m, v, true)
}
