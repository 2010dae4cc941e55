package rpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// TestHazards shows, for each known defect or limit of the packages that the
// engine is built on, that it does not reach a client.
//
// sourcegraph/jsonrpc2 v0.2.3:
//
//	J1   no batches                                → J1_batches
//	J2   closes instead of answering errors        → J2_bad_input_is_answered
//	J3   ids are uint64 or strings                 → J3_ids_come_back_byte_for_byte
//	J4   the envelope is not checked               → J4_envelope_is_strict
//	J5   plain errors leak, with code 0            → J5_errors_do_not_leak
//	J6   reading is unbounded                      → J6_reading_is_bounded
//	J7   unsolicited responses are logged          → J7_responses_are_no_requests
//	J8   sending blocks while the peer is stuck    → J8_stuck_peer_blocks_nobody
//	J9   a vanished peer hangs the writer          → J9_vanished_peer_is_noticed
//	J10  a goroutine per request, unbounded        → J10_goroutines_are_bounded
//	J11  one slow handler stalls the connection    → J11_slow_call_stalls_nothing
//	J12  a panic ends the process                  → J12_panic_is_an_error
//	J13  no cancelling of one request, no deadline → J13_calls_can_be_stopped
//	J14  logging under the mutex (before v0.2.3)   → J14_version_and_logger
//	J15  its own framing loses step                → J15_one_message_per_frame
//	J16  length headers are trusted                → J16_no_length_headers
//	J17  no HTTP                                   → J17_http_answers_alike
//	J18  its WebSocket stream has no limits        → J18_websocket_has_limits
//
// gorilla/websocket v1.5.3:
//
//	G1   the read limit is that of the wire        → G1_compression_is_declined
//	G2   compression is experimental               → G1_compression_is_declined
//	G3   no read limit by default                  → G3_read_limits
//	G4   concurrent writers panic                  → G4_one_writer
//	G5   no write deadline by default              → J8_stuck_peer_blocks_nobody
//	G6   a write time-out ruins the connection     → G6_time_out_is_the_end
//	G7   Upgrade clears the server's deadlines     → J9_vanished_peer_is_noticed, G7_slow_handshake
//	G8   1,000 reads after an error panic          → G8_reading_stops_at_the_first_error
//	G9   ReadJSON ignores trailing data            → J15_one_message_per_frame
//	G10  invalid UTF-8 is let through              → G10_text_is_utf8
//	G11  the origin check ignores the scheme       → G11_origins
//	G12  control frames need a reader              → G12_control_frames
//	G13  idle connections cost buffers             → G13_idle_connections_cost_little
//	G14  length overflow (before v1.4.1)           → G14_lengths_do_not_overflow
//	G15  little maintenance                        → G15_one_file_knows_the_library
func TestHazards(t *testing.T) {
	for _, h := range []struct {
		name string
		test func(*testing.T)
	}{
		{"J1_batches", hazardBatches},
		{"J2_bad_input_is_answered", hazardBadInput},
		{"J3_ids_come_back_byte_for_byte", hazardIDs},
		{"J4_envelope_is_strict", hazardEnvelope},
		{"J5_errors_do_not_leak", hazardLeaks},
		{"J6_reading_is_bounded", hazardUnboundedReading},
		{"J7_responses_are_no_requests", hazardResponses},
		{"J8_stuck_peer_blocks_nobody", hazardStuckPeer},
		{"J9_vanished_peer_is_noticed", hazardVanishedPeer},
		{"J10_goroutines_are_bounded", hazardGoroutines},
		{"J11_slow_call_stalls_nothing", hazardSlowCall},
		{"J12_panic_is_an_error", hazardPanic},
		{"J13_calls_can_be_stopped", hazardStopping},
		{"J14_version_and_logger", hazardVersions},
		{"J15_one_message_per_frame", hazardFraming},
		{"J16_no_length_headers", hazardLengthHeaders},
		{"J17_http_answers_alike", hazardTransportsAlike},
		{"J18_websocket_has_limits", hazardWebSocketLimits},
		{"G1_compression_is_declined", hazardCompression},
		{"G3_read_limits", hazardReadLimits},
		{"G4_one_writer", hazardWriters},
		{"G6_time_out_is_the_end", hazardTimeOut},
		{"G7_slow_handshake", hazardSlowHandshake},
		{"G8_reading_stops_at_the_first_error", hazardReadAfterError},
		{"G10_text_is_utf8", hazardUTF8},
		{"G11_origins", hazardOrigins},
		{"G12_control_frames", hazardControlFrames},
		{"G13_idle_connections_cost_little", hazardIdleCost},
		{"G14_lengths_do_not_overflow", hazardLengths},
		{"G15_one_file_knows_the_library", hazardSwap},
	} {
		t.Run(h.name, h.test)
	}
}

