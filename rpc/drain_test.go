package rpc_test

import (
	"context"
	"errors"
	"testing"

	"daybook/rpc"
)

// TestDrain checks that requests in flight are answered, over both transports,
// and new ones refused, until nothing is left.
func TestDrain(t *testing.T) {
	r := newRig(t, rpc.Options{})
	idle, busy := r.dial(), r.dialManager()
	busy.send(request("1", "stuck", ""))
	overHTTP := make(chan string, 1)
	go func() {
		_, text := r.post(request("2", "stuck", ""))
		overHTTP <- text
	}()
	wait(t, r.started, "the calls to start")
	wait(t, r.started, "the calls to start")

	drained := make(chan error, 1)
	go func() { drained <- r.server.Drain(context.Background()) }()
	idle.closed(1001)
	if !r.server.Draining() {
		t.Error("not draining")
	}
	refused := r.do("POST", request("1", "echo", ""))
	if refused.StatusCode != 503 || refused.Header.Get("Retry-After") == "" {
		t.Errorf("new request: got %s %v", refused.Status, refused.Header)
	}
	if _, resp := r.handshake(); resp.StatusCode != 503 {
		t.Errorf("new connection: %s", resp.Status)
	}
	if got := read(t, busy.ask(request("3", "echo", ""))); got.code() != rpc.CodeTooFrequent {
		t.Errorf("new request on an old connection: got %+v", got)
	}
	select {
	case err := <-drained:
		t.Fatalf("drained too early, %v", err)
	default:
	}

	r.freeStuck()
	if got, want := busy.receive(), result("1", `"late"`); got != want {
		t.Errorf("in flight: got %s, want %s", got, want)
	}
	busy.closed(1001)
	if got, want := wait(t, overHTTP, "the HTTP answer"), result("2", `"late"`); got != want {
		t.Errorf("in flight over HTTP: got %s, want %s", got, want)
	}
	if err := wait(t, drained, "the drain"); err != nil {
		t.Errorf("Drain: %v", err)
	}
	if st := r.server.Stats(); st.Connections != 0 {
		t.Errorf("left: %+v", st)
	}
	if err := r.server.Drain(context.Background()); err != nil {
		t.Errorf("second Drain: %v", err)
	}
}

func TestDrainRunsOutOfTime(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dialManager()
	c.send(request("1", "slow", ""))
	overHTTP := make(chan string, 1)
	go func() {
		_, text := r.post(request("2", "slow", ""))
		overHTTP <- text
	}()
	wait(t, r.started, "the calls to start")
	wait(t, r.started, "the calls to start")
	ctx, cancel := context.WithCancel(context.Background())
	drained := make(chan error, 1)
	go func() { drained <- r.server.Drain(ctx) }()
	cancel()
	if err := wait(t, drained, "the drain"); !errors.Is(err, context.Canceled) {
		t.Errorf("Drain: %v, want %v", err, context.Canceled)
	}
	wait(t, r.ended, "the calls to end")
	wait(t, r.ended, "the calls to end")
	if got := read(t, wait(t, overHTTP, "the HTTP answer")); got.code() != rpc.CodeStopped {
		t.Errorf("over HTTP: got %+v", got)
	}
	if st := r.server.Stats(); st.Connections != 0 {
		t.Errorf("left: %+v", st)
	}
}
