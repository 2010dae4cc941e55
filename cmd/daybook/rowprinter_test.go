package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"testing"

	"daybook/client"

	"github.com/google/go-cmp/cmp"
)

func TestRowPrinter(t *testing.T) {
	structure := []string{"timestamp", "status", "source", "detail"}
	row := func(status, source, detail string) []any {
		return []any{json.Number("1776859200"), status, source, detail}
	}
	events := []*client.LogEvent{
		{Table: client.Table{Structure: structure, Rows: [][]any{row("ERROR", "10.0.0.1", "a\tb\x1b[2J\u202e"), row("SUCCESS", "fix", "<&>")}}},
		{Table: client.Table{Structure: structure, Rows: [][]any{row("WARNING", "longer than any column is made", "x")}}, Dropped: 12},
		{Table: client.Table{Structure: structure, Rows: [][]any{row("INFO", "", "")}}},
	}
	for _, tt := range []struct {
		json, colour bool
		want, notes  string
	}{
		{want: "2026-04-22T12:00:00Z  ERROR    10.0.0.1         a\\tb\\x1b[2J\\u202e\n" +
			"2026-04-22T12:00:00Z  SUCCESS  fix              <&>\n" +
			"2026-04-22T12:00:00Z  WARNING  longer than any column is made  x\n" +
			"2026-04-22T12:00:00Z  INFO                      \n",
			notes: "daybook: 12 rows left out here: the server dropped what was not read fast enough\n"},
		{colour: true, want: "\x1b[2m2026-04-22T12:00:00Z\x1b[0m  \x1b[31mERROR\x1b[0m    10.0.0.1         a\\tb\\x1b[2J\\u202e\n" +
			"\x1b[2m2026-04-22T12:00:00Z\x1b[0m  \x1b[32mSUCCESS\x1b[0m  fix              <&>\n" +
			"\x1b[2m2026-04-22T12:00:00Z\x1b[0m  \x1b[33mWARNING\x1b[0m  longer than any column is made  x\n" +
			"\x1b[2m2026-04-22T12:00:00Z\x1b[0m  INFO                      \n",
			notes: "daybook: 12 rows left out here: the server dropped what was not read fast enough\n"},
		{json: true, want: `{"timestamp":1776859200,"status":"ERROR","source":"10.0.0.1","detail":"a\tb\u001b[2J` + "\u202e" + `"}` + "\n" +
			`{"timestamp":1776859200,"status":"SUCCESS","source":"fix","detail":"<&>"}` + "\n" +
			`{"dropped":12}` + "\n" +
			`{"timestamp":1776859200,"status":"WARNING","source":"longer than any column is made","detail":"x"}` + "\n" +
			`{"timestamp":1776859200,"status":"INFO","source":"","detail":""}` + "\n"},
	} {
		var out, notes bytes.Buffer
		p := &rowPrinter{out: bufio.NewWriter(&out), notes: &notes, json: tt.json, colour: tt.colour}
		for _, e := range events {
			if err := p.event(e); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(tt.want, out.String()); diff != "" {
			t.Errorf("json %v, colour %v (-want +got):\n%s", tt.json, tt.colour, diff)
		}
		if diff := cmp.Diff(tt.notes, notes.String()); diff != "" {
			t.Errorf("json %v, colour %v: stderr (-want +got):\n%s", tt.json, tt.colour, diff)
		}
	}
}

func TestRowPrinterRefuses(t *testing.T) {
	p := &rowPrinter{out: bufio.NewWriter(new(bytes.Buffer))}
	e := &client.LogEvent{Table: client.Table{Structure: []string{"timestamp", "status"}, Rows: [][]any{{json.Number("1")}}}}
	if err := p.event(e); err == nil || err.Error() != "a row has 1 values for 2 columns" {
		t.Errorf("a row without all values: %v", err)
	}
}

// TestColours wants colours on terminals only, and not where the user wants
// none. A character device passes for a terminal.
func TestColours(t *testing.T) {
	device, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	for _, tt := range []struct {
		stdout io.Writer
		env    map[string]string
		want   bool
	}{
		{device, nil, true},
		{device, map[string]string{"NO_COLOR": "1"}, false},
		{device, map[string]string{"NO_COLOR": ""}, true},
		{device, map[string]string{"TERM": "dumb"}, false},
		{new(bytes.Buffer), nil, false},
	} {
		a := &app{stdout: tt.stdout, getenv: func(name string) string { return tt.env[name] }}
		if got := a.newRowPrinter(false).colour; got != tt.want {
			t.Errorf("to %T with %v: colours %v, want %v", tt.stdout, tt.env, got, tt.want)
		}
	}
}
