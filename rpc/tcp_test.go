package rpc_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"daybook/auth"
	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
)

// TestPlatformRequests asks on one connection, and wants these very bytes.
func TestPlatformRequests(t *testing.T) {
	t.Parallel()
	r, c := newTCP(t, rpc.Options{Attempts: auth.NewAttempts(0, nil)})
	r.tokens.all["müde"] = auth.Principal{ID: 3, Name: "M. O'Neil, Jürgen", Session: auth.SessionDealer}
	noToken := `"no token: send one with the request\u002c or call Authenticate"`
	for _, tt := range []struct{ request, want string }{
		// What is asked and what is answered.
		{command(`"1"`, "echo", `{"a":[1,2]}`, ""), ok(`"1"`, `{"a":[1,2]}`)},
		{command(`"1"`, "echo", "null", ""), ok(`"1"`, `null`)},
		{command(`"1"`, "echo", "", ""), ok(`"1"`, `null`)},
		{command(`"1"`, "nothing", "{}", ""), ok(`"1"`, `null`)},
		{`{ "extID" : "1" , "data" : { } , "command" : "echo" , "other" : 1 }`, ok(`"1"`, `{ }`)},
		{`{"command":"echo","data":{"it's, é":"\u007f 📈 \",]\""}}`, `{"status":200,"data":{"it\u0027s\u002c \u00e9":"\u007f \ud83d\udcc8 \"\u002c]\""}}`},
		{command(`"1"`, "echo", `{"__access":{"type":1},"a":1,"b":{"__access":2}}`, ""), ok(`"1"`, `{"a":1,"b":{"__access":2}}`)},
		{command(`"1"`, "echo", `{"a":1,"\u005f_access":{}}`, ""), ok(`"1"`, `{"a":1}`)},

		// Ids of every type come back byte for byte; without one there is none.
		{command(`7`, "echo", "1", ""), ok(`7`, `1`)},
		{command(`-1.50e+300`, "echo", "1", ""), ok(`-1.50e+300`, `1`)},
		{command(`18446744073709551617`, "echo", "1", ""), ok(`18446744073709551617`, `1`)},
		{command(`null`, "echo", "1", ""), ok(`null`, `1`)},
		{command(`true`, "echo", "1", ""), ok(`true`, `1`)},
		{command(`{"a": ["\u00e9", 1]}`, "echo", "1", ""), ok(`{"a": ["\u00e9", 1]}`, `1`)},
		{command(`"it's, é"`, "echo", "1", ""), ok(`"it's, é"`, `1`)},
		{command(`""`, "echo", "1", ""), ok(`""`, `1`)},
		{`{"command":"echo"}`, `{"status":200,"data":null}`},

		// Who asks: the token of each request counts for it alone.
		{command(`"1"`, "whoami", "", ""), refusal(`"1"`, 401, "PERMISSION_DENIED", 401, noToken)},
		{command(`"1"`, "whoami", "", "wrong"), refusal(`"1"`, 401, "PERMISSION_DENIED", 401, `"unknown token"`)},
		{command(`"1"`, "whoami", "", userToken), refusal(`"1"`, 403, "NOT_ENOUGH_RIGHTS", 7, `"SESSION_USER may not read logs"`)},
		{command(`"1"`, "whoami", "", managerToken), ok(`"1"`, `"mia"`)},
		{command(`"1"`, "whoami", "", "müde"), ok(`"1"`, `"M. O\u0027Neil\u002c J\u00fcrgen"`)},
		{`{"command":"whoami","extID":1,"__token":null}`, refusal(`1`, 401, "PERMISSION_DENIED", 401, noToken)},
		{`{"command":"whoami","extID":1,"__token":""}`, refusal(`1`, 401, "PERMISSION_DENIED", 401, noToken)},
		{`{"command":"whoami","extID":1,"__token":17}`, refusal(`1`, 401, "PERMISSION_DENIED", 401, `"unknown token"`)},
		{command(`"1"`, "Authenticate", `{"token":"`+managerToken+`"}`, ""), ok(`"1"`, `"mia"`)},
		{command(`"1"`, "whoami", "", ""), ok(`"1"`, `"mia"`)},
		{command(`"1"`, "whoami", "", "müde"), ok(`"1"`, `"M. O\u0027Neil\u002c J\u00fcrgen"`)},
		{command(`"1"`, "whoami", "", "wrong"), refusal(`"1"`, 401, "PERMISSION_DENIED", 401, `"unknown token"`)},

		// Everything with an extID is answered, whatever is wrong with it.
		{command(`"1"`, "then", "{}", ""), refusal(`"1"`, 404, "INVALID_METHOD", 406, `"no method \"then\""`)},
		{command(`"1"`, "Echo", "{}", ""), refusal(`"1"`, 404, "INVALID_METHOD", 406, `"no method \"Echo\""`)},
		{command(`"1"`, "picky", "{}", ""), refusal(`"1"`, 400, "INVALID_DATA", 3, `"never right"`)},
		{`{"extID":"1","data":{}}`, refusal(`"1"`, 400, "BAD_REQUEST", 400, `"not a request: member \"command\" is missing"`)},
		{`{"extID":"1","command":7}`, refusal(`"1"`, 400, "BAD_REQUEST", 400, `"not a request: command must be a string"`)},
		{`{"extID":"1","command":null}`, refusal(`"1"`, 400, "BAD_REQUEST", 400, `"not a request: command must be a string"`)},
		{`{"command":"echo","extID":"1","command":"slow"}`, refusal(`"1"`, 400, "BAD_REQUEST", 400, `"not a request: member \"command\" stands twice"`)},
		{`{"command":"echo","extID":"1","extID":"2"}`, refusal(`"2"`, 400, "BAD_REQUEST", 400, `"not a request: member \"extID\" stands twice"`)},
		{`{"command":"echo","extID":"1"`, refusal(``, 400, "BAD_REQUEST", 400, `"not JSON: ends where a comma or \u0027}\u0027 is expected"`)},
		{`{"command":"echo","extID":"1"} x`, refusal(``, 400, "BAD_REQUEST", 400, `"not JSON: expected nothing more at byte 31"`)},
		{`nonsense`, refusal(``, 400, "BAD_REQUEST", 400, `"not JSON: expected null at byte 1"`)},
		{"{\"command\":\"echo\",\"extID\":\"\xff\"}", refusal(``, 400, "BAD_REQUEST", 400, `"not JSON: invalid UTF-8"`)},
		{"\ufeff" + `{"command":"echo","extID":"1"}`, refusal(``, 400, "BAD_REQUEST", 400, `"not JSON: starts with a byte order mark"`)},
		{`"echo"`, refusal(``, 400, "BAD_REQUEST", 400, `"not a request: not an object"`)},
		{`[]`, refusal(``, 400, "BAD_REQUEST", 400, `"not a request: the batch is empty"`)},
		{`[{"command":"echo","extID":"1"}]`, refusal(``, 400, "BAD_REQUEST", 400, `"not a request: not an object"`)},
		{command(`"1"`, "echo", strings.Repeat("[", 32)+strings.Repeat("]", 32), ""),
			refusal(`"1"`, 413, "ERR_DATA", 14, `"nesting of arrays and objects too large: 33\u002c the limit is 32"`)},

		// Market data: answered, and nothing subscribed.
		{command(`"1"`, "Subscribe", `{"chanels":["EURUSD"]}`, ""), ok(`"1"`, `{"chanels":[]}`)},
		{command(`"1"`, "Unsubscribe", `{"chanels":["EURUSD"],"__access":1}`, managerToken), ok(`"1"`, `{"chanels":[]}`)},
		{command(`"1"`, "Subscribe", `{"channels":["EURUSD"]}`, ""), refusal(`"1"`, 404, "INVALID_METHOD", 406, `"no method \"Subscribe\""`)},
	} {
		if diff := cmp.Diff(tt.want, c.ask(tt.request)); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", tt.request, diff)
		}
	}
}

