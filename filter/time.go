package filter

import (
	"encoding/binary"
	"fmt"
)

// The limits of time, in Unix seconds.
const (
	MinTime int64 = -62135596800 // 0001-01-01T00:00:00Z
	MaxTime int64 = 253402300799 // 9999-12-31T23:59:59Z
)

// timeForms shows what a time may look like.
var timeForms = [...]string{
	"YYYY-MM-DDTHH:MM:SSZ",
	"YYYY-MM-DDTHH:MM:SS.fraction±hh:mm",
	"Unix seconds",
}

// ParseTime reads a time: exactly YYYY-MM-DDTHH:MM:SS, optionally a point and
// digits, then Z or ±hh:mm; or Unix seconds as digits with an optional sign.
// Dates are real, hours to 23, minutes and seconds to 59, and the instant lies
// from MinTime to MaxTime. A fraction is cut, towards the past.
func ParseTime(text string) (sec int64, err error) {
	sec, ok := ParseTimeBytes([]byte(text))
	if !ok {
		return 0, fmt.Errorf("%q is no time", clip(text))
	}
	return sec, nil
}

// ParseTimeBytes is ParseTime for a raw column. It allocates nothing.
func ParseTimeBytes(b []byte) (sec int64, ok bool) {
	switch {
	case len(b) == 20 && b[19] == 'Z':
		sec, ok = parseCivil(b)
	case len(b) > 20 && b[10] == 'T':
		sec, ok = parseInstant(b)
	default:
		sec, ok = parseSeconds(b)
	}
	return sec, ok && MinTime <= sec && sec <= MaxTime
}

// A TimeParser parses the times of one record after another, which mostly
// share their minute with the one before. The zero value is ready; it is one
// goroutine's.
type TimeParser struct {
	date, minute uint64 // bytes 0 to 7 and 8 to 15 of the last time in standard form
	base         int64  // its time at second 0
}

// Parse is ParseTimeBytes, faster.
func (p *TimeParser) Parse(b []byte) (sec int64, ok bool) {
	if len(b) != 20 || b[19] != 'Z' {
		return ParseTimeBytes(b)
	}
	date, minute := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	if date != p.date || minute != p.minute || date == 0 {
		sec, ok = ParseTimeBytes(b)
		if ok {
			p.date, p.minute = date, minute
			p.base = sec - int64(b[17]-'0')*10 - int64(b[18]-'0')
		}
		return sec, ok
	}
	tens, ones := b[17]-'0', b[18]-'0'
	return p.base + int64(tens)*10 + int64(ones), b[16] == ':' && tens < 6 && ones < 10
}

// parseInstant reads what is longer than the standard form: a fraction or an
// offset or both.
func parseInstant(b []byte) (int64, bool) {
	sec, ok := parseCivil(b)
	if !ok {
		return 0, false
	}
	zone := b[19:]
	if zone[0] == '.' {
		digits := 1
		for digits < len(zone) && isDigit(zone[digits]) {
			digits++
		}
		if digits == 1 {
			return 0, false
		}
		zone = zone[digits:]
	}
	if len(zone) == 1 && zone[0] == 'Z' {
		return sec, true
	}
	if len(zone) != 6 || zone[3] != ':' {
		return 0, false
	}
	hours, hoursOK := twoDigits(zone[1:3])
	minutes, minutesOK := twoDigits(zone[4:6])
	if !hoursOK || !minutesOK || hours > 23 || minutes > 59 {
		return 0, false
	}
	offset := int64(hours*3600 + minutes*60)
	switch zone[0] {
	case '+':
		return sec - offset, true
	case '-':
		return sec + offset, true
	}
	return 0, false
}

// parseSeconds reads Unix seconds. What is out of range by far comes back as
// out of range by a little, so that any number of digits may come.
func parseSeconds(b []byte) (int64, bool) {
	negative := false
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		negative = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 {
		return 0, false
	}
	var sec int64
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		sec = min(sec*10+int64(c-'0'), MaxTime+1)
	}
	if negative {
		sec = -sec
	}
	return sec, true
}

