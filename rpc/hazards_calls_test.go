package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"daybook/rpc"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func hazardStuckPeer(t *testing.T) {
	o := quick(func(l *rpc.Limits) { l.Stall = 200 * time.Millisecond })
	r := newRig(t, o)
	stuck := r.dialManager()
	for i := range 8 { // more than socket buffers and queue take
		stuck.send(request(fmt.Sprint(i), "big", "[8000000]"))
	}
	healthy := r.dialManager()
	for !settledStall(r) {
		healthy.usable()
	}
	healthy.usable()
	if !settles(func() bool {
		st := r.server.Stats()
		return st.WebSockets == 1 && st.HeldBytes == 0 && st.QueuedBytes == 0
	}) {
		t.Errorf("the stuck connection is not gone: %+v", r.server.Stats())
	}
}

// settledStall reports whether a stuck connection was closed.
func settledStall(r *rig) bool { return r.server.Stats().Stalled > 0 }

func hazardVanishedPeer(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) {
		// A busy machine may let a connection wait for some 100 ms.
		l.Ping, l.Silence, l.ControlFrames = 50*time.Millisecond, time.Second, 1000
	}))
	silent := r.dialManager()
	silent.send(request("1", "slow", ""))
	wait(t, r.started, "the call to start")
	// Nobody answers the pings. The test's own reading waits for the end.
	pings := 0
	for {
		first, _, err := silent.frame()
		if err != nil {
			break
		}
		if first != frameFinal|framePing {
			t.Fatalf("got a frame %#x, want pings and the end", first)
		}
		pings++
	}
	if pings == 0 {
		t.Error("no ping came")
	}
	wait(t, r.ended, "the call to be stopped")

	alive := r.dialManager()
	for range 30 { // 1.5 s
		first, payload, err := alive.frame()
		if err != nil || first != frameFinal|framePing {
			t.Fatalf("got frame %#x, error %v; want a ping", first, err)
		}
		alive.write(frame(frameFinal|framePong, payload))
	}
	alive.usable()
}

func hazardGoroutines(t *testing.T) {
	r := newRig(t, rpc.Options{})
	before := runtime.NumGoroutine()
	c := r.dialManager()
	go func() {
		for i := range 2000 {
			c.send(request(fmt.Sprint(i), "slow", ""))
		}
	}()
	if !settles(func() bool { return r.server.Stats().InFlight == 64 }) {
		t.Errorf("in flight: %d, want 64", r.server.Stats().InFlight)
	}
	for range 4 {
		wait(t, r.started, "a call to start")
	}
	if got := r.server.Stats(); got.Running != 4 || len(r.started) != 0 {
		t.Errorf("%d run and %d more have started, want 4 and 0", got.Running, len(r.started))
	}
	if n := runtime.NumGoroutine() - before; n > 64+20 {
		t.Errorf("%d goroutines for one connection", n)
	}
	c.conn.Close()
}

