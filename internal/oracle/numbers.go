package oracle

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// numericText is the form of a text value that compares with a JSON number.
var numericText = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$`)

// textNumber returns the number that a row's value spells; ok is false for
// "other rows", which match no comparison with a number: those that are not of
// the form and those that are not finite as a double.
func textNumber(value string) (x float64, ok bool) {
	if !numericText.MatchString(value) {
		return 0, false
	}
	x, err := strconv.ParseFloat(value, 64)
	return x, err == nil && !math.IsInf(x, 0)
}

// numberDouble returns a JSON number as a double; ok is false if it is not
// finite, which makes it no value.
func numberDouble(literal string) (x float64, ok bool) {
	x, err := strconv.ParseFloat(literal, 64)
	return x, err == nil && !math.IsInf(x, 0)
}

// numberText returns a JSON number taken as text: "an integer literal digit
// for digit (-0 is 0), any other number as its shortest decimal without
// exponent, an integral value without fraction". ok is false for a number
// beyond the doubles.
func numberText(literal string) (text string, ok bool) {
	text = literal
	if strings.ContainsAny(literal, ".eE") {
		x, ok := numberDouble(literal)
		if !ok {
			return "", false
		}
		text = strconv.FormatFloat(x, 'f', -1, 64)
	}
	if text == "-0" {
		text = "0"
	}
	return text, true
}

// numberInt returns a JSON number that is an integer or an integral float;
// integral is false if it is neither, read exactly. One beyond int64 becomes
// the nearest int64.
func numberInt(literal string) (n int64, integral bool) {
	negative := strings.HasPrefix(literal, "-")
	mantissa, exponent, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(literal, "-")), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return 0, true
	}
	// The value is digits × 10^scale.
	scale := clampedInt(exponent) - len(fraction)
	trimmed := strings.TrimRight(digits, "0")
	scale += len(digits) - len(trimmed)
	if scale < 0 {
		return 0, false
	}
	n = math.MaxInt64
	if len(trimmed)+scale <= 19 {
		n = clampedInt64(trimmed + strings.Repeat("0", scale))
	}
	if negative {
		n = -n
	}
	return n, true
}

// clampedInt reads an exponent, "" being 0; a huge one becomes a large one.
func clampedInt(text string) int {
	const bound = 1 << 40
	return int(max(-bound, min(bound, clampedInt64(text))))
}

// clampedInt64 reads an integer, "" being 0; one beyond int64 becomes the
// nearest.
func clampedInt64(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64) // on overflow n is the nearest
	return n
}
