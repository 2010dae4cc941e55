package oracle

import "math"

// bounds are the times, both inclusive, that a request confines itself to.
type bounds struct{ from, to int64 }

// unbounded is what no condition on the time leaves.
func unbounded() bounds {
	return bounds{from: math.MinInt64, to: math.MaxInt64}
}

// intersect returns the times that lie in both.
func (b bounds) intersect(c bounds) bounds {
	return bounds{from: max(b.from, c.from), to: min(b.to, c.to)}
}

// empty reports whether the bounds exclude each other.
func (b bounds) empty() bool {
	return b.from > b.to
}

// nearDays is how far from its day a part is looked at for misfiled records.
const nearDays = 3

// selects reports whether the part is read: "a part is selected when its UTC
// day overlaps the bounds; a part of the three days before or after also when
// the range of its records' times does". "Bounds that exclude each other
// select nothing."
func (b bounds) selects(p *part) bool {
	if b.empty() {
		return false
	}
	first, last := dayOf(b.from), dayOf(b.to)
	if first <= p.day && p.day <= last {
		return true
	}
	near := first-nearDays <= p.day && p.day <= last+nearDays
	if p.problem != "" {
		return near // nothing is known of its records, so nothing rules it out
	}
	return near && len(p.records) > 0 && p.first <= b.to && b.from <= p.last
}

// window returns the times of the days that are read without any bound: "today
// and the 29 days before it".
func (o *Oracle) window() bounds {
	today := dayOf(o.opts.Today.Unix())
	return bounds{from: (today - 29) * secondsPerDay, to: (today+1)*secondsPerDay - 1}
}

// selectParts returns the parts that are read, by position. "Without any
// bound: exactly the files named for today and the 29 days before it, whatever
// times stand in them."
func (o *Oracle) selectParts(b *bounds) []*part {
	window := o.window()
	var selected []*part
	for _, p := range o.parts {
		switch {
		case b != nil && b.selects(p):
			selected = append(selected, p)
		case b == nil && dayOf(window.from) <= p.day && p.day <= dayOf(window.to):
			selected = append(selected, p)
		}
	}
	return selected
}
