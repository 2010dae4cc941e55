package oracle

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// testNow is noon of 2026-04-22.
var testNow = time.Date(2026, 4, 22, 12, 0, 0, 0, time.UTC)

// openFiles reads a journal of the given files; those whose names end in .gz
// or .zst are given unpacked.
func openFiles(t *testing.T, files map[string]string) *Oracle {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		writeTestFile(t, dir, name, packed(name, content))
	}
	return openDir(t, dir)
}

// packed compresses content as the name says.
func packed(name, content string) []byte {
	if suffix := filepath.Ext(name); suffix == ".gz" || suffix == ".zst" {
		var b bytes.Buffer
		compress(&b, suffix, []byte(content))
		return b.Bytes()
	}
	return []byte(content)
}

// writeTestFile writes one file.
func writeTestFile(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// openDir reads a journal at testNow, with lines of at most 200 bytes.
func openDir(t *testing.T, dir string) *Oracle {
	t.Helper()
	o, err := New(dir, Options{Now: testNow, MaxLine: 200})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return o
}

// lines returns rows at noon of a day of April 2026, by their details.
func lines(day int, details ...string) string {
	var b strings.Builder
	for _, detail := range details {
		fmt.Fprintf(&b, "2026-04-%02dT12:00:00Z\tCLIENT\t-\tLOGIN\tSUCCESS\t127.0.0.1\t%s\n", day, detail)
	}
	return b.String()
}

// details returns the details of all records by position, and the raw lines.
func details(o *Oracle) (all []string, total int) {
	for _, p := range o.parts {
		total += p.lines
		for _, r := range p.records {
			all = append(all, r.values[fieldDetail].text)
		}
	}
	return all, total
}

func TestNames(t *testing.T) {
	t.Parallel()
	pattern, err := parsePattern("audit-{date}.tsv")
	if err != nil {
		t.Fatal(err)
	}
	const day = 20565 // 2026-04-22
	for name, want := range map[string]partName{
		"audit-2026-04-22.tsv":             {base: "audit-2026-04-22.tsv", day: day},
		"audit-20260422.tsv":               {base: "audit-20260422.tsv", day: day},
		"audit-2026-04-22.tsv.gz":          {base: "audit-2026-04-22.tsv", day: day, packed: ".gz"},
		"audit-2026-04-22.12.tsv.zst":      {base: "audit-2026-04-22.12.tsv", day: day, number: "12", packed: ".zst"},
		"audit-20260422.1.tsv":             {base: "audit-20260422.1.tsv", day: day, number: "1"},
		"audit-2024-02-29.tsv":             {base: "audit-2024-02-29.tsv", day: 19782},
		"audit-0001-01-01.tsv":             {base: "audit-0001-01-01.tsv", day: -719162},
		"audit-2026-04-22.99999999999.tsv": {base: "audit-2026-04-22.99999999999.tsv", day: day, number: "99999999999"},
	} {
		if got, ok := pattern.parse(name); !ok || got != want {
			t.Errorf("parse(%q) = %+v, %v, want %+v", name, got, ok, want)
		}
	}
	for _, name := range []string{
		"audit-2026-04-22", "audit-2026-04-22.tsv.bz2", "audit-2026-04-22.tsv.1", "audit-2026-04-22.0.tsv", "audit-2026-04-22.01.tsv",
		"audit-2026-04-22.1.2.tsv", "audit-2026-04-22..tsv", "audit-2026-04-22.-1.tsv", "audit-2026-02-29.tsv", "audit-2026-13-01.tsv",
		"audit-2026-00-10.tsv", "audit-2026-04-31.tsv", "audit-2026-0422.tsv", "audit-202604-22.tsv", "audit-2026-4-22.tsv",
		"audit-0000-01-01.tsv", "Audit-2026-04-22.tsv", "xaudit-2026-04-22.tsv", "audit-2026-04-22.tsvx", "audit-2026-04-22.tsv.gz.zst",
		"audit-2026-04-22.tsv.GZ", "audit-2026-04-22.tsv\n", "audit-{date}.tsv", "audit-2026-04-22xtsv", "",
	} {
		if got, ok := pattern.parse(name); ok {
			t.Errorf("parse(%q) = %+v, want it ignored", name, got)
		}
	}
	for _, bad := range []string{"audit.tsv", "{date}{date}", ""} {
		if _, err := parsePattern(bad); err == nil {
			t.Errorf("parsePattern(%q) has no error", bad)
		}
	}
}

func TestPositions(t *testing.T) {
	t.Parallel()
	o := openFiles(t, map[string]string{
		"audit-2026-04-21.tsv":        lines(21, "21 live"),
		"audit-2026-04-22.tsv":        lines(22, "22 live", "22 live, second line"),
		"audit-20260422.tsv":          lines(22, "22 live, compact"),
		"audit-2026-04-22.10.tsv.gz":  lines(22, "22 part 10"),
		"audit-2026-04-22.2.tsv":      lines(22, "22 part 2"),
		"audit-20260422.2.tsv":        lines(22, "22 part 2, compact"),
		"audit-2026-04-22.2.tsv.zst":  lines(22, "22 part 2, before it was recreated"),
		"audit-2026-04-22.1.tsv.zst":  lines(22, "22 part 1"),
		"audit-2026-04-20.tsv":        lines(20, "20 live"),
		"audit-2026-04-22.tsv.gz.zst": "ignored",
		"notes.txt":                   "ignored",
	})
	got, total := details(o)
	want := []string{
		"20 live", "21 live", "22 part 1", "22 part 2, before it was recreated", "22 part 2", "22 part 2, compact", "22 part 10",
		"22 live", "22 live, second line", "22 live, compact",
	}
	if diff := cmp.Diff(want, got); diff != "" || total != len(want) {
		t.Errorf("records by position, %d lines in all, mismatch (-want +got):\n%s", total, diff)
	}
}

func TestPlainAndCompressed(t *testing.T) {
	t.Parallel()
	const name = "audit-2026-04-21.tsv"
	a, b, c := lines(21, "a"), lines(21, "b"), lines(21, "c")
	whole := func(suffix, content string) []byte { return packed(name+suffix, content) }
	cut := func(suffix, content string) []byte {
		packed := whole(suffix, content)
		return packed[:len(packed)-2]
	}
	for what, tt := range map[string]struct {
		plain, gz, zst []byte // nil: no such file
		want           []string
	}{
		"plain":                       {plain: []byte(a + b), want: []string{"a", "b"}},
		"gz":                          {gz: whole(".gz", a+b), want: []string{"a", "b"}},
		"zst":                         {zst: whole(".zst", a+b), want: []string{"a", "b"}},
		"gz beats zst":                {gz: whole(".gz", a), zst: whole(".zst", b), want: []string{"a"}},
		"cut gz, whole zst":           {gz: cut(".gz", a), zst: whole(".zst", b), want: []string{"b"}},
		"whole gz, cut zst":           {gz: whole(".gz", a), zst: cut(".zst", b), want: []string{"a"}},
		"equal":                       {plain: []byte(a), gz: whole(".gz", a), want: []string{"a"}},
		"plain longer":                {plain: []byte(a + b), zst: whole(".zst", a), want: []string{"a", "b"}},
		"plain a proper prefix":       {plain: []byte(a), gz: whole(".gz", a+b), want: []string{"a", "b"}},
		"plain cut in a line":         {plain: []byte(a + b[:9]), zst: whole(".zst", a+b), want: []string{"a", "b"}},
		"plain empty":                 {plain: []byte{}, gz: whole(".gz", a), want: []string{"a"}},
		"compressed empty":            {plain: []byte(a), gz: whole(".gz", ""), want: []string{"a"}},
		"recreated":                   {plain: []byte(c), gz: whole(".gz", a+b), want: []string{"a", "b", "c"}},
		"recreated, zst":              {plain: []byte(c), zst: whole(".zst", a), want: []string{"a", "c"}},
		"cut gz beside plain":         {plain: []byte(c), gz: cut(".gz", a), want: []string{"c"}},
		"cut zst beside plain":        {plain: []byte(c), zst: cut(".zst", a), want: []string{"c"}},
		"no byte of gz beside plain":  {plain: []byte(c), gz: []byte{}, want: []string{"c"}},
		"no byte of zst beside plain": {plain: []byte(c), zst: []byte{}, want: []string{"c"}},
		"two members":                 {gz: append(whole(".gz", a), whole(".gz", b)...), want: []string{"a", "b"}},
		"two frames":                  {zst: append(whole(".zst", a), whole(".zst", b)...), want: []string{"a", "b"}},
		"all three":                   {plain: []byte(a + b), gz: whole(".gz", a), zst: whole(".zst", c), want: []string{"a", "b"}},
	} {
		dir := t.TempDir()
		for suffix, content := range map[string][]byte{"": tt.plain, ".gz": tt.gz, ".zst": tt.zst} {
			if content != nil {
				writeTestFile(t, dir, name+suffix, content)
			}
		}
		got, _ := details(openDir(t, dir))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: details mismatch (-want +got):\n%s", what, diff)
		}
	}
}

