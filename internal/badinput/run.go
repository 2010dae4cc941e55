package badinput

import (
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A Target is the server under test.
type Target struct {
	URL      string        // http://host:port/rpc; plain HTTP
	Token    string        // of a session that may read logs
	Limits   Limits        // zero: DefaultLimits
	Patience time.Duration // guard against hanging, per step; 0: 20 s
}

// A failure is one way of one case that went wrong.
type failure struct {
	Case string
	Way  Way
	Sent string   // shortened
	Came []string // shortened, in order
	Want string
	Err  error // what is wrong with what came
}

func (f *failure) String() string {
	s := fmt.Sprintf("%s over %s: %v\n\tsent: %s\n\twant: %s", f.Case, f.Way, f.Err, f.Sent, f.Want)
	for _, line := range f.Came {
		s += "\n\tcame: " + line
	}
	return s
}

// Run sends the whole corpus to target, each case over each transport that it
// applies to, before and after authentication, and fails t for every outcome
// that is not the documented one. It fails as well when it did not send
// everything: a server that hangs often is given up.
func Run(t *testing.T, target Target) {
	t.Helper()
	if target.Limits == (Limits{}) {
		target.Limits = DefaultLimits()
	}
	cases := Cases(target.Limits)
	due := 0
	for i := range cases {
		due += len(cases[i].Ways())
	}
	ran, failures := check(target, cases)
	for i := range failures {
		t.Errorf("%s", failures[i].String())
	}
	if ran < due || len(cases) < leastCases {
		t.Errorf("%d of %d exchanges of %d cases took place; at least %d cases are due", ran, due, len(cases), leastCases)
	}
	t.Logf("%d cases, %d exchanges, %d failures", len(cases), ran, len(failures))
}

const (
	workers      = 16 // exchanges at once
	mostHangs    = 20 // before the rest is given up
	defaultGuard = 20 * time.Second
)

// A runner sends cases to one target.
type runner struct {
	target     Target
	host, path string
	patience   time.Duration
}

// check sends cases to target and returns how many exchanges took place, and
// those that went wrong in the order of cases.
func check(target Target, cases []Case) (ran int, failures []failure) {
	u, err := url.Parse(target.URL)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return 0, []failure{{Err: fmt.Errorf("target %q is no http:// address", target.URL)}}
	}
	r := &runner{target: target, host: u.Host, path: u.EscapedPath(), patience: target.Patience}
	if r.patience == 0 {
		r.patience = defaultGuard
	}
	type job struct {
		c *Case
		w Way
	}
	var jobs []job
	for i := range cases {
		for _, w := range cases[i].Ways() {
			jobs = append(jobs, job{&cases[i], w})
		}
	}
	var (
		wg           sync.WaitGroup
		next, done   atomic.Int64
		hangs        atomic.Int64
		wrong        = make([]*failure, len(jobs)) // by job; each is written by one worker
		takeNextTask = func() int { return int(next.Add(1)) - 1 }
	)
	for range workers {
		wg.Go(func() {
			for i := takeNextTask(); i < len(jobs) && hangs.Load() < mostHangs; i = takeNextTask() {
				wrong[i] = r.exchange(jobs[i].c, jobs[i].w)
				done.Add(1)
				if wrong[i] != nil && errors.Is(wrong[i].Err, errHang) {
					hangs.Add(1)
				}
			}
		})
	}
	wg.Wait()
	for _, f := range wrong {
		if f != nil {
			failures = append(failures, *f)
		}
	}
	return int(done.Load()), failures
}

// exchange sends one case in one way on a connection of its own; nil is right.
func (r *runner) exchange(c *Case, w Way) *failure {
	l, err := dial(r.host, r.patience)
	var came []string
	if err == nil {
		if w.Transport == HTTP {
			err = r.overHTTP(l, c, w.State)
		} else {
			err = r.overWebSocket(l, c, w.State)
		}
		came = l.came
		l.close()
	}
	if err == nil {
		return nil
	}
	want := c.want(w)
	return &failure{Case: c.Name, Way: w, Sent: c.sent(), Came: came, Want: want.describe(w.Transport), Err: err}
}

// sent is the input for a report, without the target's values.
func (c *Case) sent() string {
	switch {
	case c.message != nil:
		return shorten(string(c.message()))
	case c.wire != nil:
		return shorten(string(c.wire()))
	case c.request != nil && c.request.body != nil:
		return shorten(c.request.text + string(c.request.body()))
	case c.request != nil:
		return shorten(c.request.text)
	default:
		return shorten(c.upgrade)
	}
}

// A probe is a good request that must be answered after a case.
type probe struct {
	message string
	want    answer
}

// probes are asked after a case in state s. A query tells whether the session
// is what it was, or what the case made it; where it may not run, a request
// that anyone may send comes first.
func (r *runner) probes(s State, binds bool) []probe {
	const first, second = `"first probe"`, `"second probe"`
	if s == After || binds {
		return []probe{{logs(second), result(second)}}
	}
	return []probe{
		{discover(first), result(first)},
		{logs(second), fails(second, codeNoToken)},
	}
}
