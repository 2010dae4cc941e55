package logstore

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"daybook/filter"
)

// What follows reads lines and values in the most obvious way: by package
// encoding/json, in numbers of any size. Of the code that it checks, it uses none.

// A naiveMember is a value of a field.
type naiveMember struct {
	null  bool
	n     int64  // of a number: millionths of a Decimal, microseconds of an Instant, units of the time
	shown string // as text operators see it; of the time, as it is shown
}

// A anyRecord holds values by field.
type anyRecord struct {
	day    Day
	values []naiveMember
}

// naiveRecordOf reads a line; nil where that is no record.
func naiveRecordOf(s *filter.Schema, members []Member, line string) []naiveMember {
	var top map[string]json.RawMessage
	if !utf8.ValidString(line) || json.Unmarshal([]byte(line), &top) != nil || top == nil {
		return nil
	}
	values := make([]naiveMember, s.Len())
	for i, m := range members {
		f := filter.Field(i)
		raw := top[m.Path]
		if outer, inner, nested := strings.Cut(m.Path, "."); nested {
			var object map[string]json.RawMessage
			if json.Unmarshal(top[outer], &object) == nil {
				raw = object[inner]
			} else {
				raw = nil
			}
		}
		raw = bytes.TrimSpace(raw)
		if m.Presence {
			values[i] = naiveNumber(s, f, int64(btoi(hasValue(raw))))
			continue
		}
		if values[i] = naiveValueOf(s, f, raw); values[i].null && !s.Nullable(f) {
			return nil
		}
	}
	return values
}

// naiveValueOf reads the value of a member, which may be missing.
func naiveValueOf(s *filter.Schema, f filter.Field, raw json.RawMessage) naiveMember {
	none := naiveMember{null: true}
	text, isText := naiveText(raw)
	startsNumber := len(raw) > 0 && strings.IndexByte("-0123456789", raw[0]) >= 0
	switch kind := s.Kind(f); kind {
	case filter.Text:
		if isText {
			return naiveMember{shown: *text}
		}
	case filter.Boolean:
		switch string(raw) {
		case "true":
			return naiveNumber(s, f, 1)
		case "false":
			return naiveNumber(s, f, 0)
		}
	case filter.Integer:
		n, ok := new(big.Int).SetString(string(raw), 10)
		if startsNumber && ok && isNumber(n) {
			return naiveNumber(s, f, n.Int64())
		}
	case filter.Decimal:
		number := string(raw)
		if isText {
			number = *text
		}
		if n, _, ok := naiveMillionths(number); (isText || startsNumber) && ok {
			return naiveNumber(s, f, n)
		}
	default:
		if n, ok := naiveMicros(raw, text); ok {
			if kind == filter.Time && s.Unit() == 1 {
				n = floorDiv(n, 1_000_000)
			}
			return naiveNumber(s, f, n)
		}
	}
	return none
}

// text returns the value as it is shown, "null" for null.
func (v naiveMember) text() string {
	if v.null {
		return "null"
	}
	return v.shown
}

