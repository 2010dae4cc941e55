package rpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"time"

	"daybook/auth"
	"daybook/logstore"
	"daybook/rpc"
)

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
			panic("a bug, in secret")
		})},
		{Name: "panicDecode", Query: true, Decode: func([]byte) (rpc.Call, error) { panic("a bug") }},
		{Name: "fail", Query: true, Decode: call(func(context.Context, *rpc.Caller, []byte) (rpc.Answer, error) {
			return nil, errors.New("open /secret/path: permission denied")
		})},
		{Name: "disk", Query: true, Decode: call(func(context.Context, *rpc.Caller, []byte) (rpc.Answer, error) {
			return nil, &logstore.ReadError{File: "audit-2026-11-20.tsv", Reason: "permission denied"}
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
	switch {
	case !ok:
		return auth.Principal{}, auth.ErrUnknownToken
	case !p.Expires.IsZero() && !time.Now().Before(p.Expires):
		return auth.Principal{}, auth.ErrExpiredToken
	}
	return p, nil
}

// set makes a token that proves p.
func (k *rigTokens) set(s auth.Secret, p auth.Principal) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.all[s] = p
}

// expire makes a token expire at some time.
func (k *rigTokens) expire(s auth.Secret, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := k.all[s]
	p.Expires = at
	k.all[s] = p
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
