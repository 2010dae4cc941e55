package rpc_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
)

// TestTCPFraming wants the same answers however the bytes come.
func TestTCPFraming(t *testing.T) {
	t.Parallel()
	r := newRig(t, rpc.Options{})
	address := r.listenTCP(nil)
	for name, sent := range map[string][]string{
		"CRLF":                    {command(`1`, "echo", "1", "") + "\r\n" + command(`2`, "echo", "2", "") + "\r\n"},
		"LF":                      {command(`1`, "echo", "1", "") + "\n" + command(`2`, "echo", "2", "") + "\n"},
		"blank lines":             {"\r\n\n \t\n" + command(`1`, "echo", "1", "") + "\n\n\r\n" + command(`2`, "echo", "2", "") + "\n\n"},
		"no last line end":        {command(`1`, "echo", "1", "") + "\n" + command(`2`, "echo", "2", "")},
		"white space around":      {"  " + command(`1`, "echo", "1", "") + " \t\r\n \t" + command(`2`, "echo", "2", "")},
		`literal \r\n`:            {command(`1`, "echo", "1", "") + `\r\n` + "\n" + command(`2`, "echo", "2", "") + `\r\n`},
		`literal \r\n alone`:      {command(`1`, "echo", "1", "") + "\n" + `\r\n` + "\n" + command(`2`, "echo", "2", "") + `\r\n \r\n` + "\r\n"},
		"in the middle of a name": {command(`1`, "ec", "1", "")[:14], "ho" + command(`1`, "ec", "1", "")[14:] + "\r", "\n" + command(`2`, "echo", "2", "") + "\r\n"},
		"in single bytes":         strings.Split(command(`1`, "echo", "1", "")+"\r\n"+command(`2`, "echo", "2", "")+"\r\n", ""),
	} {
		c := dialTCP(t, address)
		for _, piece := range sent {
			c.send(piece)
		}
		c.closeWrite()
		got := sorted(strings.SplitAfter(c.end(), "\r\n"))
		want := []string{"", ok(`1`, `1`) + "\r\n", ok(`2`, `2`) + "\r\n"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", name, diff)
		}
	}
}

// TestTCPPipelining sends 1,000 requests before it reads an answer, ends its
// half of the connection, and wants every answer.
func TestTCPPipelining(t *testing.T) {
	t.Parallel()
	_, c := newTCP(t, rpc.Options{})
	requests, answers := thousand()
	c.send(requests)
	c.closeWrite()
	for line := range strings.SplitSeq(strings.TrimSuffix(c.end(), "\r\n"), "\r\n") {
		if !answers[line] {
			t.Errorf("unasked answer %.100s", line)
		}
		delete(answers, line)
	}
	if len(answers) > 0 {
		t.Errorf("%d of 1,000 requests are not answered", len(answers))
	}
}

// TestTCPHalfClose wants what runs to be answered after the peer has ended its
// half, and to end when the peer is lost.
func TestTCPHalfClose(t *testing.T) {
	t.Parallel()
	r, c := newTCP(t, rpc.Options{})
	c.send(command(`1`, "stuck", "", ""))
	c.closeWrite()
	wait(t, r.started, "stuck")
	r.freeStuck()
	if got := c.end(); got != ok(`1`, `"late"`)+"\r\n" {
		t.Errorf("after a half-close: %q", got)
	}

	lost := r.dialTCP()
	lost.send(command(`1`, "slow", "", ""))
	lost.closeWrite()
	wait(t, r.started, "slow")
	lost.conn.(*net.TCPConn).SetLinger(0) // so that Close resets the connection
	lost.conn.Close()
	if err := wait(t, r.ended, "the end of a call whose client is lost"); err == nil {
		t.Error("a call whose client is lost ended by itself")
	}
}

