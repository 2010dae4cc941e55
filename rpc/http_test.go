package rpc_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
)

func TestHTTPStatus(t *testing.T) {
	r := newRig(t, rpc.Options{})
	one := request("1", "echo", "")
	tests := []struct {
		name, method, body string
		header             []string
		status, code       int
	}{
		{"good", "POST", one, nil, 200, 0},
		{"charset", "POST", one, []string{"Content-Type:", "Content-Type: application/JSON; charset=UTF-8"}, 200, 0},
		{"error of a call", "POST", request("1", "fail", ""), nil, 200, rpc.CodeInternal},
		{"no token", "POST", request("1", "whoami", ""), nil, 200, rpc.CodeNoToken},
		{"bad token", "POST", request("1", "whoami", ""), []string{"Authorization: Bearer nonsense"}, 200, rpc.CodeNoToken},
		{"bad token, none needed", "POST", one, []string{"Authorization: Bearer nonsense"}, 200, 0},
		{"no JSON", "POST", "x", nil, 200, rpc.CodeParse},
		{"empty", "POST", "", nil, 200, rpc.CodeParse},
		{"no request", "POST", "{}", nil, 200, rpc.CodeNotRequest},
		{"too deep", "POST", strings.Repeat("[", 33), nil, 413, rpc.CodeTooLarge},
		{"batch too large", "POST", "[" + strings.Repeat("1,", 100) + "1]", nil, 413, rpc.CodeTooLarge},
		{"too long", "POST", strings.Repeat(" ", 64<<10) + "1", nil, 413, rpc.CodeTooLarge},
		{"plain text", "POST", one, []string{"Content-Type:", "Content-Type: text/plain"}, 415, rpc.CodeNotRequest},
		{"form", "POST", one, []string{"Content-Type:", "Content-Type: application/x-www-form-urlencoded"}, 415, rpc.CodeNotRequest},
		{"no type", "POST", one, []string{"Content-Type:"}, 415, rpc.CodeNotRequest},
		{"two types", "POST", one, []string{"Content-Type: text/plain"}, 415, rpc.CodeNotRequest},
		{"another charset", "POST", one, []string{"Content-Type:", "Content-Type: application/json; charset=utf-16"}, 415, rpc.CodeNotRequest},
		{"gzip", "POST", one, []string{"Content-Encoding: gzip"}, 415, rpc.CodeNotRequest},
		{"identity", "POST", one, []string{"Content-Encoding: identity"}, 415, rpc.CodeNotRequest},
		{"GET", "GET", "", nil, 426, rpc.CodeNotRequest},
		{"PUT", "PUT", one, nil, 405, rpc.CodeNotRequest},
		{"DELETE", "DELETE", "", nil, 405, rpc.CodeNotRequest},
		{"OPTIONS", "OPTIONS", "", nil, 405, rpc.CodeNotRequest},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := r.do(tt.method, tt.body, tt.header...)
			if got.StatusCode != tt.status || read(t, got.text).code() != tt.code {
				t.Errorf("got %s and %.200s, want %d and code %d", got.Status, got.text, tt.status, tt.code)
			}
			if !strings.HasSuffix(string(got.text), "}") { // whatever the status, the JSON text alone
				t.Errorf("the body ends in %q", got.text)
			}
			want := http.Header{
				"Content-Type":           {"application/json"},
				"Content-Length":         {fmt.Sprint(len(got.text))},
				"Cache-Control":          {"no-store"},
				"X-Content-Type-Options": {"nosniff"},
			}
			switch tt.status {
			case 405:
				want["Allow"] = []string{"GET, POST"}
			case 426:
				want["Upgrade"] = []string{"websocket"}
				want["Connection"] = []string{"Upgrade"}
			}
			got.Header.Del("Date")
			if got.Close != (tt.name == "too long") { // the rest of the body is not worth reading
				t.Errorf("closed: %t", got.Close)
			}
			if diff := cmp.Diff(want, got.Header); diff != "" {
				t.Errorf("header mismatch (-want +got):\n%s", diff)
			}
		})
	}
	if got := r.do("HEAD", ""); got.StatusCode != 405 {
		t.Errorf("HEAD: %s", got.Status)
	}
	if status, text := r.post(`{"jsonrpc":"2.0","method":"echo"}`); status != 204 || text != "" {
		t.Errorf("notification: got %d %q, want 204 and nothing", status, text)
	}
}

