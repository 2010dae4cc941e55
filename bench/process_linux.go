package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// cpuOfProcess returns the processor time that all threads of a process have
// used. It reads the process's own clock, to the nanosecond: /proc counts in
// hundredths of a second.
func cpuOfProcess(pid int) (time.Duration, error) {
	// As clock_getcpuclockid(3) makes it: the complement of the process number,
	// above three bits that ask for what the scheduler has counted.
	const scheduled = 2
	clock := ^int32(pid)<<3 | scheduled
	var used unix.Timespec
	if err := unix.ClockGettime(clock, &used); err != nil {
		return 0, fmt.Errorf("clock of process %d: %w", pid, err)
	}
	return time.Duration(used.Nano()), nil
}

// peakOfProcess returns the largest resident size of a process so far, in
// bytes.
func peakOfProcess(pid int) (int64, error) {
	name := fmt.Sprintf("/proc/%d/status", pid)
	text, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	match := regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`).FindSubmatch(text)
	if match == nil {
		return 0, fmt.Errorf("%s has no VmHWM", name)
	}
	kilobytes, err := strconv.ParseInt(string(match[1]), 10, 64)
	return kilobytes << 10, err
}

// kernel returns the name and release of the operating system.
func kernel() string {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return "unknown"
	}
	return unix.ByteSliceToString(name.Sysname[:]) + " " + unix.ByteSliceToString(name.Release[:])
}

// cpuModel returns what the processor calls itself.
func cpuModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	match := regexp.MustCompile(`(?m)^model name\s*:\s*(.+)$`).FindSubmatch(text)
	if match == nil {
		return "unknown"
	}
	return string(match[1])
}