// TestPlatformErrors wants every error of the platform's table.
func TestPlatformErrors(t *testing.T) {
	t.Parallel()
	o := quick(func(l *rpc.Limits) { l.Request, l.Answer = 50*time.Millisecond, 100 })
	o.Attempts = auth.NewAttempts(1, nil)
	r, c := newTCP(t, o)
	for _, tt := range []struct {
		request string
		want    string // up to the message
	}{
		{command(`1`, "whoami", "", "wrong"), `"status":401,"error":"PERMISSION_DENIED","code":401,`},
		{command(`1`, "whoami", "", "wrong"), `"status":429,"error":"TOO_FREQUENT","code":8,`},
		{command(`1`, "whoami", "", managerToken), `"status":200,`},
		{command(`1`, "fail", "", ""), `"status":500,"error":"ERROR","code":2,`},
		{command(`1`, "panic", "", ""), `"status":500,"error":"ERROR","code":2,`},
		{command(`1`, "panicDecode", "", ""), `"status":500,"error":"ERROR","code":2,`},
		{command(`1`, "lie", "", ""), `"status":500,"error":"ERROR","code":2,`},
		{command(`1`, "disk", "", ""), `"status":500,"error":"ERR_DISK","code":15,`},
		{command(`1`, "big", "[200]", ""), `"status":413,"error":"ERR_DATA","code":14,`},
		{command(`1`, "slow", "", ""), `"status":504,"error":"SYNC_TIMEOUT","code":19,`},
	} {
		got := c.ask(tt.request)
		if !strings.HasPrefix(got, `{"extID":1,`+tt.want) {
			t.Errorf("%s is answered %s, want %s", tt.request, got, tt.want)
		}
		if strings.Contains(got, "secret") {
			t.Errorf("%s is answered with what is not for clients: %s", tt.request, got)
		}
	}
	<-r.started
	c.send(command(`{"k":1}`, "stuck", "", "") + "\n")
	wait(t, r.started, "stuck")
	c.send(command(`"c"`, "$/cancelRequest", `{"id":{"k":1}}`, "") + "\n")
	want := []string{ok(`"c"`, `null`), refusal(`{"k":1}`, 499, "ERR_CANCEL", 25, `"cancelled"`)}
	if diff := cmp.Diff(want, sorted([]string{c.line(), c.line()})); diff != "" {
		t.Errorf("a cancelled call mismatch (-want +got):\n%s", diff)
	}
	r.freeStuck()
}

