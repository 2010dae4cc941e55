package filter

import "math"

// A Term orders by one field. A later term of the same field orders nothing,
// but the last term of all sets the direction of ties.
type Term struct {
	Field Field
	Desc  bool
}

// A Query says which records of a journal are asked for, in which order, and
// which page of them. It is not changed once it is in use.
type Query struct {
	Schema *Schema
	Where  []Condition // all of them hold
	Order  []Term      // most significant first; empty: newest first, ties latest first
	Limit  int         // rows of the page; or NoLimit
	Offset int64       // rows before the page

	// ByPosition orders by position alone, the latest first, in place of Order.
	// Nothing that is decoded has it.
	ByPosition bool
}

// NoLimit is the Limit of a query for all rows from its offset on.
const NoLimit = math.MaxInt

// Limits bound what Decode accepts.
type Limits struct {
	Rows       int64 // the largest limit
	Conditions int   // over all keys
	Values     int   // in one list
	Pattern    int   // bytes in one pattern
	Terms      int   // in orderBy
}

// DefaultLimits returns the limits of a server that is not told otherwise.
func DefaultLimits() Limits {
	return Limits{Rows: 50_000, Conditions: 64, Values: 10_000, Pattern: 4096, Terms: 16}
}

// tiesDesc reports whether of records that order alike the latest comes first.
func (q *Query) tiesDesc() bool {
	return len(q.Order) == 0 || q.ByPosition || q.Order[len(q.Order)-1].Desc
}

// Bounds is what the conditions on the time field say about which files to
// read.
type Bounds struct {
	From, To int64 // inclusive, in the schema's unit of time; an open end is the first or last time there is
	Bounded  bool  // some condition bounds the time
	None     bool  // the bounds exclude each other
}

// Bounds intersects the bounds of all conditions that have some: equality,
// comparison, lists from their smallest to their largest value, and ranges.
// Empty lists, negated conditions and patterns bound nothing.
func (q *Query) Bounds() Bounds {
	b := Bounds{From: q.Schema.minTime(), To: q.Schema.maxTime()}
	for i := range q.Where {
		c := &q.Where[i]
		if !c.onTime(q.Schema) || len(c.values) == 0 {
			continue
		}
		if _, negated := c.op.positive(); negated {
			continue
		}
		from, to := c.numericRange()
		b.From, b.To = max(b.From, from), min(b.To, to)
		b.Bounded = true
	}
	b.None = b.From > b.To
	return b
}

// numericRange returns the smallest and the largest number that a condition
// which compares numbers, not negated and with a value, matches; from > to if
// there is none.
func (c *Condition) numericRange() (from, to int64) {
	first, last := c.values[0].n, c.values[len(c.values)-1].n
	switch c.op {
	case Greater:
		return first + 1, MaxNumber
	case GreaterEqual:
		return first, MaxNumber
	case Less:
		return MinNumber, first - 1
	case LessEqual:
		return MinNumber, first
	}
	return first, last // Equal, In, Between
}
