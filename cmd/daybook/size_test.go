package main

import "testing"

func TestSize(t *testing.T) {
	for _, tt := range []struct {
		in    string
		bytes int64
		out   string
	}{
		{"0", 0, "0"},
		{"1000", 1000, "1000"},
		{"64KiB", 64 << 10, "64KiB"},
		{"65536", 64 << 10, "64KiB"},
		{"1mib", 1 << 20, "1MiB"},
		{"1024 KiB", 1 << 20, "1MiB"},
		{"3GiB", 3 << 30, "3GiB"},
	} {
		var s size
		if err := s.Set(tt.in); err != nil {
			t.Errorf("Set(%q): %v", tt.in, err)
			continue
		}
		if int64(s) != tt.bytes || s.String() != tt.out {
			t.Errorf("Set(%q) = %d, printed %q; want %d, %q", tt.in, int64(s), s.String(), tt.bytes, tt.out)
		}
	}
	for _, in := range []string{"", "KiB", "1.5MiB", "-1", "1KB", "1 TiB", "9999999999GiB", "0x10"} {
		var s size
		if err := s.Set(in); err == nil {
			t.Errorf("Set(%q) = %d, want an error", in, int64(s))
		}
	}
}
