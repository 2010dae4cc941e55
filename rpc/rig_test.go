package rpc_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"daybook/rpc"

	"go.uber.org/zap"
)

// hangs is when a test gives up on what should have happened long ago.
const hangs = time.Minute

// TestMain fails the tests when they leave goroutines behind: every connection
// and call must have ended by itself. Fuzzing has goroutines of its own.
func TestMain(m *testing.M) {
	before := runtime.NumGoroutine()
	code := m.Run()
	http.DefaultClient.CloseIdleConnections()
	fuzzing := flag.Lookup("test.fuzz").Value.String() != ""
	if code == 0 && !fuzzing && !settles(func() bool { return runtime.NumGoroutine() <= before }) {
		stacks := make([]byte, 1<<20)
		fmt.Fprintf(os.Stderr, "goroutines are left behind:\n%s\n", stacks[:runtime.Stack(stacks, true)])
		code = 1
	}
	os.Exit(code)
}

// settles reports whether done becomes true before a test would hang.
func settles(done func() bool) bool {
	for end := time.Now().Add(hangs); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if done() {
			return true
		}
	}
	return false
}

// Tokens that the rig knows from the start.
const (
	managerToken = "token-of-a-manager"
	userToken    = "token-of-a-user"
)

// A rig is a server on a real socket with methods made for tests.
type rig struct {
	t      *testing.T
	server *rpc.Server
	web    *httptest.Server
	tokens *rigTokens
	seen   *seen

	started  chan struct{} // an element for each call of slow or stuck that runs
	ended    chan error    // the cause of each call of slow that ended
	release  chan struct{} // closed to end calls of stuck
	effects  atomic.Int64  // calls of effect
	running  atomic.Int64  // calls of busy that run
	mostBusy atomic.Int64
}

// newRig returns a rig with the given options, of which Methods and Tokens are
// the rig's own if they are nil.
func newRig(t *testing.T, o rpc.Options) *rig {
	t.Helper()
	return newRigOn(t, o, func(*httptest.Server) {})
}

// newRigTLS is newRig with TLS.
func newRigTLS(t *testing.T, o rpc.Options) *rig {
	t.Helper()
	return newRigOn(t, o, (*httptest.Server).StartTLS)
}

// newRigOn is newRig on an HTTP server that configure has changed, and perhaps
// started.
func newRigOn(t *testing.T, o rpc.Options, configure func(*httptest.Server)) *rig {
	t.Helper()
	r := &rig{
		t:       t,
		tokens:  newRigTokens(),
		seen:    &seen{},
		started: make(chan struct{}, 10_000),
		ended:   make(chan error, 10_000),
		release: make(chan struct{}),
	}
	if o.Methods == nil {
		o.Methods = r.methods()
	}
	if tokens, ok := o.Tokens.(*rigTokens); ok {
		r.tokens = tokens
	}
	o.Tokens = r.tokens
	o.Observers = append(o.Observers, r.seen)
	r.server = rpc.NewServer(o)
	r.web = httptest.NewUnstartedServer(r.server)
	configure(r.web)
	if r.web.URL == "" {
		r.web.Start()
	}
	t.Cleanup(func() {
		r.freeStuck()
		now, cancel := context.WithCancel(context.Background())
		cancel()
		r.server.Drain(now)
		r.web.Close()
	})
	return r
}

// freeStuck lets calls of stuck end.
func (r *rig) freeStuck() {
	select {
	case <-r.release:
	default:
		close(r.release)
	}
}

// seen collects exchanges.
type seen struct {
	mu  sync.Mutex
	all []rpc.Exchange
}

func (s *seen) Observe(x *rpc.Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := *x
	c.Request = bytes.Clone(x.Request)
	s.all = append(s.all, c)
}

func (s *seen) exchanges() []rpc.Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]rpc.Exchange(nil), s.all...)
}

// wait returns what comes over c, or fails the test.
func wait[T any](t *testing.T, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(hangs):
		t.Fatalf("waited in vain for %s", what)
	}
	return v
}

// quick returns options with some limits changed, mostly times made short.
func quick(change func(l *rpc.Limits)) rpc.Options {
	var l rpc.Limits
	change(&l)
	return rpc.Options{Limits: l, Log: zap.NewNop()}
}

// sorted returns a sorted copy of s.
func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

// sortedFunc returns s sorted by compare.
func sortedFunc[T any](s []T, compare func(a, b T) int) []T {
	return slices.SortedFunc(slices.Values(s), compare)
}
