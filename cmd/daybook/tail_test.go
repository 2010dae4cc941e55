package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// A fakeServer gives tail what a server says only now and then: each connection
// is handled by the next of its acts, and the last one lasts.
type fakeServer struct {
	*httptest.Server
	t *testing.T

	mu    sync.Mutex
	acts  []func(c *fakeConn)
	asked []string // params of SubscribeLogs, one per connection
}

type fakeConn struct {
	*websocket.Conn
	t *testing.T
}

func newFakeServer(t *testing.T, acts ...func(*fakeConn)) *fakeServer {
	s := &fakeServer{t: t, acts: acts}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	act := s.acts[0]
	if len(s.acts) > 1 {
		s.acts = s.acts[1:]
	}
	s.mu.Unlock()
	if r.Header.Get("Authorization") == "Bearer bad" {
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, `{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"unknown token","data":{"name":"PERMISSION_DENIED","code":401}}}`)
		return
	}
	conn, err := new(websocket.Upgrader).Upgrade(w, r, nil)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer conn.Close()
	var request struct{ Params json.RawMessage }
	if err := conn.ReadJSON(&request); err != nil {
		s.t.Error(err)
		return
	}
	s.mu.Lock()
	s.asked = append(s.asked, string(request.Params))
	s.mu.Unlock()
	act(&fakeConn{conn, s.t})
}

func (c *fakeConn) send(format string, args ...any) {
	if err := c.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)); err != nil {
		c.t.Error(err)
	}
}

// begin answers SubscribeLogs.
func (c *fakeConn) begin(cursor string) {
	c.send(`{"jsonrpc":"2.0","id":1,"result":{"subscription":"s","cursor":%q}}`, cursor)
}

// event sends rows that are known by their detail; more are further members.
func (c *fakeConn) event(cursor, more string, details ...string) {
	rows := []string{}
	for i, d := range details {
		status := []string{"SUCCESS", "ERROR"}[i%2]
		text, _ := json.Marshal(d)
		rows = append(rows, fmt.Sprintf(`[1776859200,"CLIENT","7","LOGIN",%q,"10.0.0.1",%s]`, status, text))
	}
	c.send(`{"jsonrpc":"2.0","method":"LogEvent","params":{"subscription":"s",`+
		`"structure":["timestamp","actor_type","actor_id","action","status","source","detail"],`+
		`"rows":[%s],"dropped":0,"cursor":%q%s}}`, strings.Join(rows, ","), cursor, more)
}

// refuse answers SubscribeLogs with an error.
func (c *fakeConn) refuse(text string) {
	c.send(`{"jsonrpc":"2.0","id":1,"error":%s}`, text)
	c.hold()
}

// hold waits for the client to leave.
func (c *fakeConn) hold() {
	for {
		if _, _, err := c.ReadMessage(); err != nil {
			return
		}
	}
}

// expire ends the subscription for good.
func (c *fakeConn) expire() {
	c.event("x", `,"ended":"token expired"`)
	c.hold()
}

// runTail runs `daybook tail` with args against the server until it ends.
func (s *fakeServer) runTail(args ...string) (status int, stdout, stderr string) {
	s.t.Helper()
	var out, errs bytes.Buffer
	a := append([]string{"tail", "--server", s.URL, "--token", "good"}, args...)
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	status = run(ctx, a, strings.NewReader(""), &out, &errs, nil)
	if ctx.Err() != nil {
		s.t.Errorf("tail %q did not end; stderr: %s", args, &errs)
	}
	return status, out.String(), errs.String()
}

