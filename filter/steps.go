package filter

// A scan that splits lines into columns wants to split no further than it
// takes to refuse a record. Match is the same as all its steps in turn.

// Steps returns the number of conditions that Match evaluates.
func (p *Program) Steps() int { return len(p.text) }

// StepField returns the field that step i reads.
func (p *Program) StepField(i int) Field { return p.text[i].field }

// StepEquals reports whether step i compares with one text whose only raw form
// that is clean is the text itself, and which: a raw column that is the text
// equals it, and a clean one that is not does not. With negate, the step matches
// what does not equal it.
func (p *Program) StepEquals(i int) (text string, negate, ok bool) {
	s := &p.text[i]
	return s.want, s.negate, s.test == nil && s.plain
}

// MatchStep evaluates step i on the raw column that it reads, nil for null. clean
// says what Record.Clean does, of the column at least.
func (m *Matcher) MatchStep(i int, raw []byte, clean bool) bool {
	s := &m.program.text[i]
	switch {
	case raw == nil:
		return s.negate
	case s.test == nil && clean:
		return (string(raw) == s.want) != s.negate
	case s.test == nil:
		return m.equal(raw, s) != s.negate
	case clean:
		return s.test.match(m, raw, true) != s.negate
	}
	return s.test.match(m, m.decode(raw), false) != s.negate
}
