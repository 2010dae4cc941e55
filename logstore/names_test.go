package logstore

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var dayTests = []struct {
	sec  int64
	want string
}{
	{0, "1970-01-01"},
	{86_399, "1970-01-01"},
	{86_400, "1970-01-02"},
	{-1, "1969-12-31"},
	{-86_400, "1969-12-31"},
	{-86_401, "1969-12-30"},
	{1_776_859_200, "2026-04-22"},
	{-62_135_596_800, "0001-01-01"},
	{253_402_300_799, "9999-12-31"},
}

func TestDay(t *testing.T) {
	for _, tt := range dayTests {
		d := dayOf(tt.sec)
		if diff := cmp.Diff(tt.want, d.String()); diff != "" {
			t.Errorf("dayOf(%d) mismatch (-want +got):\n%s", tt.sec, diff)
		}
		if end := d.End().Unix(); end <= tt.sec || end > tt.sec+secondsPerDay || end%secondsPerDay != 0 {
			t.Errorf("dayOf(%d).End() = %d, want the next midnight", tt.sec, end)
		}
	}
}

var patternTests = []struct{ in, err string }{
	{"audit-{date}.tsv", ""},
	{"{date}", ""},
	{"{date}.log", ""},
	{"журнал {date}", ""},
	{"audit.tsv", "once"},
	{"", "once"},
	{"{date}{date}", "once"},
	{"{DATE}", "once"},
	{"logs/{date}.tsv", "folder"},
	{"../{date}", "folder"},
	{"{date}\x00", "folder"},
	{"{date}.tsv.gz", "compressed"},
	{"{date}.zst", "compressed"},
}

func TestParsePattern(t *testing.T) {
	for _, tt := range patternTests {
		_, err := parsePattern(tt.in)
		switch {
		case tt.err == "" && err != nil:
			t.Errorf("parsePattern(%q): %v", tt.in, err)
		case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
			t.Errorf("parsePattern(%q) = %v, want an error with %q", tt.in, err, tt.err)
		}
	}
}

// A parsed name, as the table shows it.
type parsedName struct {
	Day, Stem string
	Number    int
	Enc       encoding
}

const live = unnumbered

var nameTests = []struct {
	in   string
	want parsedName
}{
	{"audit-2026-04-22.tsv", parsedName{"2026-04-22", "audit-2026-04-22.tsv", live, plain}},
	{"audit-20260422.tsv", parsedName{"2026-04-22", "audit-20260422.tsv", live, plain}},
	{"audit-2026-04-22.tsv.gz", parsedName{"2026-04-22", "audit-2026-04-22.tsv", live, gzipped}},
	{"audit-2026-04-22.tsv.zst", parsedName{"2026-04-22", "audit-2026-04-22.tsv", live, zstandard}},
	{"audit-2026-04-22.1.tsv", parsedName{"2026-04-22", "audit-2026-04-22.1.tsv", 1, plain}},
	{"audit-20260422.10.tsv.gz", parsedName{"2026-04-22", "audit-20260422.10.tsv", 10, gzipped}},
	{"audit-2026-04-22.1776859200.tsv", parsedName{"2026-04-22", "audit-2026-04-22.1776859200.tsv", 1776859200, plain}},
	{"audit-2024-02-29.tsv", parsedName{"2024-02-29", "audit-2024-02-29.tsv", live, plain}},
	{"audit-0001-01-01.tsv", parsedName{"0001-01-01", "audit-0001-01-01.tsv", live, plain}},
	{"audit-9999-12-31.tsv", parsedName{"9999-12-31", "audit-9999-12-31.tsv", live, plain}},
}