func TestHTTPTokens(t *testing.T) {
	r := newRig(t, rpc.Options{})
	for header, want := range map[string]int{
		"Authorization: Bearer " + managerToken:     0,
		"Authorization: bearer " + managerToken:     0,
		"Authorization: Token " + managerToken:      0,
		"Authorization: TOKEN   " + managerToken:    0,
		"Authorization: " + managerToken:            0,
		"Authorization: Basic " + managerToken:      rpc.CodeNoToken,
		"Authorization: Bearer x" + managerToken:    rpc.CodeNoToken,
		"Authorization: Bearer":                     rpc.CodeNoToken,
		"Authorization: Bearer " + userToken:        rpc.CodeNoRights,
		"X-Authorization: Bearer " + managerToken:   rpc.CodeNoToken,
		"Authorization: " + managerToken + " extra": rpc.CodeNoToken,
	} {
		if _, text := r.post(request("1", "whoami", ""), header); read(t, text).code() != want {
			t.Errorf("%s: got %s, want code %d", header, text, want)
		}
	}
	both := []string{"Authorization: " + managerToken, "Authorization: " + managerToken}
	if _, text := r.post(request("1", "whoami", ""), both...); read(t, text).code() != rpc.CodeNoToken {
		t.Errorf("two headers: got %s", text)
	}
	// Authenticate says who it is, and binds nothing.
	_, text := r.post(`[` + request("1", "Authenticate", `{"token":"`+managerToken+`"}`) + `,` + request("2", "whoami", "") + `]`)
	got := readAll(t, text)
	if len(got) != 2 || got[0].code()+got[1].code() != rpc.CodeNoToken {
		t.Errorf("Authenticate in a batch: got %s", text)
	}
}

func TestPrincipal(t *testing.T) {
	r := newRig(t, rpc.Options{})
	from := func(header ...string) (string, int) {
		req := httptest.NewRequest("GET", "/metrics", nil)
		setHeader(req.Header, header)
		who, err := r.server.Principal(req)
		var e *rpc.Error
		if errors.As(err, &e) {
			return who.Name, e.Code
		}
		if err != nil {
			t.Errorf("%q: %v", header, err)
		}
		return who.Name, 0
	}
	if name, code := from("Authorization: Bearer " + managerToken); name != "mia" || code != 0 {
		t.Errorf("good token: got %q, code %d", name, code)
	}
	if name, code := from(); name != "" || code != rpc.CodeNoToken {
		t.Errorf("no token: got %q, code %d", name, code)
	}
	for i := range 12 {
		want := rpc.CodeNoToken
		if i >= 10 {
			want = rpc.CodeTooFrequent
		}
		if _, code := from("Authorization: guess"); code != want {
			t.Errorf("guess %d: code %d, want %d", i+1, code, want)
		}
	}
}

func TestCORS(t *testing.T) {
	r := newRig(t, rpc.Options{AllowOrigin: []string{"https://console.example"}})
	one := request("1", "echo", "")
	tests := []struct {
		origin string
		allow  string
		status int // of a preflight
	}{
		{"https://console.example", "https://console.example", 204},
		{"https://evil.example", "", 403},
		{"null", "", 403},
	}
	for _, tt := range tests {
		got := r.do("POST", one, "Origin: "+tt.origin)
		if got.StatusCode != 200 || got.Header.Get("Access-Control-Allow-Origin") != tt.allow || got.Header.Get("Vary") != "Origin" {
			t.Errorf("POST from %s: got %s %v", tt.origin, got.Status, got.Header)
		}
		got = r.do("OPTIONS", "", "Origin: "+tt.origin, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization")
		if got.StatusCode != tt.status || got.Header.Get("Access-Control-Allow-Origin") != tt.allow {
			t.Errorf("preflight from %s: got %s %v", tt.origin, got.Status, got.Header)
		}
		if allowed := got.Header.Get("Access-Control-Allow-Headers"); (allowed == "Authorization, Content-Type") != (tt.status == 204) {
			t.Errorf("preflight from %s: allows headers %q", tt.origin, allowed)
		}
	}
	if got := r.do("POST", one); got.Header.Get("Vary") != "" || got.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("without an origin: got %v", got.Header)
	}
	r.server.AllowOrigins([]string{"https://evil.example"})
	if got := r.do("POST", one, "Origin: https://evil.example"); got.Header.Get("Access-Control-Allow-Origin") == "" {
		t.Error("AllowOrigins had no effect")
	}
}

// raw sends bytes over a connection of its own.
func (r *rig) raw(text string) net.Conn {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.web.Listener.Addr().String())
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(hangs))
	if _, err := io.WriteString(conn, text); err != nil {
		r.t.Fatal(err)
	}
	return conn
}

const postHead = "POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

