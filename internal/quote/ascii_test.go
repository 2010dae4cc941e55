package quote

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestAppendASCII(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"", `""`},
		{"completed", `"completed"`},
		{`say "no"`, `"say \"no\""`},
		{"it's, well", `"it\u0027s\u002c well"`},
		{"\x7f\x00\t", `"\u007f\u0000\t"`},
		{"é\u2028ſ", `"\u00e9\u2028\u017f"`},
		{"Пополнение ₽ 📈", `"\u041f\u043e\u043f\u043e\u043b\u043d\u0435\u043d\u0438\u0435 \u20bd \ud83d\udcc8"`},
		{`,]`, `"\u002c]"`},
		{`{"a":1,"b":'c'}`, `"{\"a\":1\u002c\"b\":\u0027c\u0027}"`},
		{"12345678,", `"12345678\u002c"`},
		{"\U0010ffff\ufffd", `"\udbff\udfff\ufffd"`},
	} {
		if diff := cmp.Diff(tt.want, string(AppendASCII(nil, []byte(tt.in)))); diff != "" {
			t.Errorf("AppendASCII(%q) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

// TestPlainRunASCIIEverywhere puts each byte at each place of a word, among
// bytes that a borrow could confuse with it.
func TestPlainRunASCIIEverywhere(t *testing.T) {
	t.Parallel()
	for _, around := range []byte{' ', '!', '#', '&', '(', '+', '-', '[', ']', '~'} {
		for at := range 19 {
			for c := range 256 {
				s := []byte(strings.Repeat(string([]byte{around}), 19))
				s[at] = byte(c)
				want := len(s)
				if c < 0x20 || c >= 0x7f || strings.ContainsRune(`"\',`, rune(c)) {
					want = at
				}
				if got := plainRunASCII(s); got != want {
					t.Fatalf("plainRunASCII(%q) = %d, want %d", s, got, want)
				}
			}
		}
	}
}

// isSafe reports whether JSON in ASCII holds nothing that a client takes amiss.
func isSafe(text []byte) bool {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c < ' ' || c > '~' || c == '\'':
			return false
		case c == '"':
			quoted = !quoted
		case c == '\\':
			i++
		case c == ',' && quoted:
			return false
		}
	}
	return true
}

// FuzzAppendASCII checks that encoding/json reads back what was quoted,
// that it is safe, and that quoting at once gives what converting would.
func FuzzAppendASCII(f *testing.F) {
	for _, s := range []string{"", "plain", "tab\there", "\x00\"\\", "ſ\u2028📈", "12345678\x1f12345678,'", `\u0027,\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		quoted := AppendASCII(nil, []byte(s))
		var back string
		if err := json.Unmarshal(quoted, &back); err != nil || back != s || !isSafe(quoted) {
			t.Errorf("AppendASCII(%q) = %s, which is read as %q: %v", s, quoted, back, err)
		}
		if converted := ConvertASCII(nil, Append(nil, []byte(s))); string(converted) != string(quoted) {
			t.Errorf("ConvertASCII of the quoted %q = %s, want %s", s, converted, quoted)
		}
	})
}

// FuzzConvertASCII checks that converting JSON leaves what it means, and that the
// outcome is safe.
func FuzzConvertASCII(f *testing.F) {
	for _, s := range []string{`{"a,'":[1,"\u00e9é\\",{"x":"\"\u007f"}],"b":null}`, `"📈"`, `[",]",",}"]`, `-1.5e3`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want, got any
		if !utf8.Valid(text) || json.Unmarshal(text, &want) != nil {
			return
		}
		ascii := ConvertASCII(nil, text)
		if err := json.Unmarshal(ascii, &got); err != nil {
			t.Fatalf("ConvertASCII(%s) = %s: %v", text, ascii, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ConvertASCII(%s) = %s mismatch (-want +got):\n%s", text, ascii, diff)
		}
		if squeezed := strings.NewReplacer("\n", "", "\r", "", "\t", "").Replace(string(ascii)); !isSafe([]byte(squeezed)) {
			t.Errorf("ConvertASCII(%s) = %s is not safe", text, ascii)
		}
	})
}
