package filter_test

import (
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"daybook/filter"
)

var goodTimes = []struct {
	in   string
	want int64
}{
	{"1970-01-01T00:00:00Z", 0},
	{"1969-12-31T23:59:59Z", -1},
	{"2026-04-22T12:00:00Z", 1776859200},
	{"2024-02-29T00:00:00Z", 1709164800},
	{"2000-02-29T23:59:59Z", 951868799},
	{"0001-01-01T00:00:00Z", filter.MinTime},
	{"9999-12-31T23:59:59Z", filter.MaxTime},
	{"2026-04-22T12:00:00+02:00", 1776852000},
	{"2026-04-22T12:00:00-02:30", 1776868200},
	{"2026-04-22T12:00:00-00:00", 1776859200},
	{"2026-04-22T12:00:00+23:59", 1776859200 - 23*3600 - 59*60},
	{"2026-04-22T12:00:00.9Z", 1776859200},
	{"2026-04-22T12:00:00.999999999999999999999+01:00", 1776855600},
	{"1969-12-31T23:59:59.5Z", -1}, // half a second before 0 is cut to the past
	{"0000-12-31T23:59:59-01:00", filter.MinTime + 3599},
	{"9999-12-31T23:59:59.9Z", filter.MaxTime},
	{"0", 0},
	{"-0", 0},
	{"+0", 0},
	{"1776859200", 1776859200},
	{"+1776859200", 1776859200},
	{"-1", -1},
	{"007", 7},
	{"00000000000000000000000000000000001", 1},
	{"-62135596800", filter.MinTime},
	{"253402300799", filter.MaxTime},
}

var badTimes = []string{
	"", " ", "-", "+", "x", "1.5", "1e9", "0x10", "1_000", " 1", "1 ", "--1", "+-1", "١",
	"-62135596801", "253402300800", "99999999999999999999999999", "-99999999999999999999999999",
	"2026-04-22", "2026-04-22T12:00", "2026-04-22T12:00Z", "2026-04-22 12:00:00Z",
	"2026-04-22T12:00:00", "2026-04-22T12:00:00z", "2026-04-22t12:00:00Z", "2026-04-22T12:00:00ZZ",
	"2026-04-22T12:00:00Z ", " 2026-04-22T12:00:00Z", "2026-04-22T12:00:00.Z", "2026-04-22T12:00:00,5Z",
	"2026-04-22T12:00:00.5", "2026-04-22T12:00:00.5x", "2026-04-22T12:00:00.x5Z",
	"2026-04-22T24:00:00Z", "2026-04-22T12:60:00Z", "2026-04-22T12:00:60Z", "2026-04-22T23:59:60Z",
	"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
	"2026-04-31T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-06-31T00:00:00Z",
	"2026-04-22T12:00:00+24:00", "2026-04-22T12:00:00+02:60", "2026-04-22T12:00:00+0200",
	"2026-04-22T12:00:00+02", "2026-04-22T12:00:00+2:00", "2026-04-22T12:00:00*02:00",
	"2026-04-22T12:00:00+02:000", "2026-04-22T12:00:00+0a:00", "2026-04-22T12:00:00+00:0/",
	"0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
	"02026-04-22T12:00:00Z", "226-04-22T12:00:00Z", "+2026-04-22T12:00:00Z",
	"2026/04/22T12:00:00Z", "2026-04-22T12-00-00Z", "2026-04-22T1:00:000Z", "202:-04-22T12:00:00Z",
	"2026-04-22T12:00:0\xb0Z", "\xb2026-04-22T12:00:00Z", "2026-04-22T12:00:00Z\x00",
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	for _, tt := range goodTimes {
		if got, err := filter.ParseTime(tt.in); err != nil || got != tt.want {
			t.Errorf("ParseTime(%q) = %d, %v; want %d", tt.in, got, err, tt.want)
		}
	}
	for _, in := range badTimes {
		if got, err := filter.ParseTime(in); err == nil {
			t.Errorf("ParseTime(%q) = %d, want an error", in, got)
		}
	}
}

