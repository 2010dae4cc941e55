package filter

// A scan that splits lines into columns wants to split no further than it
// takes to refuse a record. Match is the same as all its steps in turn.

// Steps returns the number of conditions that Match evaluates.
func (p *Program) Steps() int { return len(p.text) }

// StepField returns the field that step i reads.
func (p *Program) StepField(i int) Field { return p.text[i].field }

// MatchStep evaluates step i. It reads one column, and r.Clean.
func (m *Matcher) MatchStep(i int, r *Record) bool {
	s := &m.program.text[i]
	raw := r.Columns[s.field]
	var matches bool
	switch {
	case s.test == nil && r.Clean:
		matches = string(raw) == s.want
	case s.test == nil:
		matches = m.equal(raw, s)
	case r.Clean:
		matches = s.test.match(m, raw, true)
	default:
		matches = s.test.match(m, m.decode(raw), false)
	}
	return matches != s.negate
}