// The 19 bytes of YYYY-MM-DDTHH:MM:SS as little-endian words. XOR with a shape
// turns digits into their values and right separators into 0. Adding the slack
// then carries into the top bit of each byte that is too large: above 9 for a
// digit, above 0 for a separator.
const (
	dateShape, dateSlack     uint64 = 0x2d30302d30303030, 0x7f76767f76767676 // YYYY-MM-
	minuteShape, minuteSlack uint64 = 0x30303a3030543030, 0x76767f76767f7676 // DDTHH:MM
	secondShape, secondSlack uint64 = 0x30303a, 0x76767f                     // :SS
	topBits                  uint64 = 0x8080808080808080
)

// parseCivil reads the first 19 bytes of b as a date and time in UTC. The year
// may be 0000.
func parseCivil(b []byte) (int64, bool) {
	_ = b[18]
	date := binary.LittleEndian.Uint64(b) ^ dateShape
	minute := binary.LittleEndian.Uint64(b[8:]) ^ minuteShape
	second := (uint64(b[16]) | uint64(b[17])<<8 | uint64(b[18])<<16) ^ secondShape
	wrong := date | (date + dateSlack) | minute | (minute + minuteSlack) | second | (second + secondSlack)
	if wrong&topBits != 0 {
		return 0, false
	}
	// Each byte becomes ten times itself plus the byte after it.
	date = date*10 + date>>8
	minute = minute*10 + minute>>8
	second = second*10 + second>>8
	year := int64(date&0xff)*100 + int64(date>>16&0xff)
	month, day := int64(date>>40&0xff), int64(minute&0xff)
	h, m, s := int64(minute>>24&0xff), int64(minute>>48&0xff), int64(second>>8&0xff)
	if month-1 > 11 || month < 1 || day < 1 || day > 28 && day > daysIn(year, month) || h > 23 || m > 59 || s > 59 {
		return 0, false
	}
	return daysBefore(year, month, day)*86400 + h*3600 + m*60 + s, true
}

// daysIn returns the number of days of a month of the Gregorian calendar.
func daysIn(year, month int64) int64 {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysBefore returns the days from 1970-01-01 to a date. Years are counted from
// March, so that a leap day is the last of its year (Hinnant, "chrono-Compatible
// Low-Level Date Algorithms").
func daysBefore(year, month, day int64) int64 {
	const epoch = 719468 + 146097 // days from -0400-03-01
	year += 400                   // keeps the divisions off negative numbers
	if month < 3 {
		year--
		month += 12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - epoch
}

// AppendTime appends sec, from MinTime to MaxTime, as YYYY-MM-DDTHH:MM:SSZ.
func AppendTime(dst []byte, sec int64) []byte {
	days, clock := (sec-MinTime)/86400, (sec-MinTime)%86400
	days += 306 // days from 0000-03-01
	era, dayOfEra := days/146097, days%146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	month := (5*dayOfYear+2)/153 + 3
	day := dayOfYear - (153*(month-3)+2)/5 + 1
	year := era*400 + yearOfEra
	if month > 12 {
		month -= 12
		year++
	}
	dst = appendTwo(appendTwo(dst, year/100), year%100)
	dst = appendTwo(append(dst, '-'), month)
	dst = appendTwo(append(dst, '-'), day)
	dst = appendTwo(append(dst, 'T'), clock/3600)
	dst = appendTwo(append(dst, ':'), clock/60%60)
	dst = appendTwo(append(dst, ':'), clock%60)
	return append(dst, 'Z')
}

func appendTwo(dst []byte, n int64) []byte {
	return append(dst, byte('0'+n/10), byte('0'+n%10))
}

func twoDigits(b []byte) (int, bool) {
	return int(b[0]-'0')*10 + int(b[1]-'0'), isDigit(b[0]) && isDigit(b[1])
}

func isDigit(c byte) bool { return c-'0' < 10 }
