package rpc_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"

	"daybook/auth"
	"daybook/filter"
	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
)

// An observation is what an observer finds out about an exchange.
type observation struct {
	Transport, Agent, Query string
	Secure                  bool
	Offered                 []string
	Outcome                 rpc.Outcome
	Method, Response        string
}

// A witness observes as the journal of requests does.
type witness struct {
	mu  sync.Mutex
	all []observation
}

func (w *witness) Observe(x *rpc.Exchange) {
	o := observation{
		Transport: x.Transport,
		Agent:     x.Via.Header.Get("User-Agent"),
		Query:     x.Via.Query,
		Secure:    x.Via.Secure,
		Outcome:   x.Outcome(),
		Method:    x.ShownMethod(),
	}
	for _, token := range x.Offered {
		o.Offered = append(o.Offered, token.Reveal())
	}
	if answer := x.Response(); answer != nil {
		var b bytes.Buffer
		answer.WriteTo(&b)
		o.Response = b.String()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, o)
}

func (w *witness) seen() []observation {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]observation(nil), w.all...)
}

// TestTraceback has observers find out where a call panicked.
func TestTraceback(t *testing.T) {
	t.Parallel()
	tracebacks := make(chan string, 2)
	r := newRig(t, rpc.Options{Observers: []rpc.Observer{observerFunc(func(x *rpc.Exchange) { tracebacks <- x.Traceback() })}})
	for _, method := range []string{"panic", "nope"} {
		r.post(`{"jsonrpc":"2.0","id":1,"method":"` + method + `"}`)
	}
	if got := <-tracebacks; !strings.HasPrefix(got, "panic: a bug, in secret\ngoroutine ") || !strings.Contains(got, "rigmethods_test.go:") {
		t.Errorf("the traceback of a panic is %q", got)
	}
	if got := <-tracebacks; got != "" {
		t.Errorf("the traceback of an error is %q", got)
	}
}

// TestRefusedUpgrades tries tokens, and comes from pages of others. The observers
// are told, as they are of calls that are refused.
func TestRefusedUpgrades(t *testing.T) {
	t.Parallel()
	w := new(witness)
	r := newRig(t, rpc.Options{Observers: []rpc.Observer{w}})
	for header, want := range map[string]int{"Authorization: Bearer bad-1": 401, "Origin: https://elsewhere.example": 403} {
		if _, answer := r.handshake(header, "User-Agent: test/3"); answer.StatusCode != want {
			t.Errorf("%s: %s, want %d", header, answer.Status, want)
		}
	}
	want := []observation{
		{Transport: "ws", Agent: "test/3", Outcome: rpc.Outcome{Status: 401, Name: "PERMISSION_DENIED", Message: "unknown token"},
			Response: `{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"unknown token","data":{"name":"PERMISSION_DENIED","code":401}}}`},
		{Transport: "ws", Agent: "test/3", Outcome: rpc.Outcome{Status: 403, Name: "NOT_ENOUGH_RIGHTS", Message: "this origin may not connect"},
			Response: `{"jsonrpc":"2.0","id":null,"error":{"code":-32003,"message":"this origin may not connect","data":{"name":"NOT_ENOUGH_RIGHTS","code":7}}}`},
	}
	seen := w.seen()
	slices.SortFunc(seen, func(a, b observation) int { return a.Outcome.Status - b.Outcome.Status })
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("observed mismatch (-want +got):\n%s", diff)
	}
}

type observerFunc func(*rpc.Exchange)

func (f observerFunc) Observe(x *rpc.Exchange) { f(x) }

