package rpc_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"daybook/rpc"
)

func TestUpgrade(t *testing.T) {
	r := newRig(t, rpc.Options{})
	tests := []struct {
		name   string
		header []string
		status int
	}{
		{"no token", nil, 101},
		{"good token", []string{"Authorization: Bearer " + managerToken}, 101},
		{"token without rights", []string{"Authorization: Token " + userToken}, 101},
		{"bad token", []string{"Authorization: Bearer nonsense"}, 401},
		{"version 12", []string{"Sec-WebSocket-Version:", "Sec-WebSocket-Version: 12"}, 426},
		{"no key", []string{"Sec-WebSocket-Key:"}, 400},
		{"short key", []string{"Sec-WebSocket-Key:", "Sec-WebSocket-Key: YQ=="}, 400},
		{"no upgrade", []string{"Upgrade:"}, 426},
		{"upgrade to what", []string{"Upgrade:", "Upgrade: h2c"}, 426},
		{"subprotocol", []string{"Sec-WebSocket-Protocol: jsonrpc"}, 101},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, resp := r.handshake(tt.header...)
			if resp.StatusCode != tt.status {
				t.Errorf("got %s, want %d", resp.Status, tt.status)
			}
			if tt.status == 101 {
				c.usable()
				if p := resp.Header.Get("Sec-WebSocket-Protocol"); p != "" {
					t.Errorf("accepted subprotocol %q", p)
				}
				return
			}
			if got := read(t, resp.text); got.code() == 0 || string(got.ID) != "null" {
				t.Errorf("body %s, want an error", resp.text)
			}
		})
	}
	if _, resp := r.handshake("Authorization: nonsense"); resp.Header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("401 with %v", resp.Header)
	}
	if st := r.server.Stats(); !settles(func() bool { return r.server.Stats().Connections == 4 }) {
		t.Errorf("seats are lost: %+v", st)
	}
}

func authenticate(id, token string) string {
	return request(id, "Authenticate", `{"token":"`+token+`"}`)
}

func TestAuthenticate(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dial()
	step := func(in, want string) {
		t.Helper()
		text := c.ask(in)
		got := read(t, text)
		if want != fmt.Sprint(got.code()) && text != want {
			t.Errorf("%s: got %s, want %s", in, text, want)
		}
	}
	who := request("9", "whoami", "")
	mia, uwe := result("9", `"mia"`), "-32003"
	step(who, "-32001")
	step(authenticate("1", "nonsense"), "-32001")
	step(who, "-32001")
	step(authenticate("2", managerToken), result("2", `"mia"`))
	step(who, mia)
	step(authenticate("3", "nonsense"), "-32001") // leaves the connection as it was
	step(who, mia)
	step(authenticate("4", userToken), result("4", `"uwe"`))
	step(who, uwe)
	step(authenticate("5", managerToken), result("5", `"mia"`))

	r.tokens.revoke(managerToken)
	step(who, "-32001")
	step(request("6", "echo", ""), result("6", "null")) // the connection stays
	step(authenticate("7", userToken), result("7", `"uwe"`))
	step(who, uwe)

	// Authenticate counts for more than the header of the upgrade.
	c = r.dial("Authorization: " + userToken)
	step(who, uwe)
	r.tokens.all[managerToken] = r.tokens.all[userToken]
	step(authenticate("8", managerToken), result("8", `"uwe"`))
}

// TestAuthenticateHoldsForWhatFollows sends requests without waiting for the
// answer to Authenticate: in one batch, in messages of their own, and longer
// than a stranger's may be.
func TestAuthenticateHoldsForWhatFollows(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dial()
	batch := c.ask(`[` + request("1", "whoami", "") + `,` + authenticate("2", managerToken) + `,` + request("3", "whoami", "") + `]`)
	codes := map[string]int{}
	for _, a := range readAll(t, batch) {
		codes[string(a.ID)] = a.code()
	}
	if codes["1"] != rpc.CodeNoToken || codes["2"] != 0 || codes["3"] != 0 {
		t.Errorf("batch: got %s", batch)
	}

	for range 20 {
		c = r.dial()
		c.send(authenticate("1", managerToken))
		c.send(request("2", "whoami", ""))
		c.send(request("3", "echo", `["`+strings.Repeat("x", 200<<10)+`"]`))
		for range 3 {
			if got := read(t, c.receive()); got.code() != 0 {
				t.Fatalf("got %+v", got)
			}
		}
	}
}

