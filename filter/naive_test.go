package filter_test

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"daybook/filter"
)

// naive returns a function that evaluates [detail, op, value] on a decoded value
// in the most obvious way there is. value is JSON: a string or a number.
func naive(op, value string) func(v string) bool {
	if positive, negated := strings.CutPrefix(op, "not "); negated {
		matches := naive(positive, value)
		return func(v string) bool { return !matches(v) }
	}
	var text string
	var number float64
	numeric := json.Unmarshal([]byte(value), &text) != nil
	if numeric {
		number, _ = strconv.ParseFloat(value, 64)
		if number == 0 {
			number = 0 // without sign
		}
		text = strconv.FormatFloat(number, 'f', -1, 64)
	}
	switch op {
	case "=":
		return func(v string) bool { return v == text }
	case "!=":
		return func(v string) bool { return v != text }
	case "like":
		return func(v string) bool { return naiveLike(text, v, func(a, b string) bool { return a == b }) }
	case "ilike":
		return func(v string) bool { return naiveLike(text, v, strings.EqualFold) }
	case "regexp":
		return regexp.MustCompile(text).MatchString
	}
	holds := func(c int) bool {
		return map[string]bool{">": c > 0, ">=": c >= 0, "<": c < 0, "<=": c <= 0}[op]
	}
	if !numeric {
		return func(v string) bool { return holds(strings.Compare(v, text)) }
	}
	return func(v string) bool {
		have, err := strconv.ParseFloat(v, 64)
		return numberForm.MatchString(v) && err == nil && holds(cmp.Compare(have, number))
	}
}

var numberForm = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

// naiveLike matches character by character, remembering which positions of the
// pattern each prefix of v can reach.
func naiveLike(text, v string, equal func(a, b string) bool) bool {
	const wildcard = "wildcard"
	var pattern []string
	wild := false
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		one := text[i : i+size]
		switch {
		case strings.HasPrefix(text[i:], `\%`):
			one, size = "%", 2
		case one == "%":
			one, wild = wildcard, true
		}
		pattern = append(pattern, one)
		i += size
	}
	if !wild {
		pattern = append(append([]string{wildcard}, pattern...), wildcard)
	}
	reached := make([]bool, len(pattern)+1)
	reached[0] = true
	skipWildcards := func() {
		for j, p := range pattern {
			if reached[j] && p == wildcard {
				reached[j+1] = true
			}
		}
	}
	skipWildcards()
	for _, r := range v {
		next := make([]bool, len(pattern)+1)
		for j, p := range pattern {
			if !reached[j] {
				continue
			}
			if p == wildcard {
				next[j] = true
			} else if equal(p, string(r)) {
				next[j+1] = true
			}
		}
		reached = next
		skipWildcards()
	}
	return reached[len(pattern)]
}

// decoded is the decoded value of a raw column.
func decoded(raw []byte) string { return string([]rune(string(unescape(nil, raw)))) }

var fuzzOps = []string{"=", "!=", ">", ">=", "<", "<=", "like", "not like", "ilike", "not ilike", "regexp", "not regexp"}

// checkMatch compares the matcher with naive on one condition and raw
// columns.
func checkMatch(t *testing.T, op, value string, raws ...string) {
	t.Helper()
	q, err := decode(t, `"where":["detail","`+op+`",`+value+`]`)
	if err != nil {
		fault(t, err)
		return
	}
	want, s := naive(op, value), newSubject(q)
	for _, raw := range raws {
		if got, want := s.matches(t, record(0, "I", "h", raw)), want(decoded([]byte(raw))); got != want {
			t.Errorf("detail %s %s on %q = %v, want %v", op, value, raw, got, want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	for _, tt := range detailTests {
		for _, raw := range append(tt.yes, tt.no...) {
			var text string
			number := json.Unmarshal([]byte(tt.value), &text) != nil
			if number {
				text = tt.value
			}
			for i, op := range fuzzOps {
				if op == tt.op {
					f.Add(uint8(i), text, number, []byte(raw))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, op uint8, text string, number bool, raw []byte) {
		value := text
		if !number {
			quoted, err := json.Marshal(text)
			if err != nil {
				return
			}
			value = string(quoted)
		} else if value = strings.TrimSpace(text); !json.Valid([]byte(value)) || value[0] == '"' {
			return
		}
		if integer := !strings.ContainsAny(value, ".eE"); number && integer && len(value) > 15 {
			return // the digits count, which naive does not see
		}
		checkMatch(t, fuzzOps[int(op)%len(fuzzOps)], value, string(raw))
	})
}

// Every operator with every pair of nasty texts, on both sides.
func TestMatchAgreesWithNaive(t *testing.T) {
	t.Parallel()
	texts := []string{
		"", "a", "A", "b", "ab", "aB", "aab", "ba", "%", "%%", `\`, `\\`, `\%`, `%\`, `a%b`, `%a%`, `a%a`, `%ab`, `ab%`, `\%a`, `a\%`, `\\%`,
		`\t`, `\\t`, "\t", `\n`, "\n", `\x`, "\x00", "k", "K", "\u212a", "ſ", "s", "S", "ß", "ẞ", "ss", "İ", "ı", "i", "Σ", "ς", "aς%Σa", "é", "e\u0301", "É",
		"\uFFFD", "\xff", "\xc3", "\xe2\x82", "\xed\xa0\x80", "a\xffb", "😀", "ж", "Ж", "_", ".", ".*", "^a", "b$", "[ab]+", "(?i)K", "(?i)aB",
		"1", "1.0", "01", "+1", "-1", "-0", "0", "1e1", "10", ".5", "5.", ".", "1e", "1e400", "-1e400", "1e-400", "9007199254740993", "9007199254740992", "0x1", "1_0", "inf", "nan",
		"123456789012345678901234567890123456789", "0.1000000000000000055511151231257827", "1e22", "1e23", "179769313486231580793e289", " 1",
	}
	for _, op := range fuzzOps {
		for _, text := range texts {
			quoted, err := json.Marshal(text)
			if err != nil {
				t.Fatal(err)
			}
			checkMatch(t, op, string(quoted), texts...)
			if number := strings.TrimSpace(text); json.Valid([]byte(number)) && len(number) < 16 {
				checkMatch(t, op, number, texts...)
			}
		}
	}
}

// Of all characters just those contain one that are equal to it but for case.
func TestFoldingOfEveryCharacter(t *testing.T) {
	t.Parallel()
	const end = 0x20000 // there is no case beyond
	for _, wanted := range []string{"k", "s", "i", "[", "@", "é", "Σ", "ǆ"} {
		q := &filter.Query{Schema: schema, Where: []filter.Condition{filter.ContainsFolded(detailField, wanted)}}
		m := q.Compile().Matcher(unescape)
		for r := rune(0); r < end; r++ {
			if !utf8.ValidRune(r) || r == '\\' {
				continue
			}
			v := string(r)
			got := m.Match(&filter.Record{Columns: [][]byte{nil, nil, nil, []byte(v)}})
			if want := strings.EqualFold(v, wanted); got != want {
				t.Errorf("%q contains %q, case folded = %v, want %v", v, wanted, got, want)
			}
		}
	}
}