// TestExchange sends requests over each transport and wants observers to see how
// they came, and what was answered.
func TestExchange(t *testing.T) {
	t.Parallel()
	notFound := rpc.Outcome{Status: 404, Name: "INVALID_METHOD", Message: `no method "nope"`}
	refused := rpc.Outcome{Status: 401, Name: "PERMISSION_DENIED", Message: auth.ErrUnknownToken.Error()}
	const nope = `{"jsonrpc":"2.0","id":1,"method":"nope"}`
	const nopeAnswer = `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no method \"nope\""}}`
	for _, tt := range []struct {
		name string
		tls  bool
		send func(r *rig)
		want []observation
	}{
		{"http", false, func(r *rig) { r.post(nope, "User-Agent: test/1") },
			[]observation{{Transport: "http", Agent: "test/1", Outcome: notFound, Method: "nope", Response: nopeAnswer}}},
		{"http, no request", false, func(r *rig) {
			r.post("{}", "User-Agent: test/1", "Content-Type:", "Content-Type: text/plain", "Authorization: bad")
		},
			[]observation{{Transport: "http", Agent: "test/1", Outcome: rpc.Outcome{Status: 400, Name: "BAD_REQUEST",
				Message: "not a request: send Content-Type: application/json"},
				Response: `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"not a request: send Content-Type: application/json"}}`}}},
		{"https", true, func(r *rig) { r.post(nope, "User-Agent: test/1") },
			[]observation{{Transport: "http", Agent: "test/1", Secure: true, Outcome: notFound, Method: "nope", Response: nopeAnswer}}},
		{"ws", false, func(r *rig) {
			c := r.dial("User-Agent: test/2")
			c.ask(`{"jsonrpc":"2.0","id":1,"method":"Authenticate","params":{"token":"bad-1"}}`)
			c.ask(nope)
			c.ask(`{"jsonrpc":"2.0","id":1,"method":"Authenticate","params":[{"token":17,"x":1}]}`)
		}, []observation{
			{Transport: "ws", Agent: "test/2", Offered: []string{"bad-1"}, Outcome: refused, Method: "Authenticate",
				Response: `{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"unknown token","data":{"name":"PERMISSION_DENIED","code":401}}}`},
			{Transport: "ws", Agent: "test/2", Offered: []string{"bad-1"}, Outcome: notFound, Method: "nope", Response: nopeAnswer},
			{Transport: "ws", Agent: "test/2", Offered: []string{"bad-1", "17"}, Method: "Authenticate",
				Outcome:  rpc.Outcome{Status: 400, Name: "INVALID_DATA", Message: "x: unknown param"},
				Response: `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"x: unknown param","data":{"param":"x","reason":"unknown param","allowed":["token"]}}}`},
		}},
		{"tcp", false, func(r *rig) {
			c := r.dialTCP()
			for _, token := range []string{"bad-1", "bad-2", "bad-2", "bad-3", "bad-4", "bad-5"} {
				c.ask(command(`"x"`, "nope", "{}", token))
			}
		}, []observation{
			{Transport: "tcp", Offered: []string{"bad-1"}},
			{Transport: "tcp", Offered: []string{"bad-1", "bad-2"}},
			{Transport: "tcp", Offered: []string{"bad-1", "bad-2"}},
			{Transport: "tcp", Offered: []string{"bad-1", "bad-2", "bad-3"}},
			{Transport: "tcp", Offered: []string{"bad-1", "bad-2", "bad-3", "bad-4"}},
			{Transport: "tcp", Offered: []string{"bad-2", "bad-3", "bad-4", "bad-5"}},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := new(witness)
			tokens := newRigTokens()
			o := rpc.Options{Methods: rpc.Methods(nil, nil, tokens, rpc.Limits{}, filter.Limits{}), Tokens: tokens, Observers: []rpc.Observer{w}}
			open := newRig
			if tt.tls {
				open = newRigTLS
			}
			tt.send(open(t, o))
			if tt.name == "tcp" {
				for i := range tt.want {
					tt.want[i].Outcome, tt.want[i].Method = notFound, "nope"
					tt.want[i].Response = `{"extID":"x","status":404,"error":"INVALID_METHOD","code":406,"message":"no method \"nope\""}`
				}
			}
			if diff := cmp.Diff(tt.want, w.seen()); diff != "" {
				t.Errorf("observed mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
