package rpc

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

// A fakeStore answers every search the same, and every request for counts and
// for the status, and keeps the last request of each.
type fakeStore struct {
	res    *logstore.Result
	groups *logstore.Groups
	status *logstore.Status
	stats  logstore.Stats
	err    error

	mu     sync.Mutex // guards what follows
	last   *logstore.Request
	counts *logstore.GroupRequest
	days   [2]logstore.Day // that Status was asked for
}

func (s *fakeStore) Status(_ context.Context, first, last logstore.Day) (*logstore.Status, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.days = [2]logstore.Day{first, last}
	return s.status, s.err
}

func (s *fakeStore) Stats() logstore.Stats { return s.stats }

func (s *fakeStore) Search(_ context.Context, r *logstore.Request) (*logstore.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = r
	return s.res, s.err
}

func (s *fakeStore) Group(_ context.Context, r *logstore.GroupRequest) (*logstore.Groups, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts = r
	return s.groups, s.err
}

func (s *fakeStore) Subscribe(context.Context, *logstore.SubscribeRequest) (*logstore.Subscription, error) {
	return nil, s.err
}

// fakeTokens are tokens by their text, with errors for those that are none.
type fakeTokens map[auth.Secret]any

func (f fakeTokens) Check(s auth.Secret) (auth.Principal, error) {
	switch v := f[s].(type) {
	case auth.Principal:
		return v, nil
	case error:
		return auth.Principal{}, v
	}
	return auth.Principal{}, auth.ErrUnknownToken
}

