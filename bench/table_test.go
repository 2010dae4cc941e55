package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func newTestTable() *table {
	t := &table{head: []string{"query", "ms", "verdict"}}
	t.add("like 'é%'", "1200.5", "ok")
	t.add("a|b", "7.0", "MISSED")
	return t
}

func TestTableText(t *testing.T) {
	want := "" +
		"query          ms  verdict\n" +
		"like 'é%'  1200.5       ok\n" +
		"a|b           7.0   MISSED\n"
	if diff := cmp.Diff(want, newTestTable().text()); diff != "" {
		t.Errorf("text mismatch (-want +got):\n%s", diff)
	}
}

func TestTableMarkdown(t *testing.T) {
	want := "" +
		"| query | ms | verdict |\n" +
		"|---|---:|---:|\n" +
		"| like 'é%' | 1200.5 | ok |\n" +
		"| a\\|b | 7.0 | MISSED |\n"
	if diff := cmp.Diff(want, newTestTable().markdown()); diff != "" {
		t.Errorf("markdown mismatch (-want +got):\n%s", diff)
	}
}

func TestFigures(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{grouped(0), "0"},
		{grouped(999), "999"},
		{grouped(1000), "1,000"},
		{grouped(1323804317), "1,323,804,317"},
		{plural(1, "line"), "1 line"},
		{plural(0, "line"), "0 lines"},
		{decimal(2.345, 1), "2.3"},
		{decimal(300, 0), "300"},
		{mebibytes(200 << 20), "200.0"},
		{mebibytes(0), "-"},
		{verdict(true) + verdict(false), "okMISSED"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}
