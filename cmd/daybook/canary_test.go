package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// canary is how secrets begin that must be found nowhere.
const canary = "c4n4ry"

// A smuggler is an HTTP request that offers a secret, and repeats it. SECRET stands
// for it.
type smuggler struct {
	line   string // method and target
	header string // lines that end with \r\n
	body   string
}

// text returns the request as it is sent.
func (s *smuggler) text(secret string) string {
	fill := func(text string) string { return strings.ReplaceAll(text, "SECRET", secret) }
	body := fill(s.body)
	return fmt.Sprintf("%s HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n%s", fill(s.line), len(body), fill(s.header), body)
}

// httpSmugglers are requests for all that the port serves.
func httpSmugglers() []smuggler {
	const (
		typed  = "Content-Type: application/json\r\n"
		bearer = "Authorization: Bearer SECRET\r\n"
		call   = `{"jsonrpc":"2.0","id":"SECRET","method":"SECRET","params":{"filter":"SECRET"}}`
		list   = "GET /api/metrics/request_logs"
	)
	return []smuggler{
		{"POST /rpc", typed + bearer, call},
		{"POST /rpc", typed + "authorization: token SECRET\r\nReferer: https://h/?q=SECRET\r\n", call},
		{"POST /rpc", typed + "X-API-Key: SECRET\r\nUser-Agent: SECRET/1.0\r\n", call},
		{"POST /rpc", typed + "Cookie: a=b; sid=SECRET\r\n", call},
		{"POST /rpc?token=SECRET&a=SECRET", typed, call},
		{"POST /rpc", typed, `{"jsonrpc":"2.0","id":"SECRET","method":"GetLogs","params":{"__token":"SECRET","SECRET":1}}`},
		{"POST /rpc", typed, `{"jsonrpc":"2.0","id":"SECRET","method":"Authenticate","params":{"token":"SECRET"}}`},
		{"POST /rpc", typed, `[{"jsonrpc":"2.0","id":1,"method":"Authenticate","params":[{"token":"SECRET"}]},{"jsonrpc":"2.0","method":"SECRET"}]`},
		{"POST /rpc", typed, `{"jsonrpc":"2.0","id":"SECRET","method":"GetLogs","params":{"x":{"value":"SECRET","name":"password"}}}`},
		{"POST /rpc", typed, `{"jsonrpc":"2.0","id":"SECRET","method":"SECRET","params":[["x-api-key","SECRET"]]}`},
		{"POST /rpc", typed, `{"jsonrpc":"2.0","id":"SECRET","params":{"token":"SECRET`},
		{"POST /rpc", typed, `{"jsonrpc":"2.0","id":"SECRET","method":"GetLogs","params":{"token":"SECRET"},"params":"SECRET"}`},
		{"POST /rpc", bearer + "Content-Type: application/x-www-form-urlencoded\r\n", "password=SECRET&a=SECRET"},
		{"POST /rpc", typed + bearer + "Content-Encoding: SECRET\r\n", "SECRET"},
		{"GET /rpc?token=SECRET", bearer, ""},
		{"GET /rpc?access_token=SECRET", bearer + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", ""},
		{"POST /export", typed + bearer, `{"format":"SECRET","filter":"SECRET"}`},
		{"POST /export", typed, `{"format":"csv","token":"SECRET","SECRET":1}`},
		{list + "?token=SECRET&search=SECRET", bearer, ""},
		{list + "?key=token&value=SECRET&search=SECRET", "", ""},
		{list + "?is_bot=SECRET&password=SECRET", "X-Forwarded-For: SECRET\r\nX-Secret: SECRET\r\n", ""},
		{list + "/SECRET?to%6ben=SECRET", "", ""},
		{"SECRET /api/metrics/request_logs", bearer, ""},
		{"SECRET /api/SECRET", "X-Token: SECRET\r\n", ""},
		{"SECRET /rpc?token=SECRET", "", ""},
		{"GET /SECRET?token=SECRET", bearer, ""},
	}
}

// lineSmugglers are messages over TCP and WebSocket that offer a secret, and repeat
// it.
func lineSmugglers() []string {
	return []string{
		`{"jsonrpc":"2.0","id":1,"method":"Authenticate","params":{"token":"SECRET"}}`,
		`{"jsonrpc":"2.0","id":"SECRET","method":"SECRET","params":{"detail":"SECRET"}}`,
		`{"jsonrpc":"2.0","id":1,"method":"SubscribeLogs","params":{"SECRET":"SECRET"}}`,
		`{"jsonrpc":"2.0","method":"GetLogs","params":{"password":"SECRET","where":["detail","SECRET","SECRET"]}}`,
		`{"jsonrpc":"2.0","id":"SECRET","token":"SECRET`,
		`{"jsonrpc":"2.0","id":"SECRET","params":{"name":"password","value":"SECRET`,
	}
}

// platformSmugglers are lineSmugglers in the dialect of the platform.
func platformSmugglers() []string {
	return []string{
		`{"command":"SECRET","extID":"SECRET","__token":"SECRET","data":{"filter":"SECRET"}}`,
		`{"command":"GetLogs","extID":"SECRET","__token":"SECRET","data":{"SECRET":"SECRET"}}`,
		`{"command":"GetLogs","SECRET":1,"SECRET":2,"__token":"SECRET"}`,
		`{"command":17,"__token":"SECRET","data":"SECRET"}`,
		`{"extID":"SECRET","__token":"SECRET","comm`,
	}
}

// TestNoSecretStays offers secrets in every place of every kind of request, and
// looks for them in all that the server writes, and in what it shows of requests.
func TestNoSecretStays(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	var stderr bytes.Buffer
	p.stderr = &stderr
	p.start(t, "--log-level", "debug", "--tcp", "127.0.0.1:0", "--record", filepath.Join(p.data, "recordings.jsonl"), "--request-log-responses", "1",
		"--max-attempts", "1000")
	web, tcp, _ := strings.Cut(p.addr, "\n")
	p.addr = web
	secrets := 0
	// A secret of its own for each: one that is shown is not masked thanks to another.
	next := func() string {
		secrets++
		long := ""
		if secrets%2 == 0 {
			long = strings.Repeat("-and-more", 12)
		}
		return fmt.Sprintf("%s-%03d-is-offered%s", canary, secrets, long)
	}
	for range 2 {
		for _, s := range httpSmugglers() {
			exchangeText(t, web, s.text(next()))
		}
		exchangeText(t, tcp, strings.ReplaceAll(strings.Join(lineSmugglers(), "\n"), "SECRET", next())+"\n")
		for _, text := range platformSmugglers() {
			exchangeText(t, tcp, strings.ReplaceAll(text, "SECRET", next())+"\n")
		}
		for _, text := range lineSmugglers() {
			smuggleOverWebSocket(t, web, text, next())
		}
	}
	shown := p.shownRequests(t)
	p.stop(t)
	mustNotShow(t, "an answer", shown)
	mustNotShow(t, "the server's log", stderr.Bytes())
	files := 0
	err := filepath.WalkDir(p.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		mustNotShow(t, path, text)
		files++
		return err
	})
	if err != nil || files < 4 {
		t.Errorf("%d files, %v", files, err)
	}
}

