package rpc_test

import (
	"fmt"
	"testing"

	"daybook/rpc"
)

func cancel(id string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":%s}}`, id)
}

// TestCancel cancels calls by ids of every form, among them such as look
// alike, over a connection that has not proved who it is.
func TestCancel(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dial()
	for _, id := range []string{`1`, `"1"`, `1.0`, `null`} {
		c.send(request(id, "slow", ""))
		wait(t, r.started, "the call to start")
	}
	for _, id := range []string{`1.0`, `"1"`, `null`, `1`} {
		c.send(cancel(`"no such id"`))
		c.send(cancel(id))
		got := read(t, c.receive())
		if string(got.ID) != id || got.code() != rpc.CodeStopped || string(got.Error.Data) != `{"reason":"cancelled"}` {
			t.Errorf("cancelled %s: got %+v", id, got)
		}
		wait(t, r.ended, "the call to end")
	}
	c.usable()
}

func TestCancelAllWithOneID(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dialManager()
	for range 3 {
		c.send(request("1", "slow", ""))
		wait(t, r.started, "the call to start")
	}
	c.send(cancel("1"))
	for range 3 {
		if got := read(t, c.receive()); got.code() != rpc.CodeStopped {
			t.Errorf("got %+v", got)
		}
	}
}

// TestCancelWaiting cancels a call that waits behind others of its connection.
func TestCancelWaiting(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dialManager()
	for i := range 4 {
		c.send(request(fmt.Sprint(i), "slow", ""))
		wait(t, r.started, "the call to start")
	}
	c.send(request(`"waits"`, "echo", ""))
	c.send(cancel(`"waits"`))
	if got := read(t, c.receive()); got.code() != rpc.CodeStopped || string(got.ID) != `"waits"` {
		t.Errorf("got %+v", got)
	}
}

func TestCancelInBatch(t *testing.T) {
	r := newRig(t, rpc.Options{})
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		got := readAll(t, ask(`[`+request("1", "slow", "")+`,`+cancel("1")+`,`+request("2", "echo", "")+`]`))
		if len(got) != 2 {
			t.Fatalf("got %+v, want two answers", got)
		}
		for _, a := range got {
			if want := map[string]int{"1": rpc.CodeStopped, "2": 0}[string(a.ID)]; a.code() != want {
				t.Errorf("id %s: code %d, want %d", a.ID, a.code(), want)
			}
		}
	})
}

func TestCancelOnlyOwnConnection(t *testing.T) {
	r := newRig(t, rpc.Options{})
	mine, other := r.dialManager(), r.dialManager()
	mine.send(request("1", "slow", ""))
	wait(t, r.started, "the call to start")
	other.send(cancel("1"))
	other.usable()
	r.post(cancel("1"), "Authorization: "+managerToken)
	if n := r.server.Stats().InFlight; n != 1 || len(r.ended) > 0 {
		t.Errorf("%d in flight, %d ended; want 1 and 0", n, len(r.ended))
	}
	mine.usable()
}

func TestCancelParams(t *testing.T) {
	r := newRig(t, rpc.Options{})
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		for params, want := range map[string]int{
			`{"id":1}`:        0,
			`{"id":"x"}`:      0,
			`[{"id":1}]`:      0,
			``:                rpc.CodeBadParams,
			`{}`:              rpc.CodeBadParams,
			`{"id":true}`:     rpc.CodeBadParams,
			`{"id":[1]}`:      rpc.CodeBadParams,
			`{"id":1,"x":1}`:  rpc.CodeBadParams,
			`{"id":1,"id":1}`: rpc.CodeBadParams,
			`[1]`:             rpc.CodeBadParams,
			`5`:               rpc.CodeBadParams,
		} {
			if got := read(t, ask(request("9", "$/cancelRequest", params))); got.code() != want {
				t.Errorf("params %s: got %+v, want code %d", params, got, want)
			}
		}
	})
	onBothSilent(t, r, cancel("1"), cancel("true"))
}
