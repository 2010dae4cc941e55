package logstore

import (
	"cmp"
	"slices"
	"strings"
)

// A ranking finds the most frequent of any number of values, of which each is
// added once.
type ranking struct {
	most    int
	memory  int64 // bytes that the values to be kept may have
	best    []ValueCount
	bytes   int64 // of the values in best
	trimmed bool  // best begins with the most frequent so far, in order
}

func newRanking(most int, memory int64) *ranking {
	return &ranking{most: most, memory: memory}
}

// add adds a value. It reports false where the values to be kept do not fit
// into memory.
func (r *ranking) add(v ValueCount) bool {
	if r.most == 0 || r.trimmed && compareValues(v, r.best[r.most-1]) > 0 {
		return true
	}
	r.best = append(r.best, v)
	r.bytes += int64(len(v.Value))
	if len(r.best) >= 2*r.most || r.bytes > r.memory {
		r.trim()
	}
	return r.bytes <= r.memory
}

// trim drops all but the most frequent values.
func (r *ranking) trim() {
	slices.SortFunc(r.best, compareValues)
	if len(r.best) <= r.most {
		return
	}
	for _, v := range r.best[r.most:] {
		r.bytes -= int64(len(v.Value))
	}
	r.trimmed = true
	clear(r.best[r.most:])
	r.best = r.best[:r.most]
}

// settled reports whether values of which none has more than so many matches
// can't be among the most frequent.
func (r *ranking) settled(bound int64) bool {
	if r.most == 0 {
		return true
	}
	r.trim()
	return len(r.best) == r.most && r.best[r.most-1].Count > bound
}

// ranked returns the most frequent values in order.
func (r *ranking) ranked() []ValueCount {
	r.trim()
	return r.best
}

// compareValues puts the more frequent value first, and of two that are
// equally frequent the lesser one.
func compareValues(a, b ValueCount) int {
	return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
}
