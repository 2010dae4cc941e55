package rpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"daybook/auth"
	"daybook/rpc"

	"go.uber.org/zap"
)

// hangs is when a test gives up on what should have happened long ago.
const hangs = 20 * time.Second

// TestMain fails the tests when they leave goroutines behind: every connection
// and call must have ended by itself.
func TestMain(m *testing.M) {
	before := runtime.NumGoroutine()
	code := m.Run()
	http.DefaultClient.CloseIdleConnections()
	if code == 0 && !settles(func() bool { return runtime.NumGoroutine() <= before }) {
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
// the rig's own.
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
	o.Methods = r.methods()
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

// methods are the rig's: what calls can do to a server.
func (r *rig) methods() []rpc.Method {
	call := func(f func(ctx context.Context, from *rpc.Caller, params []byte) (rpc.Answer, error)) func([]byte) (rpc.Call, error) {
		return func(params []byte) (rpc.Call, error) {
			return func(ctx context.Context, from *rpc.Caller) (rpc.Answer, error) {
				return f(ctx, from, params)
			}, nil
		}
	}
	anyone := []rpc.Method{
		{Name: "echo", Query: true, Decode: call(echo)},
		{Name: "slow", Query: true, Decode: call(r.slow)},
		{Name: "stuck", Query: true, Decode: call(r.stuck)},
		{Name: "busy", Query: true, Decode: call(r.busy)},
		{Name: "big", Query: true, Decode: call(big)},
		{Name: "panic", Query: true, Decode: call(func(context.Context, *rpc.Caller, []byte) (rpc.Answer, error) {
			panic("a bug, and a secret: " + managerToken)
		})},
		{Name: "panicDecode", Query: true, Decode: func([]byte) (rpc.Call, error) { panic("a bug") }},
		{Name: "fail", Query: true, Decode: call(func(context.Context, *rpc.Caller, []byte) (rpc.Answer, error) {
			return nil, errors.New("open /secret/path: permission denied")
		})},
		{Name: "lie", Query: true, Decode: call(func(context.Context, *rpc.Caller, []byte) (rpc.Answer, error) {
			return lie("true"), nil
		})},
		{Name: "nothing", Query: true, Decode: call(func(context.Context, *rpc.Caller, []byte) (rpc.Answer, error) {
			return nil, nil
		})},
		{Name: "picky", Query: true, Decode: func([]byte) (rpc.Call, error) {
			return nil, &rpc.Error{Code: rpc.CodeBadParams, Message: "never right"}
		}},
		{Name: "effect", Decode: call(func(context.Context, *rpc.Caller, []byte) (rpc.Answer, error) {
			r.effects.Add(1)
			return rpc.Bytes("true"), nil
		})},
		{Name: "Authenticate", Decode: call(r.authenticate)},
	}
	return append(anyone, rpc.Method{Name: "whoami", Query: true, Action: auth.ReadLogs, Decode: call(whoami)})
}

func echo(_ context.Context, _ *rpc.Caller, params []byte) (rpc.Answer, error) {
	if params == nil {
		return rpc.Bytes("null"), nil
	}
	return rpc.Bytes(params), nil
}

func whoami(_ context.Context, from *rpc.Caller, _ []byte) (rpc.Answer, error) {
	return rpc.Bytes(fmt.Sprintf("%q", from.Principal.Name)), nil
}

// slow runs until it is stopped.
func (r *rig) slow(ctx context.Context, _ *rpc.Caller, _ []byte) (rpc.Answer, error) {
	r.started <- struct{}{}
	<-ctx.Done()
	r.ended <- context.Cause(ctx)
	return nil, fmt.Errorf("slow: %w", ctx.Err())
}

// stuck runs until freeStuck, whatever its context says.
func (r *rig) stuck(context.Context, *rpc.Caller, []byte) (rpc.Answer, error) {
	r.started <- struct{}{}
	<-r.release
	return rpc.Bytes(`"late"`), nil
}

// busy counts how many of it run at once.
func (r *rig) busy(context.Context, *rpc.Caller, []byte) (rpc.Answer, error) {
	n := r.running.Add(1)
	defer r.running.Add(-1)
	for {
		most := r.mostBusy.Load()
		if n <= most || r.mostBusy.CompareAndSwap(most, n) {
			break
		}
	}
	for range 100 {
		runtime.Gosched()
	}
	return rpc.Bytes("true"), nil
}

// big answers a string of as many bytes as its params say, quotes included.
func big(_ context.Context, _ *rpc.Caller, params []byte) (rpc.Answer, error) {
	var size [1]int
	if err := json.Unmarshal(params, &size); err != nil {
		return nil, err
	}
	return rpc.Bytes(`"` + strings.Repeat("x", size[0]-2) + `"`), nil
}

// A lie is an answer that is shorter than it says.
type lie string

func (l lie) Len() int64 { return int64(len(l)) + 10 }

func (l lie) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, string(l))
	return int64(n), err
}