// A parser that has seen any time before reads the next one as if it had not.
func TestTimeParserRemembersNothingWrong(t *testing.T) {
	t.Parallel()
	inputs := badTimes
	for _, tt := range goodTimes {
		inputs = append(inputs, tt.in)
	}
	inputs = append(inputs,
		strings.Repeat("\x00", 20), strings.Repeat("\x00", 19)+"Z", strings.Repeat("\x00", 16)+":00Z",
		"2026-04-22T12:00:59Z", "2026-04-22T12:00:60Z", "2026-04-22T12:00:5:Z", "2026-04-22T12:00.59Z", "2026-04-22T12:00:0/Z")
	for _, first := range inputs {
		for _, second := range inputs {
			var p filter.TimeParser
			p.Parse([]byte(first))
			got, ok := p.Parse([]byte(second))
			want, wantOK := filter.ParseTimeBytes([]byte(second))
			if ok != wantOK || ok && got != want {
				t.Errorf("after %q: Parse(%q) = %d, %v; want %d, %v", first, second, got, ok, want, wantOK)
			}
		}
	}
}

func TestAppendTime(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	times := []int64{filter.MinTime, filter.MaxTime, 0, -1, 951782400, 951868800, 68169600, -2203891200}
	for range 20000 {
		times = append(times, filter.MinTime+rng.Int64N(filter.MaxTime-filter.MinTime+1))
	}
	for _, sec := range times {
		got := string(filter.AppendTime([]byte(">"), sec))
		want := ">" + time.Unix(sec, 0).UTC().Format("2006-01-02T15:04:05Z")
		if got != want {
			t.Fatalf("AppendTime(%d) = %q, want %q", sec, got, want)
		}
		if back, err := filter.ParseTime(got[1:]); err != nil || back != sec {
			t.Fatalf("ParseTime(%q) = %d, %v; want %d", got[1:], back, err, sec)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, tt := range goodTimes {
		f.Add(tt.in)
	}
	for _, in := range badTimes {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := filter.ParseTime(in)
		want, ok := slowParseTime(in)
		if (err == nil) != ok || ok && got != want {
			t.Errorf("ParseTime(%q) = %d, %v; want %d, %v", in, got, err, want, ok)
		}
	})
}

var (
	civilForm   = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|([+-])(\d\d):(\d\d))$`)
	secondsForm = regexp.MustCompile(`^[+-]?[0-9]+$`)
)

// slowParseTime reads times with the standard library's calendar.
func slowParseTime(in string) (int64, bool) {
	inRange := func(sec int64) (int64, bool) { return sec, filter.MinTime <= sec && sec <= filter.MaxTime }
	if secondsForm.MatchString(in) {
		sec, err := strconv.ParseInt(in, 10, 64)
		if err != nil {
			sec = math.MaxInt64
		}
		return inRange(sec)
	}
	m := civilForm.FindStringSubmatch(in)
	if m == nil || strings.HasSuffix(in, "\n") {
		return 0, false
	}
	n := make([]int, len(m))
	for i := range m {
		n[i], _ = strconv.Atoi(m[i])
	}
	if n[4] > 23 || n[5] > 59 || n[6] > 59 || n[8] > 23 || n[9] > 59 {
		return 0, false
	}
	at := time.Date(n[1], time.Month(n[2]), n[3], n[4], n[5], n[6], 0, time.UTC)
	if int(at.Month()) != n[2] || at.Day() != n[3] {
		return 0, false
	}
	offset := int64(n[8]*3600 + n[9]*60)
	if m[7] == "-" {
		offset = -offset
	}
	return inRange(at.Unix() - offset)
}

func BenchmarkParseTime(b *testing.B) {
	standard := []byte("2026-04-22T12:34:56Z")
	b.Run("form=standard", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			filter.ParseTimeBytes(standard)
		}
	})
	b.Run("form=remembered", func(b *testing.B) {
		var p filter.TimeParser
		b.ReportAllocs()
		for b.Loop() {
			p.Parse(standard)
		}
	})
	b.Run("form=offset", func(b *testing.B) {
		in := []byte("2026-04-22T12:34:56.789+02:00")
		b.ReportAllocs()
		for b.Loop() {
			filter.ParseTimeBytes(in)
		}
	})
	b.Run("form=seconds", func(b *testing.B) {
		in := []byte("1776859200")
		b.ReportAllocs()
		for b.Loop() {
			filter.ParseTimeBytes(in)
		}
	})
}
