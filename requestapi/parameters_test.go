package requestapi

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"daybook/filter"

	"github.com/google/go-cmp/cmp"
)

var termTests = []struct {
	in   string
	want []string
}{
	{"", nil},
	{" ,\t\n\u00a0,", nil},
	{"a b,c", []string{"a", "b", "c"}},
	{"a a", []string{"a"}},
	{`"a b",c`, []string{"a b", "c"}},
	{`'a "b" c'd`, []string{`a "b" c`, "d"}},
	{`"a, b" 'c'`, []string{"a, b", "c"}},
	{`""''`, nil},
	{`"`, []string{`"`}},
	{`"a b`, []string{`"a`, "b"}},
	{`it's 5" o'clock`, []string{"it's", `5"`, "o'clock"}},
	{`a"b c"d`, []string{`a"b`, `c"d`}},
	{`" a "`, []string{" a "}},
	{"Ärger\u2003straße", []string{"Ärger", "straße"}},
}

func TestSplitTerms(t *testing.T) {
	t.Parallel()
	for _, tt := range termTests {
		if diff := cmp.Diff(tt.want, splitTerms(tt.in, mostTerms)); diff != "" {
			t.Errorf("splitTerms(%q) (-want +got):\n%s", tt.in, diff)
		}
	}
	if many := splitTerms(strings.Join(strings.Split("abcdefgh", ""), " "), 3); len(many) != 4 {
		t.Errorf("with at most 3 terms, %d come back", len(many))
	}
}

func FuzzSplitTerms(f *testing.F) {
	for _, tt := range termTests {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, text string) {
		terms := splitTerms(text, mostTerms)
		for _, term := range terms {
			if term == "" || !strings.Contains(text, term) {
				t.Errorf("splitTerms(%q) has %q", text, term)
			}
		}
		// What was split is one term, in quotes that it does not have.
		for _, quote := range []string{`"`, "'"} {
			for _, term := range terms {
				if strings.Contains(term, quote) {
					continue
				}
				if diff := cmp.Diff([]string{term}, splitTerms(quote+term+quote, mostTerms)); diff != "" {
					t.Errorf("splitTerms of %q in quotes: %s", term, diff)
				}
			}
		}
	})
}

var numberTests = []struct {
	in        string
	places    int
	floor     int64
	exact, ok bool
}{
	{"500", 0, 500, true, true},
	{" 500\n", 0, 500, true, true},
	{"+5e2", 0, 500, true, true},
	{"500.0", 0, 500, true, true},
	{"500.5", 0, 500, false, true},
	{"-0.5", 0, -1, false, true},
	{"-0", 0, 0, true, true},
	{".5", 6, 500_000, true, true},
	{"1.", 6, 1_000_000, true, true},
	{"1e-7", 6, 0, false, true},
	{"9007199254740993", 0, 9007199254740993, true, true},
	{"4611686018427387903", 0, filter.MaxNumber, true, true},
	{"4611686018427387904", 0, filter.MaxNumber, false, true},
	{"-4611686018427387904", 0, filter.MinNumber, true, true},
	{"-4611686018427387905", 0, filter.MinNumber - 1, false, true},
	{"1e99999999999999999999", 0, filter.MaxNumber, false, true},
	{"-1e99999999999999999999", 6, filter.MinNumber - 1, false, true},
	{"1e-99999999999999999999", 6, 0, false, true},
	{"0e99999999999999999999", 6, 0, true, true},
	{"5" + strings.Repeat("0", 502) + "e-500", 0, 500, true, true},
	{"0." + strings.Repeat("0", 500) + "5e503", 0, 500, true, true},
	{"", 0, 0, false, false},
	{"-", 0, 0, false, false},
	{".", 0, 0, false, false},
	{"1e", 0, 0, false, false},
	{"1 000", 0, 0, false, false},
	{"1_000", 0, 0, false, false},
	{"0x10", 0, 0, false, false},
	{"1/2", 0, 0, false, false},
	{"NaN", 0, 0, false, false},
	{"Infinity", 0, 0, false, false},
	{"٣", 0, 0, false, false},
}

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for _, tt := range numberTests {
		got, ok := parseNumber(tt.in, tt.places)
		if want := (number{tt.floor, tt.exact}); got != want || ok != tt.ok {
			t.Errorf("parseNumber(%q, %d) = %+v, %v, want %+v, %v", tt.in, tt.places, got, ok, want, tt.ok)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, tt := range numberTests {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, ok := parseNumber(text, 6)
		if !ok || n.floor <= filter.MinNumber || n.floor >= filter.MaxNumber || strings.ContainsAny(text, "eE") {
			return
		}
		value, ok := new(big.Rat).SetString(strings.TrimSpace(text))
		if !ok {
			t.Fatalf("parseNumber(%q) is %+v, and package big does not read it", text, n)
		}
		value.Mul(value, big.NewRat(1_000_000, 1))
		if floor := big.NewRat(n.floor, 1); floor.Cmp(value) > 0 || value.Cmp(big.NewRat(n.ceil(), 1)) > 0 || n.exact != (floor.Cmp(value) == 0) {
			t.Errorf("parseNumber(%q) = %+v", text, n)
		}
	})
}

func TestParseCount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"": 0, "0": 0, "7": 7, "+7": 7, " 7 ": 7, "007": 7, "1000000": 1_000_000, "922337203685477580": 922337203685477580,
		"9223372036854775807": math.MaxInt64, "99999999999999999999": math.MaxInt64,
		"-1": 0, "++7": 0, "1.0": 0, "1e3": 0, "1_000": 0, "٣": 0, "x": 0,
	} {
		if got := parseCount(text); got != want {
			t.Errorf("parseCount(%q) = %d, want %d", text, got, want)
		}
	}
}

