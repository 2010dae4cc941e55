package peer

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"daybook/bench/workload"
)

// Pipelines is what the pipelines are called in results.
const Pipelines = "rg + mawk"

// A Pipeline answers by shell pipelines over the day files.
type Pipeline struct {
	version string
	bash    string
	scratch string // folder for matches, and what sort has no memory for
	journal *workload.Sample
}

// NewPipeline looks for the programs that pipelines are made of. Scratch is a
// folder for their temporary files.
func NewPipeline(ctx context.Context, journal *workload.Sample, scratch string) (*Pipeline, error) {
	p := &Pipeline{journal: journal, scratch: scratch}
	for _, name := range []string{"rg", "mawk", "sort", "tac", "xargs"} {
		if _, err := exec.LookPath(name); err != nil {
			return nil, fmt.Errorf("pipelines: %w", err)
		}
	}
	var err error
	if p.bash, err = exec.LookPath("bash"); err != nil {
		return nil, fmt.Errorf("pipelines: %w", err)
	}
	out, err := exec.CommandContext(ctx, p.bash, "-c", "rg --version | head -n 1; mawk -W version 2>&1 | head -n 1").Output()
	if err != nil {
		return nil, fmt.Errorf("pipelines: %w", err)
	}
	rg, mawk, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	p.version = rg + ", " + strings.TrimSuffix(mawk, ",")
	if name, _, found := strings.Cut(mawk, ","); found {
		p.version = rg + ", " + name
	}
	return p, nil
}

// Name returns what the pipelines are called in results.
func (p *Pipeline) Name() string { return Pipelines }

// Version returns the names and versions of the programs.
func (p *Pipeline) Version() string { return p.version }

// Takes returns true: there is a pipeline for every question.
func (p *Pipeline) Takes(*workload.Query) bool { return true }

// Close does nothing.
func (p *Pipeline) Close() error { return nil }

// Answer runs the pipeline for q in one shell. What it took spans exec to exit.
func (p *Pipeline) Answer(ctx context.Context, q *workload.Query) (*Answer, time.Duration, error) {
	text := script(q, p.journal)
	cmd := exec.CommandContext(ctx, p.bash, "-c", text)
	cmd.Dir = p.journal.Dir
	cmd.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + p.scratch}
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	cmd.WaitDelay = time.Second // what it has started may hold the pipes
	began := time.Now()
	err := cmd.Run()
	took := time.Since(began)
	if err == nil && complaints.Len() > 0 {
		err = fmt.Errorf("it says %.200q", complaints.String())
	}
	if err != nil {
		return nil, 0, fmt.Errorf("pipeline: %w: %s", err, text)
	}
	a, err := parseOutput(q, out.String())
	if err != nil {
		return nil, 0, fmt.Errorf("pipeline: %w: %s", err, text)
	}
	return a, took, nil
}

// parseOutput reads what a script writes: for a page the count and the total,
// a line each, and then the rows.
func parseOutput(q *workload.Query, out string) (*Answer, error) {
	a := &Answer{Count: Untold, Total: Untold}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if out == "" {
		lines = nil
	}
	if q.Shape == workload.Page {
		if len(lines) < 2 {
			return nil, fmt.Errorf("output has no count and total: %q", out)
		}
		var err error
		if a.Count, err = strconv.ParseInt(strings.TrimSpace(lines[0]), 10, 64); err != nil {
			return nil, err
		}
		if a.Total, err = strconv.ParseInt(strings.TrimSpace(lines[1]), 10, 64); err != nil {
			return nil, err
		}
		lines = lines[2:]
	}
	for _, line := range lines {
		row := strings.SplitN(line, "\t", columns)
		if q.Shape == workload.Top && len(row) == 2 {
			row[0], row[1] = row[1], row[0] // sort wants the count first
		}
		a.Rows = append(a.Rows, row)
	}
	return a, nil
}
