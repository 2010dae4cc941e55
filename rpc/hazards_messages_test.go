package rpc_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

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
