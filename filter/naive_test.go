package filter_test

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"daybook/filter"
)

// naiveMatch evaluates [detail, op, value] on a decoded value in the most
// obvious way there is. value is JSON: a string or a number.
func naiveMatch(op, value, v string) bool {
	if positive, negated := strings.CutPrefix(op, "not "); negated {
		return !naiveMatch(positive, value, v)
	}
	var text string
	number := json.Unmarshal([]byte(value), &text) != nil
	if number {
		f, _ := strconv.ParseFloat(value, 64)
		if f == 0 {
			f = 0 // without sign
		}
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	switch op {
	case "=":
		return v == text
	case "!=":
		return v != text
	case "like":
		return naiveLike(text, v, func(a, b string) bool { return a == b })
	case "ilike":
		return naiveLike(text, v, strings.EqualFold)
	case "regexp":
		return regexp.MustCompile(text).MatchString(v)
	}
	c := strings.Compare(v, text)
	if number {
		if !numberForm.MatchString(v) {
			return false
		}
		want, _ := strconv.ParseFloat(value, 64)
		have, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return false
		}
		c = 0
		if have < want {
			c = -1
		} else if have > want {
			c = 1
		}
	}
	return map[string]bool{">": c > 0, ">=": c >= 0, "<": c < 0, "<=": c <= 0}[op]
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

// checkMatch compares the matcher with naiveMatch on one condition and raw
// columns.
func checkMatch(t *testing.T, op, value string, raws ...string) {
	t.Helper()
	q, err := decode(t, `"where":["detail","`+op+`",`+value+`]`)
	if err != nil {
		fault(t, err)
		return
	}
	for _, raw := range raws {
		if got, want := matches(t, q, record(0, "I", "h", raw)), naiveMatch(op, value, decoded([]byte(raw))); got != want {
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
			return // the digits count, which naiveMatch does not see
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

// A column folds alike on the path for ASCII and on the one for the rest.
func TestFoldingOfEveryCharacter(t *testing.T) {
	t.Parallel()
	for r := rune(0); r < 0x1E944; r++ {
		if !utf8.ValidRune(r) || strings.ContainsRune("\t\n\r\\", r) {
			continue
		}
		for _, ascii := range []rune{'k', 's', 'i', '[', '@'} {
			want := strings.EqualFold(string(r), string(ascii))
			q := &filter.Query{Schema: schema, Where: []filter.Condition{filter.ContainsFolded(detailField, string(ascii))}}
			if want != matches(t, q, &filter.Record{Columns: [][]byte{nil, nil, nil, []byte(string(r))}}) {
				t.Errorf("%q contains %q, case folded: want %v", r, ascii, want)
			}
		}
	}
}
