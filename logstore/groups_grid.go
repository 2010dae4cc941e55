package logstore

import "fmt"

// MaxBuckets bounds the buckets of one answer.
const MaxBuckets = 5000

// A BucketsError reports that there would be more than MaxBuckets buckets.
type BucketsError struct {
	Interval int64 // the smallest that makes few enough, in seconds; it may be longer than a client may ask for
}

func (e *BucketsError) Error() string {
	return fmt.Sprintf("more than %d buckets; the smallest interval that fits is %d s", MaxBuckets, e.Interval)
}

// A grid is the buckets of a request. They are numbered: bucket n begins n
// intervals after the beginning of 1970.
type grid struct {
	interval         int64 // in the schema's unit of time
	unit             int64 // in a second
	from, to         int64 // times in the first and the last bucket, where the end is not open
	openFrom, openTo bool  // the first or the last match says where it is
	clamped          bool  // times before from and after to count in the first and the last bucket
	none             bool  // no time is asked for
}

// newGrid returns the buckets that a request has over the chosen days: the
// days themselves, unless conditions bound the time.
func newGrid(r *GroupRequest, chosen selection) *grid {
	b, unit := chosen.bounds, r.Query.Schema.Unit()
	if !b.Bounded {
		return &grid{
			interval: r.Interval * unit,
			unit:     unit,
			from:     int64(chosen.first) * secondsPerDay * unit,
			to:       (int64(chosen.last)+1)*secondsPerDay*unit - 1,
			clamped:  true,
		}
	}
	g := &grid{interval: r.Interval * unit, unit: unit, from: b.From, to: b.To, none: b.None}
	g.openFrom, g.openTo = r.Query.OpenEnds()
	return g
}

// bucket returns the number of the bucket in which a match at that time counts.
func (g *grid) bucket(sec int64) int64 {
	if g.clamped {
		sec = min(max(sec, g.from), g.to)
	}
	return floorDiv(sec, g.interval)
}

// ends returns times in the first and in the last bucket, when the matches are
// from begin to end. It reports false where there are no buckets.
func (g *grid) ends(begin, end int64) (from, to int64, ok bool) {
	if g.none || begin > end && (g.openFrom || g.openTo) {
		return 0, 0, false
	}
	from, to = g.from, g.to
	if g.openFrom {
		from = begin
	}
	if g.openTo {
		to = end
	}
	return from, to, true
}

// span returns the number of the first bucket, and how many there are.
func (g *grid) span(begin, end int64) (first, n int64) {
	from, to, ok := g.ends(begin, end)
	if !ok {
		return 0, 0
	}
	first = floorDiv(from, g.interval)
	return first, floorDiv(to, g.interval) - first + 1
}

// check returns a *BucketsError where there are too many buckets. A nil grid
// has none.
func (g *grid) check(begin, end int64) error {
	if g == nil {
		return nil
	}
	from, to, ok := g.ends(begin, end)
	if !ok || bucketsBetween(from, to, g.interval) <= MaxBuckets {
		return nil
	}
	// Fewer seconds than that make too many buckets wherever they begin; from
	// a little more on, whether they do depends on where.
	from, to = floorDiv(from, g.unit), floorDiv(to, g.unit)
	interval := (to-from)/MaxBuckets + 1
	for bucketsBetween(from, to, interval) > MaxBuckets {
		interval++
	}
	return &BucketsError{Interval: interval}
}

// bucketsBetween returns the number of buckets from that which holds one time
// to that which holds the other.
func bucketsBetween(from, to, interval int64) int64 {
	return floorDiv(to, interval) - floorDiv(from, interval) + 1
}

// floorDiv returns a/b rounded down; b is positive.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
