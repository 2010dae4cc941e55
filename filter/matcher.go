package filter

import (
	"bytes"
	"strings"
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

// StopOn has Quick report false once stop is closed.
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
// to.
func (p *Program) Matcher(u Unescape) *Matcher { return &Matcher{program: p, unescape: u} }

// Match evaluates the conditions that read text columns only. It reads
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
	return len(p.timeText)+len(p.anywhere) == 0 || m.matchShown(r)
}

// matchShown evaluates the conditions on the text of the time and on any field.
func (m *Matcher) matchShown(r *Record) bool {
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

// An anyTest finds a text in any field as shown to the client.
type anyTest struct {
	*foldedTest
	pieces Pieces
	inTime bool // the text is made of what times are made of
}

func newAnyTest(text string) *anyTest {
	strange := strings.Trim(foldString(text), "0123456789-:TZ")
	split := []string{text}
	return &anyTest{newFoldedTest(split), newPieces(split, true), strange == ""}
}

// match looks at the line as a whole first: in a clean line, what no part of
// the line contains no column does.
func (t *anyTest) match(m *Matcher, r *Record) bool {
	if t.inTime {
		m.digits = AppendTime(m.digits[:0], r.Time)
		if t.foldedTest.match(m, m.digits, true) {
			return true
		}
	}
	if r.Clean && (t.ascii == nil || !t.ascii.match(r.Line)) {
		return false
	}
	schema := m.program.schema
	for f := range Field(schema.Len()) {
		if f != schema.time && t.foldedTest.match(m, m.Text(r, f), r.Clean) {
			return true
		}
	}
	return false
}
