package segment

import (
	"slices"

	"daybook/filter"
)

// joined returns the matches without making a bitmap of them, where all
// conditions are such that the segment's own lists and bitmaps tell; otherwise
// nil. To count them takes a pass over the bitmaps or over a list, and which
// they are is found where somebody looks.
func (q *search) joined(spans []filter.TimeSpan) *Matches {
	if len(q.texts)+q.p.TimeTexts()+q.p.Anywhere() > 0 || len(q.sets) == 0 {
		return nil
	}
	from, to, ok := q.s.times.stretch(spans, q.s.n)
	if !ok {
		return nil
	}
	all := &Matches{s: q.s, from: from, to: to}
	if from >= to {
		return all.none()
	}
	if c, code, ok := q.single(q.sets[0]); ok && !q.sets[0].but && !c.isDense(code) {
		q.listed(all, c, code)
		return all
	}
	less := 0
	for i, set := range q.sets {
		c, code, single := q.single(set)
		b, isBitmap := bitmap(nil), false
		if single {
			b, isBitmap = c.bitmapOf(code)
		}
		switch j := &all.joint; {
		case isBitmap && !set.but && j.ins < jointIn:
			j.add(b)
		case isBitmap && set.but && j.outs < jointOut:
			j.remove(b)
		case single && !isBitmap && set.but && i == len(q.sets)-1: // the bitmaps are all known
			common := *j
			less = c.countIn(code, &common, from, to)
			j.minus = listFrom(func() []uint32 {
				return slices.DeleteFunc(c.records(code), func(i uint32) bool { return !common.common(i) })
			})
		default:
			return nil
		}
	}
	all.count = all.joint.commonCount(from, to) - less
	return all
}

// single returns the one value of a set, or of those that are not in it.
func (q *search) single(set fieldSet) (c *column, code uint32, ok bool) {
	c = &q.s.fields[set.field]
	if len(set.codes) != 1 {
		return c, 0, false
	}
	return c, set.codes[0], true
}

// listed makes all those of a value's list that are in all sets but the first.
func (q *search) listed(all *Matches, c *column, code uint32) {
	if len(q.sets) == 1 && all.from == 0 && all.to == q.s.n {
		all.count = c.count(code)
		all.list = listFrom(func() []uint32 { return c.records(code) })
		return
	}
	s, sets, from, to := q.s, q.sets[1:], uint32(all.from), uint32(all.to)
	wanted := func(i uint32) bool {
		if i < from || i >= to {
			return false
		}
		for k := range sets {
			if !sets[k].has(uint32(s.fields[sets[k].field].codes.at(int(i)))) {
				return false
			}
		}
		return true
	}
	c.each(code, func(i uint32) {
		if wanted(i) {
			all.count++
		}
	})
	all.list = listFrom(func() []uint32 {
		return slices.DeleteFunc(c.records(code), func(i uint32) bool { return !wanted(i) })
	})
}

// countIn returns how many of the records that hold a value, of which there is
// a list, the bitmaps of j have in common, in [from, to).
func (c *column) countIn(code uint32, j *joint, from, to int) int {
	gaps, n := c.gapsOf(code), 0
	record := -1
	for at, left := 0, c.count(code); left > 0; left-- {
		gap, ok := 0, true
		if at < len(gaps) && gaps[at] < 0x80 {
			gap = int(gaps[at])
			at++
		} else if gap, at, ok = nextGap(gaps, at, c.n); !ok {
			mustHold(false)
		}
		record += gap + 1
		mustHold(record < c.n)
		if record < from || record >= to {
			continue
		}
		w, bit := record/blockRecords, uint(record%blockRecords)
		switch {
		case j.ins == 2 && j.outs == 0: // an exception to many
			n += int(j.in[0][w] & j.in[1][w] >> bit & 1)
		default:
			n += int(j.commonWord(w) >> bit & 1)
		}
	}
	return n
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
