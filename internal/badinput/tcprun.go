package badinput

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"testing"
)

// A tcpMode is one of the ways in which a message goes over TCP.
type tcpMode uint8

const (
	headerMode   tcpMode = iota // JSON-RPC, each message with its Content-Length
	lineMode                    // JSON-RPC on lines, after a message that is JSON-RPC beyond doubt
	platformMode                // the dialect of the platform, where the message can be put into it
)

func (m tcpMode) String() string { return [...]string{"headers", "lines", "the platform's dialect"}[m] }

// leastPlatform is how many cases must have been put into the platform's dialect.
const leastPlatform = 400

// RunTCP sends those cases that are one message to target, whose URL is
// tcp://host:port, in each of the ways that TCP has and before and after
// authentication. What must come of them is what must come of them over
// WebSocket, with three differences: invalid UTF-8 is an error and not the end,
// after too many bytes comes the error and then the end, and the platform has
// its own names for errors.
func RunTCP(t *testing.T, target Target) {
	t.Helper()
	if target.Limits == (Limits{}) {
		target.Limits = DefaultLimits()
	}
	u, err := url.Parse(target.URL)
	if err != nil || u.Scheme != "tcp" {
		t.Fatalf("target %q is no tcp:// address", target.URL)
	}
	r := &runner{target: target, host: u.Host, patience: target.Patience}
	if r.patience == 0 {
		r.patience = defaultGuard
	}
	type job struct {
		c *Case
		s State
		m tcpMode
	}
	jobs := make(chan job)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range jobs {
				if f := r.overTCP(j.c, j.s, j.m); f != nil {
					t.Errorf("%v, %s", j.m, f)
				}
			}
		})
	}
	sent := make(map[tcpMode]int)
	cases := Cases(target.Limits)
	for i := range cases {
		c := &cases[i]
		for _, m := range []tcpMode{headerMode, lineMode, platformMode} {
			if c.message == nil || !r.fits(c, m) {
				continue
			}
			sent[m]++
			if testing.Short() { // under the race detector: one state of each
				jobs <- job{c, State(i % 2), m}
				continue
			}
			jobs <- job{c, Before, m}
			jobs <- job{c, After, m}
		}
	}
	close(jobs)
	wg.Wait()
	if sent[headerMode] < leastCases || sent[platformMode] < leastPlatform {
		t.Errorf("%d cases were sent, %d in the platform's dialect; want %d and %d", sent[headerMode], sent[platformMode], leastCases, leastPlatform)
	}
	t.Logf("%d cases with headers, %d on lines, %d in the platform's dialect", sent[headerMode], sent[lineMode], sent[platformMode])
}

// fits reports whether a case can be sent in a mode.
func (r *runner) fits(c *Case, m tcpMode) bool {
	text := c.message()
	switch m {
	case lineMode:
		trimmed := bytes.TrimSuffix(bytes.TrimSpace(text), []byte(`\r\n`))
		other := bytes.Contains(text, []byte(`"command"`)) // is not JSON-RPC here
		return len(text) > 0 && len(trimmed) == len(text) && !bytes.ContainsAny(text, "\r\n") && !other
	case platformMode:
		_, ok := r.platformCase(c, After)
		return ok
	}
	return true
}

// overTCP sends one case on a connection of its own; nil is right.
func (r *runner) overTCP(c *Case, s State, m tcpMode) *failure {
	want := c.want(Way{WebSocket, s})
	if slices.Contains(want.Close, 1007) {
		want = c.want(Way{HTTP, s})
	}
	l, err := dial(r.host, r.patience)
	var came []string
	if err == nil {
		p := &tcpPeer{l, m == headerMode}
		if m == platformMode {
			err = r.platformExchange(p, c, s, &want)
		} else {
			err = r.tcpExchange(p, c, s, &want)
		}
		came = l.came
		l.close()
	}
	if err == nil {
		return nil
	}
	return &failure{Case: c.Name, Way: Way{WebSocket, s}, Sent: c.sent(), Came: came, Want: want.describe(WebSocket), Err: err}
}

// tcpExchange sends a case as JSON-RPC, and checks that the connection goes on
// or has ended, as wanted.
func (r *runner) tcpExchange(p *tcpPeer, c *Case, s State, want *outcome) error {
	p.say(nowhere())
	if s == After {
		late, err := ask(p, probe{r.body([]byte(login(`"login"`))), result(`"login"`)})
		if err != nil || len(late) > 0 {
			return fmt.Errorf("log in: %d other answers, %w", len(late), err)
		}
	}
	p.came = nil
	p.say(r.body(c.message()))
	p.wait()
	var got [][]byte
	if want.Close != nil && !want.MayClose {
		for {
			m, err := p.next()
			if errors.Is(err, errClosed) {
				return checkMessages(want, got)
			}
			if err != nil {
				return fmt.Errorf("waiting for the end: %w", err)
			}
			got = append(got, m)
		}
	}
	for _, probe := range r.probes(s, want.Binds) {
		between, err := ask(p, probe)
		got = append(got, between...)
		if err != nil {
			return fmt.Errorf("afterwards: %w", err)
		}
	}
	late, err := p.finish()
	if err != nil {
		return err
	}
	return checkMessages(want, append(got, late...))
}
