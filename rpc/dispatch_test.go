package rpc_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"daybook/auth"
	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
)

// TestPrecedence sends requests with several things wrong at once: the first
// in the order of precedence is the answer.
func TestPrecedence(t *testing.T) {
	r := newRig(t, rpc.Options{})
	tests := []struct {
		token, in string
		want      int
	}{
		{"", `{"method":"nope"`, rpc.CodeParse},
		{"", `{"method":"nope","id":1}`, rpc.CodeNotRequest},
		{"", request("1", "nope", "5"), rpc.CodeNoMethod},
		{"", request("1", "whoami", "5"), rpc.CodeNoToken},
		{userToken, request("1", "whoami", "5"), rpc.CodeNoRights},
		{managerToken, request("1", "picky", ""), rpc.CodeBadParams},
		{managerToken, request("1", "whoami", ""), 0},
		{"", request("1", "echo", ""), 0}, // needs no token
		{userToken, request("1", "echo", ""), 0},
	}
	for _, tt := range tests {
		header := "Authorization: " + tt.token
		if _, text := r.post(tt.in, header); read(t, text).code() != tt.want {
			t.Errorf("%s with token %q over HTTP: got %s, want code %d", tt.in, tt.token, text, tt.want)
		}
		if got := read(t, r.dial(header).ask(tt.in)); got.code() != tt.want {
			t.Errorf("%s with token %q over WebSocket: got %+v, want code %d", tt.in, tt.token, got, tt.want)
		}
	}
}

func TestErrorData(t *testing.T) {
	r := newRig(t, rpc.Options{})
	for in, want := range map[string]string{
		request("1", "whoami", ""):                     `{"name":"PERMISSION_DENIED","code":401}`,
		`[` + strings.Repeat("1,", 100) + `1]`:         `{"limit":100,"actual":101}`,
		request("1", "$/cancelRequest", `{"id":true}`): `{"param":"id","reason":"not a string, a number or null"}`,
		request("1", "$/cancelRequest", `{}`):          `{"param":"id","reason":"missing"}`,
	} {
		_, text := r.post(in)
		if got := read(t, text); got.Error == nil || string(got.Error.Data) != want {
			t.Errorf("%.100s: got %s, want data %s", in, text, want)
		}
	}
	_, text := r.post(request("1", "whoami", ""), "Authorization: "+userToken)
	if got := read(t, text); got.Error == nil || string(got.Error.Data) != `{"name":"NOT_ENOUGH_RIGHTS","code":7}` {
		t.Errorf("without rights: got %s", text)
	}
}

func TestNotificationsOfQueriesAreNotRun(t *testing.T) {
	r := newRig(t, rpc.Options{})
	onBothSilent(t, r, `{"jsonrpc":"2.0","method":"slow"}`)
	if len(r.started) > 0 {
		t.Error("a query was run for nobody")
	}
	onBothSilent(t, r, `{"jsonrpc":"2.0","method":"effect"}`)
	if n := r.effects.Load(); n != 2 {
		t.Errorf("effect ran %d times, want 2", n)
	}
	var got []string
	for _, x := range r.seen.exchanges() {
		if x.Notification {
			got = append(got, fmt.Sprint(x.Transport, " ", x.Method, " ", x.Err))
		}
	}
	want := []string{"http slow <nil>", "ws slow <nil>", "http effect <nil>", "ws effect <nil>"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("observed mismatch (-want +got):\n%s", diff)
	}
}

func TestAtMostFourRunAtOnce(t *testing.T) {
	r := newRig(t, rpc.Options{})
	var items []string
	for i := range 100 {
		items = append(items, request(fmt.Sprint(i), "busy", ""))
	}
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		if got := readAll(t, ask("["+strings.Join(items, ",")+"]")); len(got) != 100 {
			t.Errorf("%d answers to 100 requests", len(got))
		}
	})
	if n := r.mostBusy.Load(); n > 4 {
		t.Errorf("%d ran at once, want at most 4", n)
	}
}

