package rpc_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"daybook/rpc"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func hazardCompression(t *testing.T) {
	r := newRig(t, rpc.Options{})
	for _, offer := range []string{"permessage-deflate", "permessage-deflate; client_max_window_bits", "x-webkit-deflate-frame"} {
		c, resp := r.handshake("Sec-WebSocket-Extensions: " + offer)
		if got := resp.Header.Values("Sec-WebSocket-Extensions"); len(got) > 0 {
			t.Errorf("offered %q: accepted %q", offer, got)
		}
		c.usable()
		c.write(frame(frameFinal|frameRSV1|frameText, []byte("deflated, it says")))
		c.closed(1002)
	}
}

func hazardReadLimits(t *testing.T) {
	r := newRig(t, rpc.Options{})
	// message returns a request of exactly n bytes.
	message := func(n int) string {
		empty := len(request("1", "echo", `[""]`))
		return request("1", "echo", `["`+strings.Repeat("x", n-empty)+`"]`)
	}
	for _, tt := range []struct {
		who   string
		token string
		most  int
	}{
		{"a stranger", "", 64 << 10},
		{"a manager", "Authorization: " + managerToken, 1 << 20},
	} {
		for _, n := range []int{tt.most - 1, tt.most, tt.most + 1} {
			want := map[bool]int{true: 0, false: rpc.CodeTooLarge}[n <= tt.most]
			status, text := r.post(message(n), tt.token)
			if got := read(t, text); got.code() != want || (status == http.StatusRequestEntityTooLarge) != (want != 0) {
				t.Errorf("%s, %d bytes over HTTP: status %d, code %d, want code %d", tt.who, n, status, got.code(), want)
			}
			c := r.dial(tt.token)
			if got := read(t, c.ask(message(n))); got.code() != want {
				t.Errorf("%s, %d bytes over WebSocket: code %d, want %d", tt.who, n, got.code(), want)
			}
			if want == 0 {
				c.usable()
			} else {
				c.closed(1009)
			}
		}
	}
}

func hazardWriters(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Ping = time.Millisecond }))
	c := r.dialManager()
	const n = 300
	go func() {
		for i := range n {
			c.send(request(fmt.Sprint(i), "big", "[3000]"))
		}
	}()
	for answers := 0; answers < n; {
		first, payload, err := c.frame()
		if err != nil {
			t.Fatalf("after %d answers: %v", answers, err)
		}
		if first == frameFinal|frameText {
			if read(t, string(payload)).code() != 0 {
				t.Fatalf("got %.100s", payload)
			}
			answers++
		}
	}
}

func hazardTimeOut(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Stall = 100 * time.Millisecond }))
	c := r.dialManager()
	for range 8 {
		c.send(request("1", "big", "[8000000]"))
	}
	if !settles(func() bool { st := r.server.Stats(); return st.Stalled == 1 && st.WebSockets == 0 }) {
		t.Fatalf("not closed: %+v", r.server.Stats())
	}
	// What had been written can still be read, then nothing more.
	var err error
	for err == nil {
		_, _, err = c.frame()
	}
}

func hazardSlowHandshake(t *testing.T) {
	// A connection that was upgraded with deadlines of the HTTP server on it
	// must not end when they pass.
	r := newRigOn(t, rpc.Options{}, func(s *httptest.Server) {
		s.Config.ReadTimeout, s.Config.WriteTimeout = 400*time.Millisecond, 400*time.Millisecond
	})
	c := r.dialManager()
	end := time.After(time.Second) // more than twice the deadlines
	for done := false; !done; {
		select {
		case <-end:
			done = true
		default:
			c.usable()
		}
	}
	c.usable()
}

func hazardReadAfterError(t *testing.T) {
	core, logs := observer.New(zapcore.DebugLevel)
	r := newRig(t, rpc.Options{Log: zap.New(core)})
	for range 20 {
		c := r.dialManager()
		c.write([]byte{frameFinal | frameText, 0x80 | 100}) // half a frame
		c.conn.Close()
	}
	if !settles(func() bool { return r.server.Stats().Connections == 0 }) {
		t.Errorf("connections are left: %+v", r.server.Stats())
	}
	if logs.Len() > 0 {
		t.Errorf("logged %v", logs.All())
	}
}

func hazardUTF8(t *testing.T) {
	r := newRig(t, rpc.Options{})
	for _, bad := range []string{"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"} {
		in := request("1", "echo", `["`+bad+`"]`)
		c := r.dialManager()
		c.send(in)
		c.closed(1007)
		if _, text := r.post(in); read(t, text).code() != rpc.CodeParse {
			t.Errorf("%q over HTTP: got %s", bad, text)
		}
	}
	// A character may be split between fragments.
	c := r.dialManager()
	whole := request("1", "echo", `["€"]`)
	cut := strings.Index(whole, "€") + 1
	c.write(frame(frameText, []byte(whole[:cut])))
	c.write(frame(frameFinal|frameContinuation, []byte(whole[cut:])))
	if got := c.receive(); got != result("1", `["€"]`) {
		t.Errorf("got %s", got)
	}
	c.write(frame(frameFinal|frameBinary, []byte(whole)))
	c.closed(1003)
}