var momentTests = []struct {
	in   string
	want string // first and last; "" for none
}{
	{"2026-04-22", "2026-04-22T00:00:00.000000 2026-04-22T23:59:59.999999"},
	{"2024-02-29", "2024-02-29T00:00:00.000000 2024-02-29T23:59:59.999999"},
	{" 2026-04-22 ", "2026-04-22T00:00:00.000000 2026-04-22T23:59:59.999999"},
	{"2026-04-22T10:20:30Z", "2026-04-22T10:20:30.000000 2026-04-22T10:20:30.000000"},
	{"2026-04-22t10:20:30z", "2026-04-22T10:20:30.000000 2026-04-22T10:20:30.000000"},
	{"2026-04-22 10:20:30", "2026-04-22T10:20:30.000000 2026-04-22T10:20:30.000000"},
	{"2026-04-22T10:20", "2026-04-22T10:20:00.000000 2026-04-22T10:20:00.000000"},
	{"2026-04-22T10:20:30.5", "2026-04-22T10:20:30.500000 2026-04-22T10:20:30.500000"},
	{"2026-04-22T10:20:30,123456000", "2026-04-22T10:20:30.123456 2026-04-22T10:20:30.123456"},
	{"2026-04-22T10:20:30.1234567Z", "2026-04-22T10:20:30.123457 2026-04-22T10:20:30.123456"},
	{"2026-04-22T10:20:30+02:00", "2026-04-22T08:20:30.000000 2026-04-22T08:20:30.000000"},
	{"2026-04-22T10:20:30 02:00", "2026-04-22T08:20:30.000000 2026-04-22T08:20:30.000000"},
	{"2026-04-22T10:20:30-0230", "2026-04-22T12:50:30.000000 2026-04-22T12:50:30.000000"},
	{"2026-04-22T10:20:30+02", "2026-04-22T08:20:30.000000 2026-04-22T08:20:30.000000"},
	{"20260422T102030Z", "2026-04-22T10:20:30.000000 2026-04-22T10:20:30.000000"},
	{"20260422T1020+0200", "2026-04-22T08:20:00.000000 2026-04-22T08:20:00.000000"},
	{"", ""},
	{"0000-01-01", ""},
	{"2026-02-29", ""},
	{"2026-04-22T", ""},
	{"2026-04-22T10", ""},
	{"2026-04-22T24:00:00Z", ""},
	{"2026-04-22T10:60:00Z", ""},
	{"2026-04-22T10:20:60Z", ""},
	{"2026-04-22T10:20:30+24:00", ""},
	{"2026-04-22T10:20:30+02:60", ""},
	{"2026-04-22T10:20:30.Z", ""},
	{"2026-04-22T10:20:30 UTC", ""},
	{"2026-0422T10:20:30", ""},
	{"20260422", ""},
	{"1776852000", ""},
	{"today", ""},
}

func TestParseMoments(t *testing.T) {
	t.Parallel()
	for _, tt := range momentTests {
		got := ""
		if m, ok := parseMoments(tt.in); ok {
			got = shownMicros(m.first) + " " + shownMicros(m.last)
		}
		if got != tt.want {
			t.Errorf("parseMoments(%q) is %q, want %q", tt.in, got, tt.want)
		}
	}
}

func shownMicros(micros int64) string {
	return time.UnixMicro(micros).UTC().Format("2006-01-02T15:04:05.000000")
}

func FuzzParseMoments(f *testing.F) {
	for _, tt := range momentTests {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, ok := parseMoments(text)
		if !ok {
			return
		}
		if d := m.last - m.first; d != 0 && d != -1 && d != microsPerDay-1 {
			t.Errorf("parseMoments(%q) spans %d µs", text, d)
		}
		again, ok := parseMoments(shownMicros(m.last))
		if at := time.UnixMicro(m.last).UTC(); at.Year() < 1 || at.Year() > 9999 {
			return // a zone led out of the calendar
		}
		if !ok || again.first != m.last || again.last != m.last {
			t.Errorf("parseMoments(%q) is shown as %q, and read again as %+v", text, shownMicros(m.last), again)
		}
	})
}

func FuzzParseListing(f *testing.F) {
	for _, query := range []string{
		"limit=5&offset=7&search=%22a+b%22,c&ordering=-user,ip", "status_code=x&is_bot=maybe&created_from=x&format=xml", "a=%zz&b;c=%ff", "limit=&limit=3&ip=&ip=%00",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		sent := parseParameters(query)
		l, wrong := parseListing(sent)
		q := l.query
		if q.Limit < 1 || q.Limit > maxLimit || q.Offset < 0 || len(q.Order) < 2 {
			t.Errorf("%q is a page of %d from %d, ordered by %v", query, q.Limit, q.Offset, q.Order)
		}
		for _, fault := range wrong {
			if sent.text(fault.name) == "" || !utf8.ValidString(fault.text) {
				t.Errorf("%q: fault %q", query, fault)
			}
		}
		q.Compile() // whatever is asked for can be evaluated
		// The address of the page is a request for the same.
		page := sent.with(map[string]string{"limit": "10", "offset": ""})
		if diff := cmp.Diff(page, parseParameters(page).with(nil)); diff != "" {
			t.Errorf("%q: the address of a page, read again:\n%s", query, diff)
		}
	})
}
