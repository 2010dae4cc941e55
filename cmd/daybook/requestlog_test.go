package main

import (
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daybook/auth"
	"daybook/requestlog"
	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
)

// TestRequestRecorder records calls over every transport, as their observer sees
// them.
func TestRequestRecorder(t *testing.T) {
	t.Parallel()
	manager := auth.Principal{ID: 7, Name: "desk", Session: auth.SessionManager}
	foreign := auth.Principal{Name: "alice", Session: auth.SessionDealer}
	proxied := http.Header{"X-Forwarded-For": {"203.0.113.9"}, "X-Forwarded-Proto": {"https"}}
	type shown struct {
		User, IP, Scheme, Endpoint, Method string
		Status                             int
		Exception, Message, Body, Response string
	}
	for _, tt := range []struct {
		x    rpc.Exchange
		want shown
	}{
		{rpc.Exchange{Transport: "http", Method: "GetLogs", Known: true, Principal: manager, Request: []byte(`{"id":1}`), Answer: rpc.Bytes("1")},
			shown{"7 desk", "10.0.0.1", "http", "rpc:GetLogs", "POST", 200, "", "", `{"id":1}`, "null"}},
		{rpc.Exchange{Transport: "http", Method: "GetLogs", Known: true, Principal: foreign, Via: &rpc.Via{Header: proxied}},
			shown{"- alice", "203.0.113.9", "https", "rpc:GetLogs", "POST", 200, "", "", "null", "null"}},
		{rpc.Exchange{Transport: "ws", Method: "GetLogs", Known: true, Via: &rpc.Via{Secure: true}},
			shown{"", "10.0.0.1", "wss", "rpc:GetLogs", "WS", 200, "", "", "null", "null"}},
		{rpc.Exchange{Transport: "ws", Method: "GetLogs", Known: true, Via: &rpc.Via{Header: proxied}, Notification: true},
			shown{"", "203.0.113.9", "wss", "rpc:GetLogs", "WS", 200, "", "", "null", "null"}},
		{rpc.Exchange{Transport: "tcp", Method: "GetLogs", Known: true, Via: &rpc.Via{}},
			shown{"", "10.0.0.1", "tcp", "rpc:GetLogs", "TCP", 200, "", "", "null", "null"}},
		{rpc.Exchange{Transport: "tcp", Method: "GetLogs", Known: true, Via: &rpc.Via{Secure: true}, Platform: true,
			Err: &rpc.Error{Code: rpc.CodeBadParams, Message: "limit: missing"}},
			shown{"", "10.0.0.1", "tls", "rpc:GetLogs", "TCP", 400, "INVALID_DATA", "limit: missing", "null",
				`{"status":400,"error":"INVALID_DATA","code":3,"message":"limit: missing"}`}},
		{rpc.Exchange{Transport: "http", Request: []byte(`{"token":"abcdefgh`), Err: &rpc.Error{Code: rpc.CodeParse, Message: "not JSON: abcdefgh"}},
			shown{"", "10.0.0.1", "http", "/rpc", "POST", 400, "BAD_REQUEST", "not JSON: ***", `"{\"token\":\"***"`,
				`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"not JSON: ***"}}`}},
		{rpc.Exchange{Transport: "http", Method: strings.Repeat("x", 100), Notification: true, Err: &rpc.Error{Code: rpc.CodeNoMethod, Message: "no method"}},
			shown{"", "10.0.0.1", "http", "rpc:" + strings.Repeat("x", 64) + "…", "POST", 404, "INVALID_METHOD", "no method", "null", "null"}},
		{rpc.Exchange{Transport: "http", Method: "/x", Known: true, Offered: []auth.Secret{"offered-before"}, Request: []byte(`"it was offered-before"`)},
			shown{"", "10.0.0.1", "http", "/x", "POST", 200, "", "", `"it was ***"`, "null"}},
	} {
		tt.x.Addr, tt.x.Started = netip.MustParseAddr("10.0.0.1"), time.Now()
		r := recorded(t, &tt.x)
		got := shown{
			IP: *r.IP, Scheme: *r.Scheme, Endpoint: *r.Endpoint, Method: *r.Method, Status: *r.StatusCode,
			Exception: textOf(r.ExceptionType), Message: textOf(r.ExceptionMessage), Body: string(r.Body), Response: string(r.Response),
		}
		if u := r.User; u != nil {
			got.User = "- " + u.Username
			if u.ID != nil {
				got.User = number(*u.ID) + " " + u.FullName
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s over %s mismatch (-want +got):\n%s", tt.x.Method, tt.x.Transport, diff)
		}
	}
}

func TestParseNetwork(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"10.1.2.3", "10.1.2.3/32"},
		{"10.1.2.3/8", "10.0.0.0/8"},
		{"::ffff:10.1.2.3", "10.1.2.3/32"},
		{"::ffff:10.1.2.3/104", "10.0.0.0/8"},
		{"::ffff:0:0/90", "::ffc0:0:0/90"},
		{"2001:db8::7", "2001:db8::7/128"},
		{"fd00::1/8", "fd00::/8"},
		{"proxy.example.com", ""},
		{"10.0.0.0/33", ""},
	} {
		network, err := parseNetwork(tt.in)
		got := ""
		if err == nil {
			got = network.String()
		}
		if got != tt.want {
			t.Errorf("parseNetwork(%q) = %q, %v; want %q", tt.in, got, err, tt.want)
		}
	}
}

// recorded records x in a log of its own and returns the record.
func recorded(t *testing.T, x *rpc.Exchange) *requestlog.Record {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "requests")
	log, err := requestlog.Open(requestlog.Options{Dir: dir, TrustedProxies: requestlog.Proxies{netip.MustParsePrefix("10.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	requestRecorder{log}.Observe(x)
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	line, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	r, err := requestlog.ParseLine(line)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// BenchmarkRequestRecorder is what a call pays for being recorded.
func BenchmarkRequestRecorder(b *testing.B) {
	log, err := requestlog.Open(requestlog.Options{Dir: filepath.Join(b.TempDir(), "requests")})
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	x := &rpc.Exchange{
		Started: time.Now(), Duration: time.Millisecond, Transport: "tcp", Addr: netip.MustParseAddr("10.0.0.1"), Via: &rpc.Via{},
		Principal: auth.Principal{ID: 7, Name: "desk", Session: auth.SessionManager}, Method: "GetLogsByFilter", Known: true, Platform: true,
		Offered: []auth.Secret{"dbk_k3u5xq7w2n4p6r8t0v1y3a5c7e9g2i4m6o8q0s2u4w6y8b1d3f5h"},
		Request: []byte(`{"command":"GetLogsByFilter","data":{"limit":20,"offset":0,"where":["status","=","ERROR"]},"extID":"a1b2c3"}`), Answer: rpc.Bytes("1"),
	}
	r := requestRecorder{log}
	b.ReportAllocs()
	for b.Loop() {
		r.Observe(x)
	}
}
