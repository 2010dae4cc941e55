package segment

import (
	"cmp"
	"slices"

	"daybook/filter"
)

// A Decision says by what a segment decides a condition.
type Decision uint8

const (
	ByDictionary Decision = iota // evaluated once for each distinct value
	ByTime                       // the records' times
	ByNumber                     // the numbers of a field that hardly repeat
	ByText                       // what is indexed of free text, as far as that tells
)

// An Explained is what evaluating one condition came to in a segment.
type Explained struct {
	By         Decision
	Conditions []int // of the query; those that compare the time are evaluated together
	Values     int   // distinct values that match, of a dictionary
	Of         int   // and how many it has
	Left       int   // records that may match after this condition and those before it
	Candidates int   // of these, those that only their lines can tell
}

// Explain evaluates the conditions of query, of which p is the program and m a
// matcher, one after the other as Search does, and says what each of them
// leaves. It takes about as long as Search without what that leaves out.
func (s *Segment) Explain(query *filter.Query, p *filter.Program, m *filter.Matcher, mem *Memory) (all []Explained) {
	q := &search{s: s, p: p, m: m, mem: mem, left: mem.take(s.n), records: s.n}
	q.left.fill(s.n)
	note := func(e Explained) {
		e.Left = q.left.count()
		if q.maybe != nil {
			q.maybe.and(q.left)
			e.Candidates = q.maybe.count()
		}
		all = append(all, e)
	}
	type valueStep struct {
		Explained
		fieldSet
	}
	var steps []valueStep
	var texts, numbers []int
	for i := range p.Steps() {
		field := int(p.StepField(i))
		c := &s.fields[field]
		switch {
		case c.text:
			texts = append(texts, i)
			continue
		case c.ranged != nil:
			numbers = append(numbers, i)
			continue
		}
		set := q.codes(i, c)
		e := Explained{By: ByDictionary, Conditions: []int{p.StepCondition(i)}, Values: len(set.codes), Of: c.len()}
		if set.but {
			e.Values = e.Of - e.Values
		}
		steps = append(steps, valueStep{e, fieldSet{field, set}})
	}
	slices.SortStableFunc(steps, func(a, b valueStep) int { return cmp.Compare(a.records, b.records) })
	for _, step := range steps {
		s.fields[step.field].keep(q.left, step.codeSet, q.records, mem)
		q.records = min(q.records, step.records)
		note(step.Explained)
	}
	if times := query.TimeConditions(); len(times) > 0 {
		s.times.keep(q.left, s.n, p.TimeSpans())
		note(Explained{By: ByTime, Conditions: times})
	}
	for _, i := range numbers {
		q.number(i)
		note(Explained{By: ByNumber, Conditions: []int{p.StepCondition(i)}})
	}
	for _, i := range texts {
		q.text(i)
		note(Explained{By: ByText, Conditions: []int{p.StepCondition(i)}})
	}
	if p.TimeTexts() > 0 {
		s.times.keepIf(q.left, m.MatchTimeText)
		note(Explained{By: ByTime, Conditions: p.TimeTextConditions()})
	}
	for i := range p.Anywhere() {
		q.anywhere(i)
		note(Explained{By: ByText, Conditions: []int{p.AnyCondition(i)}})
	}
	mem.give(q.left)
	mem.give(q.maybe)
	return all
}
