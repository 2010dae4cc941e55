package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// cell returns a text as a whole row of CSV, without its line ending.
func cell(text string) string {
	l := NewLayout(CSV, []string{"x"})
	return strings.TrimSuffix(string(l.AppendEnd(l.AppendText(nil, 0, []byte(text)))), "\r\n")
}

func TestFormulas(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"text", "text"},
		{"-", "-"},
		{"-5", "-5"},
		{"+1.5", "+1.5"},
		{"-.5", "-.5"},
		{"-1.", "-1."},
		{"+", "'+"},
		{"-.", "'-."},
		{"--1", "'--1"},
		{"-1.2.3", "'-1.2.3"},
		{"-1+1", "'-1+1"},
		{"-1e5", "'-1e5"},
		{"=1+1", "'=1+1"},
		{"=", "'="},
		{"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
		{`=HYPERLINK("http://x","y")`, `"'=HYPERLINK(""http://x"",""y"")"`},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "'\t=1"},
		{"\r=1", "\"'\r=1\""},
		{"\n=1", "\"'\n=1\""},
		{"\x00=1", "'\x00=1"},
		{"＝1", "'＝1"},
		{"＠1", "'＠1"},
		{"ﬁne", "ﬁne"}, // begins with the same byte
		{"'quoted", "'quoted"},
		{" =1", `" =1"`}, // a text, as it stands
	} {
		if got := cell(tt.in); got != tt.want {
			t.Errorf("cell of %q = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// Line breaks inside a value are not touched, which encoding/csv would do in both
// directions.
func TestCSVKeepsLineBreaks(t *testing.T) {
	if got, want := cell("a\r\nb\rc\nd"), "\"a\r\nb\rc\nd\""; got != want {
		t.Errorf("cell = %q, want %q", got, want)
	}
}

// A layoutRow is one row of every kind of value.
func layoutRow(l *Layout, dst []byte) []byte {
	dst = l.AppendSeconds(dst, 0, 1713787200)
	dst = l.AppendText(dst, 1, []byte("tab\there, \"quote\" \\t\r\n東"))
	dst = l.AppendJSON(dst, 2, []byte(`-12.5`))
	dst = l.AppendJSON(dst, 3, []byte(`{"id":1,"name":"a"}`))
	dst = l.AppendNull(dst, 4)
	return l.AppendEnd(dst)
}

func TestLayouts(t *testing.T) {
	names := []string{"time", "te\"xt", "number", "user", "none"}
	for format, want := range map[Format]string{
		CSV: "time,\"te\"\"xt\",number,user,none\r\n" +
			"2024-04-22T12:00:00Z,\"tab\there, \"\"quote\"\" \\t\r\n東\",-12.5,\"{\"\"id\"\":1,\"\"name\"\":\"\"a\"\"}\",\r\n",
		NDJSON: `{"time":1713787200,"te\"xt":"tab\there, \"quote\" \\t\r\n東","number":-12.5,"user":{"id":1,"name":"a"},"none":null}` + "\n",
		TSV:    `2024-04-22T12:00:00Z` + "\t" + `tab\there, "quote" \\t\r\n東` + "\t-12.5\t" + `{"id":1,"name":"a"}` + "\t\n",
	} {
		l := NewLayout(format, names)
		if diff := cmp.Diff(want, string(layoutRow(l, l.AppendHead(nil)))); diff != "" {
			t.Errorf("%v mismatch (-want +got):\n%s", format, diff)
		}
	}
}

func TestFormatNames(t *testing.T) {
	for i, name := range Formats() {
		f, err := ParseFormat(name)
		if err != nil || f != Format(i) || f.String() != name || f.ContentType() == "" {
			t.Errorf("ParseFormat(%q) = %v, %v", name, f, err)
		}
	}
	if f, err := ParseFormat("CSV"); err == nil {
		t.Errorf("ParseFormat(CSV) = %v, want an error", f)
	}
}

// FuzzLayouts reads back what was written, by other implementations of CSV and
// JSON, and by the journal's rules of TSV.
func FuzzLayouts(f *testing.F) {
	for _, text := range []string{"", " outer blanks ", "comma, here", `quote " here`, `""`, "line\nbreak", "tab\there", "東京", `\t`, `\`, "\x00", "-", "=1", "'", "\ufeff"} {
		f.Add(text, "y"+text)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) {
			return
		}
		row := func(f Format) []byte {
			l := NewLayout(f, []string{"a", "b"})
			return l.AppendEnd(l.AppendText(l.AppendText(nil, 0, []byte(a)), 1, []byte(b)))
		}
		var object struct{ A, B string }
		if err := json.Unmarshal(row(NDJSON), &object); err != nil || object.A != a || object.B != b {
			t.Errorf("NDJSON %q reads %q, %v", row(NDJSON), object, err)
		}
		columns := strings.Split(strings.TrimSuffix(string(row(TSV)), "\n"), "\t")
		unescape := strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")
		if len(columns) != 2 || strings.Contains(columns[0]+columns[1], "\n") || unescape.Replace(columns[0]) != a || unescape.Replace(columns[1]) != b {
			t.Errorf("TSV %q reads %q", row(TSV), columns)
		}
		if strings.Contains(a+b, "\r") {
			return // which encoding/csv does not keep
		}
		cells, err := csv.NewReader(bytes.NewReader(row(CSV))).Read()
		if err != nil || len(cells) != 2 || undefused(cells[0], a) != a || undefused(cells[1], b) != b {
			t.Errorf("CSV %q reads %q, %v", row(CSV), cells, err)
		}
	})
}

// undefused takes the apostrophe of a formula away.
func undefused(cell, text string) string {
	if isFormula([]byte(text)) {
		return strings.TrimPrefix(cell, "'")
	}
	return cell
}
