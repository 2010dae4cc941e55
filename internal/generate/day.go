package generate

import (
	"math/bits"
	"time"
)

const (
	minutesPerDay = 24 * 60
	weekdayWeight = 100 // of a day's lines
	weekendWeight = 35
)

// A day is a UTC day, counted from 1970-01-01.
type day int64

func dayOf(t time.Time) day {
	const secondsPerDay = 24 * 60 * 60
	sec := t.Unix()
	if sec < 0 {
		sec -= secondsPerDay - 1 // round down
	}
	return day(sec / secondsPerDay)
}

func (d day) start() time.Time { return time.Unix(0, 0).UTC().AddDate(0, 0, int(d)) }

// weight returns how many lines d has, relative to other days.
func (d day) weight() int64 {
	switch d.start().Weekday() {
	case time.Saturday, time.Sunday:
		return weekendWeight
	}
	return weekdayWeight
}

// shares splits lines over the n days from first on, by their weights. The
// parts add up to lines exactly.
func shares(first day, n int, lines int64) []int64 {
	total := int64(0)
	for i := range n {
		total += (first + day(i)).weight()
	}
	parts := make([]int64, n)
	sum, given := int64(0), int64(0)
	for i := range parts {
		sum += (first + day(i)).weight()
		upTo := lines * sum / total
		parts[i] = upTo - given
		given = upTo
	}
	return parts
}

// activity returns the weight of each minute of a day: the sessions of Asia,
// London and New York over a quiet ground, every minute more or less busy
// than its neighbours, and now and then one that is three times as busy.
func activity(r *random) *[minutesPerDay]uint64 {
	var weights [minutesPerDay]uint64
	for m := range weights {
		w := 24 + session(m, 0, 8*60, 40) + session(m, 7*60, 16*60+30, 90) + session(m, 13*60, 21*60, 110)
		w *= 192 + r.below(128)
		if r.oneIn(200) {
			w *= 3
		}
		weights[m] = uint64(w)
	}
	return &weights
}

// session returns the activity at minute m of a market that opens and closes
// at the minutes given: it takes an hour to wake up and to calm down.
func session(m, opens, closes, height int) int {
	const ramp = 60
	return height * max(0, min(ramp, m-opens, closes-m)) / ramp
}

// A clock gives the times of a day's lines, in order, as the activity of the
// day has it.
type clock struct {
	random  random
	minutes *[minutesPerDay]uint64
	total   uint64 // of minutes
	before  uint64 // of the minutes before minute
	minute  int
	line    uint64 // lines given
	lines   uint64 // of the day
}

func newClock(r random, lines int64) *clock {
	c := &clock{random: r, lines: uint64(lines)}
	c.minutes = activity(&c.random)
	for _, w := range c.minutes {
		c.total += w
	}
	return c
}

// next returns the second of the day of the next line. It is called at most
// once for each line.
func (c *clock) next() int {
	// Line i falls at a random place of the i'th of as many equal shares of
	// the day's activity as there are lines. 20 bits of the place are random.
	place := c.line<<20 | c.random.next()>>44
	c.line++
	hi, lo := bits.Mul64(place, c.total)
	at, _ := bits.Div64(hi, lo, c.lines<<20)
	for at >= c.before+c.minutes[c.minute] {
		c.before += c.minutes[c.minute]
		c.minute++
	}
	return c.minute*60 + int((at-c.before)*60/c.minutes[c.minute])
}
