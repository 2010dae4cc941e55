package rpc

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

func TestAppendQuotedASCII(t *testing.T) {
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
		if diff := cmp.Diff(tt.want, string(appendQuotedASCII(nil, []byte(tt.in)))); diff != "" {
			t.Errorf("appendQuotedASCII(%q) mismatch (-want +got):\n%s", tt.in, diff)
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

// FuzzAppendQuotedASCII checks that encoding/json reads back what was quoted,
// that it is safe, and that quoting at once gives what converting would.
func FuzzAppendQuotedASCII(f *testing.F) {
	for _, s := range []string{"", "plain", "tab\there", "\x00\"\\", "ſ\u2028📈", "12345678\x1f12345678,'", `\u0027,\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return
		}
		quoted := appendQuotedASCII(nil, []byte(s))
		var back string
		if err := json.Unmarshal(quoted, &back); err != nil || back != s || !isSafe(quoted) {
			t.Errorf("appendQuotedASCII(%q) = %s, which is read as %q: %v", s, quoted, back, err)
		}
		if converted := appendASCII(nil, appendQuoted(nil, []byte(s))); string(converted) != string(quoted) {
			t.Errorf("appendASCII of the quoted %q = %s, want %s", s, converted, quoted)
		}
	})
}

// FuzzAppendASCII checks that converting JSON leaves what it means, and that the
// outcome is safe.
func FuzzAppendASCII(f *testing.F) {
	for _, s := range []string{`{"a,'":[1,"\u00e9é\\",{"x":"\"\u007f"}],"b":null}`, `"📈"`, `[",]",",}"]`, `-1.5e3`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want, got any
		if !utf8.Valid(text) || json.Unmarshal(text, &want) != nil {
			return
		}
		ascii := appendASCII(nil, text)
		if err := json.Unmarshal(ascii, &got); err != nil {
			t.Fatalf("appendASCII(%s) = %s: %v", text, ascii, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("appendASCII(%s) = %s mismatch (-want +got):\n%s", text, ascii, diff)
		}
		if squeezed := strings.NewReplacer("\n", "", "\r", "", "\t", "").Replace(string(ascii)); !isSafe([]byte(squeezed)) {
			t.Errorf("appendASCII(%s) = %s is not safe", text, ascii)
		}
	})
}

// TestAnswersInASCII wants every part of an answer in the encoding that was
// asked for, and its length known beforehand.
func TestAnswersInASCII(t *testing.T) {
	t.Parallel()
	plain := newRowFormat(AuditSchema(), timeField, appendUnix)
	record := &plainRecord{1713787200, []string{"", "КЛИЕНТ", "o'neil", "a,]", "b", "\x7f", `{"k":'v',}`}}
	tail := []member{{"total", 2}, {"problems", []logstore.Problem{{File: "día, 'x'.tsv", Reason: "permission denied"}}}}
	var texts []string
	for _, e := range []Encoding{Plain, ASCII} {
		f := plain.in(e)
		table, err := f.newTable(&logstore.Result{Count: 1, Rows: [][]byte{f.append(nil, record)}}, tail, 1000)
		if err != nil {
			t.Fatal(err)
		}
		text, err := contiguous(table)
		if err != nil || int64(len(text)) != table.Len() {
			t.Errorf("encoding %d: %d bytes, %v; want %d", e, len(text), err, table.Len())
		}
		texts = append(texts, string(text))
		same, err := inASCII(table)
		if err != nil || (e == ASCII) != (same == Answer(table)) {
			t.Errorf("encoding %d: inASCII makes %T, %v", e, same, err)
		}
	}
	if want := string(appendASCII(nil, []byte(texts[0]))); texts[1] != want || !isSafe([]byte(texts[1])) {
		t.Errorf("table in ASCII %s, want %s", texts[1], want)
	}
	groups := &logstore.Groups{Values: []logstore.ValueCount{{Value: "o'neil, é", Count: 1}}, Count: 1}
	s := &searcher{schema: AuditSchema()}
	for name, format := range map[string]groupFormat{"histogram": appendHistogram, "top": s.topFormat(1)} {
		got, want := format(nil, groups, ASCII), appendASCII(nil, format(nil, groups, Plain))
		if string(got) != string(want) || !isSafe(got) {
			t.Errorf("%s in ASCII %s, want %s", name, got, want)
		}
	}
}
