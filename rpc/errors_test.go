package rpc

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
)

func TestWireError(t *testing.T) {
	live := context.Background()
	late, stop := context.WithTimeout(live, -1)
	defer stop()
	cancelled, cancel := context.WithCancelCause(live)
	cancel(errCancelled)
	tests := []struct {
		name string
		ctx  context.Context
		err  error
		want string // a regular expression; "" means not for clients
	}{
		{"own", live, fmt.Errorf("check: %w", errNotRequest("x")), `{"code":-32600,"message":"not a request: x"}`},
		{"token", live, fmt.Errorf("check: %w", auth.ErrExpiredToken),
			`{"code":-32001,"message":".*expired.*","data":{"name":"PERMISSION_DENIED","code":401}}`},
		{"param", live, &filter.ParamError{Param: "where[1]", Reason: "unknown field", Allowed: []string{"a", "b"}},
			`{"code":-32602,"message":".*where\[1\].*","data":{"param":"where\[1\]","reason":"unknown field","allowed":\["a","b"\]}}`},
		{"unreadable", live, &logstore.ReadError{File: "audit-2026-04-22.tsv", Reason: "permission denied", Err: errors.New("open /secret")},
			`{"code":-32015,"message":"cannot read audit-2026-04-22.tsv: permission denied","data":{"name":"ERR_DISK","code":15,"file":"audit-2026-04-22.tsv","reason":"permission denied"}}`},
		{"too large", live, &logstore.TooLargeError{Limit: 1, Actual: 2}, `{"code":-32013,"message":".*","data":{"limit":1,"actual":2}}`},
		{"busy", live, fmt.Errorf("search: %w", logstore.ErrBusy),
			`{"code":-32029,"message":".*","data":{"name":"TOO_FREQUENT","code":8,"retryAfter":1}}`},
		{"many filters", live, logstore.ErrManyFilters,
			`{"code":-32029,"message":"subscriptions have too many different filters; try again in 10 s","data":{"name":"TOO_FREQUENT","code":8,"retryAfter":10}}`},
		{"too slow", late, fmt.Errorf("search: %w", context.DeadlineExceeded), `{"code":-32008,"message":".*25s.*","data":{"reason":"timeout","limit":25}}`},
		{"cancelled", cancelled, context.Canceled, `{"code":-32008,"message":".*","data":{"reason":"cancelled"}}`},
		{"cancelled, by its cause", cancelled, fmt.Errorf("search: %w", errCancelled), `{"code":-32008,"message":".*","data":{"reason":"cancelled"}}`},
		{"closed, before its context knows", live, errClosed, `{"code":-32008,"message":".*","data":{"reason":"cancelled"}}`},
		{"a time-out of something else", live, context.DeadlineExceeded, ""},
		{"after the end, but not because of it", cancelled, errors.New("disk on fire"), ""},
		{"anything", live, errors.New("open /secret: no"), ""},
	}
	for _, tt := range tests {
		got, public := wireError(tt.ctx, tt.err, 25*time.Second)
		text := string(appendError(nil, got))
		if tt.want == "" {
			tt.want = `{"code":-32603,"message":"internal error","data":{"id":"[0-9a-f]{16}"}}`
			if public {
				t.Errorf("%s: is for clients", tt.name)
			}
		}
		if !regexp.MustCompile("^" + tt.want + "$").MatchString(text) {
			t.Errorf("%s: got %s, want %s", tt.name, text, tt.want)
		}
		if strings.Contains(text, "secret") {
			t.Errorf("%s: leaks %s", tt.name, text)
		}
	}
}

func TestErrNoMethod(t *testing.T) {
	long := strings.Repeat("é", 100)
	for name, want := range map[string]string{
		"x":  `no method "x"`,
		"":   `no method ""`,
		long: `no method "` + long[:100] + `…"`,
	} {
		if got := errNoMethod(name, ""); got.Message != want || got.Data != nil {
			t.Errorf("errNoMethod(%.20q): got %+v, want message %s", name, got, want)
		}
	}
	got := string(appendError(nil, errNoMethod("SubscribeLogs", "needs WebSocket or TCP")))
	if want := `{"code":-32601,"message":"method \"SubscribeLogs\": needs WebSocket or TCP","data":{"reason":"needs WebSocket or TCP"}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRetryAfterIsRoundedUp(t *testing.T) {
	for after, want := range map[time.Duration]int64{0: 1, time.Millisecond: 1, time.Second: 1, 1001 * time.Millisecond: 2, time.Minute: 60} {
		if got := errTooFrequent("x", after).Data.(frequentData).RetryAfter; got != want {
			t.Errorf("after %v: got %d s, want %d s", after, got, want)
		}
	}
}

func TestIncidents(t *testing.T) {
	if a, b := errInternal().Data, errInternal().Data; a == b {
		t.Errorf("both are %v", a)
	}
	const secret = aToken
	var err error
	func() {
		defer recovered(&err)
		panic("bad token " + secret)
	}()
	for _, shown := range []string{(&incident{"17", err}).Error(), fmt.Sprintf("%+v", &incident{"17", err})} {
		if !strings.HasPrefix(shown, "incident 17: panic: bad token ***") || strings.Contains(shown, secret) {
			t.Errorf("the log shows %s", shown)
		}
	}
	i := &incident{"17", context.Canceled}
	if !errors.Is(i, context.Canceled) {
		t.Error("an incident hides its error")
	}
}

func TestValidOrigin(t *testing.T) {
	for text, want := range map[string]bool{
		"https://console.example":      true,
		"http://localhost:3000":        true,
		"HTTP://[::1]:80":              true,
		"https://console.example/":     false,
		"https://console.example?":     false,
		"https://console.example#x":    false,
		"https://user@console.example": false,
		"https://*.example":            false,
		"https://a b":                  false,
		"ftp://console.example":        false,
		"console.example":              false,
		"https://":                     false,
		"https://:443":                 false,
		"https://console.example:x":    false,
		"null":                         false,
		"*":                            false,
		"":                             false,
	} {
		if got := ValidOrigin(text); got != want {
			t.Errorf("ValidOrigin(%q) = %t, want %t", text, got, want)
		}
	}
}
