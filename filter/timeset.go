package filter

import (
	"cmp"
	"slices"
)

// A timeSet is a set of times: spans in ascending order that neither overlap
// nor touch. Every condition that compares the time is one, and so are all of
// them together.
type timeSet []TimeSpan

// A TimeSpan is a stretch of time, both ends included.
type TimeSpan struct{ From, To int64 }

func allTime() timeSet { return timeSet{{MinTime, MaxTime}} }

// timesOf returns the times that match a condition on the time.
func timesOf(c *Condition) timeSet {
	op, negated := c.op.positive()
	var set timeSet
	if op == In {
		for _, v := range c.values {
			set = append(set, TimeSpan{v.sec, v.sec})
		}
	} else if from, to := (&Condition{op: op, values: c.values}).timeRange(); from <= to {
		set = timeSet{{from, to}}
	}
	set = set.merged()
	if negated {
		return set.complement()
	}
	return set
}

// merged sorts TimeSpans and joins those that touch. It reuses the memory of set.
func (set timeSet) merged() timeSet {
	slices.SortFunc(set, func(a, b TimeSpan) int { return cmp.Compare(a.From, b.From) })
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

// complement returns all other times from MinTime to MaxTime.
func (set timeSet) complement() timeSet {
	var rest timeSet
	next := MinTime
	for _, s := range set {
		if next < s.From {
			rest = append(rest, TimeSpan{next, s.From - 1})
		}
		next = max(next, s.To+1)
	}
	if next <= MaxTime {
		rest = append(rest, TimeSpan{next, MaxTime})
	}
	return rest
}

// intersect returns the times that are in both sets.
func (set timeSet) intersect(other timeSet) timeSet {
	var both timeSet
	for i, j := 0, 0; i < len(set) && j < len(other); {
		a, b := set[i], other[j]
		if from, to := max(a.From, b.From), min(a.To, b.To); from <= to {
			both = append(both, TimeSpan{from, to})
		}
		if a.To < b.To {
			i++
		} else {
			j++
		}
	}
	return both
}

// isAll reports whether set holds every time.
func (set timeSet) isAll() bool { return len(set) == 1 && set[0] == TimeSpan{MinTime, MaxTime} }

func (set timeSet) has(t int64) bool {
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

// judge tells whether set holds none, all, or maybe some of the times from
// first to last.
func (set timeSet) judge(first, last int64) Verdict {
	i, _ := slices.BinarySearchFunc(set, first, func(s TimeSpan, t int64) int { return cmp.Compare(s.To, t) })
	switch {
	case i == len(set) || set[i].From > last:
		return NoneMatch
	case set[i].From <= first && last <= set[i].To:
		return AllMatch
	}
	return MayMatch
}
