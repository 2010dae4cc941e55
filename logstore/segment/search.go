package segment

import (
	"cmp"
	"slices"

	"daybook/filter"
)

// A search is one program's on one segment.
type search struct {
	s       *Segment
	p       *filter.Program
	m       *filter.Matcher
	mem     *Memory
	sets    []fieldSet // that leave something out, the most selective first
	texts   []int      // steps on free text
	ranges  []int      // steps on numbers that hardly repeat
	left    bitmap     // what may still match
	maybe   bitmap     // of that, what is not sure; nil: all is
	records int        // about how many are left
}

// Search finds the records that p, with m a matcher of its, matches.
func (s *Segment) Search(p *filter.Program, m *filter.Matcher, mem *Memory) *Matches {
	spans := p.TimeSpans()
	unbounded := len(spans) == 1 && spans[0].From <= s.times.first && s.times.last <= spans[0].To
	outside := len(spans) == 0 || spans[len(spans)-1].To < s.times.first || s.times.last < spans[0].From
	switch {
	case p.Never(), outside:
		return s.none
	case unbounded && p.Steps()+p.TimeTexts()+p.Anywhere() == 0:
		return s.All()
	}
	q := &search{s: s, p: p, m: m, mem: mem, records: s.n}
	if !q.prepare() {
		return s.none
	}
	if f := q.joined(spans); f != nil {
		return f
	}
	q.left = mem.take(s.n)
	q.steps(spans)
	if p.TimeTexts() > 0 {
		q.timeTexts()
	}
	for i := range p.Anywhere() {
		q.anywhere(i)
	}
	return q.matches()
}

// All returns all records of the segment, as a search does that leaves out none.
func (s *Segment) All() *Matches { return s.all }

// empty returns a bitmap without records.
func (m *Memory) empty(n int) bitmap {
	b := m.take(n)
	clear(b)
	return b
}

func (q *search) matches() *Matches {
	maybe, pending := q.maybe, 0
	if maybe != nil {
		maybe.and(q.left)
		if pending = maybe.count(); pending > 0 {
			q.left.andNot(maybe)
		} else {
			q.mem.give(maybe)
			maybe = nil
		}
	}
	f := q.s.ownMatches(q.left, 0, q.s.n)
	f.maybe, f.pending = maybe, pending
	return f
}

// A fieldSet is what a step leaves of a field's values.
type fieldSet struct {
	field int
	codeSet
}

// prepare evaluates the conditions on values of dictionaries. It reports false
// where one of them leaves nothing.
func (q *search) prepare() bool {
	for i := range q.p.Steps() {
		field := int(q.p.StepField(i))
		switch {
		case q.s.fields[field].text:
			q.texts = append(q.texts, i)
			continue
		case q.s.fields[field].ranged != nil:
			q.ranges = append(q.ranges, i)
			continue
		}
		set := fieldSet{field, q.codes(i, &q.s.fields[field])}
		if set.records == 0 {
			return false
		}
		if set.records < q.s.n {
			q.sets = append(q.sets, set)
		}
	}
	slices.SortFunc(q.sets, func(a, b fieldSet) int { return cmp.Compare(a.records, b.records) })
	return true
}

// steps evaluates the conditions on text and those that compare the time, those
// on free text last. It sets what is left.
func (q *search) steps(spans []filter.Span) {
	sets := q.sets
	for i, set := range sets {
		c := &q.s.fields[set.field]
		if i > 0 || !c.start(q.left, set.codeSet, q.mem) {
			if i == 0 {
				q.left.fill(q.s.n)
			}
			c.keep(q.left, set.codeSet, q.records, q.mem)
		}
		q.records = min(q.records, set.records)
	}
	if len(sets) == 0 {
		q.left.fill(q.s.n)
	}
	q.s.times.keep(q.left, q.s.n, spans)
	for _, i := range q.ranges {
		q.number(i)
	}
	for _, i := range q.texts {
		q.text(i)
	}
}

// codes returns the values of a dictionary that step i matches.
func (q *search) codes(i int, c *column) codeSet {
	negate := q.p.StepNegates(i)
	if values, ok := q.p.StepValues(i); ok {
		codes := make([]uint32, 0, len(values))
		for _, v := range values {
			if code, found := c.find([]byte(v)); found {
				codes = append(codes, uint32(code))
			}
		}
		slices.Sort(codes)
		return c.newCodeSet(codes, negate)
	}
	match := func(v []byte) bool { return q.m.MatchValue(i, v) }
	if l := q.p.StepLiteral(i); l != nil && l.Len() > 0 && len(c.foreign) == 0 {
		var codes []uint32
		c.holding(l, func(code uint32) {
			if match(c.value(code)) {
				codes = append(codes, code)
			}
		})
		return c.newCodeSet(codes, negate)
	}
	return c.collect(match, negate)
}