// onBoth runs f with a function that sends one message over each transport and
// returns its answer.
func onBoth(t *testing.T, r *rig, f func(t *testing.T, ask func(text string) string)) {
	t.Run("http", func(t *testing.T) {
		f(t, func(text string) string {
			_, answer := r.post(text, "Authorization: Bearer "+managerToken)
			return answer
		})
	})
	t.Run("ws", func(t *testing.T) {
		c := r.dialManager()
		f(t, c.ask)
	})
}

// onBothSilent checks that messages have no answer over either transport.
func onBothSilent(t *testing.T, r *rig, texts ...string) {
	t.Helper()
	c := r.dialManager()
	for _, text := range texts {
		if status, answer := r.post(text); status != http.StatusNoContent || answer != "" {
			t.Errorf("%s over HTTP: got %d %s", text, status, answer)
		}
		c.send(text)
		c.usable()
	}
	c.usable()
}

func hazardBatches(t *testing.T) {
	r := newRig(t, rpc.Options{})
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		for in, want := range map[string][]string{
			// The examples of the JSON-RPC 2.0 specification, section 7.
			`[` + request("1", "echo", "[1]") + `,` + `{"jsonrpc":"2.0","method":"echo","params":[7]}` + `,` + request(`"2"`, "echo", "[2]") +
				`,{"foo": "boo"},` + request(`"5"`, "foo.get", `{"name": "myself"}`) + `,` + request(`"9"`, "echo", "") + `]`: {
				`1 0`, `"2" 0`, `null -32600`, `"5" -32601`, `"9" 0`,
			},
			`[1,2,3]`: {`null -32600`, `null -32600`, `null -32600`},
			`[1]`:     {`null -32600`},
		} {
			var got []string
			for _, a := range readAll(t, ask(in)) {
				got = append(got, fmt.Sprintf("%s %d", a.ID, a.code()))
			}
			if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
				t.Errorf("%s mismatch (-want +got):\n%s", in, diff)
			}
		}
		if got := read(t, ask(`[]`)); got.code() != rpc.CodeNotRequest || string(got.ID) != "null" {
			t.Errorf("[]: got %+v", got)
		}
	})
	onBothSilent(t, r, `[{"jsonrpc":"2.0","method":"echo"},{"jsonrpc":"2.0","method":"nope"}]`,
		`{"jsonrpc":"2.0","method":"nope"}`, `{"jsonrpc":"2.0","method":"picky","params":[1]}`,
		`{"jsonrpc":"2.0","method":"fail"}`, `{"jsonrpc":"2.0","method":"panicDecode"}`)
}

func hazardBadInput(t *testing.T) {
	r := newRig(t, rpc.Options{})
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		for in, want := range map[string]int{
			`{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]`:                rpc.CodeParse,
			`[{"jsonrpc": "2.0", "method": "sum", "id": "1"},{"jsonrpc": "2.0", "method"`: rpc.CodeParse,
			`{"jsonrpc": "2.0", "method": 1, "params": "bar"}`:                            rpc.CodeNotRequest,
			`{"jsonrpc":"2.0","method":"echo","params":{"a":1},"id":1},`:                  rpc.CodeParse,
			"\ufeff" + request("1", "echo", ""):                                           rpc.CodeParse,
			`nonsense`:                                                                    rpc.CodeParse,
			``:                                                                            rpc.CodeParse,
			`5`:                                                                           rpc.CodeNotRequest,
			`{}`:                                                                          rpc.CodeNotRequest,
			request("1", "foobar", ""):                                                    rpc.CodeNoMethod,
			request("1", "picky", ""):                                                     rpc.CodeBadParams,
			strings.Repeat("[", 33):                                                       rpc.CodeTooLarge,
			"[" + strings.Repeat("0,", 100) + "0]":                                        rpc.CodeTooLarge,
			`{"jsonrpc":"2.0","method":"","id":1}`:                                        rpc.CodeNoMethod,
			`{"jsonrpc":"2.0","method":"ECHO","id":1}`:                                    rpc.CodeNoMethod,
		} {
			if got := read(t, ask(in)); got.code() != want {
				t.Errorf("%.80q: code %d, want %d", in, got.code(), want)
			}
		}
	})
}

