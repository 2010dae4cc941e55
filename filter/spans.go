package filter

import (
	"cmp"
	"slices"
)

// A spanSet is a set of numbers: spans in ascending order that neither overlap
// nor touch. Every condition that compares the time is one, and so are all of
// them together; and so is each condition that compares another numeric field.
type spanSet []Span

// A Span is a stretch of numbers, of times mostly, both ends included.
type Span struct{ From, To int64 }

// The limits of numbers, times among them. They leave room to count one on.
const (
	MinNumber int64 = -1 << 62
	MaxNumber int64 = 1<<62 - 1
)

func allNumbers() spanSet { return spanSet{{MinNumber, MaxNumber}} }

// numbersOf returns the numbers that the positive form of a condition which
// compares them matches, and whether the condition is the complement.
func numbersOf(c *Condition) (set spanSet, negated bool) {
	op, negated := c.op.positive()
	if op == In {
		for _, v := range c.values {
			set = append(set, Span{v.n, v.n})
		}
	} else if from, to := (&Condition{op: op, values: c.values}).numericRange(); from <= to {
		set = spanSet{{from, to}}
	}
	return set.merged(), negated
}

// timesOf returns the times that match a condition on the time.
func timesOf(c *Condition) spanSet {
	set, negated := numbersOf(c)
	if negated {
		return set.complement()
	}
	return set
}

// widened returns set without an end at the least or the greatest number that
// there is.
func (set spanSet) widened(least, greatest int64) spanSet {
	if n := len(set); n > 0 {
		if set[0].From <= least {
			set[0].From = MinNumber
		}
		if set[n-1].To >= greatest {
			set[n-1].To = MaxNumber
		}
	}
	return set
}

// merged sorts spans and joins those that touch. It reuses the memory of set.
func (set spanSet) merged() spanSet {
	slices.SortFunc(set, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	merged := set[:0]
	for _, s := range set {
		if n := len(merged); n > 0 && s.From <= merged[n-1].To+1 {
			merged[n-1].To = max(merged[n-1].To, s.To)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// complement returns all other numbers from MinNumber to MaxNumber.
func (set spanSet) complement() spanSet {
	var rest spanSet
	next := MinNumber
	for _, s := range set {
		if next < s.From {
			rest = append(rest, Span{next, s.From - 1})
		}
		next = max(next, s.To+1)
	}
	if next <= MaxNumber {
		rest = append(rest, Span{next, MaxNumber})
	}
	return rest
}

// intersect returns the numbers that are in both sets.
func (set spanSet) intersect(other spanSet) spanSet {
	var both spanSet
	for i, j := 0, 0; i < len(set) && j < len(other); {
		a, b := set[i], other[j]
		if from, to := max(a.From, b.From), min(a.To, b.To); from <= to {
			both = append(both, Span{from, to})
		}
		if a.To < b.To {
			i++
		} else {
			j++
		}
	}
	return both
}

// isAll reports whether set holds every number.
func (set spanSet) isAll() bool { return len(set) == 1 && set[0] == Span{MinNumber, MaxNumber} }

func (set spanSet) has(t int64) bool {
	if len(set) == 1 {
		return set[0].From <= t && t <= set[0].To
	}
	low, high := 0, len(set)
	for low < high { // invariant: spans before low end before t, those from high on do not
		if middle := int(uint(low+high) / 2); set[middle].To < t {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low < len(set) && set[low].From <= t
}

// judge tells whether set holds none, all, or maybe some of the numbers from
// first to last.
func (set spanSet) judge(first, last int64) Verdict {
	i, _ := slices.BinarySearchFunc(set, first, func(s Span, t int64) int { return cmp.Compare(s.To, t) })
	switch {
	case i == len(set) || set[i].From > last:
		return NoneMatch
	case set[i].From <= first && last <= set[i].To:
		return AllMatch
	}
	return MayMatch
}
