package filter

import (
	"cmp"
	"slices"
)

// A Program is a compiled query: its conditions in the order in which a record
// is cheapest refused. It never changes and is shared by goroutines.
type Program struct {
	schema   *Schema
	text     []step     // on fields other than the time
	times    spanSet    // all conditions that compare the time
	timeText []step     // on the text of the time
	anywhere []*anyTest // on any field
	anyOf    []int      // of these, which conditions of the query they are
	never    bool       // some condition matches nothing; times is empty then
	untimed  *Program   // without times; the program itself if it has none
	used     fieldSet   // columns that text and anywhere read
}

// A step is one condition on one value.
type step struct {
	of     int // which condition of the query it is
	field  Field
	negate bool   // the condition is the complement
	test   tester // nil: the value equals want
	want   string
	plain  bool // want is its own raw form: nothing that escapes or repair could have made
	cost   cost
	pieces Pieces
}

// A tester decides on a decoded value. ascii says that it is known to be ASCII.
type tester interface {
	match(m *Matcher, v []byte, ascii bool) bool
}

// A cost ranks steps: what refuses many records for little comes first.
type cost uint8

const (
	costEqual cost = iota
	costSet
	costRange
	costNotEqual // refuses few
	costNotSet
	costNumber
	costLike
	costFolded
	costRegexp
)

// Compile compiles the conditions of q, which came from Decode or from the
// constructors of Condition.
func (q *Query) Compile() *Program {
	p := &Program{schema: q.Schema, times: allNumbers()}
	for i := range q.Where {
		p.add(i, &q.Where[i])
	}
	if p.never = p.never || len(p.times) == 0; p.never {
		p.times = nil
	}
	slices.SortStableFunc(p.text, func(a, b step) int { return cmp.Compare(a.cost, b.cost) })
	for _, s := range p.text {
		p.used |= 1 << s.field
	}
	for _, t := range p.anywhere {
		p.used |= t.fields &^ (1 << p.schema.time)
	}
	p.untimed = p
	if !p.times.isAll() {
		untimed := *p
		untimed.times = allNumbers()
		untimed.untimed = &untimed
		p.untimed = &untimed
	}
	return p
}

// add compiles one condition, the one at i.
func (p *Program) add(i int, c *Condition) {
	f := c.fieldIn(p.schema)
	if c.onTime(p.schema) {
		p.times = p.times.intersect(timesOf(c).widened(p.schema.minTime(), p.schema.maxTime()))
		return
	}
	s, constant, all := newStep(c, p.schema)
	s.of, s.field = i, f
	if constant && f != anyField && p.schema.Nullable(f) && all != s.negate {
		s.test, s.pieces, constant = notNull{}, Pieces{}, false // each value matches, or none, but null is none
	}
	switch {
	case constant:
		p.never = p.never || !all
	case f == anyField:
		p.anywhere = append(p.anywhere, newAnyTest(c, p.schema))
		p.anyOf = append(p.anyOf, i)
	case f == p.schema.time:
		p.timeText = append(p.timeText, s)
	default:
		p.text = append(p.text, s)
	}
}

// Schema returns the schema of the records that p evaluates.
func (p *Program) Schema() *Schema { return p.schema }

// Uses reports whether conditions read the column of field f. The column
// of the time is never read: its conditions see Record.Time.
func (p *Program) Uses(f Field) bool { return p.used.has(f) }

// UsesTime reports whether some condition is left to MatchTime.
func (p *Program) UsesTime() bool {
	return !p.times.isAll() || len(p.timeText)+len(p.anywhere) > 0
}

// A Summary is what is known of a stretch of records.
type Summary struct {
	First, Last int64 // the smallest and the largest time
}

// A Verdict is what a summary proves about all the records it covers.
type Verdict uint8

const (
	MayMatch  Verdict = iota // nothing is proved; evaluate the records
	NoneMatch                // no record matches; skip them
	AllMatch                 // every record matches; do not evaluate them
)

// Prune returns what s proves, and the program for the records it covers: p
// without the conditions that all of them satisfy. It is one of two programs
// for all summaries, so that matchers can be kept by program.
func (p *Program) Prune(s Summary) (Verdict, *Program) {
	if p.never {
		return NoneMatch, p
	}
	if !p.times.isAll() && s.First <= s.Last {
		switch p.times.judge(s.First, s.Last) {
		case NoneMatch:
			return NoneMatch, p
		case AllMatch:
			p = p.untimed
		}
	}
	if !p.UsesTime() && len(p.text) == 0 {
		return AllMatch, p
	}
	return MayMatch, p
}