func hazardIDs(t *testing.T) {
	r := newRig(t, rpc.Options{})
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		for _, id := range []string{
			`0`, `-1`, `-0`, `1.5`, `1e3`, `1E+3`, `9007199254740993`, `18446744073709551616`, `1e400`, `null`,
			`""`, `"1"`, `"\u0061"`, `"é"`, `"` + strings.Repeat("long", 1000) + `"`,
		} {
			if got, want := ask(request(id, "echo", "[1]")), result(id, "[1]"); got != want {
				t.Errorf("id %.50s: got %.200s, want %.200s", id, got, want)
			}
			if got := read(t, ask(request(id, "nope", ""))); string(got.ID) != id {
				t.Errorf("error for id %.50s: got id %.50s", id, got.ID)
			}
		}
		for _, id := range []string{`true`, `[1]`, `{}`} {
			got := read(t, ask(request(id, "echo", "")))
			if got.code() != rpc.CodeNotRequest || string(got.ID) != "null" {
				t.Errorf("id %s: got %+v", id, got)
			}
		}
	})
}

func hazardEnvelope(t *testing.T) {
	r := newRig(t, rpc.Options{})
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		for in, id := range map[string]string{
			`{"method":"echo","id":1}`:                                   "1",
			`{"jsonrpc":"1.0","method":"echo","id":2}`:                   "2",
			`{"jsonrpc":2.0,"method":"echo","id":3}`:                     "3",
			`{"jsonrpc":"2.0","id":4}`:                                   "4",
			`{"jsonrpc":"2.0","method":null,"id":5}`:                     "5",
			`{"jsonrpc":"2.0","method":"echo","method":"echo","id":6}`:   "6",
			`{"jsonrpc":"2.0","jsonrpc":"2.0","method":"echo","id":7}`:   "7",
			`{"jsonrpc":"2.0","method":"echo","id":8,"id":8}`:            "null",
			`{"jsonrpc":"2.0","method":"echo","params":1,"params":1}`:    "null",
			`{"jsonrpc":"2.0","METHOD":"echo","id":9}`:                   "9",
			`{"jsonrpc":"2.0","method":"echo","id":10,"a":1,"\u0061":1}`: "10",
		} {
			got := read(t, ask(in))
			if got.code() != rpc.CodeNotRequest || string(got.ID) != id {
				t.Errorf("%s: got code %d id %s, want %d id %s", in, got.code(), got.ID, rpc.CodeNotRequest, id)
			}
		}
		// Members in their own bytes, and in their own order.
		const params = `{"b":1,"a":[1e2,"<&>\u2028"],"b":2}`
		if got, want := ask(request("1", "echo", params)), result("1", params); got != want {
			t.Errorf("params: got %s, want %s", got, want)
		}
	})
}

func hazardLeaks(t *testing.T) {
	r := newRig(t, rpc.Options{})
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		text := ask(request("1", "fail", ""))
		got := read(t, text)
		if got.code() != rpc.CodeInternal || strings.Contains(text, "secret") {
			t.Errorf("fail: got %s", text)
		}
		id := incidentID(t, got)
		all := r.seen.exchanges()
		cause := all[len(all)-1].Cause
		if cause == nil || !strings.Contains(cause.Error(), id) || !strings.Contains(cause.Error(), "/secret/path") {
			t.Errorf("the log gets %v, want the cause with id %s", cause, id)
		}
	})
}

// incidentID returns the id by which an internal error is found in the log.
func incidentID(t *testing.T, a reading) string {
	t.Helper()
	var data struct{ ID string }
	if a.Error == nil || json.Unmarshal(a.Error.Data, &data) != nil || data.ID == "" {
		t.Fatalf("answer %+v has no id of an incident", a)
	}
	return data.ID
}