func hazardOrigins(t *testing.T) {
	r := newRig(t, rpc.Options{AllowOrigin: []string{"https://console.example", "http://other.example:8080", "nonsense", "*"}})
	host := r.web.Listener.Addr().String()
	port := host[strings.LastIndex(host, ":"):]
	for origin, want := range map[string]bool{
		"http://" + host:                   true,
		"HTTP://" + host:                   true,
		"https://" + host:                  false, // another scheme
		"http://localhost" + port:          false, // another name
		"http://127.0.0.1":                 false, // another port
		"http://" + host + ".evil.example": false,
		"http://evil.example":              false,
		"null":                             false,
		"file://":                          false,
		"*":                                false,
		"nonsense":                         false,
		"http://" + host + "/":             false,
		"http://user@" + host:              false,
		"ws://" + host:                     false,
		"https://console.example":          true,
		"https://CONSOLE.example":          true,
		"https://console.example:443":      true,
		"http://console.example":           false,
		"https://console.example:8443":     false,
		"https://sub.console.example":      false,
		"https://console.example.evil":     false,
		"http://other.example:8080":        true,
		"http://other.example":             false,
		"https://xn--cnsole-0wa.example":   false,
	} {
		c, resp := r.handshake("Origin: " + origin)
		if got := resp.StatusCode == http.StatusSwitchingProtocols; got != want {
			t.Errorf("Origin %s: %s, want admitted: %t", origin, resp.Status, want)
		}
		if !want && resp.StatusCode != http.StatusForbidden {
			t.Errorf("Origin %s: %s, want 403", origin, resp.Status)
		}
		c.conn.Close()
	}
	if _, resp := r.handshake("Origin: http://"+host, "Origin: http://evil.example"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("two origins: %s", resp.Status)
	}
	r.dial().usable() // none at all
}

func hazardControlFrames(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dialManager()
	for i := range 4 {
		c.send(request(fmt.Sprint(i), "slow", ""))
		wait(t, r.started, "a call to start")
	}
	c.write(frame(frameFinal|framePing, []byte("while busy")))
	if first, payload, err := c.frame(); err != nil || first != frameFinal|framePong || string(payload) != "while busy" {
		t.Errorf("got frame %#x %q, %v; want the pong", first, payload, err)
	}
	c.write(frame(frameFinal|frameClose, []byte{0x03, 0xe8})) // 1000
	first, payload, err := c.frame()
	if err != nil || first != frameFinal|frameClose || closeCode(payload) != 1000 {
		t.Errorf("got frame %#x %q, %v; want the close back", first, payload, err)
	}
	for range 4 {
		wait(t, r.ended, "calls to end with the close")
	}

	flood := r.dialManager()
	for range 100 {
		flood.write(frame(frameFinal|framePong, nil))
	}
	flood.closed(1008)
	crumbs := r.dialManager()
	crumbs.write(frame(frameText, nil))
	for range 2000 {
		crumbs.write(frame(frameContinuation, nil))
	}
	crumbs.closed(1008)
}

func hazardIdleCost(t *testing.T) {
	r := newRig(t, rpc.Options{})
	const n = 200
	before := runtime.NumGoroutine()
	for range n {
		r.dialManager()
	}
	if !settles(func() bool { return runtime.NumGoroutine()-before <= 3*n+10 }) {
		t.Errorf("%d goroutines for %d idle connections", runtime.NumGoroutine()-before, n)
	}
	if !settles(func() bool { return r.server.Stats().WebSockets == n }) {
		t.Errorf("%d connections, want %d", r.server.Stats().WebSockets, n)
	}
}

func hazardLengths(t *testing.T) {
	r := newRig(t, rpc.Options{})
	for name, header := range map[string][]byte{
		"2^63":            {frameFinal | frameText, 0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4},
		"2^64-1":          {frameFinal | frameText, 0x80 | 127, 255, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4},
		"8 bytes for 5":   {frameFinal | frameText, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4},
		"2 bytes for 5":   {frameFinal | frameText, 0x80 | 126, 0, 5, 1, 2, 3, 4},
		"unmasked":        {frameFinal | frameText, 1, 'x'},
		"bad opcode":      {frameFinal | 3, 0x80, 1, 2, 3, 4},
		"long ping":       {frameFinal | framePing, 0x80 | 126, 0, 126, 1, 2, 3, 4},
		"cut ping":        {framePing, 0x80, 1, 2, 3, 4},
		"no beginning":    {frameFinal | frameContinuation, 0x80, 1, 2, 3, 4},
		"half close code": {frameFinal | frameClose, 0x80 | 1, 1, 2, 3, 4, 3},
		"RSV2":            {frameFinal | 0x20 | frameText, 0x80, 1, 2, 3, 4},
	} {
		t.Run(name, func(t *testing.T) {
			c := r.dialManager()
			c.t = t
			c.usable()
			c.write(header)
			c.closed(1002)
		})
	}
	c := r.dialManager()
	c.write([]byte{frameFinal | frameText, 0x80 | 127, 0x7f, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4})
	c.write(make([]byte, 2<<20))
	if got := read(t, c.receive()); got.code() != rpc.CodeTooLarge {
		t.Errorf("2^63-1: code %d", got.code())
	}
	c.closed(1009)
}

func hazardSwap(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources: %v", err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range f.Imports {
			if imp.Path.Value == `"github.com/gorilla/websocket"` && name != "gorilla.go" {
				t.Errorf("%s imports the WebSocket library, which is for gorilla.go alone", name)
			}
		}
	}
}
