package main

import (
	"slices"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		in   []time.Duration
		want time.Duration
	}{
		{nil, 0},
		{[]time.Duration{7}, 7},
		{[]time.Duration{9, 1}, 5},
		{[]time.Duration{9, 1, 2}, 2},
		{[]time.Duration{4, 1, 100, 2}, 3},
		{[]time.Duration{5, 5, 5, 1, 9}, 5},
	} {
		before := slices.Clone(tt.in)
		if got := median(tt.in); got != tt.want {
			t.Errorf("median(%v) = %v, want %v", before, got, tt.want)
		}
		if !slices.Equal(before, tt.in) {
			t.Errorf("median(%v) changed its argument to %v", before, tt.in)
		}
	}
}