func hazardUnboundedReading(t *testing.T) {
	r := newRig(t, rpc.Options{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	nest := "[" + strings.TrimSuffix(strings.Repeat("[],", 300_000), ",") + "]" // 900 kB
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		if got := read(t, ask(nest)); got.code() != rpc.CodeTooLarge {
			t.Errorf("300,000 arrays: code %d", got.code())
		}
	})
	c := r.dialManager()
	c.write([]byte{frameFinal | frameText, 0x80 | 127, 0, 0, 0, 0, 0x80, 0, 0, 0, 1, 2, 3, 4}) // 2 GiB to come
	for range 40 {
		c.write(make([]byte, 1<<20))
	}
	if got := read(t, c.receive()); got.code() != rpc.CodeTooLarge {
		t.Errorf("2 GiB: code %d", got.code())
	}
	c.closed(1009)
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 300<<20 {
		t.Errorf("allocated %d MiB in all", grown>>20)
	}
}

func hazardResponses(t *testing.T) {
	core, logs := observer.New(zapcore.DebugLevel)
	r := newRig(t, rpc.Options{Log: zap.New(core)})
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		for _, in := range []string{
			`{"jsonrpc":"2.0","result":true,"id":77}`,
			`{"jsonrpc":"2.0","error":{"code":1,"message":"x"},"id":78}`,
			`{"jsonrpc":"2.0","result":{},"error":null,"id":"x"}`,
		} {
			if got := read(t, ask(in)); got.code() != rpc.CodeNotRequest {
				t.Errorf("%s: code %d, want %d", in, got.code(), rpc.CodeNotRequest)
			}
		}
	})
	if n := logs.Len(); n > 0 {
		t.Errorf("logged %v", logs.All())
	}
}

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
		l.Ping, l.Silence, l.ControlFrames = 20*time.Millisecond, 150*time.Millisecond, 1000
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
	for range 30 { // 600 ms
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
			if shown := logged(t, logs, id); !strings.Contains(shown, "a bug") || !strings.Contains(shown, "rig_test.go") {
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

func hazardFraming(t *testing.T) {
	r := newRig(t, rpc.Options{})
	one := request("1", "echo", "")
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		for _, in := range []string{one + one, one + "\n" + one, one + " garbage {\"b\":2}", one + "]", one + "\x00"} {
			if got := read(t, ask(in)); got.code() != rpc.CodeParse || string(got.ID) != "null" {
				t.Errorf("%q: got %+v", in, got)
			}
		}
		spread := strings.ReplaceAll(one, ",", "\r\n,\t")
		if got := ask(spread); got != result("1", "null") {
			t.Errorf("%q: got %s", spread, got)
		}
	})
	c := r.dialManager()
	c.write(frame(frameText, []byte(one[:5])))
	c.write(frame(frameFinal|framePing, []byte("between")))
	c.write(frame(frameContinuation, nil))
	c.write(frame(frameContinuation, []byte(one[5:9])))
	c.write(frame(frameFinal|frameContinuation, []byte(one[9:])))
	if first, payload, err := c.frame(); err != nil || first != frameFinal|framePong || string(payload) != "between" {
		t.Errorf("got frame %#x %q, %v; want the pong", first, payload, err)
	}
	if got := c.receive(); got != result("1", "null") {
		t.Errorf("in fragments: got %s", got)
	}
}

func hazardLengthHeaders(t *testing.T) {
	r := newRig(t, rpc.Options{})
	one := request("1", "echo", "")
	onBoth(t, r, func(t *testing.T, ask func(string) string) {
		for _, in := range []string{
			fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(one), one),
			"Content-Length: 99999999999\r\n\r\n{",
			string(rune(len(one))) + one,
		} {
			if got := read(t, ask(in)); got.code() != rpc.CodeParse {
				t.Errorf("%q: code %d, want %d", in, got.code(), rpc.CodeParse)
			}
		}
	})
}

func hazardTransportsAlike(t *testing.T) {
	r := newRig(t, rpc.Options{})
	c := r.dialManager()
	for _, in := range []string{
		request("1", "echo", `{"a":1}`), request("1", "whoami", ""), request("1", "nothing", ""),
		request("1", "nope", ""), request("1", "picky", ""), `nonsense`, `{}`, `[]`, `[1]`,
		request("1", "big", "[100000]"), strings.Repeat("[", 40), `[` + request("1", "echo", "") + `]`,
	} {
		_, overHTTP := r.post(in, "Authorization: Token "+managerToken)
		if overWS := c.ask(in); overWS != overHTTP {
			t.Errorf("%.100s: HTTP answered %.200s, WebSocket %.200s", in, overHTTP, overWS)
		}
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
		s.Config.ReadTimeout, s.Config.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	})
	c := r.dialManager()
	end := time.After(150 * time.Millisecond) // three times the deadlines
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
