package oracle

import (
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestParseTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"0": 0, "-0": 0, "+0": 0, "007": 7, "1713787200": 1713787200, "+1713787200": 1713787200, "-1": -1,
		"0000000000000000000000000000000000001": 1,
		"253402300799":                          253402300799, "-62135596800": -62135596800,
		"1970-01-01T00:00:00Z":              0,
		"2024-04-22T12:00:00Z":              1713787200,
		"2024-04-22T12:00:00.999999999Z":    1713787200,
		"2024-04-22T14:30:00.5+02:30":       1713787200,
		"2024-04-22T09:30:00-02:30":         1713787200,
		"2024-04-23T11:59:00+23:59":         1713787200,
		"2024-04-22T12:00:00-00:00":         1713787200,
		"1969-12-31T23:59:59.5Z":            -1, // floor, not towards zero
		"0001-01-01T00:00:00Z":              -62135596800,
		"9999-12-31T23:59:59.9Z":            253402300799,
		"2024-02-29T00:00:00Z":              1709164800,
		"0001-01-01T01:00:00+01:00":         -62135596800,
		"2024-04-22T12:00:00.000000000000Z": 1713787200,
	} {
		if got, ok := parseTime(text); !ok || got != want {
			t.Errorf("parseTime(%q) = %d, %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range append(badTimes(), "253402300800", "-62135596801", "0001-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-04-22T12:00:00Zx", "+-1", "1713787200\n") {
		if sec, ok := parseTime(text); ok {
			t.Errorf("parseTime(%q) = %d, want no time", text, sec)
		}
	}
}

// TestTimesAgainstRFC3339 checks dates and offsets against the standard library.
func TestTimesAgainstRFC3339(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		sec := minTime + rng.Int64N(maxTime-minTime)
		if got, ok := parseTime(formatTime(sec)); !ok || got != sec {
			t.Fatalf("parseTime(formatTime(%d)) = %d, %v", sec, got, ok)
		}
		if got, ok := parseTime(strconv.FormatInt(sec, 10)); !ok || got != sec {
			t.Fatalf("parseTime of %d = %d, %v", sec, got, ok)
		}
		zone := time.FixedZone("", 60*(rng.IntN(2*24*60-1)-24*60+1))
		text := time.Unix(sec, rng.Int64N(1e9)).In(zone).Format(time.RFC3339Nano)
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			continue // the zone leads beyond the years
		}
		if got, ok := parseTime(text); !ok || got != sec {
			t.Fatalf("parseTime(%q) = %d, %v, want %d", text, got, ok, sec)
		}
		if day := dayOf(sec); day*secondsPerDay > sec || sec >= (day+1)*secondsPerDay {
			t.Fatalf("dayOf(%d) = %d", sec, day)
		}
	}
}