// timeTexts evaluates the conditions on the digits of the time.
func (q *search) timeTexts() {
	t := &q.s.times
	each := false
	for i := range q.p.TimeTexts() {
		spans, ok := q.p.TimeTextSpans(i, t.first, t.last)
		if ok {
			t.keep(q.left, q.s.n, spans)
		}
		each = each || !ok
	}
	if each {
		t.keepIf(q.left, q.m.MatchTimeText)
	}
}

// number evaluates step i, on numbers that hardly repeat.
func (q *search) number(i int) {
	r := q.s.fields[q.p.StepField(i)].ranged
	but := q.p.StepNegates(i)
	if spans, ok := q.p.StepSpans(i); ok {
		r.keep(q.left, spans, but)
		return
	}
	r.keepIf(q.left, func(n int64) bool { return q.m.MatchValue(i, q.mem.value(n)) }, but)
}

// text evaluates step i, on free text, as far as the words tell.
func (q *search) text(i int) {
	c := &q.s.fields[q.p.StepField(i)]
	match := func(word []byte) bool { return q.m.MatchValue(i, word) }
	sure, maybe := c.search(q.p.StepPieces(i), match, func() bool { return q.m.Quick(i) }, q.left, q.mem)
	if q.p.StepNegates(i) {
		if maybe != nil {
			sure.or(maybe)
		}
		for w := range sure {
			sure[w] = ^sure[w]
		}
	}
	q.leave(sure, maybe)
}

// leave keeps the records that are in sure or maybe. It takes their memory.
func (q *search) leave(sure, maybe bitmap) {
	if maybe == nil {
		q.left.and(sure)
		q.mem.give(sure)
		return
	}
	maybe.andNot(sure)
	sure.or(maybe)
	q.left.and(sure)
	q.mem.give(sure)
	if q.maybe == nil {
		q.maybe = maybe
		return
	}
	q.maybe.or(maybe)
	q.mem.give(maybe)
}

// anywhere evaluates condition i on any field.
func (q *search) anywhere(i int) {
	sure := q.mem.empty(q.s.n)
	var maybe bitmap
	for f := range q.s.fields {
		c := &q.s.fields[f]
		match := func(v []byte) bool { return q.m.MatchAnyValue(i, filter.Field(f), v) }
		switch {
		case !q.p.AnyReads(i, filter.Field(f)):
		case c.ranged != nil:
			some := q.mem.take(q.s.n)
			copy(some, q.left)
			c.ranged.keepIf(some, func(n int64) bool { return match(q.mem.value(n)) }, false)
			sure.or(some)
			q.mem.give(some)
		case c.ends == nil: // the time
		case c.text:
			found, perhaps := c.search(q.p.AnyPieces(i), match, func() bool { return true }, q.left, q.mem)
			sure.or(found)
			q.mem.give(found)
			if maybe == nil {
				maybe = perhaps
			} else if perhaps != nil {
				maybe.or(perhaps)
				q.mem.give(perhaps)
			}
		default:
			q.orValues(sure, c, i, q.p.Schema().Numeric(filter.Field(f)), match)
		}
	}
	if q.p.AnyMayHoldTime(i) {
		byTime := q.mem.take(q.s.n)
		copy(byTime, q.left)
		byTime.andNot(sure)
		q.s.times.keepIf(byTime, func(sec int64) bool { return q.m.MatchAnyTime(i, sec) })
		sure.or(byTime)
		q.mem.give(byTime)
	}
	q.leave(sure, maybe)
}

// orValues adds the records that hold a value which matches condition i on any
// field.
func (q *search) orValues(dst bitmap, c *column, i int, numeric bool, match func(v []byte) bool) {
	if l := q.p.AnyLiteral(i); l != nil && l.Len() > 0 && len(c.foreign) == 0 && !numeric {
		c.holding(l, func(code uint32) {
			if match(c.value(code)) {
				c.or(dst, code)
			}
		})
		return
	}
	for code := c.first(); code < uint32(c.len()); code++ {
		if match(c.value(code)) {
			c.or(dst, code)
		}
	}
}