// hasValue reports whether a value is neither null nor empty.
func hasValue(raw json.RawMessage) bool {
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // of any size
	if d.Decode(&v) != nil {
		return false
	}
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// naiveText returns the text that a value is; nil where it is another.
func naiveText(raw json.RawMessage) (text *string, ok bool) {
	if json.Unmarshal(raw, &text) != nil {
		text = nil
	}
	return text, text != nil
}

// naiveNumber returns the value of a field that is a number.
func naiveNumber(s *filter.Schema, f filter.Field, n int64) naiveMember {
	v := naiveMember{n: n}
	const layout = "2006-01-02T15:04:05"
	switch kind := s.Kind(f); {
	case kind == filter.Boolean:
		v.shown = strconv.FormatBool(n == 1)
	case kind == filter.Decimal:
		v.shown = big.NewRat(n, 1_000_000).FloatString(6)
	case kind == filter.Instant || kind == filter.Time && s.Unit() != 1:
		v.shown = time.UnixMicro(n).UTC().Format(layout + ".000000Z")
	case kind == filter.Time:
		v.shown = time.Unix(n, 0).UTC().Format(layout + "Z")
	default:
		v.shown = strconv.FormatInt(n, 10)
	}
	return v
}

var (
	naiveNumeral = regexp.MustCompile(`^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?$`)
	naiveWhole   = regexp.MustCompile(`^[+-]?\d+$`)
	naiveInstant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$`)
)

// naiveRat returns the number that a text is. Exponents that no field reaches are
// as good as others.
func naiveRat(text string) (*big.Rat, bool) {
	parts := naiveNumeral.FindStringSubmatch(text)
	if parts == nil {
		return nil, false
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	if n, err := strconv.Atoi(exponent); exponent != "" && (err != nil || n > 2000 || n < -2000) {
		exponent = "2000"
		if strings.HasPrefix(parts[1], "-") {
			exponent = "-2000"
		}
	}
	if exponent != "" {
		mantissa += "e" + exponent
	}
	return new(big.Rat).SetString(mantissa)
}

// naiveMillionths returns the millionths that a number has, of which a rest is cut
// towards lesser numbers, and whether there is one.
func naiveMillionths(text string) (n int64, cut, ok bool) {
	r, ok := naiveRat(text)
	if !ok {
		return 0, false, false
	}
	r.Mul(r, big.NewRat(1_000_000, 1))
	floor := new(big.Int).Div(r.Num(), r.Denom())
	return floor.Int64(), !r.IsInt(), isNumber(floor)
}

// isNumber reports whether fields may hold n.
func isNumber(n *big.Int) bool {
	return n.Cmp(big.NewInt(filter.MinNumber)) >= 0 && n.Cmp(big.NewInt(filter.MaxNumber)) <= 0
}

// naiveMicros reads a time: text if the value is one, or a number of seconds.
func naiveMicros(raw json.RawMessage, text *string) (int64, bool) {
	least, greatest := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()-1
	seconds := string(raw)
	switch {
	case text != nil && naiveInstant.MatchString(*text):
		at, err := time.Parse(time.RFC3339Nano, *text)
		n := at.UnixMicro()
		return n, err == nil && least <= n && n <= greatest
	case text != nil && naiveWhole.MatchString(*text):
		seconds = *text
	case text != nil:
		return 0, false
	}
	n, _, ok := naiveMillionths(seconds)
	return n, ok && least <= n && n <= greatest
}

// compareNaive compares two values of a field, null first.
func compareNaive(s *filter.Schema, f filter.Field, a, b naiveMember) int {
	switch {
	case a.null || b.null:
		return btoi(!a.null) - btoi(!b.null)
	case s.Kind(f) == filter.Text:
		return strings.Compare(a.shown, b.shown)
	}
	return cmp.Compare(a.n, b.n)
}

// A naiveOperand is what a value of a condition stands for.
type naiveOperand struct {
	text   string
	number float64  // where a text is compared as a number
	exact  *big.Rat // in the units of a field that is a number
	isText bool
}

// naiveOperandOf reads a value of a condition on a field, of an order with bound.
// It reports false where that is refused.
func naiveOperandOf(s *filter.Schema, f filter.Field, raw string, bound bool) (o naiveOperand, ok bool) {
	text, isText := naiveText(json.RawMessage(raw))
	o.isText = isText
	startsNumber := strings.IndexByte("-0123456789", raw[0]) >= 0
	if o.text = raw; o.isText {
		o.text = *text
	}
	switch kind := s.Kind(f); kind {
	case filter.Text:
		var err error
		if o.number, err = strconv.ParseFloat(raw, 64); startsNumber && bound {
			return o, err == nil
		} else if startsNumber && !naiveWhole.MatchString(raw) {
			o.text = strconv.FormatFloat(o.number, 'f', -1, 64)
			ok = err == nil
		}
		if startsNumber && o.number == 0 {
			o.text = "0" // without a sign
		}
		return o, ok || o.isText || naiveWhole.MatchString(raw)
	case filter.Boolean:
		n, known := map[string]int64{"true": 1, "1": 1, "false": 0, "0": 0}[strings.ToLower(o.text)]
		o.exact = big.NewRat(n, 1)
		return o, known && (o.isText || o.text == strings.ToLower(o.text))
	case filter.Integer:
		if o.isText && !naiveWhole.MatchString(o.text) || !o.isText && !startsNumber {
			return o, false
		}
		o.exact, _ = naiveRat(o.text)
		return o, o.exact.IsInt() && isNumber(o.exact.Num())
	case filter.Decimal:
		_, _, ok = naiveMillionths(o.text)
		if o.exact, _ = naiveRat(o.text); ok {
			o.exact.Mul(o.exact, big.NewRat(1_000_000, 1))
		}
		return o, ok && (o.isText || startsNumber)
	default:
		n, ok := naiveMicros(json.RawMessage(raw), text)
		if kind == filter.Time && s.Unit() == 1 {
			if ok = ok && (o.isText || n%1_000_000 == 0); ok && !o.isText {
				r, _ := naiveRat(raw)
				ok = r.IsInt()
			}
			n = floorDiv(n, 1_000_000)
		}
		o.exact = big.NewRat(n, 1)
		return o, ok && (o.isText || startsNumber)
	}
}

// compare compares a value, which is not null, with o. It reports false where they
// can't be compared.
func (o *naiveOperand) compare(v naiveMember) (c int, ok bool) {
	switch {
	case o.exact != nil:
		return new(big.Rat).SetInt64(v.n).Cmp(o.exact), true
	case o.isText:
		return strings.Compare(v.shown, o.text), true
	}
	n, err := strconv.ParseFloat(v.shown, 64)
	return cmp.Compare(n, o.number), naiveNumeral.MatchString(v.shown) && err == nil && !math.IsInf(n, 0)
}

// is reports whether a value, which is not null, is the one that o stands for.
func (o *naiveOperand) is(v naiveMember) bool {
	if o.exact == nil {
		return v.shown == o.text
	}
	c, _ := o.compare(v)
	return c == 0
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