func TestParseName(t *testing.T) {
	p, err := parsePattern(DefaultPattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range nameTests {
		name, enc, ok := p.parse(tt.in)
		if !ok {
			t.Errorf("parse(%q) = false", tt.in)
			continue
		}
		if diff := cmp.Diff(tt.want, parsedName{name.day.String(), name.stem, name.number, enc}); diff != "" {
			t.Errorf("parse(%q) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

// hostileNames are the names of no day file, though many look like one.
var hostileNames = []string{
	"", ".", "..", "...", "audit", "audit-", "audit-.tsv", ".tsv", "{date}", "audit-{date}.tsv",
	"audit-2026-4-22.tsv", "audit-2026-04-2.tsv", "audit-26-04-22.tsv", "audit-2026-04-222.tsv",
	"audit-2026-02-29.tsv", "audit-2026-02-30.tsv", "audit-2026-13-01.tsv", "audit-2026-00-10.tsv",
	"audit-2026-04-00.tsv", "audit-2026-04-31.tsv", "audit-20260431.tsv", "audit-2026042.tsv",
	"audit-0000-01-01.tsv", "audit-00000101.tsv", "audit--2026-04-22.tsv", "audit-+2026-04-22.tsv",
	"audit-2026/04/22.tsv", "audit-2026.04.22.tsv", "audit-2026_04_22.tsv", "audit-2026-0422.tsv",
	"audit-202604-22.tsv", "audit-2026-04-22T00.tsv", "audit- 2026-04-22.tsv", "audit-2026-04-22 .tsv",
	"audit-2026-04-22.tsv ", " audit-2026-04-22.tsv", "audit-2026-04-22.tsv\n", "audit-2026-04-22\x00.tsv",
	"AUDIT-2026-04-22.tsv", "audit-2026-04-22.TSV", "Audit-2026-04-22.tsv", "xaudit-2026-04-22.tsv",
	"audit-2026-04-22.tsvx", "audit-2026-04-22", "audit-2026-04-22.", "audit-2026-04-22..tsv",
	"audit-2026-04-22.0.tsv", "audit-2026-04-22.01.tsv", "audit-2026-04-22.-1.tsv", "audit-2026-04-22.+1.tsv",
	"audit-2026-04-22.1x.tsv", "audit-2026-04-22.x1.tsv", "audit-2026-04-22.1.2.tsv", "audit-2026-04-22.1e3.tsv",
	"audit-2026-04-22.9999999999999999999.tsv", "audit-2026-04-22.١.tsv", "audit-٢٠٢٦-٠٤-٢٢.tsv",
	"audit-2026-04-22.tsv.1", "audit-2026-04-22.tsv.gz.1", "audit-2026-04-22.tsv.GZ", "audit-2026-04-22.tsv.bz2",
	"audit-2026-04-22.tsv.gz.zst", "audit-2026-04-22.tsv.zst.gz", "audit-2026-04-22.tsv.gz.gz", "audit-2026-04-22.gz",
	"audit-2026-04-22.tsv~", "audit-2026-04-22.tsv.swp", ".audit-2026-04-22.tsv", "audit-2026-04-22.tsv.partial",
	"../audit-2026-04-22.tsv", "./audit-2026-04-22.tsv", "/audit-2026-04-22.tsv", "audit-../2026-04-22.tsv",
	"audit-2026-04-22.tsv/", "audit-\xff2026-04-22.tsv", "audit-2026-04-22\u202e.tsv", "audit‑2026‑04‑22.tsv",
	strings.Repeat("a", 255), "audit-2026-04-22." + strings.Repeat("1", 200) + ".tsv",
}

func TestParseHostileNames(t *testing.T) {
	p, err := parsePattern(DefaultPattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range hostileNames {
		if part, enc, ok := p.parse(name); ok {
			t.Errorf("parse(%q) = %+v, %d; want none", name, part, enc)
		}
	}
}

func TestPartOrder(t *testing.T) {
	p, err := parsePattern(DefaultPattern)
	if err != nil {
		t.Fatal(err)
	}
	sorted := []string{
		"audit-2026-04-21.tsv",
		"audit-2026-04-22.2.tsv", "audit-2026-04-22.10.tsv", "audit-2026-04-22.tsv",
		"audit-2026-04-23.1.tsv", "audit-20260423.1.tsv", "audit-2026-04-23.tsv", "audit-20260423.tsv",
	}
	for i, a := range sorted {
		for j, b := range sorted {
			x, _, _ := p.parse(a)
			y, _, _ := p.parse(b)
			if got, want := x.compare(y), compareInts(i, j); got != want {
				t.Errorf("compare(%q, %q) = %d, want %d", a, b, got, want)
			}
		}
	}
}

func compareInts(i, j int) int {
	switch {
	case i < j:
		return -1
	case i > j:
		return 1
	}
	return 0
}

// A name that a pattern takes is made of the pattern's parts, and says the
// same day when that is spelled in the other way.
func FuzzPattern(f *testing.F) {
	for _, tt := range nameTests {
		f.Add(DefaultPattern, tt.in)
	}
	for _, name := range hostileNames {
		f.Add(DefaultPattern, name)
	}
	for _, tt := range patternTests {
		f.Add(tt.in, "2026-04-22")
	}
	f.Add("{date}.1", "20260422.1.1")
	f.Fuzz(func(t *testing.T, text, name string) {
		p, err := parsePattern(text)
		if err != nil {
			return
		}
		part, enc, ok := p.parse(name)
		if !ok {
			return
		}
		if part.stem+enc.suffix() != name {
			t.Errorf("parse(%q): stem %q and encoding %d do not make the name", name, part.stem, enc)
		}
		if part.number < 1 {
			t.Errorf("parse(%q): number %d", name, part.number)
		}
		rest := strings.TrimPrefix(part.stem, p.prefix)
		date := part.day.String()
		if !strings.HasPrefix(rest, date) {
			date = strings.ReplaceAll(date, "-", "")
		}
		after, ok := strings.CutPrefix(rest, date)
		if !ok {
			t.Fatalf("parse(%q): day %v does not stand in it", name, part.day)
		}
		for _, spelled := range []string{part.day.String(), strings.ReplaceAll(part.day.String(), "-", "")} {
			other := p.prefix + spelled + after + enc.suffix()
			again, _, ok := p.parse(other)
			if !ok || again.day != part.day || again.number != part.number {
				t.Errorf("parse(%q) = %+v, %t; want day and number of %+v", other, again, ok, part)
			}
		}
	})
}