// TestInFlightBytes checks that long requests fill a connection as many do.
func TestInFlightBytes(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.InFlightBytes = 1000 }))
	c := r.dialManager()
	for _, id := range []string{"1", "2", "3"} {
		c.send(request(id, "slow", `["`+strings.Repeat("x", 400)+`"]`))
	}
	wait(t, r.started, "the first call to start")
	wait(t, r.started, "the second call to start")
	c.send(cancel("1"))
	if !settles(func() bool { return r.server.Stats().InFlight == 2 }) {
		t.Fatalf("got %+v", r.server.Stats())
	}
	if len(r.started) > 0 || len(r.ended) > 0 {
		t.Error("more was read than may be in flight")
	}
	long := r.dialManager() // one request fits, however long
	if got := read(t, long.ask(request("1", "echo", `["`+strings.Repeat("x", 5000)+`"]`))); got.code() != 0 {
		t.Errorf("got %+v", got)
	}
}

// TestBatchesTakeTurns checks that the answers of a later batch wait for the
// batch before it, while single requests do not.
func TestBatchesTakeTurns(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dialManager()
	c.send(`[` + request("1", "slow", "") + `]`)
	c.send(`[` + request("2", "echo", "") + `]`)
	wait(t, r.started, "the first batch to start")
	c.usable()
	c.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}`)
	for _, want := range []string{"1", "2"} {
		if got := readAll(t, c.receive()); len(got) != 1 || string(got[0].ID) != want {
			t.Errorf("got %+v, want the batch with id %s", got, want)
		}
	}
}

func TestLateCallIsAnsweredWithoutIt(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Request, l.Overrun = 20*time.Millisecond, 20*time.Millisecond }))
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		if got := read(t, ask(request("1", "stuck", ""))); got.code() != rpc.CodeStopped {
			t.Errorf("stuck: got %+v, want %d", got, rpc.CodeStopped)
		}
	})
	r.freeStuck() // its answers go nowhere
}

func TestAnswerTooLarge(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Answer = 1000 }))
	empty := len(result("1", `""`)) - 2
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		for _, n := range []int{999, 1000, 1001} {
			text := ask(request("1", "big", fmt.Sprintf("[%d]", n-empty)))
			if n <= 1000 {
				if len(text) != n {
					t.Errorf("an answer of %d bytes: got %d: %.100s", n, len(text), text)
				}
				continue
			}
			got := read(t, text)
			if got.code() != rpc.CodeTooLarge || string(got.ID) != "1" || string(got.Error.Data) != `{"limit":1000,"actual":1001}` {
				t.Errorf("an answer of %d bytes: got %s", n, text)
			}
		}
		// All answers of a batch count together.
		fits := 0
		for _, a := range readAll(t, ask(`[`+request("1", "big", "[400]")+`,`+request("2", "big", "[400]")+`,`+request("3", "big", "[400]")+`]`)) {
			if a.code() == 0 {
				fits++
			} else if a.code() != rpc.CodeTooLarge {
				t.Errorf("got %+v", a)
			}
		}
		if fits != 2 {
			t.Errorf("%d answers fit, want 2", fits)
		}
	})
}

func TestCallsWaitWhileAnswersAreHeld(t *testing.T) {
	r := newRig(t, quick(func(l *rpc.Limits) { l.Held, l.Waiting = 1<<20, 1 }))
	stuck := r.dialManager()
	stuck.send(request("1", "big", "[30000000]")) // more than socket buffers take
	if !settles(func() bool { return r.server.Stats().HeldBytes >= 30_000_000 }) {
		t.Fatalf("nothing is held: %+v", r.server.Stats())
	}
	waiting := r.dialManager()
	waiting.send(request("1", "echo", ""))
	if !settles(func() bool { return r.server.Stats().Waiting == 1 }) {
		t.Fatalf("no call waits: %+v", r.server.Stats())
	}
	_, text := r.post(request("1", "echo", ""))
	if got := read(t, text); got.code() != rpc.CodeTooFrequent || !strings.Contains(text, `"retryAfter":1`) {
		t.Errorf("one too many: got %s", text)
	}
	stuck.conn.Close()
	if got := waiting.receive(); got != result("1", "null") {
		t.Errorf("got %s", got)
	}
	if !settles(func() bool { return r.server.Stats().HeldBytes == 0 }) {
		t.Errorf("%d bytes are held for nobody", r.server.Stats().HeldBytes)
	}
}

func TestObserved(t *testing.T) {
	r := newRig(t, rpc.Options{})
	r.post(`[`+request("7", "whoami", "")+`,{"jsonrpc":"2.0","method":"echo"},5]`, "Authorization: Bearer "+managerToken)
	r.post(`nonsense`)
	r.dial().ask(request("1", "nope", ""))
	type view struct {
		Transport, Method, Name, Request string
		Known, Notification, Answered    bool
		Code                             int
	}
	var got []view
	for _, x := range r.seen.exchanges() {
		v := view{
			Transport: x.Transport, Method: x.Method, Name: x.Principal.Name, Request: string(x.Request),
			Known: x.Known, Notification: x.Notification, Answered: x.Answer != nil,
		}
		if x.Err != nil {
			v.Code = x.Err.Code
		}
		if !x.Addr.IsLoopback() || x.Started.IsZero() || x.Duration < 0 {
			t.Errorf("%s: address %v, started %v, took %v", x.Method, x.Addr, x.Started, x.Duration)
		}
		got = append(got, v)
	}
	want := []view{
		{Transport: "http", Method: "whoami", Name: "mia", Request: request("7", "whoami", ""), Known: true, Answered: true},
		{Transport: "http", Method: "echo", Name: "mia", Request: `{"jsonrpc":"2.0","method":"echo"}`, Known: true, Notification: true},
		{Transport: "http", Name: "mia", Request: `5`, Code: rpc.CodeNotRequest},
		{Transport: "http", Request: `nonsense`, Code: rpc.CodeParse},
		{Transport: "ws", Method: "nope", Request: request("1", "nope", ""), Code: rpc.CodeNoMethod},
	}
	byRequest := func(a, b view) int { return strings.Compare(a.Request, b.Request) }
	if diff := cmp.Diff(sortedFunc(want, byRequest), sortedFunc(got, byRequest)); diff != "" {
		t.Errorf("observed mismatch (-want +got):\n%s", diff)
	}
}

func TestTokenFileBroken(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dialManager()
	r.tokens.fail(errors.New("tokens: checksum is wrong"))
	if got := read(t, c.ask(request("1", "whoami", ""))); got.code() != rpc.CodeInternal {
		t.Errorf("got %+v, want %d", got, rpc.CodeInternal)
	}
	if _, text := r.post(request("1", "whoami", ""), "Authorization: "+managerToken); read(t, text).code() != rpc.CodeInternal {
		t.Errorf("over HTTP: got %s", text)
	}
	if _, resp := r.handshake("Authorization: " + managerToken); resp.StatusCode != 500 {
		t.Errorf("upgrade: %s", resp.Status)
	}
	r.tokens.fail(nil)
	if got := c.ask(request("1", "whoami", "")); got != result("1", `"mia"`) {
		t.Errorf("after repair: got %s", got)
	}
}

func TestDuplicateMethodsPanic(t *testing.T) {
	for _, names := range [][]string{{"a", "a"}, {"$/cancelRequest"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("methods %q: no panic", names)
				}
			}()
			var o rpc.Options
			for _, name := range names {
				o.Methods = append(o.Methods, rpc.Method{Name: name, Action: auth.ReadLogs})
			}
			rpc.NewServer(o)
		}()
	}
}
