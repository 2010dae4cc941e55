package main

import (
	"slices"
	"time"
)

// A sample is what one run took.
type sample struct {
	took time.Duration // on the wall clock
	cpu  time.Duration // of the processors; 0 where it is not known
}

// A series is the samples of one thing, in the order taken.
type series []sample

// tooks returns what the runs took on the wall clock.
func (s series) tooks() []time.Duration {
	all := make([]time.Duration, len(s))
	for i := range s {
		all[i] = s[i].took
	}
	return all
}

// cpus returns what the runs took of the processors.
func (s series) cpus() []time.Duration {
	all := make([]time.Duration, len(s))
	for i := range s {
		all[i] = s[i].cpu
	}
	return all
}

// median returns the middle of durations, the mean of the middle two where
// their number is even, and 0 where there are none. It keeps their order.
func median(durations []time.Duration) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(durations))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// milliseconds returns d with its fraction.
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// allMilliseconds returns every duration with its fraction.
func allMilliseconds(durations []time.Duration) []float64 {
	all := make([]float64, len(durations))
	for i, d := range durations {
		all[i] = milliseconds(d)
	}
	return all
}
