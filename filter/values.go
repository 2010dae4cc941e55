package filter

import "daybook/filter/bytescan"

// An index holds values instead of records: each text or number of a field once,
// in its decoded form, and the times. What follows is how it asks a program about
// them. A record matches if every step matches its field's value, its time is
// within TimeSpans and passes MatchTimeText, and each of the Anywhere
// conditions matches one of its values.

// Pieces are texts that every value which a condition's positive form matches
// holds, in this order and without overlapping.
type Pieces struct {
	Texts  []string // empty: nothing is known
	Start  bool     // the first begins the value
	End    bool     // the last ends it
	Folded bool     // they stand there in any case, as Unicode simple folding has it
	Enough bool     // a value that holds them so matches

	// Whether a value matches does not depend on which decimal digits stand
	// where it has some; nor, with AnyHex, on which of 0 to 9 and a to f, or of
	// 0 to 9 and A to F. What is not known is false.
	AnyDigit, AnyHex bool

	// Of three values in the order of their bytes, the middle one matches if the
	// others do, and does not if they don't.
	Monotone bool
}

// newPieces returns what splitLike's pieces ask for.
func newPieces(split []string, folded bool) Pieces {
	last := len(split) - 1
	p := Pieces{
		Start:  last > 0 && split[0] != "",
		End:    last > 0 && split[last] != "",
		Folded: folded,
		Enough: true,
	}
	for _, text := range split {
		if text != "" {
			p.Texts = append(p.Texts, text)
		}
	}
	return p
}

// StepNegates reports whether step i matches the values that its positive form
// does not match.
func (p *Program) StepNegates(i int) bool { return p.text[i].negate }

// StepPieces returns what is known of the values that the positive form of step
// i matches.
func (p *Program) StepPieces(i int) Pieces { return p.text[i].pieces }

// StepValues returns the only values that the positive form of step i matches,
// if it is one that lists them.
func (p *Program) StepValues(i int) (values []string, ok bool) {
	switch t := p.text[i].test.(type) {
	case nil:
		return p.text[i].pieces.Texts, true
	case *textSet:
		return t.values, true
	case numberTest:
		return t.values()
	}
	return nil, false
}

// StepLiteral returns a literal that stands in every value, if it is ASCII,
// that the positive form of step i matches; nil if none is known.
func (p *Program) StepLiteral(i int) *bytescan.Literal { return p.text[i].required() }

// StepSpans returns the only numbers that the positive form of step i matches, if
// it is one that compares the numbers of a field. The slice must not be changed.
func (p *Program) StepSpans(i int) (spans []Span, ok bool) {
	switch t := p.text[i].test.(type) {
	case numberTest:
		return t.set, true
	case notNull:
		return allNumbers(), true
	}
	return nil, false
}

// MatchValue evaluates the positive form of step i on a decoded value, which is
// not null.
func (m *Matcher) MatchValue(i int, v []byte) bool {
	s := &m.program.text[i]
	if s.test == nil {
		return string(v) == s.want
	}
	return s.test.match(m, v, isASCII(v))
}

// TimeSpans returns the times that conditions on the time leave, ascending. The
// slice must not be changed.
func (p *Program) TimeSpans() []Span { return p.times }

// Never reports whether no record can match.
func (p *Program) Never() bool { return p.never }

// TimeTexts returns the number of conditions on the digits of the time.
func (p *Program) TimeTexts() int { return len(p.timeText) }

// MatchTimeText evaluates the conditions on the digits of the time.
func (m *Matcher) MatchTimeText(sec int64) bool {
	m.digits = m.program.schema.AppendTimeText(m.digits[:0], sec)
	for i := range m.program.timeText {
		if s := &m.program.timeText[i]; s.test.match(m, m.digits, true) == s.negate {
			return false
		}
	}
	return true
}

// Anywhere returns the number of conditions on any field.
func (p *Program) Anywhere() int { return len(p.anywhere) }

// AnyPieces returns what is known of the values that the condition i on any
// field matches.
func (p *Program) AnyPieces(i int) Pieces { return p.anywhere[i].pieces }

// AnyLiteral is StepLiteral for condition i on any field.
func (p *Program) AnyLiteral(i int) *bytescan.Literal {
	if t := p.anywhere[i]; t.ascii != nil {
		return t.ascii.longest()
	}
	return nil
}

// AnyReads reports whether condition i on any field is about field f, and can
// match a value of it.
func (p *Program) AnyReads(i int, f Field) bool {
	t := p.anywhere[i]
	return t.fields.has(f) && (!p.schema.Numeric(f) || t.numbers.has(f))
}

// MatchAnyValue evaluates condition i on any field on the decoded value, which is
// not null, of a field that it reads.
func (m *Matcher) MatchAnyValue(i int, f Field, v []byte) bool {
	if m.program.schema.Numeric(f) {
		return m.matchShown(m.program.anywhere[i], f, v)
	}
	return m.program.anywhere[i].foldedTest.match(m, v, isASCII(v))
}

// AnyMayHoldTime reports whether condition i on any field can match a time.
func (p *Program) AnyMayHoldTime(i int) bool { return p.anywhere[i].inTime }

// MatchAnyTime evaluates condition i on any field on a time as it is shown.
func (m *Matcher) MatchAnyTime(i int, sec int64) bool {
	t := m.program.anywhere[i]
	if !t.inTime {
		return false
	}
	m.digits = m.program.schema.AppendShown(m.digits[:0], sec)
	return t.foldedTest.match(m, m.digits, true)
}
