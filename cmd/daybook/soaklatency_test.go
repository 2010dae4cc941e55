package main

import (
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// TestSoakLatency has one process write, another serve, and this one subscribe:
// the time from before a record is written to its arrival is bounded, with the
// file system's notifications and by the timed check alone.
func TestSoakLatency(t *testing.T) {
	lasts, rate, bounded := time.Second, 1000, false
	switch text := os.Getenv("SOAK"); text {
	case "":
	case "long":
		lasts, rate, bounded = time.Minute, 5000, true
	default:
		var err error
		if lasts, err = time.ParseDuration(text); err != nil {
			t.Fatalf("SOAK=%s: want long, or a duration: %v", text, err)
		}
		rate = 5000
	}
	for _, tt := range []struct {
		name string
		args []string
		p99  time.Duration
	}{
		{"events", nil, 20 * time.Millisecond},
		{"poll", []string{"--follow", "poll"}, 1100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := newProgram(t)
			if err := os.WriteFile(server.live(), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			server.start(t, tt.args...)
			defer server.stop(t)
			conn := server.subscribe(t, 1, false)
			all := int(lasts.Seconds() * float64(rate))
			writer := server.itself("appendlines", server.live(), "w", "0", strconv.Itoa(all), strconv.Itoa(rate))
			if err := writer.Start(); err != nil {
				t.Fatal(err)
			}
			took := readAll(t, conn, all)
			if err := writer.Wait(); err != nil {
				t.Fatal(err)
			}
			if len(took) == 0 {
				t.Fatal("nothing came")
			}
			slices.Sort(took)
			p99 := took[len(took)*99/100]
			t.Logf("%d records in %d events: p50 %v, p99 %v, slowest %v", all, len(took), took[len(took)/2], p99, took[len(took)-1])
			if bounded && p99 > tt.p99 {
				t.Errorf("p99 %v, want at most %v", p99, tt.p99)
			}
		})
	}
}
