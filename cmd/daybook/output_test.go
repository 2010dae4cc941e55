package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
	if err := writeCSV(&got, table); err != nil {
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
