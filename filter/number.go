package filter

import (
	"math"
	"strconv"
)

// A decimal is a number as its text has it: digits times ten to exponent.
type decimal struct {
	negative bool
	digits   uint64 // the first 19 at most, without zeros before them
	exponent int64
	more     bool // there are more digits, not all of them 0
}

// parseNumber reads a value that matches
//
//	[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?
//
// in ASCII digits and is finite as an IEEE double. It allocates only for values
// of more than 32 bytes.
func parseNumber(v []byte) (float64, bool) {
	d, ok := scanDecimal(v)
	if !ok {
		return 0, false
	}
	// Integers up to 2⁵³ and powers of ten up to 10²² are exact doubles, so one
	// operation on them rounds once, which is what the right answer does.
	if !d.more && d.digits < 1<<53 && -22 <= d.exponent && d.exponent <= 22 {
		n := float64(d.digits)
		if d.exponent < 0 {
			n /= powersOfTen[-d.exponent]
		} else {
			n *= powersOfTen[d.exponent]
		}
		if d.negative {
			n = -n
		}
		return n, true
	}
	n, err := strconv.ParseFloat(string(v), 64)
	return n, err == nil && !math.IsInf(n, 0)
}

// scanDecimal checks the grammar of parseNumber on the way to the value.
func scanDecimal(v []byte) (d decimal, ok bool) {
	i := 0
	if i < len(v) && (v[i] == '+' || v[i] == '-') {
		d.negative = v[i] == '-'
		i++
	}
	start := i
	for ; i < len(v) && isDigit(v[i]); i++ {
		if !d.push(v[i]) {
			d.exponent++
		}
	}
	digits := i - start
	if i < len(v) && v[i] == '.' {
		i++
		start = i
		for ; i < len(v) && isDigit(v[i]); i++ {
			if d.push(v[i]) {
				d.exponent--
			}
		}
		digits += i - start
	}
	if digits == 0 {
		return d, false
	}
	if i == len(v) {
		return d, true
	}
	if v[i] != 'e' && v[i] != 'E' {
		return d, false
	}
	exponent, ok := scanExponent(v[i+1:])
	d.exponent += exponent
	return d, ok
}

// push adds a digit. It reports false where there is no place for it.
func (d *decimal) push(c byte) bool {
	if d.digits < 1e18 {
		d.digits = d.digits*10 + uint64(c-'0')
		return true
	}
	d.more = d.more || c != '0'
	return false
}

// scanExponent reads [+-]?\d+. A large exponent comes back as some large
// exponent of its sign.
func scanExponent(v []byte) (int64, bool) {
	negative := false
	if len(v) > 0 && (v[0] == '+' || v[0] == '-') {
		negative = v[0] == '-'
		v = v[1:]
	}
	exponent := int64(0)
	for _, c := range v {
		if !isDigit(c) {
			return 0, false
		}
		exponent = min(exponent*10+int64(c-'0'), 1<<40)
	}
	if negative {
		exponent = -exponent
	}
	return exponent, len(v) > 0
}

// powersOfTen are the powers of ten that doubles hold exactly. It is never
// written to.
var powersOfTen = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}
