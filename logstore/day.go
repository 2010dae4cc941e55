package logstore

import "time"

// A Day is a UTC day, counted from 1970-01-01.
type Day int32

const secondsPerDay = 24 * 60 * 60

// The days that a file may be named for.
const (
	firstDay Day = -719162 // 0001-01-01
	lastDay  Day = 2932896 // 9999-12-31
)

// dayOf returns the day that holds the Unix second sec.
func dayOf(sec int64) Day {
	d := sec / secondsPerDay
	if sec%secondsPerDay < 0 {
		d--
	}
	return Day(d)
}

// dayOfTime returns the day that holds a time, of whose units a second has as
// many as unit says.
func dayOfTime(t, unit int64) Day {
	if unit != 1 {
		t = floorDiv(t, unit)
	}
	return dayOf(t)
}

// End returns the moment at which d is over.
func (d Day) End() time.Time { return time.Unix((int64(d)+1)*secondsPerDay, 0).UTC() }

// String returns d as YYYY-MM-DD.
func (d Day) String() string {
	return time.Unix(int64(d)*secondsPerDay, 0).UTC().Format(time.DateOnly)
}