// TestTailContinues loses connections in every way, and wants each row once and
// each connection to continue behind the last row.
func TestTailContinues(t *testing.T) {
	s := newFakeServer(t,
		func(c *fakeConn) {
			c.begin("c0")
			c.event("c2", "", "one", "two")
		},
		func(c *fakeConn) { c.send("no JSON") },
		func(c *fakeConn) {
			c.begin("c2")
			c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, ""), time.Now().Add(time.Second))
		},
		func(c *fakeConn) {
			c.begin("c2")
			c.event("c3", "", "three")
			c.event("c4", `,"ended":"cannot read audit.tsv: gone"`, "four")
		},
		func(c *fakeConn) { c.refuse(`{"code":-32029,"message":"busy"}`) },
		func(c *fakeConn) { c.begin("c4"); c.expire() },
	)
	var stdout, stderr bytes.Buffer
	a := &app{stdout: &stdout, stderr: &stderr, getenv: func(string) string { return "" }}
	tailing, err := a.newTailing(&tailFlags{server: serverFlag{url: s.URL}, lines: 3, json: true, pause: time.Millisecond, filter: conditionFlags{where: []string{"status = ERROR"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tailing.client.Close()
	ended := tailing.run(t.Context())
	var details []string
	for line := range strings.Lines(stdout.String()) {
		var row struct{ Detail string }
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		details = append(details, row.Detail)
	}
	if diff := cmp.Diff([]string{"one", "two", "three", "four"}, details); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	const where = `{"where":[["status","=","ERROR"]],`
	asked := []string{where + `"backfill":3}`}
	for _, cursor := range []string{"c2", "c2", "c2", "c4", "c4"} {
		asked = append(asked, where+`"after":"`+cursor+`"}`)
	}
	if diff := cmp.Diff(asked, s.asked); diff != "" {
		t.Errorf("params (-want +got):\n%s", diff)
	}
	notes := regexp.MustCompile(` in [0-9.ms]+`).ReplaceAllString(stderr.String(), " in T")
	want := `daybook: connection lost: websocket: close 1006 (abnormal closure): unexpected EOF; trying again in T
daybook: no connection: the server sent no JSON-RPC message: invalid character 'o' in literal null (expecting 'u'); trying again in T
daybook: connected again; continuing where it was
daybook: connection lost: the server is shutting down; trying again in T
daybook: connected again; continuing where it was
daybook: connection lost: the server ended it: cannot read audit.tsv: gone; trying again in T
daybook: no connection: busy (-32029); trying again in T
daybook: connected again; continuing where it was
`
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("stderr (-want +got):\n%s", diff)
	}
	if want := "the token has expired or was revoked; " + newTokenAdvice; ended == nil || ended.Error() != want {
		t.Errorf("it ended with %v, want %q", ended, want)
	}
}

// TestTailCursorGone starts anew where the server cannot continue, and says so.
func TestTailCursorGone(t *testing.T) {
	s := newFakeServer(t,
		func(c *fakeConn) { c.begin("cx"); c.event("c0", "", "before") },
		func(c *fakeConn) {
			c.refuse(`{"code":-32602,"message":"after: cursor no longer valid","data":{"param":"after","reason":"cursor no longer valid"}}`)
		},
		func(c *fakeConn) { c.begin("c9"); c.event("c9", "", "after the gap"); c.expire() },
	)
	_, stdout, stderr := s.runTail("--json")
	if diff := cmp.Diff([]string{`{"backfill":10}`, `{"after":"c0"}`, `{}`}, s.asked); diff != "" {
		t.Errorf("params (-want +got):\n%s", diff)
	}
	if !strings.Contains(stdout, "after the gap") {
		t.Errorf("stdout %q lacks the row after the gap", stdout)
	}
	if want := "daybook: the server cannot continue there: cursor no longer valid. Rows may be missing here; following from now on\n"; !strings.Contains(stderr, want) {
		t.Errorf("stderr %q lacks %q", stderr, want)
	}
}

func TestTailRefused(t *testing.T) {
	ended := func(reason string) func(*fakeConn) {
		return func(c *fakeConn) { c.begin("c"); c.event("c", `,"ended":"`+reason+`"`); c.hold() }
	}
	refused := func(text string) func(*fakeConn) { return func(c *fakeConn) { c.refuse(text) } }
	gone := func(c *fakeConn) {}
	for _, tt := range []struct {
		act    func(*fakeConn)
		args   []string
		status int
		says   string
	}{
		{gone, []string{"--token", "bad"}, exitFailed, "unknown token (-32001); is the token complete? If it has expired or was revoked, a new one is made by"},
		{refused(`{"code":-32001,"message":"no token"}`), []string{"--token", ""}, exitFailed, "the server asks for a token: give --token or set DAYBOOK_TOKEN"},
		{refused(`{"code":-32003,"message":"not enough rights"}`), nil, exitFailed, "not enough rights (-32003); logs are for managers"},
		{refused(`{"code":-32601,"message":"no method \"SubscribeLogs\""}`), nil, exitFailed, "this server is older than live rows"},
		{refused(`{"code":-32602,"message":"where[0]: unknown field \"x\"","data":{"param":"where[0]","allowed":["status","source"]}}`),
			[]string{"--where", "x = 1"}, exitUsage, `--where: "x = 1": unknown field "x"; allowed: status, source`},
		{refused(`{"code":-32029,"message":"busy"}`), nil, exitFailed, "daybook: busy (-32029)"},
		{gone, nil, exitFailed, "unexpected EOF"},
		{ended("token expired"), nil, exitFailed, "the token has expired or was revoked; a new one is made by 'daybook token create'"},
		{ended("not permitted"), nil, exitFailed, "the token may no longer read logs"},
		{gone, []string{"--server", "http://127.0.0.1:1"}, exitFailed, "connection refused"},
		{gone, []string{"--server", ""}, exitUsage, "give --server"},
		{gone, []string{"--server", "ftp://x"}, exitUsage, "is no address of a server"},
		{gone, []string{"-n", "10001"}, exitUsage, "--lines: 10001, want 0 to 10000"},
		{gone, []string{"-n", "-1"}, exitUsage, "--lines: -1, want 0 to 10000"},
		{gone, []string{"--where", "status ~ x"}, exitUsage, "no operator that is known"},
		{gone, []string{"--order-by", "status"}, exitUsage, "unknown flag: --order-by"},
	} {
		status, stdout, stderr := newFakeServer(t, tt.act).runTail(tt.args...)
		if status != tt.status || stdout != "" || !strings.Contains(stderr, tt.says) || strings.Contains(stderr, "trying again") {
			t.Errorf("tail %q: exit status %d, want %d; stdout %q; stderr %q, want %q and no other attempt", tt.args, status, tt.status, stdout, stderr, tt.says)
		}
	}
}

// TestTailTLS trusts a server only with its certificate.
func TestTailTLS(t *testing.T) {
	s := newFakeServer(t, func(c *fakeConn) { c.begin("c"); c.event("c", "", "row"); c.expire() })
	secure := httptest.NewTLSServer(s)
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	if err := os.WriteFile(ca, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stdout, stderr := s.runTail("--server", secure.URL, "--tls-ca", ca); !strings.Contains(stdout, "row") {
		t.Errorf("with the certificate: stdout %q, want the row; stderr %q", stdout, stderr)
	}
	if status, _, stderr := s.runTail("--server", secure.URL); status != exitFailed || !strings.Contains(stderr, "certificate signed by unknown authority") {
		t.Errorf("without the certificate: exit status %d, stderr %q", status, stderr)
	}
}

// TestTailInterrupted is Ctrl-C while rows come, and between two attempts.
func TestTailInterrupted(t *testing.T) {
	for _, act := range []func(*fakeConn){
		func(c *fakeConn) { c.begin("c"); c.event("c", "", "row"); c.hold() },
		func(c *fakeConn) { c.begin("c"); c.event("c", "", "row") },
	} {
		s := newFakeServer(t, act)
		ctx, cancel := context.WithCancel(t.Context())
		out := writerFunc(func(p []byte) (int, error) {
			cancel()
			return len(p), nil
		})
		var errs bytes.Buffer
		args := []string{"tail", "--server", s.URL, "--token", "good"}
		if status := run(ctx, args, nil, out, &errs, nil); status != exitInterrupted {
			t.Errorf("exit status %d, want %d; stderr %q", status, exitInterrupted, &errs)
		}
	}
}

func TestTailFullDisk(t *testing.T) {
	s := newFakeServer(t, func(c *fakeConn) { c.begin("c"); c.event("c", "", "row"); c.hold() })
	full := writerFunc(func([]byte) (int, error) { return 0, io.ErrShortWrite })
	var errs bytes.Buffer
	args := []string{"tail", "--server", s.URL, "--token", "good"}
	if status := run(t.Context(), args, nil, full, &errs, nil); status != exitFailed || !strings.Contains(errs.String(), "short write") {
		t.Errorf("exit status %d, want %d; stderr %q, want the error of stdout", status, exitFailed, &errs)
	}
}
