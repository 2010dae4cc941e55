package segment

import (
	"slices"

	"daybook/filter"
)

// joined returns the matches without making a bitmap of them, where all
// conditions are such that the segment's own lists and bitmaps tell; otherwise
// nil. To count them takes a pass over the bitmaps or over a list, and which
// they are is found where somebody looks.
func (q *search) joined(spans []filter.Span) *Matches {
	if len(q.texts)+q.p.TimeTexts()+q.p.Anywhere() > 0 || len(q.sets) == 0 {
		return nil
	}
	numbers, ok := q.numberSets()
	if !ok {
		return nil
	}
	from, to, ok := q.s.times.stretch(spans, q.s.n)
	if !ok {
		return nil
	}
	all := &Matches{s: q.s, from: from, to: to}
	if from >= to {
		return q.s.none
	}
	if first := q.sets[0]; !first.but && len(first.codes) == 1 && !q.column(first).isDense(first.codes[0]) {
		some := &choice{s: q.s, c: q.column(first), code: first.codes[0], from: from, to: to}
		some.sets, some.numbers = q.join(&some.in, q.sets[1:]), numbers
		if len(numbers) > 0 { // to look at them twice takes more than the list
			records := some.records()
			all.count, all.list = len(records), listOf(records)
			return all
		}
		all.count, all.list = some.count(), listFrom(some.records)
		return all
	}
	if len(numbers) > 0 {
		return nil
	}
	rest := q.join(&all.joint, q.sets)
	switch {
	case len(rest) == 0:
	case len(rest) > 1 || !rest[0].but || len(rest[0].codes) > 1 || q.column(rest[0]).isDense(rest[0].codes[0]):
		return nil
	default:
		all.joint.but, all.joint.code = q.column(rest[0]), rest[0].codes[0]
	}
	all.count = all.joint.count(from, to)
	return all
}

func (q *search) column(set fieldSet) *column { return &q.s.fields[set.field] }

// join leaves in j the records of those sets that are one value with a bitmap,
// or all others, and returns the sets that are not.
func (q *search) join(j *joint, sets []fieldSet) (rest []fieldSet) {
	for i, set := range sets {
		if len(set.codes) == 1 {
			b, ok := q.column(set).bitmapOf(set.codes[0])
			switch {
			case ok && !set.but && j.ins < jointIn:
				j.add(b)
				continue
			case ok && set.but && j.outs < jointOut:
				j.remove(b)
				continue
			}
		}
		if rest == nil {
			rest = make([]fieldSet, 0, len(sets)-i)
		}
		rest = append(rest, set)
	}
	return rest
}

// A numberSet is what a step leaves of a field's numbers: those in spans, which
// ascend, or with but all others, and null.
type numberSet struct {
	*ranged
	spans []filter.Span
	but   bool
}

// numberSets returns the conditions on numbers that hardly repeat. It reports false
// where one of them is no matter of spans.
func (q *search) numberSets() (sets []numberSet, ok bool) {
	for _, i := range q.ranges {
		spans, ok := q.p.StepSpans(i)
		if !ok {
			return nil, false
		}
		sets = append(sets, numberSet{q.s.fields[q.p.StepField(i)].ranged, spans, q.p.StepNegates(i)})
	}
	return sets, true
}

// holds reports whether the set has the number of a record.
func (s *numberSet) holds(record int) bool {
	w, bit := record/blockRecords, uint64(1)<<(record%blockRecords)
	return (s.block(w, bit, s.spans) != 0) != s.but
}

// A choice is those records of a value's list in [from, to) that some bitmaps
// have in common and that are in all of some sets.
type choice struct {
	s        *Segment
	c        *column
	code     uint32
	in       joint
	sets     []fieldSet
	numbers  []numberSet
	from, to int
}

// count returns how many they are. There are no numbers.
func (f *choice) count() int {
	whole := f.from == 0 && f.to == f.c.n
	if whole && f.in.all() && len(f.sets) == 0 {
		return f.c.count(f.code)
	}
	simple := whole && len(f.sets) == 0 && f.in.ins == 2 && f.in.outs == 0
	one, two := f.in.in[0], f.in.in[1]
	gaps, n, record := f.c.gapsOf(f.code), 0, -1
	for at, left := 0, f.c.count(f.code); left > 0; left-- {
		gap, ok := 0, true
		if at < len(gaps) && gaps[at] < 0x80 {
			gap = int(gaps[at])
			at++
		} else if gap, at, ok = nextGap(gaps, at, f.c.n); !ok {
			mustHold(false)
		}
		if record += gap + 1; record >= f.c.n {
			mustHold(false)
		}
		if simple { // the usual case, without a branch that can't be foretold
			w := record / blockRecords
			n += int((one[w] & two[w]) >> (record % blockRecords) & 1)
		} else if f.holds(uint32(record)) {
			n++
		}
	}
	return n
}

// records returns the records, ascending.
func (f *choice) records() []uint32 {
	return slices.DeleteFunc(f.c.records(f.code), func(i uint32) bool { return !f.holds(i) })
}

// holds reports whether a record of the list is one of them.
func (f *choice) holds(i uint32) bool {
	if int(i) < f.from || int(i) >= f.to || !f.in.common(i) {
		return false
	}
	for k := range f.sets {
		set := &f.sets[k]
		if !set.has(uint32(f.s.fields[set.field].codes.at(int(i)))) {
			return false
		}
	}
	for k := range f.numbers {
		if !f.numbers[k].holds(int(i)) {
			return false
		}
	}
	return true
}

// has reports whether a value is in the set.
func (s *codeSet) has(code uint32) bool {
	if len(s.codes) == 1 {
		return (s.codes[0] == code) != s.but
	}
	_, found := slices.BinarySearch(s.codes, code)
	return found != s.but
}

// stretch returns which of n records are within the spans: those in [from, to). It
// reports false where they are no stretch.
func (t *times) stretch(spans []filter.Span, n int) (from, to int, ok bool) {
	if len(spans) != 1 {
		return 0, 0, false
	}
	from, to = 0, n
	if spans[0].From > t.first {
		if !t.ascending {
			return 0, 0, false
		}
		from = t.lower(spans[0].From, n)
	}
	if spans[0].To < t.last {
		if !t.ascending {
			return 0, 0, false
		}
		to = t.lower(spans[0].To+1, n)
	}
	return from, to, true
}