func hazardSlowCall(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dialManager()
	c.send(request("1", "slow", ""))
	wait(t, r.started, "the call to start")
	c.usable()
	c.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}`)
	if got := read(t, c.receive()); got.code() != rpc.CodeStopped || string(got.ID) != "1" {
		t.Errorf("cancelled: got %+v", got)
	}
	wait(t, r.ended, "the cancelled call to end")

	for i := range 4 { // all places taken
		c.send(request(fmt.Sprint(i), "slow", ""))
		wait(t, r.started, "a call to start")
	}
	c.conn.Close()
	for range 4 {
		wait(t, r.ended, "calls to end with their connection")
	}
}

func hazardPanic(t *testing.T) {
	core, logs := observer.New(zapcore.DebugLevel)
	log := zap.New(core)
	r := newRig(t, rpc.Options{Log: log, Observers: []rpc.Observer{rpc.NewOperationalLog(log), panicky{}}})
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		for _, method := range []string{"panic", "panicDecode"} {
			text := ask(request("1", method, ""))
			got := read(t, text)
			if got.code() != rpc.CodeInternal || strings.Contains(text, "bug") {
				t.Errorf("%s: got %s", method, text)
			}
			id := incidentID(t, got)
			if shown := logged(t, logs, id); !strings.Contains(shown, "a bug") || !strings.Contains(shown, "rigmethods_test.go") {
				t.Errorf("%s: the log has no stack under id %s: %s", method, id, shown)
			}
		}
	})
	// An answer that panics or lies while it is written: a frame can still be
	// replaced, of an HTTP answer the head is out.
	c := r.dialManager()
	for _, in := range []string{request("1", "lie", ""), `[` + request("1", "lie", "") + `,` + request("1", "nope", "") + `]`} {
		if text := c.ask(in); !strings.Contains(text, "-32603") {
			t.Errorf("%s: got %s", in, text)
		}
	}
	resp, err := http.Post(r.web.URL+"/rpc", "application/json", strings.NewReader(request("1", "lie", "")))
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	if err == nil {
		t.Error("lie: the HTTP answer looks whole")
	}
}

// panicky is an observer with a bug.
type panicky struct{}

func (panicky) Observe(*rpc.Exchange) { panic("an observer's bug") }

// logged returns the log lines that contain text, as a log file would.
func logged(t *testing.T, logs *observer.ObservedLogs, text string) string {
	t.Helper()
	var lines []string
	enc := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
	for _, e := range logs.All() {
		b, err := enc.EncodeEntry(e.Entry, e.Context)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), text) {
			lines = append(lines, b.String())
		}
	}
	return strings.Join(lines, "")
}

func hazardStopping(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Request = 50 * time.Millisecond }))
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		got := read(t, ask(request("1", "slow", "")))
		if got.code() != rpc.CodeStopped || !strings.Contains(string(got.Error.Data), `"timeout"`) {
			t.Errorf("too slow: got %+v", got)
		}
		if cause := wait(t, r.ended, "the call to end"); !errors.Is(cause, context.DeadlineExceeded) {
			t.Errorf("the call ended with %v", cause)
		}
	})
	// TestCancel has the rest of cancelling.
}

func hazardVersions(t *testing.T) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("no build info")
	}
	// Versions as in go.mod; both lines have no release with two digits.
	floor := map[string]string{
		"github.com/sourcegraph/jsonrpc2": "v0.2.3",
		"github.com/gorilla/websocket":    "v1.5.3",
	}
	for _, dep := range info.Deps {
		if dep.Version < floor[dep.Path] {
			t.Errorf("%s %s, want at least %s", dep.Path, dep.Version, floor[dep.Path])
		}
		delete(floor, dep.Path)
	}
	if len(info.Deps) > 0 && len(floor) > 0 {
		t.Errorf("not linked in: %v", floor)
	}

	// A log that asks the server for its state, which asks every connection.
	var r *rig
	log := zap.New(zapcore.RegisterHooks(zapcore.NewNopCore(), func(zapcore.Entry) error {
		r.server.Stats()
		return nil
	}))
	o := quick(func(l *rpc.Limits) { l.Stall = 50 * time.Millisecond })
	o.Log = log
	r = newRig(t, o)
	c := r.dialManager()
	for range 8 {
		c.send(request("1", "big", "[8000000]"))
	}
	if !settles(func() bool { return r.server.Stats().WebSockets == 0 }) {
		t.Error("the connection did not end")
	}
}

func hazardWebSocketLimits(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Message = 1000 }))
	c := r.dialManager()
	c.send(request("1", "echo", `["`+strings.Repeat("x", 1000)+`"]`))
	got := read(t, c.receive())
	if got.code() != rpc.CodeTooLarge || string(got.ID) != "null" {
		t.Errorf("too large: got %+v", got)
	}
	c.closed(1009)
}
