//go:build !linux

package main

import (
	"runtime"
	"time"
)

// cpuOfProcess returns 0: only Linux is asked for another process's time.
func cpuOfProcess(int) (time.Duration, error) { return 0, nil }

// peakOfProcess returns 0: only Linux is asked for another process's size.
func peakOfProcess(int) (int64, error) { return 0, nil }

// kernel returns the name of the operating system.
func kernel() string { return runtime.GOOS }

// cpuModel returns the name of the architecture.
func cpuModel() string { return runtime.GOARCH }