// TestTCPTooLong sends ten megabytes without the end of a line: it wants the
// error with the extID that stands at the beginning, and the end. What was sent
// before is answered.
func TestTCPTooLong(t *testing.T) {
	t.Parallel()
	r := newRig(t, rpc.Options{})
	address := r.listenTCP(nil)
	long := strings.Repeat("x", 10<<20)
	tooLarge := func(limit int) string {
		return fmt.Sprintf(`413,"error":"ERR_DATA","code":14,"message":"request too large: %%d\u002c the limit is %d"}`, limit)
	}
	for _, tt := range []struct{ name, sent, want string }{
		{"an extID", `{"extID":"7","command":"echo","data":"` + long, `{"extID":"7","status":` + tooLarge(64<<10)},
		{"no extID in reach", `{"command":"echo","data":"` + long, `{"status":` + tooLarge(64<<10)},
		{"half an extID", `{"extID":"` + long, `{"status":` + tooLarge(64<<10)},
		{"a broken extID", `{"extID":tru,"data":"` + long, `{"status":` + tooLarge(64<<10)},
		{"nothing of JSON", long, `{"status":` + tooLarge(64<<10)},
		{"JSON-RPC", `{"jsonrpc":"2.0","extID":1,"id":1,"params":"` + long,
			`{"jsonrpc":"2.0","id":null,"error":{"code":-32013,"message":"request too large: %d, the limit is 65536","data":{"limit":65536,"actual":%[1]d}}}`},
	} {
		c := dialTCP(t, address)
		c.send(command(`1`, "busy", "", "") + "\n")
		go io.WriteString(c.conn, tt.sent) // fails when the server has enough
		got := strings.Split(strings.TrimSuffix(c.end(), "\r\n"), "\r\n")
		if len(got) != 2 || got[0] != ok(`1`, `true`) {
			t.Errorf("%s: %.200q, want two answers", tt.name, got)
			continue
		}
		var size int
		fmt.Sscanf(got[1][strings.Index(got[1], "too large: "):], "too large: %d", &size)
		if want := fmt.Sprintf(tt.want, size); got[1] != want || size <= 64<<10 || size > 80<<10 {
			t.Errorf("%s: %s, want %s", tt.name, got[1], want)
		}
	}

	// Who has proved something may send more, at the limit and not beyond.
	c := dialTCP(t, address)
	c.ask(command(`1`, "whoami", "", managerToken))
	frame := command(`2`, "echo", `"`, "")
	fill := strings.Repeat("x", 1<<20-len(frame)-1)
	at := strings.Replace(frame, `"data":"`, `"data":"`+fill+`"`, 1)
	if got := c.ask(at); got != ok(`2`, `"`+fill+`"`) {
		t.Errorf("a message of %d bytes: %.100s", len(at), got)
	}
	beyond := strings.Replace(at, `"xx`, `"xxx`, 1)
	if got := c.ask(beyond); !strings.HasPrefix(got, `{"status":413`) && !strings.HasPrefix(got, `{"extID":2,"status":413`) {
		t.Errorf("a message of %d bytes: %.100s", len(beyond), got)
	}
	c.end()
}