func TestDecodeValue(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		``:                   "",
		`plain`:              "plain",
		`a\tb\nc\rd\\e`:      "a\tb\nc\rd\\e",
		`\\t`:                `\t`,
		`\\\t`:               "\\\t",
		`\x\"\0\u0041`:       `\x\"\0\u0041`,
		`\x\\n`:              `\x\n`,
		`trailing\`:          `trailing\`,
		`\\\`:                `\\`,
		`\`:                  `\`,
		`\T`:                 `\T`,
		"\xff":               "\ufffd",
		"\xff\xfe":           "\ufffd\ufffd",
		"a\xe2\x82z":         "a\ufffd\ufffdz",            // one for each byte of the cut sequence
		"\xed\xa0\x80":       "\ufffd\ufffd\ufffd",        // a surrogate
		"\xc0\xaf":           "\ufffd\ufffd",              // overlong
		"\xf4\x90\x80\x80":   strings.Repeat("\ufffd", 4), // beyond Unicode
		"\xc3\\t":            "\ufffd\t",
		"\xe2\x82\xac":       "€",
		"nul\x00":            "nul\x00",
		"\ufffd":             "\ufffd",
		"\xef\xbb\xbfx":      "\ufeffx",
		"\u2028 e\u0301 é 😀": "\u2028 e\u0301 é 😀",
	} {
		if got := decodeValue(raw); got != want {
			t.Errorf("decodeValue(%q) = %q, want %q", raw, got, want)
		}
	}
}

// TestDecodeValueAgainstRange checks the repair of UTF-8 against the range
// clause, which is Go's rule.
func TestDecodeValueAgainstRange(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(2, 2))
	bytes := "ab\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xff\xed"
	for range 20000 {
		raw := make([]byte, rng.IntN(8))
		for i := range raw {
			raw[i] = bytes[rng.IntN(len(bytes))]
		}
		var want []byte
		for _, r := range string(raw) {
			want = utf8.AppendRune(want, r)
		}
		if got := decodeValue(string(raw)); got != string(want) {
			t.Fatalf("decodeValue(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestNumberText(t *testing.T) {
	t.Parallel()
	for literal, want := range map[string]string{
		// the contract's own examples
		"1223": "1223", "1223.0": "1223", "1.223e3": "1223", "12.50": "12.5", "-0": "0",
		"0": "0", "-0.0": "0", "-0e7": "0", "-1": "-1", "1e0": "1", "-1.50": "-1.5", "0.1": "0.1", "1E-7": "0.0000001",
		"1e21": "1000000000000000000000", "12E+2": "1200",
		"123456789012345678901234567890": "123456789012345678901234567890", // digit for digit
		"9007199254740993":               "9007199254740993",
	} {
		if got, ok := numberText(literal); !ok || got != want {
			t.Errorf("numberText(%s) = %q, %v, want %q", literal, got, ok, want)
		}
	}
	if got, ok := numberText("1e400"); ok {
		t.Errorf("numberText(1e400) = %q, want no value", got)
	}
}

func TestNumberInt(t *testing.T) {
	t.Parallel()
	for literal, want := range map[string]int64{
		"0": 0, "-0": 0, "0e999999999999999999999": 0, "-0.000": 0, "7": 7, "-7": -7, "7.0": 7, "70e-1": 7, "0.7e1": 7,
		"1.7137872e9": 1713787200, "1713787200.000": 1713787200, "100E-2": 1, "12.5e1": 125,
		"9223372036854775807": math.MaxInt64, "9223372036854775808": math.MaxInt64, "1e400": math.MaxInt64,
		"1e999999999999999999999": math.MaxInt64, "-1e30": -math.MaxInt64, "1000000000000000000": 1e18, "1e18": 1e18,
	} {
		if got, integral := numberInt(literal); !integral || got != want {
			t.Errorf("numberInt(%s) = %d, %v, want %d", literal, got, integral, want)
		}
	}
	for _, literal := range []string{"1.5", "0.1", "1e-1", "-0.5", "15e-1", "1e-999999999999999999999", "1713787200.5"} {
		if got, integral := numberInt(literal); integral {
			t.Errorf("numberInt(%s) = %d, want not integral", literal, got)
		}
	}
}

// TestNumbersAgainstFloats checks small numbers against strconv and math.
func TestNumbersAgainstFloats(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 3))
	for range 20000 {
		x := math.Round(rng.NormFloat64()*1e6) / []float64{1, 10, 1000, 4}[rng.IntN(4)]
		format := []byte{'f', 'e', 'E', 'g'}[rng.IntN(4)]
		literal := strconv.FormatFloat(x, format, -1, 64)
		n, integral := numberInt(literal)
		if integral != (x == math.Trunc(x)) || integral && float64(n) != x {
			t.Fatalf("numberInt(%s) = %d, %v", literal, n, integral)
		}
		want := strings.TrimPrefix(strconv.FormatFloat(x+0, 'f', -1, 64), "-")
		got, ok := numberText(literal)
		if !ok || strings.TrimPrefix(got, "-") != want {
			t.Fatalf("numberText(%s) = %q, %v, want %q", literal, got, ok, want)
		}
	}
}

func TestTextNumber(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]float64{
		"0": 0, "-0": 0, "007": 7, "+7": 7, "5.": 5, ".5": 0.5, "-.5e1": -5, "1e3": 1000, "1E+3": 1000, "1e-400": 0,
		"9007199254740993": 9007199254740992, "12.50": 12.5,
	} {
		if got, ok := textNumber(value); !ok || got != want {
			t.Errorf("textNumber(%q) = %v, %v, want %v", value, got, ok, want)
		}
	}
	for _, value := range []string{
		"", "-", ".", "e1", "1e", "1e+", "NaN", "Inf", "Infinity", "0x10", "1_000", " 1", "1 ", "1\n", "1e400", "-1e400", "１", "1,5", "1.5.2", "--1",
	} {
		if got, ok := textNumber(value); ok {
			t.Errorf("textNumber(%q) = %v, want no number", value, got)
		}
	}
}

func TestLike(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, value string
		want           bool
	}{
		{"", "", true}, {"", "anything", true}, // "The empty pattern matches every row."
		{"b", "abc", true}, {"B", "abc", false}, {"abc", "ab", false}, // without %: substring
		{"%", "", true}, {"%", "x\ny", true}, {"a%", "abc", true}, {"a%", "xa", false}, {"%c", "abc", true}, {"%c", "cab", false},
		{"a%c", "a\nc", true}, {"a%c", "ac", true}, {"a%c", "abcd", false}, {"a%a", "a", false}, {"a%a", "aa", true},
		{"%b%", "abc", true}, {"%b%b%", "abc", false}, {"%b%b%", "abxb", true}, {"a%b%c", "abbc", true}, {"ab%ba", "aba", false},
		{"a%%c", "abc", true}, {"%ab%ab%", "aab ab", true},
		{"_", "x", false}, {"_", "a_b", true}, {"a_c", "abc", false}, // _ is literal
		{`\%`, "50% off", true}, {`\%`, "50 off", false}, {`50\%`, "50%", true}, // no unescaped %: substring
		{`%\%`, "50%", true}, {`%\%`, "50% off", false}, {`%\%%`, "50% off", true},
		{`\\%`, `a\%b`, true}, {`\\%`, `\x`, false}, // the second backslash escapes, the first is literal
		{`a\b`, `xa\by`, true}, {`a\b`, "ab", false}, {`\`, `\`, true}, {`%\`, `x\`, true}, {`\\`, `\\`, true}, {`\\`, `\`, false},
		{`\n`, "\n", false}, {`\n`, `\n`, true},
		{"%плагин", "плагин", true}, {"п%н", "плагин", true}, {"ПЛАГИН", "плагин", false},
		{"\x00", "a\x00b", true}, {"%\ufffd", "x\ufffd", true},
	} {
		if got := parseLike(tt.pattern).match(tt.value); got != tt.want {
			t.Errorf("like %q on %q = %v, want %v", tt.pattern, tt.value, got, tt.want)
		}
	}
}

// TestLikeAgainstRegexp checks patterns against the regular expressions that
// mean the same.
func TestLikeAgainstRegexp(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 4))
	draw := func(letters string, most int) string {
		b := make([]byte, rng.IntN(most))
		for i := range b {
			b[i] = letters[rng.IntN(len(letters))]
		}
		return string(b)
	}
	hits := 0
	for range 50000 {
		pattern, value := draw(`ab%%\`, 7), draw("ab%\\\n", 9)
		// Hide what is escaped, turn what is not into .*, put the former back.
		expression := regexp.QuoteMeta(strings.ReplaceAll(pattern, `\%`, "\x01"))
		if strings.Contains(expression, "%") {
			expression = "^" + strings.ReplaceAll(expression, "%", ".*") + "$"
		}
		want := regexp.MustCompile("(?s)" + strings.ReplaceAll(expression, "\x01", "%")).MatchString(value)
		if got := parseLike(pattern).match(value); got != want {
			t.Fatalf("like %q on %q = %v, want %v", pattern, value, got, want)
		}
		if want {
			hits++
		}
	}
	if hits < 5000 {
		t.Errorf("only %d patterns matched", hits)
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"Kelvin", "\u212aELVIN", true}, {"s", "ſ", true}, {"ß", "ẞ", true}, {"ß", "ss", false}, {"İ", "i", false}, {"ı", "I", false},
		{"плагин", "ПЛАГИН", true}, {"é", "e\u0301", false}, {"Σ", "ς", true}, {"σ", "ς", true}, {"µ", "Μ", true}, {"a", "b", false},
		{"ǅ", "ǆ", true}, {"ﬁ", "fi", false}, {"Ａ", "ａ", true}, {"Ａ", "a", false},
	} {
		if got := fold(tt.a) == fold(tt.b); got != tt.want {
			t.Errorf("fold(%q) == fold(%q) is %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

// TestFoldAgainstEqualFold checks every character with its neighbours in
// folding, and substrings of random strings, against strings.EqualFold.
func TestFoldAgainstEqualFold(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if utf8.ValidRune(r) && !strings.EqualFold(string(r), fold(string(r))) {
			t.Errorf("fold(%U) = %q, which is not equal to it", r, fold(string(r)))
		}
	}
	rng := rand.New(rand.NewPCG(5, 5))
	letters := []rune("aAbBkK\u212asSſßẞиИςσΣİiIı\ufffd")
	draw := func(most int) []rune {
		s := make([]rune, rng.IntN(most))
		for i := range s {
			s[i] = letters[rng.IntN(len(letters))]
		}
		return s
	}
	for range 20000 {
		value, part := draw(12), draw(4)
		want := false
		for i := 0; i+len(part) <= len(value); i++ {
			want = want || strings.EqualFold(string(value[i:i+len(part)]), string(part))
		}
		if got := strings.Contains(fold(string(value)), fold(string(part))); got != want {
			t.Fatalf("%q folded contains %q folded is %v, want %v", string(value), string(part), got, want)
		}
	}
}

func TestPathsAgree(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"where", "where", true}, {"where[1]", "where[1][0]", true}, {"where[1][2]", "where", true},
		{"where[1]", "where[2]", false}, {"where[1]", "where[10]", false}, {"where", "whereNot", false}, {"limit", "offset", false},
	} {
		if got := PathsAgree(tt.a, tt.b); got != tt.want {
			t.Errorf("PathsAgree(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}