func TestHTTPClientLeaves(t *testing.T) {
	r := newRig(t, rpc.Options{})
	body := request("1", "slow", "")
	conn := r.raw(fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", postHead, len(body), body))
	wait(t, r.started, "the call to start")
	left := time.Now()
	conn.Close()
	wait(t, r.ended, "the call to end")
	if d := time.Since(left); d > 5*time.Second { // 100 ms, on a machine that does nothing else
		t.Errorf("the work went on for %v", d)
	}
}

func TestHTTPBodies(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Body = 100 * time.Millisecond }))
	one := request("1", "echo", "")
	chunked := func(chunks ...string) string {
		var b strings.Builder
		b.WriteString(postHead + "Transfer-Encoding: chunked\r\n\r\n")
		for _, c := range chunks {
			fmt.Fprintf(&b, "%x\r\n%s\r\n", len(c), c)
		}
		return b.String()
	}
	tests := []struct {
		name, in     string
		status, code int
	}{
		{"chunked", chunked(one[:5], one[5:], ""), 200, 0},
		{"chunked, too long", chunked(strings.Repeat(" ", 40<<10), strings.Repeat(" ", 40<<10)), 413, rpc.CodeTooLarge},
		{"says it is too long", postHead + "Content-Length: 9223372036854775807\r\n\r\n", 413, rpc.CodeTooLarge},
		{"broken chunk", postHead + "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400, rpc.CodeNotRequest},
		{"never arrives", postHead + "Content-Length: 100\r\n\r\n{", 408, rpc.CodeNotRequest},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, err := http.ReadResponse(bufio.NewReader(r.raw(tt.in)), nil)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != tt.status || read(t, string(text)).code() != tt.code {
				t.Errorf("got %s and %s, %v; want %d and code %d", resp.Status, text, err, tt.status, tt.code)
			}
		})
	}
	// One that breaks off leaves nothing behind.
	r.raw(postHead + "Content-Length: 100\r\n\r\n{").Close()
	if !settles(func() bool { return r.server.Stats().Connections == 0 }) {
		t.Errorf("still there: %+v", r.server.Stats())
	}
}

// TestHTTPSlowCallAfterBody checks that the deadline for bodies does not
// end calls that run longer.
func TestHTTPSlowCallAfterBody(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Body, l.Request = 20*time.Millisecond, 200*time.Millisecond }))
	_, text := r.post(request("1", "slow", ""))
	if got := read(t, text); got.code() != rpc.CodeStopped || !strings.Contains(text, "timeout") {
		t.Errorf("got %s, want the time-out of the call", text)
	}
}

func TestHTTPStuckClient(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Stall = 100 * time.Millisecond }))
	body := request("1", "big", "[50000000]")
	conn := r.raw(fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", postHead, len(body), body))
	if !settles(func() bool {
		st := r.server.Stats()
		return st.Stalled == 1 && st.Connections == 0 && st.HeldBytes == 0
	}) {
		t.Fatalf("the server still waits: %+v", r.server.Stats())
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, resp.Body); err == nil {
		t.Errorf("the answer looks whole after %d bytes", n)
	}
}

func TestHTTPSlowClientGetsAll(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Stall = time.Second }))
	body := request("1", "big", "[20000000]")
	conn := r.raw(fmt.Sprintf("%sContent-Length: %d\r\nConnection: close\r\n\r\n%s", postHead, len(body), body))
	all, err := io.ReadAll(conn)
	if err != nil || !bytes.HasSuffix(all, []byte(`x"}`)) {
		t.Errorf("got %d bytes, %v", len(all), err)
	}
}

func TestHTTPNoSeat(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Connections, l.Unauthenticated = 3, 1 }))
	token := "Authorization: " + managerToken
	stranger := r.dial()
	one := request("1", "echo", "")
	got := r.do("POST", one)
	if got.StatusCode != 503 || got.Header.Get("Retry-After") != "5" || read(t, got.text).code() != rpc.CodeTooFrequent {
		t.Errorf("second stranger: got %s %v %s", got.Status, got.Header, got.text)
	}
	if _, resp := r.handshake(); resp.StatusCode != 503 {
		t.Errorf("second stranger over WebSocket: %s", resp.Status)
	}
	r.dialManager()
	if status, _ := r.post(one, token); status != 200 {
		t.Errorf("third connection, of a manager: %d", status)
	}
	// An answer may arrive a moment before its request has left its seat.
	if !settles(func() bool { return r.server.Stats().Connections == 2 }) {
		t.Fatalf("got %+v", r.server.Stats())
	}
	r.dialManager()
	if status, _ := r.post(one, token); status != 503 {
		t.Errorf("fourth connection: %d", status)
	}
	// Whoever proves who it is makes room for the next stranger.
	if got := read(t, stranger.ask(request("1", "Authenticate", `{"token":"`+managerToken+`"}`))); got.code() != 0 {
		t.Fatalf("Authenticate: %+v", got)
	}
	if st := r.server.Stats(); st.Connections != 3 || st.Unauthenticated != 0 || st.Refused != 3 {
		t.Errorf("got %+v", st)
	}
}
