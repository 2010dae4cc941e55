package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDefuse(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"text", "text"},
		{"-", "-"},
		{"-5", "-5"},
		{"+1.5", "+1.5"},
		{"-1+1", "'-1+1"},
		{"-1e5", "'-1e5"},
		{"=1+1", "'=1+1"},
		{"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "'\t=1"},
		{"\x00=1", "'\x00=1"},
		{"＝1", "'＝1"},
		{"'quoted", "'quoted"},
	} {
		if got := defuse(tt.in); got != tt.want {
			t.Errorf("defuse(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// TestCSVReadsBack writes values of every awkward kind and reads them with
// another implementation.
func TestCSVReadsBack(t *testing.T) {
	rows := [][]string{
		{"plain", "", " outer blanks "},
		{"comma, here", `quote " here`, `""`},
		{"line\nbreak", "tab\there", "東京"},
	}
	var text []byte
	for _, row := range rows {
		text = appendCSV(text, row)
	}
	if n := strings.Count(string(text), "\r\n"); n != len(rows) {
		t.Errorf("%d line ends CR LF, want %d:\n%q", n, len(rows), text)
	}
	got, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("read %q: %v", text, err)
	}
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

// TestCSVKeepsLineBreaks pins that CR inside a value is not touched, which
// encoding/csv would do in both directions.
func TestCSVKeepsLineBreaks(t *testing.T) {
	want := "\"a\r\nb\rc\nd\"\r\n"
	if got := string(appendCSV(nil, []string{"a\r\nb\rc\nd"})); got != want {
		t.Errorf("appendCSV = %q, want %q", got, want)
	}
}

const tableAnswer = `{"structure":["timestamp","actor_type","detail"],
 "rows":[[1713787200,"CLIENT","a\tb"],[-62135596800,"SYSTEM","=1+1"]],"count":1234,"total":300000}`

func TestWriteTable(t *testing.T) {
	table, err := parseTable([]byte(tableAnswer))
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := writeTable(&got, table, 10); err != nil {
		t.Fatal(err)
	}
	want := "TIMESTAMP             ACTOR_TYPE  DETAIL\n" +
		"2024-04-22T12:00:00Z  CLIENT      a\\tb\n" +
		"0001-01-01T00:00:00Z  SYSTEM      =1+1\n" +
		"\n" +
		"11 to 12 of 1,234 matches; 300,000 lines searched.\n"
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("writeTable mismatch (-want +got):\n%s", diff)
	}
}

func TestWriteCSV(t *testing.T) {
	table, err := parseTable([]byte(tableAnswer))
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := writeCSV(bufio.NewWriter(&got), table); err != nil {
		t.Fatal(err)
	}
	want := "timestamp,actor_type,detail\r\n" +
		"2024-04-22T12:00:00Z,CLIENT,a\tb\r\n" +
		"0001-01-01T00:00:00Z,SYSTEM,'=1+1\r\n"
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("writeCSV mismatch (-want +got):\n%s", diff)
	}
}

func TestTotals(t *testing.T) {
	for _, tt := range []struct {
		rows         int
		count, total int64
		offset       int64
		want         string
	}{
		{0, 0, 0, 0, "No match; no day file of that time holds a line (is it the right folder, --pattern, --from and --to?)."},
		{0, 0, 1, 0, "No match; 1 line searched."},
		{1, 1, 10, 0, "1 match; 10 lines searched."},
		{2, 2, 1000, 0, "2 matches; 1,000 lines searched."},
		{2, 5, 10, 0, "1 to 2 of 5 matches; 10 lines searched."},
		{0, 5, 10, 7, "5 matches, none shown at offset 7; 10 lines searched."},
	} {
		table := &answerTable{Rows: make([][]any, tt.rows), Count: tt.count, Total: tt.total}
		if got := table.totals(tt.offset); got != tt.want {
			t.Errorf("totals of %+v = %q, want %q", tt, got, tt.want)
		}
	}
}