func TestFailedAuthenticationsAreLimited(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dial()
	for i := range 10 {
		var code int
		switch i % 3 {
		case 0:
			code = read(t, c.ask(authenticate("1", "guess"))).code()
		case 1:
			_, text := r.post(`[`+request("1", "whoami", "")+`,`+request("2", "whoami", "")+`]`, "Authorization: guess") // one failure
			code = readAll(t, text)[0].code()
		case 2:
			_, resp := r.handshake("Authorization: guess")
			code = read(t, resp.text).code()
		}
		if code != rpc.CodeNoToken {
			t.Fatalf("failure %d: code %d", i+1, code)
		}
	}
	tooMany := read(t, c.ask(authenticate("1", "guess")))
	if tooMany.code() != rpc.CodeTooFrequent || !strings.Contains(string(tooMany.Error.Data), `"retryAfter":`) {
		t.Errorf("11th failure: got %+v", tooMany)
	}
	if _, text := r.post(request("1", "whoami", ""), "Authorization: guess"); read(t, text).code() != rpc.CodeTooFrequent {
		t.Errorf("over HTTP: got %s", text)
	}
	_, resp := r.handshake("Authorization: guess")
	if resp.StatusCode != 429 || resp.Header.Get("Retry-After") == "" {
		t.Errorf("upgrade: got %s %v", resp.Status, resp.Header)
	}
	// What needs no token, and good tokens, are not refused.
	if _, text := r.post(request("1", "echo", ""), "Authorization: guess"); read(t, text).code() != 0 {
		t.Errorf("echo: got %s", text)
	}
	if _, text := r.post(request("1", "whoami", "")); read(t, text).code() != rpc.CodeNoToken {
		t.Errorf("no token at all: got %s", text)
	}
	if _, text := r.post(request("1", "whoami", ""), "Authorization: "+managerToken); read(t, text).code() != 0 {
		t.Errorf("good token: got %s", text)
	}
	if got := read(t, c.ask(authenticate("1", managerToken))); got.code() != 0 {
		t.Errorf("good Authenticate: got %+v", got)
	}
	r.dialManager().usable()
}

// TestQueueIsBounded lets a client that does not read ask for more than the
// queue holds: only as many calls run as there are places.
func TestQueueIsBounded(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Queue, l.Stall = 1000, time.Hour }))
	c := r.dialManager()
	for range 16 {
		c.send(request("1", "big", "[5000000]"))
	}
	// Socket buffers take a few of them.
	if !settles(func() bool { return r.server.Stats().Running == 4 }) {
		t.Fatalf("got %+v", r.server.Stats())
	}
	if st := r.server.Stats(); st.HeldBytes > 10*5_100_000 {
		t.Errorf("holds %d bytes", st.HeldBytes)
	}
	for range 16 {
		if text := c.receive(); !strings.HasPrefix(text, `{"jsonrpc":"2.0","id":1,"result":"x`) {
			t.Fatalf("got %.100s", text)
		}
	}
	if !settles(func() bool {
		st := r.server.Stats()
		return st.HeldBytes == 0 && st.QueuedBytes == 0 && st.InFlight == 0
	}) {
		t.Errorf("after all: %+v", r.server.Stats())
	}
}

func TestLeavingStopsWork(t *testing.T) {
	r := newRig(t, rpc.Options{})
	for name, leave := range map[string]func(*wsClient){
		"close frame": func(c *wsClient) { c.write(frame(frameFinal|frameClose, []byte{3, 232})) },
		"connection":  func(c *wsClient) { c.conn.Close() },
		"breach":      func(c *wsClient) { c.send("\xff") },
	} {
		c := r.dialManager()
		for i := range 8 { // four run, four wait
			c.send(request(fmt.Sprint(i), "slow", ""))
		}
		for range 4 {
			wait(t, r.started, "calls to start")
		}
		left := time.Now()
		leave(c)
		for range 4 {
			wait(t, r.ended, name+": calls to end")
		}
		if d := time.Since(left); d > 5*time.Second { // 100 ms, on a machine that does nothing else
			t.Errorf("%s: the work went on for %v", name, d)
		}
		if len(r.started) > 0 {
			t.Errorf("%s: %d more calls were started", name, len(r.started))
		}
	}
}

// TestLeavingWithAFullLane leaves when so much is in flight that the server
// reads nothing more.
func TestLeavingWithAFullLane(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can tell")
	}
	r := newRig(t, rpc.Options{})
	c := r.dialManager()
	for i := range 70 {
		c.send(request(fmt.Sprint(i), "slow", ""))
	}
	for range 4 {
		wait(t, r.started, "calls to start")
	}
	if !settles(func() bool { return r.server.Stats().InFlight == 64 }) {
		t.Fatalf("got %+v", r.server.Stats())
	}
	c.conn.Close()
	for range 4 {
		wait(t, r.ended, "calls to end")
	}
}

func TestOverTLS(t *testing.T) {
	r := newRigTLS(t, rpc.Options{})
	if _, text := r.post(request("1", "echo", "")); text != result("1", "null") {
		t.Errorf("over HTTPS: got %s", text)
	}
	c := r.dial("Origin: " + r.web.URL)
	c.usable()
	if got := read(t, c.ask(request("1", "big", "[5000000]"))); got.code() != 0 {
		t.Errorf("large answer: got %+v", got)
	}
	c.send(strings.Repeat(" ", 70<<10))
	if got := read(t, c.receive()); got.code() != rpc.CodeTooLarge {
		t.Errorf("too large: got %+v", got)
	}
	c.closed(1009)
	if _, resp := r.handshake("Origin: http" + strings.TrimPrefix(r.web.URL, "https")); resp.StatusCode != 403 {
		t.Errorf("from a page without TLS: %s", resp.Status)
	}
}

func TestNoSecretIsLogged(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dial()
	for _, in := range []string{authenticate("1", managerToken), authenticate("2", "guess-a-secret"), request("3", "whoami", "")} {
		c.ask(in)
	}
	r.post(request("1", "whoami", ""), "Authorization: guess-a-secret")
	for _, x := range r.seen.exchanges() {
		shown := fmt.Sprintf("%+v %+v %v", x.Principal, x.Cause, x.Err)
		if strings.Contains(shown, managerToken) || strings.Contains(shown, "guess-a-secret") {
			t.Errorf("%s shows %s", x.Method, shown)
		}
	}
}
