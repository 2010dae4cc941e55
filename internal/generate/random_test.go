package generate

import (
	"math"
	"testing"
	"time"
)

// TestRandom pins the generator to splitmix64's published outputs.
func TestRandom(t *testing.T) {
	t.Parallel()
	r := random(1234567)
	for i, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		if got := r.next(); got != want {
			t.Errorf("output %d of seed 1234567: %d, want %d", i, got, want)
		}
	}
}

// TestPicker adds up the share of each index over the cells: it is the
// weight's, to the last bits.
func TestPicker(t *testing.T) {
	t.Parallel()
	zipfian := make([]uint64, sourceCount)
	for i := range zipfian {
		zipfian[i] = 1 << 40 / uint64(i+1)
	}
	for name, weights := range map[string][]uint64{
		"one":     {5},
		"equal":   {1, 1, 1, 1, 1, 1, 1},
		"actors":  {70, 20, 10},
		"zero":    {0, 3, 0, 1},
		"extreme": {1, 1 << 58, 1},
		"zipf":    zipfian,
	} {
		p := newPicker(weights)
		n, total := float64(len(weights)), 0.0
		for _, w := range weights {
			total += float64(w)
		}
		share := make([]float64, len(weights))
		for i, c := range p.cells {
			own := float64(c.cut) / (1 << 64)
			share[i] += own / n
			share[c.other] += (1 - own) / n
		}
		for i, w := range weights {
			if want := float64(w) / total; math.Abs(share[i]-want) > 1e-15 {
				t.Fatalf("%s: index %d has share %g, want %g", name, i, share[i], want)
			}
		}
		r := random(1)
		for range 1000 {
			if i := p.pick(&r); weights[i] == 0 {
				t.Fatalf("%s: picked index %d of weight 0", name, i)
			}
		}
	}
}

func TestShares(t *testing.T) {
	t.Parallel()
	monday := dayOf(time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC))
	for _, lines := range []int64{0, 1, 6, 7, 570, 1000, 999_999_999_999, maxLines} {
		for _, n := range []int{1, 2, 7, 30, maxDays} {
			parts := shares(monday, n, lines)
			sum := int64(0)
			for _, p := range parts {
				if p < 0 {
					t.Fatalf("shares(%d days, %d lines) has a part of %d", n, lines, p)
				}
				sum += p
			}
			if sum != lines || len(parts) != n {
				t.Errorf("shares(%d days, %d lines) are %d parts of %d in all", n, lines, len(parts), sum)
			}
		}
	}
	want := []int64{100, 100, 100, 100, 100, 35, 35}
	for i, got := range shares(monday, 7, 570) {
		if got != want[i] {
			t.Errorf("day %d of the week has %d of 570 lines, want %d", i, got, want[i])
		}
	}
}

func TestDay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		at   string
		want day
	}{
		{"1970-01-01T00:00:00Z", 0}, {"1970-01-01T23:59:59Z", 0}, {"1970-01-02T00:00:00Z", 1},
		{"1969-12-31T23:59:59Z", -1}, {"1969-12-31T00:00:00Z", -1}, {"1969-12-30T23:59:59Z", -2},
		{"2026-11-21T00:30:00+01:00", 20777}, {"0001-01-01T00:00:00Z", -719162}, {"9999-12-31T23:59:59Z", 2932896},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		got := dayOf(at)
		if got != tt.want || got.start().After(at) || at.Sub(got.start()) >= 24*time.Hour {
			t.Errorf("dayOf(%s) = %d, which starts at %v; want %d", tt.at, got, got.start(), tt.want)
		}
	}
}

// TestClock runs days of every size to their end: the times ascend, and fill
// the day.
func TestClock(t *testing.T) {
	t.Parallel()
	for _, lines := range []int64{1, 2, 3, 100, 86_400, 300_000} {
		for seed := range uint64(4) {
			c := newClock(newRandom(seed, lines), lines)
			last, first := 0, -1
			for i := range lines {
				sec := c.next()
				if sec < last || sec >= 24*60*60 {
					t.Fatalf("line %d of %d at second %d after %d", i, lines, sec, last)
				}
				if last = sec; first < 0 {
					first = sec
				}
			}
			if lines >= 100 && (first > 3600*2 || last < 3600*22) {
				t.Errorf("%d lines from second %d to %d: want the whole day", lines, first, last)
			}
		}
	}
}

func TestPrices(t *testing.T) {
	t.Parallel()
	r := random(1)
	for _, i := range instruments() {
		low, high := i.mid, i.mid
		for sec := int64(1_790_000_000); sec < 1_790_000_000+20*24*3600; sec += 61 {
			p := i.price(sec, &r)
			low, high = min(low, p), max(high, p)
			if next := i.price(sec+1, &r); max(p-next, next-p) > i.swing/20+2 {
				t.Fatalf("%s jumps from %d to %d in a second", i.name, p, next)
			}
		}
		if low < i.mid-i.swing || high > i.mid+i.swing*21/20 || high-low < i.swing {
			t.Errorf("%s goes from %d to %d, want about %d ± %d", i.name, low, high, i.mid, i.swing)
		}
	}
}

func TestAppendDecimal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		n      int64
		digits int
		want   string
	}{
		{0, 0, "0"}, {0, 2, "0.00"}, {5, 2, "0.05"}, {145_432, 2, "1454.32"}, {-5, 2, "-0.05"}, {-145_432, 0, "-145432"}, {108_420, 5, "1.08420"},
	} {
		if got := string(appendDecimal([]byte("x"), tt.n, tt.digits)); got != "x"+tt.want {
			t.Errorf("appendDecimal(%d, %d) = %q, want %q", tt.n, tt.digits, got, tt.want)
		}
	}
}
