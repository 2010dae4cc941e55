package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"daybook/internal/generate"
)

// A tracedProgram is daybook over a journal, run so that its system calls fail.
type tracedProgram struct {
	*testing.T
	journal string
	want    string // the answer to the query
}

// tracedClock is when the three days of the journal are over.
const tracedClock = "2026-04-25T00:00:00Z"

// query returns the arguments of the query that is asked in the end.
func (p *tracedProgram) query(data string) []string {
	args := []string{"query", "--journal", p.journal, "--clock", tracedClock, "--json", "--limit", "20", "--where", "status = ERROR", "--where", "detail like %money%", "--order-by", "actor_id"}
	if data != "" {
		args = append(args, "--data", data)
	}
	return args
}

func (p *tracedProgram) build(data string) []string {
	return []string{"index", "build", "--journal", p.journal, "--data", data, "--clock", tracedClock, "--workers", "1"}
}

// answer runs the program in this process, where nothing fails.
func (p *tracedProgram) answer(args []string) string {
	var stdout, stderr bytes.Buffer
	if code := run(p.Context(), args, strings.NewReader(""), &stdout, &stderr, nil); code != 0 {
		p.Errorf("%q ends with %d: %s", args, code, &stderr)
	}
	return stdout.String()
}

// A tracedPoint is a system call that fails: the n-th of its name in a thread.
type tracedPoint struct {
	call, number string
	n            int
}

// inject runs the program and has one system call fail; with paths, only calls
// on these files count. It reports whether the call was reached, and how the
// program ended.
func (p *tracedProgram) inject(point tracedPoint, args, paths []string) (fired bool, stdout string, code int) {
	trace := filepath.Join(p.TempDir(), "trace")
	options := []string{"-f", "-qq", "-o", trace, "-e", "trace=" + point.call, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d", point.call, point.number, point.n)}
	if len(paths) == 0 {
		options = append(options, "--seccomp-bpf")
	}
	for _, path := range paths {
		options = append(options, "-P", path)
	}
	cmd := exec.Command("strace", slices.Concat(options, []string{"daybook"}, args)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.Error(err)
		return false, "", -1
	}
	text := stderr.String()
	// The write may be one by which the Go runtime wakes a thread, on a machine
	// that does much else. Without it no Go program goes on.
	runtimes := strings.Contains("\n"+text, "\nfatal error: runtime: netpollBreak write failed\n")
	if !runtimes && (strings.Contains(text, "panic:") || strings.Contains(text, "goroutine ")) || cmd.ProcessState.ExitCode() < 0 {
		p.Errorf("%v of %q: %v\n%s", point, args, err, text)
	}
	traced, err := os.ReadFile(trace)
	if err != nil {
		p.Errorf("%v: %s", err, &stderr)
	}
	return bytes.Contains(traced, []byte("(INJECTED)")), out.String(), cmd.ProcessState.ExitCode()
}

// traceable skips the test where programs can't be traced, which in CI is a
// failure.
func traceable(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("strace", "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("left out: strace does not work (.ci/packages gets it): %v: %s", err, out)
	}
}

// TestSystemCallsFail has system calls of the real program fail, one in each
// run: of one that builds an index, after which a query answers what the scan
// answers and the next build makes the index whole; and of one that asks over
// that index, which answers the same or ends with an error.
func TestSystemCallsFail(t *testing.T) {
	traceable(t)
	t.Parallel()
	p := &tracedProgram{T: t, journal: t.TempDir()}
	end := time.Date(2026, 4, 22, 23, 0, 0, 0, time.UTC)
	if _, err := generate.Write(t.Context(), generate.Options{Dir: p.journal, Days: 3, Lines: 6600, End: end, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	p.want = p.answer(p.query(""))
	numbers := []string{"EIO", "ENOSPC", "EACCES"}
	calls := map[string]int{ // and how many of each at most
		"openat": 36, "pread64": 30, "write": 6, "fsync": 6, "renameat": 3, "mkdirat": 1, "newfstatat": 30, "fstat": 12, "getdents64": 2, "flock": 3,
	}
	var points []func()
	var fired, ended atomic.Int64
	for _, call := range slices.Sorted(maps.Keys(calls)) {
		for n := 1; n <= calls[call]; n++ {
			all := numbers
			if calls[call] > 6 { // not all of so many
				all = numbers[n%len(numbers):][:1]
			}
			for _, number := range all {
				points = append(points, func() {
					if p.failBuild(tracedPoint{call, number, n}, &ended) {
						fired.Add(1)
					}
				})
			}
		}
	}
	data := filepath.Join(t.TempDir(), "data")
	p.answer(p.build(data))
	indexes, err := filepath.Glob(filepath.Join(data, "index", "*.seg"))
	if err != nil || len(indexes) != 3 {
		t.Fatalf("indexes %v, %v", indexes, err)
	}
	for _, call := range []string{"openat", "fstat", "mmap", "newfstatat"} {
		for n := range 3 {
			for _, number := range numbers {
				points = append(points, func() {
					if p.failQuery(tracedPoint{call, number, n + 1}, data, indexes) {
						fired.Add(1)
					}
				})
			}
		}
	}
	if testing.Short() {
		rand.New(rand.NewPCG(81, 1)).Shuffle(len(points), func(i, k int) { points[i], points[k] = points[k], points[i] })
		points = points[:len(points)/5]
	}
	p.runAll(points)
	t.Logf("of %d runs, a call failed in %d, and %d builds ended with an error", len(points), fired.Load(), ended.Load())
	if fired.Load() < int64(len(points)/2) || ended.Load() < int64(len(points)/10) {
		t.Errorf("of %d runs, a call failed in %d only, and %d builds ended with an error", len(points), fired.Load(), ended.Load())
	}
}

// runAll runs all, two at a time.
func (p *tracedProgram) runAll(points []func()) {
	var work sync.WaitGroup
	next := make(chan func())
	for range 2 {
		work.Go(func() {
			for run := range next {
				run()
			}
		})
	}
	for _, run := range points {
		if p.Failed() {
			break
		}
		next <- run
	}
	close(next)
	work.Wait()
}

// failBuild has a call of a build fail.
func (p *tracedProgram) failBuild(point tracedPoint, ended *atomic.Int64) (fired bool) {
	data := p.TempDir()
	fired, _, code := p.inject(point, p.build(data), nil)
	if code != 0 {
		ended.Add(1)
	}
	if got := p.answer(p.query(data)); got != p.want {
		p.Errorf("%v of a build: then the answer is %s, want %s", point, got, p.want)
	}
	p.answer(p.build(data))
	if got := p.answer(p.query(data)); got != p.want {
		p.Errorf("%v of a build, and another: then the answer is %s, want %s", point, got, p.want)
	}
	entries, err := os.ReadDir(filepath.Join(data, "index"))
	if err != nil || len(entries) != 3 {
		p.Errorf("%v of a build, and another: the index folder holds %v, %v", point, entries, err)
	}
	return fired
}

// failQuery has a call of a query on an index file fail.
func (p *tracedProgram) failQuery(point tracedPoint, data string, indexes []string) (fired bool) {
	fired, got, code := p.inject(point, p.query(data), indexes)
	if code == 0 && got != p.want {
		p.Errorf("%v of a query: the answer is %s, want %s", point, got, p.want)
	}
	return fired
}
