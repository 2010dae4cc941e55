package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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

// TestOutput writes files by way of others, of which none is left.
func TestOutput(t *testing.T) {
	write := func(name string) (*output, error) {
		out, err := createOutput(name, nil)
		if err == nil {
			_, err = out.WriteString("new")
		}
		return out, err
	}
	for _, tt := range []struct {
		name          string
		before, after func(name string) error
		want          []string // what is there afterwards, with its mode
		fails         bool
	}{
		{name: "new", want: []string{"-rw-r----- out new"}},
		{
			name:   "private",
			before: func(name string) error { return os.WriteFile(name, []byte("old"), 0o600) },
			want:   []string{"-rw------- out new"},
		},
		{
			name:  "a folder meanwhile",
			after: func(name string) error { return os.Mkdir(name, 0o700) },
			want:  []string{"drwx------ out "},
			fails: true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			name := filepath.Join(dir, "out")
			if tt.before != nil {
				if err := tt.before(name); err != nil {
					t.Fatal(err)
				}
			}
			out, err := write(name)
			if err != nil {
				t.Fatal(err)
			}
			if tt.after != nil {
				if err := tt.after(name); err != nil {
					t.Fatal(err)
				}
			} else if tt.before == nil {
				out.file.Chmod(0o640) // whatever the umask is
			}
			if err := out.finish(); (err != nil) != tt.fails {
				t.Errorf("finish: %v", err)
			} else if err != nil && (!strings.Contains(err.Error(), name+": ") || strings.Contains(err.Error(), ".part")) {
				t.Errorf("finish: %v, which names another file than %s", err, name)
			}
			out.abandon()
			var got []string
			files, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				info, err := f.Info()
				if err != nil {
					t.Fatal(err)
				}
				text, _ := os.ReadFile(filepath.Join(dir, f.Name())) // nothing of a folder
				got = append(got, fmt.Sprintf("%v %s %s", info.Mode(), f.Name(), text))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("files mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
