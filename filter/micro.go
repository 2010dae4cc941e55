package filter

import "strconv"

// Second is a second in microseconds. As long as a fraction is a number of
// millionths, a Decimal of seconds counts the same.
const Second = 1_000_000

// ParseInstant reads a time as ParseTimeBytes does, in microseconds since 1970.
// Of a fraction, six digits count; others are cut.
func ParseInstant(b []byte) (micros int64, ok bool) {
	sec, ok := ParseTimeBytes(b)
	if !ok {
		return 0, false
	}
	micros = sec * Second
	if len(b) > 20 && b[19] == '.' && b[10] == 'T' {
		for i, weight := 20, int64(Second/10); weight > 0 && i < len(b) && isDigit(b[i]); i++ {
			micros += int64(b[i]-'0') * weight
			weight /= 10
		}
	}
	return micros, true
}

// AppendInstant appends microseconds since 1970, from MinTime to MaxTime, as
// YYYY-MM-DDTHH:MM:SS.ffffffZ.
func AppendInstant(dst []byte, micros int64) []byte {
	sec, rest := micros/Second, micros%Second
	if rest < 0 {
		sec, rest = sec-1, rest+Second
	}
	dst = AppendTime(dst, sec)
	dst[len(dst)-1] = '.' // in place of the Z
	return append(appendMillionths(dst, rest), 'Z')
}

// AppendDecimal appends a number of millionths as a decimal of six places.
func AppendDecimal(dst []byte, n int64) []byte {
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	dst = strconv.AppendInt(dst, n/Second, 10)
	return appendMillionths(append(dst, '.'), n%Second)
}

func appendMillionths(dst []byte, n int64) []byte {
	return appendTwo(appendTwo(appendTwo(dst, n/10000), n/100%100), n%100)
}

// ParseDecimal reads a number, as parseNumber has them, as millionths. What is
// less than one of them is cut towards lesser numbers, and reported: the number
// read is then between n and n+1. Beyond MinNumber and MaxNumber there is none.
func ParseDecimal(b []byte) (n int64, cut, ok bool) { return parseUnits(b, 6) }

// parseUnits is ParseDecimal for units of 10 to the -places.
func parseUnits(b []byte, places int64) (n int64, cut, ok bool) {
	d, ok := scanDecimal(b)
	d.exponent += places
	if !ok || d.exponent > 0 && d.more {
		return 0, false, false
	}
	for ; d.exponent > 0 && d.digits != 0; d.exponent-- {
		if d.digits > uint64(MaxNumber)/10 {
			return 0, false, false
		}
		d.digits *= 10
	}
	for ; d.exponent < 0 && d.digits != 0; d.exponent++ {
		d.more = d.more || d.digits%10 != 0
		d.digits /= 10
	}
	if d.digits > uint64(MaxNumber)+1 {
		return 0, false, false
	}
	n = int64(d.digits)
	if d.negative {
		n = -n
		if d.more {
			n--
		}
	}
	if n < MinNumber || n > MaxNumber {
		return 0, false, false
	}
	return n, d.more, true
}
