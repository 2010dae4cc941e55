package quote

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestAppend(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"", `""`},
		{"completed", `"completed"`},
		{`say "no"`, `"say \"no\""`},
		{`demo\gold`, `"demo\\gold"`},
		{"\b\f\n\r\t", `"\b\f\n\r\t"`},
		{"\x00\x01\x1f", `"\u0000\u0001\u001f"`},
		{"\x7f", "\"\x7f\""},
		{"<b>&'/", `"<b>&'/"`},
		{"\u2028\u2029", "\"\u2028\u2029\""},
		{"Пополнение ₽ 📈", `"Пополнение ₽ 📈"`},
		{`1234567"`, `"1234567\""`},
		{`12345678"`, `"12345678\""`},
		{"\\1234567\x1f", `"\\1234567\u001f"`},
		{"\"!\x1f \\]", `"\"!\u001f \\]"`},
	} {
		if diff := cmp.Diff(tt.want, string(Append(nil, []byte(tt.in)))); diff != "" {
			t.Errorf("Append(%q) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

// TestPlainRunEverywhere puts each byte at each place of a word, among bytes
// that a borrow could confuse with it.
func TestPlainRunEverywhere(t *testing.T) {
	t.Parallel()
	for _, around := range []byte{' ', '!', '#', '[', ']', 0x7f, 0x80, 0xff} {
		for at := range 19 {
			for c := range 256 {
				s := []byte(strings.Repeat(string([]byte{around}), 19))
				s[at] = byte(c)
				want := len(s)
				if c < 0x20 || c == '"' || c == '\\' {
					want = at
				}
				if got := plainRun(s); got != want {
					t.Fatalf("plainRun(%q) = %d, want %d", s, got, want)
				}
			}
		}
	}
}

// FuzzAppend checks that encoding/json reads back what was quoted, and
// that nothing is escaped that need not be.
func FuzzAppend(f *testing.F) {
	for _, s := range []string{"", "plain", "tab\there", "\x00\"\\", "ſ\u2028📈", "12345678\x1f12345678"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			s = strings.ToValidUTF8(s, "\ufffd")
		}
		quoted := Append(nil, []byte(s))
		var back string
		if err := json.Unmarshal(quoted, &back); err != nil || back != s {
			t.Fatalf("Append(%q) = %s, which reads as %q, %v", s, quoted, back, err)
		}
		most := 2 + len(s)
		for _, c := range []byte(s) {
			if c < 0x20 || c == '"' || c == '\\' {
				most += 5
			}
		}
		if len(quoted) > most {
			t.Fatalf("Append(%q) = %s: %d bytes, want at most %d", s, quoted, len(quoted), most)
		}
	})
}