// TestEveryCutIsIncomplete cuts compressed files at every byte.
func TestEveryCutIsIncomplete(t *testing.T) {
	t.Parallel()
	for _, suffix := range []string{".gz", ".zst"} {
		whole := packed("x"+suffix, lines(21, "a", "b", "c"))
		if content, err := unpack(whole, suffix); err != nil || string(content) != lines(21, "a", "b", "c") {
			t.Errorf("unpack of a whole %s file: %q, %v", suffix, content, err)
		}
		for n := range whole {
			if content, err := unpack(whole[:n], suffix); err == nil {
				t.Errorf("unpack of %d bytes of a %s file of %d: no error, content %q", n, suffix, len(whole), content)
			}
		}
	}
}

func TestOnlyRegularFilesAreRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeTestFile(t, dir, "audit-2026-04-22.tsv", []byte(lines(22, "a")))
	if err := os.Mkdir(filepath.Join(dir, "audit-2026-04-21.tsv"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("audit-2026-04-22.tsv", filepath.Join(dir, "audit-2026-04-20.tsv")); err != nil {
		t.Fatal(err)
	}
	if got, _ := details(openDir(t, dir)); !cmp.Equal(got, []string{"a"}) {
		t.Errorf("details = %q, want only those of the regular file", got)
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	const head = "2026-04-21T12:00:00Z\tCLIENT\t-\tLOGIN\tSUCCESS\t127.0.0.1\t"
	fill := strings.Repeat("x", 200-len(head))
	for what, tt := range map[string]struct {
		name    string // default: yesterday's file
		content string
		want    []string
		total   int
	}{
		"LF and CRLF":             {content: head + "a\n" + head + "b\r\n" + head + "c\n", want: []string{"a", "b", "c"}, total: 3},
		"one CR is stripped":      {content: head + "a\r\r\n", want: []string{"a\r"}, total: 1},
		"empty lines":             {content: "\n\r\n" + head + "a\n\n\r\n", want: []string{"a"}, total: 1},
		"a blank is a line":       {content: " \n" + head + "a\n", want: []string{"a"}, total: 2},
		"mark":                    {content: "\ufeff" + head + "a\n", want: []string{"a"}, total: 1},
		"mark alone":              {content: "\ufeff"},
		"mark on an empty line":   {content: "\ufeff\n" + head + "a\n", want: []string{"a"}, total: 1},
		"only one mark":           {content: "\ufeff\ufeff" + head + "a\n", total: 1},
		"mark later on":           {content: head + "a\n\ufeff" + head + "b\n", want: []string{"a"}, total: 2},
		"six tabs, then data":     {content: head + "a\tb\t\tc\n", want: []string{"a\tb\t\tc"}, total: 1},
		"six columns":             {content: "2026-04-21T12:00:00Z\tCLIENT\t-\tLOGIN\tSUCCESS\t127.0.0.1\n", total: 1},
		"no time":                 {content: "yesterday\tCLIENT\t-\tLOGIN\tSUCCESS\t127.0.0.1\ta\n", total: 1},
		"empty columns":           {content: "0\t\t\t\t\t\t\n", want: []string{""}, total: 1},
		"longest":                 {content: head + fill + "\n" + head + fill + "\r\n", want: []string{fill, fill}, total: 2},
		"overlong":                {content: head + fill + "x\n" + head + "a\n", want: []string{"a"}, total: 2},
		"NUL":                     {content: "\x00\x00\n" + head + "\x00\n", want: []string{"\x00"}, total: 2},
		"tail, day over":          {content: head + "a\n" + head + "b", want: []string{"a", "b"}, total: 2},
		"tail, day open":          {name: "audit-2026-04-22.tsv", content: head + "a\n" + head + "b", want: []string{"a"}, total: 1},
		"tail, numbered part":     {name: "audit-2026-04-22.1.tsv", content: head + "a", total: 0},
		"tail, tomorrow":          {name: "audit-2026-04-23.tsv", content: head + "a"},
		"tail, compressed":        {name: "audit-2026-04-22.tsv.gz", content: head + "a\n" + head + "b", want: []string{"a", "b"}, total: 2},
		"malformed tail":          {content: head + "a\nx", want: []string{"a"}, total: 2},
		"malformed tail, open":    {name: "audit-2026-04-22.tsv", content: head + "a\nx", want: []string{"a"}, total: 1},
		"empty":                   {},
		"all times of one moment": {content: strings.ReplaceAll(head+"a\n"+head+"b\n", "2026-04-21T12:00:00Z", "+1776772800"), want: []string{"a", "b"}, total: 2},
	} {
		if tt.name == "" {
			tt.name = "audit-2026-04-21.tsv"
		}
		got, total := details(openFiles(t, map[string]string{tt.name: tt.content}))
		if diff := cmp.Diff(tt.want, got); diff != "" || total != tt.total {
			t.Errorf("%s: %d lines, want %d; details mismatch (-want +got):\n%s", what, total, tt.total, diff)
		}
	}
}
