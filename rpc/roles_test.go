package rpc_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"daybook/auth"
	"daybook/filter"
	"daybook/rpc"
)

// TestRoles calls every method of the table as everybody, over every transport.
// What may be called is right by the method's own row: a method without one is
// open to all.
func TestRoles(t *testing.T) {
	t.Parallel()
	r := newLiveRig(t, func(*rpc.Limits) {})
	address := r.listenTCP(nil)
	sessions := map[auth.Secret]auth.Principal{
		"user":    {ID: 11, Name: "user", Session: auth.SessionUser},
		"manager": {ID: 12, Name: "manager", Session: auth.SessionManager},
		"dealer":  {ID: 13, Name: "dealer", Session: auth.SessionDealer},
		"admin":   {ID: 14, Name: "admin", Session: auth.SessionAdmin},
		"other":   {ID: 15, Name: "other", Session: 17},
		"expired": {ID: 16, Name: "expired", Session: auth.SessionAdmin},
		"revoked": {ID: 17, Name: "revoked", Session: auth.SessionAdmin},
		"nobody":  {},
	}
	cells := 0
	for name, who := range sessions {
		if name != "nobody" {
			r.tokens.set(name, who)
		}
		ws, tcp := r.dial("Authorization: "+bearerOf(name)), dialTCP(t, address)
		if name != "nobody" {
			tcp.ask(request("0", "Authenticate", fmt.Sprintf(`{"token":%q}`, name.Reveal())))
		}
		proved := name != "nobody"
		switch name {
		case "expired":
			r.tokens.expire(name, time.Now().Add(-time.Second))
			proved = false
		case "revoked":
			r.tokens.revoke(name)
			proved = false
		}
		for _, m := range rpc.Methods(r.store, nil, r.tokens, rpc.Limits{}, filter.Limits{}) {
			text := request("1", m.Name, `{}`)
			for transport, ask := range map[string]func() string{
				"http": func() string { _, answer := r.post(text, "Authorization: "+bearerOf(name)); return answer },
				"ws":   func() string { return ws.answer(text) },
				"tcp":  func() string { return tcp.answer(text) },
			} {
				code := read(t, ask()).code()
				want := 0
				switch {
				case m.Push && transport == "http":
					want = rpc.CodeNoMethod
				case m.Action == auth.Anything:
				case !proved:
					want = rpc.CodeNoToken
				case !who.May(m.Action):
					want = rpc.CodeNoRights
				}
				refused := code == rpc.CodeNoMethod || code == rpc.CodeNoToken || code == rpc.CodeNoRights
				if want != 0 && code != want || want == 0 && refused {
					t.Errorf("%s as %s over %s: %d, want %d", m.Name, name.Reveal(), transport, code, want)
				}
				cells++
			}
		}
	}
	if cells < 200 {
		t.Errorf("%d cells only", cells)
	}
}

// bearerOf returns the header that carries a token, "" for nobody's.
func bearerOf(token auth.Secret) string {
	if token == "nobody" {
		return ""
	}
	return "Bearer " + token.Reveal()
}

// answer sends a request and returns its answer, whatever events come before.
func (c *wsClient) answer(text string) string {
	c.t.Helper()
	c.send(text)
	for {
		if got := c.receive(); !isEvent(got) {
			return got
		}
	}
}

// answer is the same over TCP.
func (c *tcpClient) answer(text string) string {
	c.t.Helper()
	c.send(text + "\r\n")
	for {
		if got := c.line(); !isEvent(got) {
			return got
		}
	}
}

// isEvent reports whether a message is one that nobody asked for.
func isEvent(text string) bool {
	var message struct{ Method string }
	return json.Unmarshal([]byte(text), &message) == nil && message.Method == "LogEvent"
}
