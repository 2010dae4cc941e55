package filter_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"daybook/filter"
)

func TestParseInstant(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		want int64
		ok   bool
	}{
		{"1970-01-01T00:00:00Z", 0, true},
		{"1970-01-01T00:00:00.000001Z", 1, true},
		{"1970-01-01T00:00:00.1Z", 100_000, true},
		{"1970-01-01T00:00:00.1234567899Z", 123_456, true},
		{"1970-01-01T01:00:00.5+01:00", 500_000, true},
		{"1969-12-31T23:59:59.999999Z", -1, true},
		{"1776852000", 1776852000_000000, true},
		{"-1", -1_000_000, true},
		{"0001-01-01T00:00:00Z", filter.MinTime * filter.Second, true},
		{"9999-12-31T23:59:59.999999Z", filter.MaxTime*filter.Second + 999_999, true},
		{"0001-01-01T00:00:00.5+00:01", 0, false},
		{"1970-01-01T00:00:00.Z", 0, false},
		{"1970-01-01T00:00:00", 0, false},
		{"1970-01-01 00:00:00Z", 0, false},
		{"1.5", 0, false},
		{"", 0, false},
	} {
		if got, ok := filter.ParseInstant([]byte(tt.in)); got != tt.want || ok != tt.ok {
			t.Errorf("ParseInstant(%q) = %d, %v; want %d, %v", tt.in, got, ok, tt.want, tt.ok)
		}
	}
}

func FuzzInstant(f *testing.F) {
	for _, n := range []int64{0, 1, -1, 999_999, 1776852000_123456, filter.MinTime * filter.Second, filter.MaxTime*filter.Second + 999_999} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, n int64) {
		n %= (filter.MaxTime + 1) * filter.Second
		if n < filter.MinTime*filter.Second {
			return
		}
		got := string(filter.AppendInstant(nil, n))
		if want := time.UnixMicro(n).UTC().Format("2006-01-02T15:04:05.000000Z"); got != want {
			t.Errorf("AppendInstant(%d) = %q, want %q", n, got, want)
		}
		if back, ok := filter.ParseInstant([]byte(got)); back != n || !ok {
			t.Errorf("ParseInstant(%q) = %d, %v; want %d", got, back, ok, n)
		}
	})
}

func FuzzParseDecimal(f *testing.F) {
	for _, in := range []string{
		"0", "1", "-1", "1.5", ".5", "5.", "0.000001", "0.0000001", "-0.0000001", "1e3", "1e-5", "12e-1", "1e6000", "-1e6000", "1e-6000", "0e9999", "+1.25",
		"123456789012345678901234567890", "0.123456789012345678901234567890", "1234567890123456789e-10", "4611686018427.387903", "4611686018427.387904", "-4611686018427.387904", "-4611686018427.3879041", "-4611686018427.387905",
		"", ".", "e1", "1e", "--1", "1.2.3", "0x1", "inf", "1_0", "100000000000000000", "99999999999999999.9", "000000000000000000000000001",
	} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if i := strings.IndexAny(in, "eE"); i >= 0 && len(in)-i > 6 {
			return // too large for the other way
		}
		n, cut, ok := filter.ParseDecimal([]byte(in))
		if !numberForm.MatchString(in) {
			if ok {
				t.Errorf("ParseDecimal(%q) = %d, want none", in, n)
			}
			return
		}
		exact, valid := new(big.Rat).SetString(in)
		if !valid {
			t.Fatalf("%q is a number to one and not to the other", in)
		}
		exact.Mul(exact, big.NewRat(filter.Second, 1))
		floor := new(big.Int).Div(exact.Num(), exact.Denom())
		if !floor.IsInt64() || floor.Int64() < filter.MinNumber || floor.Int64() > filter.MaxNumber {
			if ok {
				t.Errorf("ParseDecimal(%q) = %d, want none", in, n)
			}
			return
		}
		if !ok || n != floor.Int64() || cut != !exact.IsInt() {
			t.Errorf("ParseDecimal(%q) = %d, %v, %v; want %s, %v", in, n, cut, ok, floor, !exact.IsInt())
		}
	})
}

func TestAppendDecimal(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0.000000", 1: "0.000001", -1: "-0.000001", 1_500_000: "1.500000", -12_345_678: "-12.345678"} {
		if got := string(filter.AppendDecimal(nil, n)); got != want {
			t.Errorf("AppendDecimal(%d) = %q, want %q", n, got, want)
		}
	}
}
