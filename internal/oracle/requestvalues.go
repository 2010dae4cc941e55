package oracle

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
)

// quotePattern returns the pattern that matches s and nothing else.
func quotePattern(s string) string { return regexp.QuoteMeta(s) }

// plainInteger is a value that an integer literal can stand for.
var plainInteger = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,14})$`)

// plainDecimal is a value that a literal with a fraction can stand for.
var plainDecimal = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,8})\.[0-9]{0,4}[1-9]$`)

// textLiteral spells a value for a string field: a JSON string, or often a
// number where one means the same text.
func (g *Requests) textLiteral(s string) string {
	switch {
	case g.chance(50):
	case plainInteger.MatchString(s):
		return g.integerLiteral(s)
	case plainDecimal.MatchString(s):
		return s + pick(g.rng, []string{"", "0", "000", "e0"})
	}
	return g.stringLiteral(s)
}

// integerLiteral spells an integer as a JSON number.
func (g *Requests) integerLiteral(s string) string {
	switch g.rng.IntN(6) {
	case 0:
		return s + ".0"
	case 1:
		return s + "e0"
	case 2:
		if s == "0" {
			return pick(g.rng, []string{"-0", "0.0", "-0.0", "0e5"})
		}
		return s + "00E-2"
	}
	return s
}

// stringLiteral spells a JSON string, at times with every character escaped.
func (g *Requests) stringLiteral(s string) string {
	if len(s) < 500 && g.chance(10) {
		var b strings.Builder
		for _, unit := range utf16.Encode([]rune(s)) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
		return `"` + b.String() + `"`
	}
	printed, err := json.Marshal(s)
	if err != nil {
		panic("oracle: a string always encodes: " + err.Error())
	}
	return string(printed)
}

// timeLiteral spells a value for timestamp: "an integer, an integral float, or
// a string that is a time".
func (g *Requests) timeLiteral(sec int64) string {
	digits := strconv.FormatInt(sec, 10)
	t := time.Unix(sec, 0).UTC()
	switch g.rng.IntN(10) {
	case 0:
		return digits + ".0"
	case 1:
		if sec != 0 { // JSON knows no 00
			return digits + "0e-1"
		}
	case 2:
		return strconv.Quote(digits)
	case 3:
		return strconv.Quote(formatTime(sec))
	case 4:
		return strconv.Quote(strings.TrimSuffix(formatTime(sec), "Z") + ".999Z")
	case 5:
		if 1 < t.Year() && t.Year() < 9999 {
			return strconv.Quote(t.Add(5*time.Hour+30*time.Minute).Format("2006-01-02T15:04:05") + "+05:30")
		}
	case 6:
		if sec >= 0 {
			return strconv.Quote("+0" + digits)
		}
	}
	return digits
}

// refold replaces characters by others that fold to the same, by chance.
func (g *Requests) refold(s string) string {
	if g.chance(30) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if g.chance(40) {
			return unicode.SimpleFold(r)
		}
		return r
	}, s)
}
