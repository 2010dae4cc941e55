package filter

import "daybook/filter/bytescan"

// shortestRequired is the length in bytes from which on a literal is worth
// looking for: shorter ones stand everywhere.
const shortestRequired = 2

// Required returns literals that stand, each of them, in the raw line of every
// clean record that matches: a scan can look for one of them in whole blocks,
// and evaluate only the records where it stands, and those that are not clean.
func (p *Program) Required() []*bytescan.Literal {
	var all []*bytescan.Literal
	add := func(l *bytescan.Literal) {
		if l != nil && l.Len() >= shortestRequired {
			all = append(all, l)
		}
	}
	for i := range p.text {
		if s := &p.text[i]; !s.negate {
			add(s.required())
		}
	}
	for _, t := range p.anywhere {
		if !t.inTime && t.inLine && t.ascii != nil {
			add(t.ascii.longest())
		}
	}
	return all
}

// Excluded returns a literal that, where the program consists of one negated
// condition, decides alone: a clean record in whose raw line it does not stand
// matches. Nil means that there is none.
func (p *Program) Excluded() *bytescan.Literal {
	if len(p.text) != 1 || !p.text[0].negate || p.UsesTime() {
		return nil
	}
	l := p.text[0].required()
	if l == nil || l.Len() < shortestRequired {
		return nil
	}
	return l
}

// AnyField reports whether MatchTime reads the whole record.
func (p *Program) AnyField() bool { return len(p.anywhere) > 0 }

// required returns a literal that stands in each value that s's test matches,
// or nil.
func (s *step) required() *bytescan.Literal {
	switch t := s.test.(type) {
	case nil:
		l := bytescan.NewLiteral([]byte(s.want))
		return &l
	case likeTest:
		return t.longest()
	case *foldedTest:
		if t.ascii != nil {
			return t.ascii.longest()
		}
	}
	return nil
}

// longest returns the longest piece of p.
func (p *pattern) longest() *bytescan.Literal {
	literal := bytescan.NewLiteral
	if p.folded {
		literal = bytescan.NewFolded
	}
	best := literal([]byte(p.prefix))
	if len(p.suffix) > best.Len() {
		best = literal([]byte(p.suffix))
	}
	for i := range p.middle {
		if p.middle[i].Len() > best.Len() {
			best = p.middle[i]
		}
	}
	return &best
}
