package filter_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"daybook/filter"
)

// unescape resolves the escapes of tab separated journals.
func unescape(dst, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+1 < len(raw) {
			if at := strings.IndexByte(`tnr\`, raw[i+1]); at >= 0 {
				dst = append(dst, "\t\n\r\\"[at])
				i++
				continue
			}
		}
		dst = append(dst, raw[i])
	}
	return dst
}

// record makes a record of raw columns as a scan would: clean if its line is.
func record(sec int64, level, host, detail string) *filter.Record {
	at := strconv.FormatInt(sec, 10)
	line := []byte(strings.Join([]string{at, level, host, detail}, "\t"))
	r := &filter.Record{
		Line: line, Time: sec, Columns: [][]byte{[]byte(at), []byte(level), []byte(host), []byte(detail)},
		Clean: true,
	}
	for _, c := range line {
		r.Clean = r.Clean && c < 0x80 && c != '\\'
	}
	return r
}

// A subject is a query ready to be tried on records.
type subject struct {
	query   *filter.Query
	program *filter.Program
	matcher *filter.Matcher
	usesAny bool // some column
}

func newSubject(q *filter.Query) *subject {
	s := &subject{query: q, program: q.Compile()}
	s.matcher = s.program.Matcher(unescape)
	for f := range filter.Field(schema.Len()) {
		s.usesAny = s.usesAny || s.program.Uses(f)
	}
	return s
}

// matches evaluates the query on r in every way a scan may: as it is; without
// the stages that the program does not need; and, where r is clean, as if it
// were not.
func (s *subject) matches(t testing.TB, r *filter.Record) bool {
	t.Helper()
	m := s.matcher
	got := m.Match(r) && m.MatchTime(r)
	if lazy := (!s.usesAny || m.Match(r)) && (!s.program.UsesTime() || m.MatchTime(r)); lazy != got {
		t.Errorf("%s on %q: %v, and %v without the stages that are not needed", s.query, r.Line, got, lazy)
	}
	if r.Clean {
		unclean := *r
		unclean.Clean = false
		if slow := m.Match(&unclean) && m.MatchTime(&unclean); slow != got {
			t.Errorf("%s on %q: clean %v, else %v", s.query, r.Line, got, slow)
		}
	}
	return got
}

// matches evaluates q on r.
func matches(t testing.TB, q *filter.Query, r *filter.Record) bool {
	t.Helper()
	return newSubject(q).matches(t, r)
}

// detailTests hold conditions on detail: operator and value as JSON, raw
// columns that match and raw columns that do not.
var detailTests = []struct {
	op, value string
	yes, no   []string
}{
	{`=`, `"abc"`, []string{"abc"}, []string{"", "ab", "abcd", "ABC", "abc "}},
	{`=`, `""`, []string{""}, []string{"a", " "}},
	{`=`, `"a\tb"`, []string{`a\tb`, "a\tb"}, []string{`a\\tb`, `atb`}},
	{`=`, `"a\\b"`, []string{`a\\b`, `a\b`}, []string{`a\\\b`, "ab"}},
	{`=`, `"a\\"`, []string{`a\\`, `a\`}, []string{`a\\\`, "a"}},
	{`=`, `"a\\\\"`, []string{`a\\\\`, `a\\\`}, []string{`a\\`}},
	{`=`, `"x\ny\r"`, []string{`x\ny\r`}, []string{`x\\ny\r`}},
	{`=`, `"\u0000"`, []string{"\x00"}, []string{"", `\0`, "\x00\x00"}},
	{`=`, `"\ufffd"`, []string{"\xff", "\uFFFD", "\x80"}, []string{"\xff\xff", "", "\xe2\x82"}},
	{`=`, `"\ufffd\ufffd"`, []string{"\xe2\x82", "\xff\uFFFD", "\xc0\x80"}, []string{"\xff", "\xed\xa0\x80"}},
	{`=`, `"é\ufffd"`, []string{"é\xc3", "\xc3\xa9\xff"}, []string{"é", "\xc3"}},
	{`=`, `"é"`, []string{"é"}, []string{"e\u0301", "É", "\xc3"}},
	{`=`, `12.50`, []string{"12.5"}, []string{"12.50", "1250"}},
	{`=`, `1223.0`, []string{"1223"}, []string{"1223.0"}},
	{`!=`, `"abc"`, []string{"", "ab", "ABC"}, []string{"abc"}},
	{`!=`, `"a\tb"`, []string{`a\\tb`, "x"}, []string{`a\tb`, "a\tb"}},

	{`>`, `"b"`, []string{"ba", "c", "é"}, []string{"b", "a", "B", ""}},
	{`>=`, `"b"`, []string{"b", "ba"}, []string{"az", ""}},
	{`<`, `"b"`, []string{"", "a", "B", "az", "10"}, []string{"b", "ba", "é"}},
	{`<=`, `"b"`, []string{"b", "a"}, []string{"b\x00", "c"}},
	{`<`, `"\ud83d\ude00"`, []string{"\uFFFD", "é", "\xff"}, []string{"😀", "😁"}},
	{`>`, `"9"`, []string{"95", "a"}, []string{"10", "9"}},

	{`>`, `9`, []string{"10", "9.5", "1e1", "+10", "9.000000000000001", "10.", "0010"}, []string{"9", "9.0", "8", "a", "", "0x10", "1_0", "inf", "NaN", " 10", "10 ", "1e", "1e400", "٩٩"}},
	{`>=`, `9`, []string{"9", "9.", "09", "90e-1", ".9e1", "900000000000000000000e-20"}, []string{"8.999", "-9", "e9", ".", "+", "-"}},
	{`<`, `0`, []string{"-1", "-.5", "-1e-300"}, []string{"0", "-0", "-0.0", "-", "--1", "-1e-400", "-1e400"}},
	{`<=`, `0`, []string{"0", "-0", "+0", ".0", "0.", "0e999999999999999999999", "-1e-400", "1e-400"}, []string{"1e-300", ".", ".e1"}},
	{`>=`, `0.1`, []string{".1", "0.1", "1e-1", "0.10000000000000000000000000000000000000001"}, []string{"0.09999999999999999"}},
	{`<=`, `1e300`, []string{"1e300", "-1e308", "17976931348623157"}, []string{"1e301", "1e309", "-1e309"}},
	{`=`, `1e21`, []string{"1000000000000000000000"}, []string{"1e21"}},

	{`like`, `""`, []string{"", "anything"}, nil},
	{`like`, `"%"`, []string{"", "a\nb", `a\nb`}, nil},
	{`like`, `"%%"`, []string{"", "x"}, nil},
	{`like`, `"bc"`, []string{"bc", "abcd", "bcbc"}, []string{"", "b", "BC", "b c"}},
	{`like`, `"%bc"`, []string{"bc", "abc", "bcbc"}, []string{"bcd", "c", "BC"}},
	{`like`, `"bc%"`, []string{"bc", "bcd"}, []string{"abc", "b"}},
	{`like`, `"%bc%"`, []string{"bc", "abcd"}, []string{"bBc", "cb"}},
	{`like`, `"ab%ba"`, []string{"abba", "abxba", "ab--ba"}, []string{"aba", "ab", "ba", "abxbax"}},
	{`like`, `"a%b%c"`, []string{"abc", "axbxc", "abcbc", "acbbc"}, []string{"acb", "abcd", "ac"}},
	{`like`, `"%a%a%"`, []string{"aa", "xaxax"}, []string{"a", "xax"}},
	{`like`, `"%ab%ab"`, []string{"abab", "abxab", "ababab"}, []string{"ab", "xab", "abb"}},
	{`like`, `"a\\%b"`, []string{"a%b", "xa%bx"}, []string{"axb", "ab", `a\b`}},
	{`like`, `"a\\\\%b"`, []string{`a\%b`, `a\\%b`}, []string{"a%b", `a\b`}},
	{`like`, `"\\%%"`, []string{"%", "%x"}, []string{"x%", ""}},
	{`like`, `"%\\%"`, []string{"%", "x%"}, []string{"%x", ""}},
	{`like`, `"a\\b"`, []string{`xa\bx`, `a\\b`}, []string{"ab"}},
	{`like`, `"a\\"`, []string{`a\`, `a\\b`}, []string{"a"}},
	{`like`, `"a_b"`, []string{"a_b"}, []string{"axb"}},
	{`like`, `"a%\nb"`, []string{`a\nb`, `ax\r\nb`}, []string{"a b"}},
	{`like`, `"\t"`, []string{`a\tb`, "a\tb"}, []string{"a b", `a\\tb`}},
	{`like`, `"\ufffd%"`, []string{"\xffabc"}, []string{"abc"}},
	{`like`, `5.0`, []string{"15"}, []string{"4.0"}},
	{`not like`, `"%bc%"`, []string{"", "x"}, []string{"abcd"}},
	{`not like`, `""`, nil, []string{"", "x"}},

	{`ilike`, `"%BC"`, []string{"abc", "aBc", "ABC"}, []string{"abcd", "bç"}},
	{`ilike`, `"strasse"`, []string{"STRASSE", "ſtraſſe"}, []string{"straße"}},
	{`ilike`, `"ß"`, []string{"ß", "ẞ"}, []string{"ss", "SS"}},
	{`ilike`, `"k"`, []string{"K", "k", "\u212a"}, []string{"c", "\u212b"}},
	{`ilike`, `"\u212a"`, []string{"K", "xkx", "\u212a"}, []string{"x"}},
	{`ilike`, `"\u212a%ſ"`, []string{"kS", "K--ſ"}, []string{"k", "sk"}},
	{`ilike`, `"ПРИВЕТ"`, []string{"привет", "Привет, мир"}, []string{"при вет", "privet"}},
	{`ilike`, `"σ"`, []string{"Σ", "ς", "σ"}, []string{"s"}},
	{`ilike`, `"i"`, []string{"I", "i"}, []string{"İ", "ı"}},
	{`ilike`, `"é%"`, []string{"É", "éa"}, []string{"e", "xé"}},
	{`ilike`, `"ä\tk"`, []string{`Ä\tK`, "ä\t\u212a"}, []string{"Ä K"}},
	{`ilike`, `"\ufffdA"`, []string{"\xffa"}, []string{"\xff", "a"}},
	{`ilike`, `"["`, []string{"["}, []string{"{", ";"}},
	{`ilike`, `"@\u0060"`, []string{"@`"}, []string{"`@", "``", "@@"}},
	{`not ilike`, `"k"`, []string{"x"}, []string{"\u212a", "K"}},

	{`regexp`, `"b+"`, []string{"abbc", "b"}, []string{"ac", "B"}},
	{`regexp`, `"(?i)straſſe"`, []string{"STRASSE"}, []string{"straße"}},
	{`regexp`, `"^a.c$"`, []string{"abc", "a\xffc", "aéc"}, []string{`a\nc`, "abcd", `abc\n`, `x\nabc`}},
	{`regexp`, `"(?s)^a.c$"`, []string{`a\nc`}, []string{`a\n\nc`}},
	{`regexp`, `"(?m)^b$"`, []string{`a\nb\nc`}, []string{"ab"}},
	{`regexp`, `""`, []string{"", "x"}, nil},
	{`regexp`, `"\\ttab"`, []string{`x\ttab`}, []string{`\\ttab`}},
	{`regexp`, `"(abc|x)d+(ef)?"`, []string{"abcd", "xd"}, []string{"abc", "d"}},
	{`regexp`, `"(ab){2}c*"`, []string{"abab"}, []string{"ab", "abxab"}},
	{`regexp`, `"(ab){0,2}$"`, []string{"", "x"}, nil},
	{`regexp`, `"\\xff"`, []string{"ÿ"}, []string{"\xff"}},
	{`not regexp`, `"^a"`, []string{"", "ba"}, []string{"a", "ab"}},
}

func TestMatchWhere(t *testing.T) {
	t.Parallel()
	for _, tt := range detailTests {
		q := mustDecode(t, fmt.Sprintf(`"where":["detail",%q,%s]`, tt.op, tt.value))
		for want, raws := range map[bool][]string{true: tt.yes, false: tt.no} {
			for _, raw := range raws {
				if got := matches(t, q, record(0, "I", "h", raw)); got != want {
					t.Errorf("detail %s %s on %q = %v, want %v", tt.op, tt.value, raw, got, want)
				}
			}
		}
	}
}

var recordTests = []struct {
	in   string // conditions
	want bool   // on the record of TestMatchRecord
}{
	{``, true},
	{`"whereNot":["level","INFO"]`, false},
	{`"whereNot":["level","ERROR"]`, true},
	{`"whereIn":["level",["ERROR","INFO"]]`, true},
	{`"whereIn":["level",["info","INFOS","INF"]]`, false},
	{`"whereIn":["level",["INFO"]]`, true},
	{`"whereIn":["level",[]]`, false},
	{`"whereNotIn":["level",[]]`, true},
	{`"whereNotIn":["level",["ERROR","INFO"]]`, false},
	{`"whereNotIn":["level",["ERROR"]]`, true},
	{`"whereIn":["level",` + manyValues(40, "INFO") + `]`, true},
	{`"whereIn":["level",` + manyValues(40, "INFX") + `]`, false},
	{`"whereNotIn":["level",` + manyValues(40, "INFX") + `]`, true},
	{`"whereIn":["host",[10.0,"x"]]`, true},
	{`"whereIn":["detail",["tab\there"]]`, true},
	{`"whereIn":["detail",["tab\\there"]]`, false},
	{`"whereBetween":["host",["1","2"]]`, true},
	{`"whereBetween":["host",["10","10"]]`, true},
	{`"whereBetween":["host",["2","10"]]`, false},
	{`"whereBetween":["host",[2,10]]`, true},
	{`"whereBetween":["host",[10.5,11]]`, false},
	{`"whereBetween":["host",["0",99]]`, true},
	{`"whereBetween":["host",["2",99]]`, false},
	{`"whereBetween":["host",[5,"z"]]`, true},
	{`"whereBetween":["host",[11,"z"]]`, false},
	{`"whereBetween":["host",["b","a"]]`, false},
	{`"whereBetween":["host",[11,9]]`, false},
	{`"whereNotBetween":["host",["b","a"]]`, true},
	{`"whereNotBetween":["host",[11,9]]`, true},
	{`"whereNotBetween":["host",[9,11]]`, false},
	{`"whereNotBetween":["level",[9,11]]`, true}, // no number is in no range of numbers
	{`"whereNotBetween":["host",["0",99]]`, false},
	{`"where":["time","=",1000]`, true},
	{`"where":["time","!=",1000]`, false},
	{`"where":["time",">",999]`, true},
	{`"where":["time",">",1000]`, false},
	{`"where":["time",">=","1970-01-01T00:16:40Z"]`, true},
	{`"where":["time","<",1001]`, true},
	{`"where":["time","<",1000]`, false},
	{`"where":["time","<=",1000]`, true},
	{`"where":["time",">",253402300799]`, false},
	{`"where":["time","<",-62135596800]`, false},
	{`"whereIn":["time",[1,1000,2000]]`, true},
	{`"whereIn":["time",[1,999,1001,2000]]`, false},
	{`"whereIn":["time",[]]`, false},
	{`"whereNotIn":["time",[]]`, true},
	{`"whereNotIn":["time",[1,1000]]`, false},
	{`"whereNotIn":["time",[1,999,1001]]`, true},
	{`"whereBetween":["time",[1000,1000]]`, true},
	{`"whereBetween":["time",[1001,1000]]`, false},
	{`"whereNotBetween":["time",[1001,1000]]`, true},
	{`"whereNotBetween":["time",[1000,1000]]`, false},
	{`"where":["time","like","%00"]`, true},
	{`"where":["time","like","1970"]`, false},
	{`"where":["time","not like","1970"]`, true},
	{`"where":["time","ilike",1000]`, true},
	{`"where":["time","regexp","^10+$"]`, true},
	{`"where":["time","not regexp","^10+$"]`, false},
	{`"where":[["level","=","INFO"],["host","=","10"],["detail","like","tab"],["time","=",1000]]`, true},
	{`"where":[["level","=","INFO"],["host","=","11"]]`, false},
	{`"where":[["time",">",0],["time","<",10]],"whereIn":["level",["INFO"]]`, false},
}

func TestMatchRecord(t *testing.T) {
	t.Parallel()
	for _, tt := range recordTests {
		q := mustDecode(t, tt.in)
		r := record(1000, "INFO", "10", `tab\there`)
		if got := matches(t, q, r); got != tt.want {
			t.Errorf("%s = %v, want %v", q, got, tt.want)
		}
	}
}

// A list finds each of its values and nothing else, however many and however
// alike they are.
func TestMatchLists(t *testing.T) {
	t.Parallel()
	var values []string
	for _, length := range []int{0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 62, 63, 64, 100} {
		for _, c := range "ab" {
			v := strings.Repeat("x", length)
			values = append(values, v)
			if length > 0 {
				at := length / 2
				values = append(values, v[:at]+string(c)+v[at+1:], string(c)+v[1:], v[1:]+string(c))
			}
		}
	}
	for _, size := range []int{2, 5, 16, 17, 40, len(values)} {
		for start := 0; start < len(values); start += 7 {
			chosen := make(map[string]bool)
			var quoted []string
			for i := range size {
				v := values[(start+i)%len(values)]
				chosen[v] = true
				quoted = append(quoted, strconv.Quote(v))
			}
			q := mustDecode(t, `"whereIn":["detail",[`+strings.Join(quoted, ",")+`]]`)
			s := newSubject(q)
			for _, v := range values {
				if got := s.matches(t, record(0, "", "", v)); got != chosen[v] {
					t.Fatalf("%q in %d values = %v, want %v", v, len(chosen), got, chosen[v])
				}
			}
		}
	}
}

func TestMatchConstructors(t *testing.T) {
	t.Parallel()
	plain := record(1776859200, "INFO", "Host-K", "no match\tfor it")
	strange := record(1776859200, "INFO", `a\tb`, "Straße \xff")
	tests := []struct {
		c    filter.Condition
		r    *filter.Record
		want bool
	}{
		{filter.EqualText(levelField, "INFO"), plain, true},
		{filter.EqualText(levelField, "info"), plain, false},
		{filter.ContainsFolded(hostField, "HOST-"), plain, true},
		{filter.ContainsFolded(hostField, "\u212a"), plain, true},
		{filter.ContainsFolded(hostField, "%"), plain, false},
		{filter.ContainsFolded(hostField, ""), plain, true},
		{filter.ContainsFolded(detailField, "STRAẞE \ufffd"), strange, true},
		{filter.ContainsFolded(timeField, "1776"), plain, true},
		{filter.TimeBetween(1776859200, 1776859200), plain, true},
		{filter.TimeBetween(1776859201, 1776859200), plain, false},
		{filter.AnyContainsFolded("info"), plain, true},
		{filter.AnyContainsFolded(""), plain, true},
		{filter.AnyContainsFolded("host-\u212a"), plain, true},
		{filter.AnyContainsFolded("INFO\tHost"), plain, false}, // not across columns
		{filter.AnyContainsFolded("MATCH\tFOR"), plain, true},
		{filter.AnyContainsFolded("2026-04-22t12"), plain, true}, // as shown
		{filter.AnyContainsFolded("1776859200"), plain, false},   // not as written
		{filter.AnyContainsFolded("é"), plain, false},
		{filter.AnyContainsFolded("00Z"), plain, true},
		{filter.AnyContainsFolded("A\tB"), strange, true},
		{filter.AnyContainsFolded(`a\tb`), strange, false},
		{filter.AnyContainsFolded("STRAẞE"), strange, true},
		{filter.AnyContainsFolded("2026"), strange, true},
	}
	for _, tt := range tests {
		q := &filter.Query{Schema: schema, Where: []filter.Condition{tt.c}}
		if got := matches(t, q, tt.r); got != tt.want {
			t.Errorf("%s on %q = %v, want %v", q, tt.r.Line, got, tt.want)
		}
	}
}

func TestMatcherText(t *testing.T) {
	t.Parallel()
	m := mustDecode(t, "").Compile().Matcher(unescape)
	r := record(0, "plain", `a\\b\t`, "\xffé\xe2\x82")
	for f, want := range map[filter.Field]string{levelField: "plain", hostField: "a\\b\t", detailField: "\uFFFDé\uFFFD\uFFFD"} {
		if got := m.Text(r, f); string(got) != want {
			t.Errorf("Text(%q) = %q, want %q", r.Columns[f], got, want)
		}
	}
}

func TestProgramUses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in    string
		text  []filter.Field
		times bool
	}{
		{``, nil, false},
		{`"where":["level","=","X"],"whereIn":["host",["Y"]]`, []filter.Field{levelField, hostField}, false},
		{`"where":["level","like","%"]`, nil, false}, // always true
		{`"where":["time","=",5]`, nil, true},
		{`"where":["time","like","5"]`, nil, true},
		{`"whereNotIn":["time",[]],"where":["time",">=",-62135596800]`, nil, false},
	}
	for _, tt := range tests {
		p := mustDecode(t, tt.in).Compile()
		var text []filter.Field
		for f := range filter.Field(schema.Len()) {
			if p.Uses(f) {
				text = append(text, f)
			}
		}
		if fmt.Sprint(text) != fmt.Sprint(tt.text) || p.UsesTime() != tt.times {
			t.Errorf("%s uses %v, time %v; want %v, %v", tt.in, text, p.UsesTime(), tt.text, tt.times)
		}
	}
	q := &filter.Query{Schema: schema, Where: []filter.Condition{filter.AnyContainsFolded("x")}}
	if p := q.Compile(); !p.Uses(detailField) || !p.Uses(levelField) || p.Uses(timeField) || !p.UsesTime() {
		t.Error("a condition on any field reads all columns but the time's, and the time")
	}
}

// These end at once, or after the lifetime of the universe.
func TestMatchIsLinear(t *testing.T) {
	t.Parallel()
	value := strings.Repeat("a", 1<<20)
	for _, where := range []string{
		`["detail","like","` + strings.Repeat("a%", 2000) + `b"]`,
		`["detail","like","%` + strings.Repeat("aaaaaaaaaaaaaaaaab%", 200) + `"]`,
		`["detail","like","` + strings.Repeat("a", 2000) + `b` + strings.Repeat("a", 2000) + `"]`,
		`["detail","ilike","%` + strings.Repeat("A%", 2000) + `b"]`,
		`["detail","ilike","` + strings.Repeat("a", 2000) + `B` + strings.Repeat("a", 2000) + `"]`,
		`["detail","regexp","(a*)*b"]`,
		`["detail","regexp","(a|aa)+$b"]`,
	} {
		if matches(t, mustDecode(t, `"where":`+where), record(0, "", "", value)) {
			t.Errorf("%.60s… matches", where)
		}
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	records := []*filter.Record{
		record(1000, "INFO", "10.25", "the quick brown fox"),
		record(1000, "INFO", `1e\t1`, `Straße \\ \xff \n`+"\xff"),
		record(1000, "INFO", "12345678901234567890.5", strings.Repeat("привет ", 20)),
	}
	var queries []*filter.Query
	for _, tt := range detailTests {
		queries = append(queries, mustDecode(t, fmt.Sprintf(`"where":["detail",%q,%s]`, tt.op, tt.value)))
	}
	for _, tt := range recordTests {
		queries = append(queries, mustDecode(t, tt.in))
	}
	for _, c := range []filter.Condition{filter.AnyContainsFolded("2026"), filter.AnyContainsFolded("ПРИВЕТ"), filter.ContainsFolded(hostField, "E")} {
		queries = append(queries, &filter.Query{Schema: schema, Where: []filter.Condition{c}})
	}
	for _, q := range queries {
		if strings.Contains(q.String(), "regexp") {
			continue // package regexp keeps its machines in a pool, which the race detector empties
		}
		m := q.Compile().Matcher(unescape)
		o := q.Ordering()
		key := make([]byte, 0, 4096)
		n := testing.AllocsPerRun(5, func() {
			for _, r := range records {
				m.Match(r)
				m.MatchTime(r)
				key = o.AppendKey(key[:0], r, m)
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations per record", q, n)
		}
	}
}

// TestMatchersShareAProgram is for the race detector: many goroutines match by
// one program.
func TestMatchersShareAProgram(t *testing.T) {
	t.Parallel()
	p := mustDecode(t, `"where":[["detail","ilike","%é%"],["detail","regexp","x+"]],"whereIn":["level",["A","B","C","D","E","F","G","H","I"]]`).Compile()
	done := make(chan bool)
	for range 4 {
		go func() {
			m := p.Matcher(unescape)
			all := true
			for range 100 {
				r := record(0, "I", "h", "É xx")
				all = all && m.Match(r) && m.MatchTime(r)
			}
			done <- all
		}()
	}
	for range 4 {
		if !<-done {
			t.Error("a record that matches did not")
		}
	}
}