// exchangeText sends text over a connection of its own, and waits for its end.
func exchangeText(t *testing.T, addr, text string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Error(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Error(err)
	}
	io.Copy(io.Discard, conn) // it may be cut off
}

// smuggleOverWebSocket offers the secret with the upgrade, and in a message.
func smuggleOverWebSocket(t *testing.T, addr, text, secret string) {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+addr+"/rpc?token="+secret, http.Header{"Cookie": {"sid=" + secret}})
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	for _, message := range []string{strings.ReplaceAll(text, "SECRET", secret), `{"jsonrpc":"2.0","id":1,"method":"` + secret + `"}`} {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
			t.Error(err)
		}
	}
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Error(err)
	}
	for { // until the last one is answered
		_, answer, err := conn.ReadMessage()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: no answer", text)
		}
		if err != nil || bytes.Contains(answer, []byte("no method")) {
			return
		}
	}
}

// shownRequests returns what the server shows of the requests, once they are all
// there.
func (p *program) shownRequests(t *testing.T) []byte {
	t.Helper()
	get := func(target string) []byte {
		r, err := http.NewRequest("GET", "http://"+p.addr+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+p.token.Reveal())
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	const list = "/api/metrics/request_logs"
	for deadline := time.Now().Add(awaitDeadline); ; time.Sleep(10 * time.Millisecond) {
		text, err := p.metrics()
		if err == nil && bytes.Contains(text, []byte("daybook_request_log_waiting 0\n")) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("records are not written: %v", err)
		}
	}
	shown := get(list + "?limit=1000")
	ids := requestID.FindAllSubmatch(shown, -1)
	if len(ids) < 80 {
		t.Errorf("%d requests are recorded: %s", len(ids), shown)
	}
	for _, id := range ids {
		shown = append(shown, get(list+"/"+string(id[1]))...)
	}
	return append(shown, get(list+"?format=csv")...)
}

// mustNotShow looks for the beginning of secrets.
func mustNotShow(t *testing.T, where string, text []byte) {
	t.Helper()
	for n := 0; n < 5; n++ {
		i := bytes.Index(text, []byte(canary))
		if i < 0 {
			return
		}
		t.Errorf("%s shows a secret: …%s", where, text[max(0, i-300):min(len(text), i+100)])
		text = text[min(len(text), i+400):]
	}
}

// requestID finds the ids of records in a list.
var requestID = regexp.MustCompile(`\{"id":(\d+),"user"`)