func (r *rig) authenticate(_ context.Context, from *rpc.Caller, params []byte) (rpc.Answer, error) {
	var p struct{ Token string }
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, err
	}
	who, err := r.tokens.Check(auth.Secret(p.Token))
	if err != nil {
		return nil, err
	}
	if from.Session != nil {
		from.Session.Bind(auth.Secret(p.Token))
	}
	return rpc.Bytes(fmt.Sprintf("%q", who.Name)), nil
}

// rigTokens are tokens in memory.
type rigTokens struct {
	mu  sync.Mutex
	all map[auth.Secret]auth.Principal
	err error // of every check, if set
}

func newRigTokens() *rigTokens {
	return &rigTokens{all: map[auth.Secret]auth.Principal{
		managerToken: {ID: 1, Name: "mia", Session: auth.SessionManager},
		userToken:    {ID: 2, Name: "uwe", Session: auth.SessionUser},
	}}
}

func (k *rigTokens) Check(s auth.Secret) (auth.Principal, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return auth.Principal{}, k.err
	}
	p, ok := k.all[s]
	if !ok {
		return auth.Principal{}, auth.ErrUnknownToken
	}
	return p, nil
}

// revoke takes a token away; fail makes every check fail with err.
func (k *rigTokens) revoke(s auth.Secret) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.all, s)
}

func (k *rigTokens) fail(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
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

// post sends body over HTTP with the given header lines ("Name: value"); a
// line without a value takes the header away.
func (r *rig) post(body string, header ...string) (status int, answer string) {
	r.t.Helper()
	resp := r.do(http.MethodPost, body, header...)
	return resp.StatusCode, resp.text
}

// An httpAnswer is a response and its body.
type httpAnswer struct {
	*http.Response
	text string
}

// do is post with any HTTP method.
func (r *rig) do(method, body string, header ...string) httpAnswer {
	r.t.Helper()
	req, err := http.NewRequest(method, r.web.URL+"/rpc", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	setHeader(req.Header, header)
	resp, err := r.web.Client().Do(req)
	if err != nil {
		r.t.Fatalf("%s %.100s: %v", method, body, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatalf("%s %.100s: read answer: %v", method, body, err)
	}
	return httpAnswer{resp, string(text)}
}

func setHeader(h http.Header, lines []string) {
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		if value == "" {
			h.Del(strings.TrimSuffix(name, ":"))
			continue
		}
		h.Add(name, value)
	}
}

// request returns the text of a request.
func request(id, method, params string) string {
	if params == "" {
		return fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"id":%s}`, method, id)
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":%s,"id":%s}`, method, params, id)
}

// result returns the text of a response.
func result(id, value string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, id, value)
}

// A reading is a response, read for the parts that tests look at.
type reading struct {
	ID    json.RawMessage `json:"id"`
	Error *struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	} `json:"error"`
	Result json.RawMessage `json:"result"`
}

// code returns the error's code, 0 for a result.
func (r reading) code() int {
	if r.Error == nil {
		return 0
	}
	return r.Error.Code
}

// read reads one response.
func read(t *testing.T, text string) reading {
	t.Helper()
	var r reading
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatalf("answer %.200q: %v", text, err)
	}
	return r
}

// readAll reads the array of responses to a batch.
func readAll(t *testing.T, text string) []reading {
	t.Helper()
	var all []reading
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatalf("answer %.200q: %v", text, err)
	}
	return all
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
