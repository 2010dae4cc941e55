package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestDataAdvice(t *testing.T) {
	for _, tt := range []struct {
		err    error
		advice bool
	}{
		{fmt.Errorf("create token: %w", &fs.PathError{Op: "mkdir", Path: "/var/log/x.daybook", Err: syscall.EACCES}), true},
		{&os.PathError{Op: "open", Path: "x", Err: syscall.EROFS}, true},
		{&os.PathError{Op: "open", Path: "x", Err: syscall.ENOSPC}, false},
		{errors.New("x"), false},
	} {
		if got := dataAdvice(tt.err); strings.Contains(got, "--data") != tt.advice {
			t.Errorf("dataAdvice(%v) = %q, want advice: %v", tt.err, got, tt.advice)
		}
	}
}

func TestLifetime(t *testing.T) {
	for text, want := range map[string]time.Duration{"90s": 90 * time.Second, "720h": 720 * time.Hour, "30d": 30 * 24 * time.Hour, "0": 0} {
		var l lifetime
		if err := l.Set(text); err != nil || time.Duration(l) != want {
			t.Errorf("Set(%q) = %v, %v; want %v", text, time.Duration(l), err, want)
		}
	}
	for _, text := range []string{"", "30", "d", "1.5d", "a month", "-1d", "99999999d"} {
		var l lifetime
		if err := l.Set(text); err == nil || !strings.Contains(err.Error(), "want it as 24h or 30d") {
			t.Errorf("Set(%q) = %v, %v; want an error", text, time.Duration(l), err)
		}
	}
}