// TestDialects wants each message answered in the dialect that it is in, and
// what is in none in that of the last good one.
func TestDialects(t *testing.T) {
	t.Parallel()
	_, c := newTCP(t, rpc.Options{})
	const both = `{"jsonrpc":"2.0","command":"echo","method":"echo","id":1,"extID":2}`
	const neither = `{"id":1,"extID":2}`
	for _, tt := range []struct{ request, want string }{
		{neither, refusal(`2`, 400, "BAD_REQUEST", 400, `"not a request: member \"command\" is missing"`)},
		{both, ok(`2`, `null`)},
		{`[{"jsonrpc":"2.0","method":"echo"},{"jsonrpc":"2.0","method":"echo","id":5,"params":["é'"]},7]`, ``},
		{`{"jsonrpc":"2.0","method":"echo","id":"a'é","params":{"x":"it's, é"}}`, `{"jsonrpc":"2.0","id":"a'é","result":{"x":"it's, é"}}`},
		{both, `{"jsonrpc":"2.0","id":1,"result":null}`},
		{`{"jsonrpc":"2.0","method":"whoami","id":1,"__token":"` + managerToken + `"}`, `{"jsonrpc":"2.0","id":1,"result":"mia"}`},
		{neither, `{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"not a request: member \"jsonrpc\" is missing"}}`},
		{`{`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"not JSON: ends where a member name is expected"}}`},
		{`[]`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"not a request: the batch is empty"}}`},
		{`{"command":7,"extID":1}`, refusal(`1`, 400, "BAD_REQUEST", 400, `"not a request: command must be a string"`)},
		{`{`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"not JSON: ends where a member name is expected"}}`},
		{`{"command":"nope","extID":1}`, refusal(`1`, 404, "INVALID_METHOD", 406, `"no method \"nope\""`)},
		{`{`, refusal(``, 400, "BAD_REQUEST", 400, `"not JSON: ends where a member name is expected"`)},
		{`{"jsonrpc":"1.0","method":"echo","id":3}`, `{"jsonrpc":"2.0","id":3,"error":{"code":-32600,"message":"not a request: jsonrpc must be \"2.0\""}}`},
		{`{`, refusal(``, 400, "BAD_REQUEST", 400, `"not JSON: ends where a member name is expected"`)},
		{`[1]`, refusal(``, 400, "BAD_REQUEST", 400, `"not a request: not an object"`)},
		{`{"jsonrpc":"2.0","method":"echo","id":1,"params":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`,
			`{"jsonrpc":"2.0","id":null,"error":{"code":-32013,"message":"nesting of arrays and objects too large: 33, the limit is 32","data":{"limit":32,"actual":33}}}`},
	} {
		got := c.ask(tt.request)
		if tt.want == "" {
			if all := readAll(t, got); len(all) != 2 {
				t.Errorf("%s is answered %s, want two responses", tt.request, got)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s mismatch (-want +got):\n%s", tt.request, diff)
		}
	}
	batch := `[{"jsonrpc":"2.0","method":"whoami","id":1,"__token":"` + managerToken + `"},{"jsonrpc":"2.0","method":"whoami","id":2}]`
	for _, r := range readAll(t, c.ask(batch)) {
		if (r.code() == 0) != (string(r.ID) == "1") {
			t.Errorf("a batch whose first item has a token: item %s has code %d", r.ID, r.code())
		}
	}
	c.send(`{"jsonrpc":"2.0","method":"echo"}` + "\n") // a notification is answered by nothing
	if got := c.ask(command(`9`, "echo", "", "")); got != ok(`9`, `null`) {
		t.Errorf("after a notification: %s", got)
	}
}

// TestTCPObserved wants each request seen as it was.
func TestTCPObserved(t *testing.T) {
	t.Parallel()
	r, c := newTCP(t, rpc.Options{})
	requests := []string{
		command(`"1"`, "whoami", "", managerToken),
		command(`"2"`, "nope", "", ""),
		`{"extID":3}`,
		`{`,
		`{"jsonrpc":"2.0","method":"echo","id":1}`,
	}
	for _, text := range requests {
		c.ask(text)
	}
	var got []string
	for _, x := range r.seen.exchanges() {
		code := 0
		if x.Err != nil {
			code = x.Err.Code
		}
		got = append(got, fmt.Sprintf("%s %q known=%t platform=%t by %q: %d %s", x.Transport, x.Method, x.Known, x.Platform, x.Principal.Name, code, x.Request))
	}
	want := []string{
		`tcp "whoami" known=true platform=true by "mia": 0 ` + requests[0],
		`tcp "nope" known=false platform=true by "": -32601 ` + requests[1],
		`tcp "" known=false platform=true by "": -32600 ` + requests[2],
		`tcp "" known=false platform=true by "": -32700 ` + requests[3],
		`tcp "echo" known=true platform=false by "": 0 ` + requests[4],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exchanges mismatch (-want +got):\n%s", diff)
	}
}