// methodNamed returns a method of the table over store and tokens.
func methodNamed(t testing.TB, name string, store Store, tokens Tokens) Method {
	t.Helper()
	for _, m := range Methods(store, nil, tokens, Limits{}, filter.Limits{}) {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("no method %q", name)
	return Method{}
}

// run decodes params and runs the call, and returns the answer's JSON.
func run(m Method, params string, from *Caller) (string, error) {
	call, err := m.Decode([]byte(params))
	if err != nil {
		return "", err
	}
	a, err := call(context.Background(), from)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	if _, err := a.WriteTo(&b); err != nil {
		return "", err
	}
	return b.String(), nil
}

func TestMethods(t *testing.T) {
	t.Parallel()
	type row struct {
		Name   string
		Action auth.Action
		Query  bool
	}
	var got []row
	for _, m := range Methods(&fakeStore{}, nil, fakeTokens{}, Limits{}, filter.Limits{}) {
		got = append(got, row{m.Name, m.Action, m.Query})
		if m.Summary == "" || m.Result.Name == "" || m.Decode == nil {
			t.Errorf("%s is not complete", m.Name)
		}
		for _, p := range m.Params {
			if p.Summary == "" || p.Schema == nil {
				t.Errorf("%s: param %s is not described", m.Name, p.Name)
			}
		}
	}
	want := []row{
		{"Authenticate", auth.Anything, false},
		{"GetLogs", auth.ReadLogs, true},
		{"GetLogsByFilter", auth.ReadLogs, true},
		{"GetLogHistogram", auth.ReadLogs, true},
		{"GetLogTop", auth.ReadLogs, true},
		{"GetJournalStatus", auth.ReadLogs, true},
		{"SubscribeLogs", auth.ReadLogs, true},
		{"UnsubscribeLogs", auth.ReadLogs, false},
		{"GetRequestLogs", auth.ReadRequestLogs, true},
		{"rpc.discover", auth.Anything, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Methods mismatch (-want +got):\n%s", diff)
	}
}

// decodesTo checks what params ask the store for.
type decodesTo struct {
	params string
	query  string // canonical
}

func checkDecodes(t *testing.T, method string, tests []decodesTo) {
	t.Helper()
	store := &fakeStore{res: &logstore.Result{}}
	m := methodNamed(t, method, store, nil)
	for _, tt := range tests {
		if _, err := run(m, tt.params, &Caller{}); err != nil {
			t.Errorf("%s(%s): %v", method, tt.params, err)
			continue
		}
		if diff := cmp.Diff(tt.query, store.last.Query.String()); diff != "" {
			t.Errorf("%s(%s) mismatch (-want +got):\n%s", method, tt.params, diff)
		}
	}
}

// A fault is a request whose params are wrong.
type fault struct{ params, param, reason string }

func checkFaults(t *testing.T, method string, faults []fault) {
	t.Helper()
	m := methodNamed(t, method, &fakeStore{}, nil)
	for _, f := range faults {
		_, err := run(m, f.params, &Caller{})
		var e *filter.ParamError
		if !errors.As(err, &e) {
			t.Errorf("%s(%s): %v, want a ParamError", method, f.params, err)
			continue
		}
		got := fault{f.params, e.Param, e.Reason}
		if diff := cmp.Diff(f, got, cmp.AllowUnexported(fault{})); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", method, diff)
		}
	}
}

func TestSearchErrorsPassThrough(t *testing.T) {
	t.Parallel()
	for _, want := range []error{
		logstore.ErrBusy,
		context.Canceled,
		&logstore.ReadError{File: "audit-2026-11-20.tsv", Reason: "permission denied"},
		&logstore.TooLargeError{Limit: 1, Actual: 2},
	} {
		m := methodNamed(t, "GetLogsByFilter", &fakeStore{err: want}, nil)
		if _, err := run(m, `{"limit":1,"offset":0}`, &Caller{}); !errors.Is(err, want) {
			t.Errorf("GetLogsByFilter over a store that fails with %v: %v", want, err)
		}
	}
}

func TestAnswerIsBounded(t *testing.T) {
	t.Parallel()
	store := &fakeStore{res: &logstore.Result{Rows: [][]byte{bytes.Repeat([]byte{','}, 300)}}}
	for _, m := range Methods(store, nil, nil, Limits{Answer: 200}, filter.Limits{}) {
		if m.Name != "GetLogsByFilter" {
			continue
		}
		_, err := run(m, `{"limit":1,"offset":0}`, &Caller{})
		var large *logstore.TooLargeError
		if !errors.As(err, &large) || large.Limit != 200 {
			t.Errorf("answer above the limit: %v", err)
		}
		if store.last.MaxBytes != 200 {
			t.Errorf("store was asked for at most %d bytes, want 200", store.last.MaxBytes)
		}
	}
}

func TestLimitsAreConfigurable(t *testing.T) {
	t.Parallel()
	query := filter.DefaultLimits()
	query.Pattern = 3
	for _, m := range Methods(&fakeStore{res: &logstore.Result{}}, nil, nil, Limits{Rows: 7}, query) {
		for _, tt := range []struct{ method, params, param string }{
			{"GetLogs", `{"from":0,"to":0,"limit":8,"offset":0}`, "limit"},
			{"GetLogs", `{"from":0,"to":0,"limit":7,"offset":0}`, ""},
			{"GetLogs", `{"from":0,"to":0,"limit":7,"offset":0,"filter":"four"}`, "filter"},
			{"GetLogs", `{"from":0,"to":0,"limit":7,"offset":0,"detail":"four"}`, "detail"},
			{"GetLogs", `{"from":0,"to":0,"limit":7,"offset":0,"detail":"six","filter":"six"}`, ""},
			{"GetLogsByFilter", `{"limit":8,"offset":0}`, "limit"},
			{"GetLogsByFilter", `{"limit":7,"offset":0,"where":["status","like","four"]}`, "where[2]"},
		} {
			if tt.method != m.Name {
				continue
			}
			_, err := run(m, tt.params, &Caller{})
			var e *filter.ParamError
			if errors.As(err, &e); tt.param == "" && err != nil || tt.param != "" && (e == nil || e.Param != tt.param) {
				t.Errorf("%s(%s): %v, want a fault of %q", tt.method, tt.params, err, tt.param)
			}
		}
	}
}

// A session keeps what was bound to it.
type session struct{ bound auth.Secret }

func (s *session) Bind(token auth.Secret) { s.bound = token }

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	broken := errors.New("token file is damaged")
	tokens := fakeTokens{
		"m":       auth.Principal{ID: 1, Name: "desk \"A\"", Session: auth.SessionManager},
		"d":       auth.Principal{ID: 2, Name: "d", Session: auth.SessionDealer, Expires: time.Unix(1795161603, 0)},
		"odd":     auth.Principal{ID: 3, Name: "odd", Session: 17},
		"expired": auth.ErrExpiredToken,
		"revoked": auth.ErrRevokedToken,
		"broken":  broken,
	}
	m := methodNamed(t, "Authenticate", nil, tokens)
	for _, tt := range []struct {
		token auth.Secret
		want  string
		err   error
	}{
		{"m", `{"session":"SESSION_MANAGER","name":"desk \"A\"","expires":null}`, nil},
		{"d", `{"session":"SESSION_DEALER","name":"d","expires":1795161603}`, nil},
		{"odd", `{"session":"17","name":"odd","expires":null}`, nil},
		{"", "", auth.ErrUnknownToken},
		{"who", "", auth.ErrUnknownToken},
		{"expired", "", auth.ErrExpiredToken},
		{"revoked", "", auth.ErrRevokedToken},
		{"broken", "", broken},
	} {
		for _, form := range []string{`{"token":"%"}`, `[{"token":"%"}]`} {
			s := &session{bound: "before"}
			params := string(bytes.ReplaceAll([]byte(form), []byte("%"), []byte(tt.token)))
			got, err := run(m, params, &Caller{Session: s})
			if !errors.Is(err, tt.err) || got != tt.want {
				t.Errorf("Authenticate(%s) = %s, %v, want %s, %v", params, got, err, tt.want, tt.err)
			}
			want := tt.token
			if tt.err != nil {
				want = "before" // a failure leaves the connection as it was
			}
			if s.bound != want {
				t.Errorf("Authenticate(%s) leaves %q bound, want %q", params, s.bound.Reveal(), want.Reveal())
			}
			if got, err := run(m, params, &Caller{}); !errors.Is(err, tt.err) || got != tt.want {
				t.Errorf("Authenticate(%s) without a connection = %s, %v, want %s, %v", params, got, err, tt.want, tt.err)
			}
		}
	}
	checkFaults(t, "Authenticate", []fault{
		{`{}`, "token", "missing; must be a string"},
		{`{"token":null}`, "token", "must be a string"},
		{`{"token":1}`, "token", "must be a string"},
		{`{"token":["x"]}`, "token", "must be a string"},
		{`{"token":"x","token":"x"}`, "token", "given twice"},
		{`{"token":"x","Token":"x"}`, "Token", "unknown param"},
	})
}
