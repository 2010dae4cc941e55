package segment

import (
	"slices"

	"daybook/filter"
)

// joined returns the matches without making a bitmap of them, where all
// conditions are such that the segment's own lists and bitmaps tell; otherwise
// nil. What it takes then does not depend on the number of records, but for one
// pass over the bitmaps to count.
func (q *search) joined(spans []filter.TimeSpan) *Matches {
	if len(q.texts)+q.p.TimeTexts()+q.p.Anywhere() > 0 || len(q.sets) == 0 {
		return nil
	}
	from, to, ok := q.s.times.stretch(spans, q.s.n)
	if !ok {
		return nil
	}
	all := Matches{s: q.s, from: from, to: to}
	if from >= to {
		return all.none()
	}
	if set := q.sets[0]; !set.but && len(set.codes) == 1 && !q.column(set).isDense(set.codes[0]) {
		return q.listed(&all)
	}
	for _, set := range q.sets {
		if !q.join(&all.joint, set) {
			return nil
		}
	}
	all.count = all.joint.count(from, to)
	return &all
}

func (q *search) column(set fieldSet) *column { return &q.s.fields[set.field] }

// listed returns those of the list of the first set's value that are in all
// other sets.
func (q *search) listed(all *Matches) *Matches {
	first := q.sets[0]
	c, code := q.column(first), first.codes[0]
	if len(q.sets) == 1 && all.from == 0 && all.to == q.s.n {
		return &Matches{s: q.s, to: q.s.n, count: c.count(code), rare: rare{c: c, code: code}}
	}
	list := make([]uint32, 0, c.count(code))
	c.each(code, func(i uint32) {
		if all.from <= int(i) && int(i) < all.to {
			list = append(list, i)
		}
	})
	for _, set := range q.sets[1:] {
		of := q.column(set)
		list = slices.DeleteFunc(list, func(i uint32) bool { return !set.has(uint32(of.codes.at(int(i)))) })
	}
	return all.listed(list)
}

// mostMinus is how many records of several lists are worth sorting.
const mostMinus = 4 << 10

// join leaves in j the records whose value is in the set. It reports false
// where that takes a bitmap of its own.
func (q *search) join(j *joint, set fieldSet) bool {
	c := q.column(set)
	if len(set.codes) == 1 {
		b, ok := c.bitmapOf(set.codes[0])
		switch {
		case ok && !set.but && j.ins < jointIn:
			j.add(b)
			return true
		case ok && set.but && j.outs < jointOut:
			j.remove(b)
			return true
		}
	}
	if !set.but || len(j.minus) > 0 {
		return false
	}
	if q.s.n-set.records > mostMinus && len(set.codes) > 1 {
		return false
	}
	for _, code := range set.codes {
		if c.isDense(code) {
			return false
		}
		c.each(code, func(i uint32) {
			if j.common(i) {
				j.minus = append(j.minus, i)
			}
		})
	}
	if len(set.codes) > 1 {
		slices.Sort(j.minus)
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
func (t *times) stretch(spans []filter.TimeSpan, n int) (from, to int, ok bool) {
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