// TestTCPHeaders speaks with a header before each message, as vscode-jsonrpc
// does.
func TestTCPHeaders(t *testing.T) {
	t.Parallel()
	r := newRig(t, rpc.Options{})
	address := r.listenTCP(nil)
	counted := func(text string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(text), text) }
	request := func(id string) string { return `{"jsonrpc":"2.0","id":` + id + `,"method":"echo","params":{"é":"'"}}` }
	result := func(id string) string { return `{"jsonrpc":"2.0","id":` + id + `,"result":{"é":"'"}}` }
	const bad = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"not a request: bad header: %s"}}`
	for _, tt := range []struct{ name, sent, want string }{
		{"one", counted(request("1")), counted(result("1"))},
		{"other headers", "CONTENT-LENGTH:" + strconv.Itoa(len(request("1"))) + "\nContent-Type: application/vscode-jsonrpc; charset=utf-8\n\n" + request("1"), counted(result("1"))},
		{"the type first, as creachadair/jrpc2 writes it", "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n" + counted(request("1")), counted(result("1"))},
		{"the type alone", "content-type: x\r\n\r\n", counted(fmt.Sprintf(bad, "Content-Length is missing"))},
		{"headers in any order", counted(`{}`) + "Content-Type: x\r\n" + counted(request("1")),
			counted(`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"not a request: member \"jsonrpc\" is missing"}}`) + counted(result("1"))},
		{"a command is none here", counted(`{"command":"echo","extID":1}`),
			counted(`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"not a request: member \"jsonrpc\" is missing"}}`)},
		{"nothing", counted(""), counted(`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"not JSON: ends where a value is expected"}}`)},
		{"a broken message", counted(request("1"))[:50], ""},
		{"no number", "Content-Length: x\r\n\r\n", counted(fmt.Sprintf(bad, "Content-Length is no number of bytes, or stands twice"))},
		{"a negative number", "Content-Length: -1\r\n\r\n", counted(fmt.Sprintf(bad, "Content-Length is no number of bytes, or stands twice"))},
		{"twice", "Content-Length: 1\r\nContent-Length: 1\r\n\r\n1", counted(fmt.Sprintf(bad, "Content-Length is no number of bytes, or stands twice"))},
		{"no header", counted(request("1")) + "no header\r\n", counted(result("1")) + counted(fmt.Sprintf(bad, "a line of it is no header"))},
		{"too large", "Content-Length: 9223372036854775807\r\n\r\n",
			counted(`{"jsonrpc":"2.0","id":null,"error":{"code":-32013,"message":"request too large: 9223372036854775807, the limit is 65536","data":{"limit":65536,"actual":9223372036854775807}}}`)},
		{"endless headers", "Content-Length: 1\r\n" + strings.Repeat("a: b\r\n", 100), counted(fmt.Sprintf(bad, "too many lines"))},
		{"an endless header", "Content-Length: 1\r\na:" + strings.Repeat("b", 100_000), counted(fmt.Sprintf(bad, "a line of it is too long"))},
	} {
		c := dialTCP(t, address)
		c.send(tt.sent)
		c.closeWrite()
		got := c.end()
		parts := func(s string) []string { return sorted(strings.Split(s, "Content-Length: ")) } // in any order
		if !slices.Equal(parts(got), parts(tt.want)) {
			t.Errorf("%s: %q is answered %q, want %q", tt.name, tt.sent[:min(len(tt.sent), 100)], got, tt.want)
		}
	}
}

// TestTCPSeats wants the idle stranger to give way to the next one, but nobody
// who has something running or has shown a token; then the next one is told that
// there is no place for it.
func TestTCPSeats(t *testing.T) {
	t.Parallel()
	r := newRig(t, quick(func(l *rpc.Limits) { l.Unauthenticated = 2 }))
	address := r.listenTCP(nil)
	known, busy := dialTCP(t, address), dialTCP(t, address)
	known.ask(command(`1`, "echo", "", ""))
	busy.send(command(`1`, "stuck", "", "") + "\n")
	wait(t, r.started, "stuck")
	known.ask(command(`1`, "whoami", "", managerToken))

	idle := dialTCP(t, address)
	idle.ask(command(`1`, "echo", "", ""))
	if !settles(func() bool { return r.server.Stats().InFlight == 1 }) {
		t.Fatalf("Stats = %+v, want only stuck in flight", r.server.Stats())
	}
	next := dialTCP(t, address)
	next.send(command(`1`, "stuck", "", "") + "\n")
	wait(t, r.started, "stuck")
	if got := idle.end(); got != "" {
		t.Errorf("an idle connection that gives way is told %q", got)
	}
	if s := r.server.Stats(); s.TCP != 3 || s.Unauthenticated != 2 || s.WebSockets != 0 || s.Refused != 0 {
		t.Errorf("Stats = %+v, want 3 TCP connections, 2 of them unauthenticated", s)
	}

	late := dialTCP(t, address)
	want := refusal("", 429, "TOO_FREQUENT", 8, `"too many connections; try again in 5 s"`) + "\r\n"
	if got := late.end(); got != want {
		t.Errorf("without a place: %q, want %q", got, want)
	}
	if s := r.server.Stats(); s.Refused != 1 {
		t.Errorf("Refused = %d, want 1", s.Refused)
	}
	r.freeStuck()
	for name, c := range map[string]*tcpClient{"busy": busy, "next": next} {
		if got := c.line(); got != ok(`1`, `"late"`) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := known.ask(command(`2`, "echo", "", "")); got != ok(`2`, `null`) {
		t.Errorf("known: %s", got)
	}
}

// TestTCPDrain wants what runs answered and the connection ended in good order.
func TestTCPDrain(t *testing.T) {
	t.Parallel()
	r, c := newTCP(t, quick(func(l *rpc.Limits) { l.Farewell = 50 * time.Millisecond }))
	idle := r.dialTCP()
	idle.ask(command(`1`, "echo", "", ""))
	c.send(command(`1`, "stuck", "", "") + "\n")
	wait(t, r.started, "stuck")
	drained := make(chan error, 1)
	go func() { drained <- r.server.Drain(t.Context()) }()
	if got := idle.end(); got != "" {
		t.Errorf("an idle connection is told %q at the end", got)
	}
	c.send(command(`2`, "echo", "", "") + "\n")
	if got := c.line(); !strings.HasPrefix(got, `{"extID":2,"status":429,`) {
		t.Errorf("a request while the server ends: %s", got)
	}
	r.freeStuck()
	if got := c.end(); got != ok(`1`, `"late"`)+"\r\n" {
		t.Errorf("what ran when the server ended: %q", got)
	}
	if err := wait(t, drained, "Drain"); err != nil {
		t.Errorf("Drain: %v", err)
	}
}

// TestTCPOverTLS wants the same over TLS, and nobody to hold a place who does
// not get as far as speaking.
func TestTCPOverTLS(t *testing.T) {
	t.Parallel()
	r := newRigTLS(t, rpc.Options{})
	address := r.listenTCP(&tls.Config{Certificates: r.web.TLS.Certificates})
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := &tcpClient{t, conn, bufio.NewReader(conn)}
	long := `"` + strings.Repeat("é", 20_000) + `"`
	c.send(command(`1`, "echo", long, managerToken) + "\n")
	c.closeWrite()
	if got, want := c.end(), ok(`1`, strings.ReplaceAll(long, "é", `\u00e9`))+"\r\n"; got != want {
		t.Errorf("over TLS: %d bytes, want %d", len(got), len(want))
	}
	plain := dialTCP(t, address)
	plain.send("no handshake\n")
	io.Copy(io.Discard, plain.conn) // the alert
	if !settles(func() bool { return r.server.Stats().Connections == 0 }) {
		t.Errorf("Stats = %+v, want no connections", r.server.Stats())
	}
}
