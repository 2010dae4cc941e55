package requestapi

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What dates and times look like: ISO 8601, in its extended and its basic format.
// Where a + was not escaped in a URL, a blank has come in its place.
var (
	dateForm     = regexp.MustCompile(`^([0-9]{4})-([0-9]{2})-([0-9]{2})$`)
	extendedForm = regexp.MustCompile(`^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?(?:([Zz])|([-+ ])([0-9]{2})(?::?([0-9]{2}))?)?$`)
	basicForm    = regexp.MustCompile(`^([0-9]{4})([0-9]{2})([0-9]{2})[Tt]([0-9]{2})([0-9]{2})(?:([0-9]{2})(?:[.,]([0-9]+))?)?(?:([Zz])|([-+ ])([0-9]{2})([0-9]{2})?)?$`)
)

// A moments is a stretch of time, both ends included, in microseconds since 1970:
// a day, or one moment. Where a moment lies between two microseconds, first is the
// later one and last the earlier.
type moments struct{ first, last int64 }

// microsPerDay is the length of a day.
const microsPerDay = 24 * 60 * 60 * 1_000_000

// parseDate reads a day, YYYY-MM-DD, in UTC.
func parseDate(text string) (day moments, ok bool) {
	parts := dateForm.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return moments{}, false
	}
	at, ok := civil(parts[1:4], nil)
	first := at.UnixMicro()
	return moments{first, first + microsPerDay - 1}, ok
}

// parseMoments reads a day, or an instant in ISO 8601, which is in UTC where it
// names no zone.
func parseMoments(text string) (m moments, ok bool) {
	text = strings.TrimSpace(text)
	if day, ok := parseDate(text); ok {
		return day, true
	}
	parts := extendedForm.FindStringSubmatch(text)
	if parts == nil {
		parts = basicForm.FindStringSubmatch(text)
	}
	if parts == nil {
		return moments{}, false
	}
	at, ok := civil(parts[1:4], parts[4:7])
	if !ok {
		return moments{}, false
	}
	offset, ok := zone(parts[9], parts[10], parts[11])
	if !ok {
		return moments{}, false
	}
	micros, finer := fraction(parts[7])
	m.last = at.Add(-offset).UnixMicro() + micros
	m.first = m.last
	if finer {
		m.first++
	}
	return m, true
}

// civil returns a moment of the calendar in UTC. A part that is missing is 0.
func civil(date, clock []string) (at time.Time, ok bool) {
	year, month, day := digits(date[0]), digits(date[1]), digits(date[2])
	var hour, minute, second int
	if clock != nil {
		hour, minute, second = digits(clock[0]), digits(clock[1]), digits(clock[2])
	}
	at = time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	real := at.Year() == year && int(at.Month()) == month && at.Day() == day && at.Hour() == hour && at.Minute() == minute && at.Second() == second
	return at, real && year > 0
}

// zone returns how far a zone is ahead of UTC.
func zone(sign, hours, minutes string) (offset time.Duration, ok bool) {
	h, m := digits(hours), digits(minutes)
	offset = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if sign == "-" {
		offset = -offset
	}
	return offset, h <= 23 && m <= 59
}

// fraction returns the digits behind the point of a second as microseconds, and
// whether there was something finer than that.
func fraction(text string) (micros int64, finer bool) {
	head, rest := text, ""
	if len(text) > 6 {
		head, rest = text[:6], text[6:]
	}
	head += strings.Repeat("0", 6-len(head))
	return int64(digits(head)), strings.Trim(rest, "0") != ""
}

// digits returns the number that a few ASCII digits are; 0 for none.
func digits(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
