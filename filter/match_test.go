package filter_test

import (
	"fmt"
	"testing"
)

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
