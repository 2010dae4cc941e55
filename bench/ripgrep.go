package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// A ripgrep is the program that daybook is measured against.
type ripgrep struct {
	path    string
	version string // such as "ripgrep 14.1.1"
}

// findRipgrep looks for rg among the installed programs.
func findRipgrep(ctx context.Context) (*ripgrep, error) {
	path, err := exec.LookPath("rg")
	if err != nil {
		return nil, fmt.Errorf("ripgrep must be installed: %w", err)
	}
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("rg --version: %w", err)
	}
	version, _, _ := bytes.Cut(out, []byte("\n"))
	return &ripgrep{path: path, version: string(bytes.TrimSpace(version))}, nil
}

// countWord counts the lines of files that hold word, as
// rg -c -F completed FILES does, and checks that there are as many as wanted.
// What it took spans exec to exit.
func (rg *ripgrep) countWord(ctx context.Context, files []string, want int64) (sample, error) {
	args := append([]string{"--no-config", "--no-filename", "-c", "-F", word, "--"}, files...)
	cmd := exec.CommandContext(ctx, rg.path, args...)
	cmd.Stderr = os.Stderr
	began := time.Now()
	out, err := cmd.Output()
	took := time.Since(began)
	var exit *exec.ExitError
	if err != nil && (want > 0 || !errors.As(err, &exit) || exit.ExitCode() != 1) { // 1: no match
		return sample{}, fmt.Errorf("rg: %w", err)
	}
	var lines int64
	for field := range bytes.FieldsSeq(out) {
		n, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return sample{}, fmt.Errorf("rg: %w", err)
		}
		lines += n
	}
	if lines != want {
		return sample{}, fmt.Errorf("rg: %d lines hold %s, want %d", lines, word, want)
	}
	state := cmd.ProcessState
	return sample{took: took, cpu: state.UserTime() + state.SystemTime()}, nil
}
