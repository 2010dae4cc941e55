package rpc_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"daybook/rpc"
)

// TestSDKRules holds the rules that the platform's client libraries force upon a
// server. Each names the clients, by repository and file, and what breaks there
// without it:
//
//	js   ScaleTrade/server-api-js index.js (2c6ae6e)
//	php  ScaleTrade/server-api-php src/STPlatform.php (d0fbeec)
//	net  iontrader/server-api-net src/IonTrader.ServerApi/IONPlatform.cs (83cbddd)
//
// How they read text is in the test of the same libraries over a real journal.
func TestSDKRules(t *testing.T) {
	t.Parallel()
	for _, rule := range []struct {
		name string
		test func(*testing.T)
	}{
		// js, php, net: a request waits in a map of pending ones for 30 seconds,
		// and only an answer with its extID ends that.
		{"whatever_has_an_extID_is_answered", sdkEveryRequest},
		// js, php, net: the key event is looked at before extID, so that an answer
		// with both is handed out as an event, and its caller waits.
		{"no_answer_has_an_event", sdkNoEvent},
		// js, php, net: send writes at once, however many answers are outstanding.
		{"a_thousand_requests_ahead", sdkPipelining},
		// js, php, net: there is no keep-alive message; a close makes them connect
		// anew after 4 seconds, and js rejects what is pending.
		{"idle_connections_stay", sdkIdle},
		// js, php, net: with autoSubscribe they send Subscribe after half a second;
		// an error is logged as a failed subscription, silence takes 30 seconds.
		{"market_data_is_answered", sdkSubscribe},
		// js: the platform object is a Proxy, so that "await platform" calls its
		// then, which is sent as a command.
		{"then_is_an_unknown_command", sdkThen},
		// js, php, net: messages are split at CRLF; an answer that ends in LF alone
		// stays in the buffer until another one ends in CRLF.
		{"answers_end_in_CRLF", sdkLines},
		// net: a caller's payload may bring an extID of any type, and the answer is
		// looked up by its text.
		{"ids_of_every_type", sdkIDs},
		// js: refuses to send more than 65,536 bytes, which must pass before any
		// token was good, since it comes with the message.
		{"the_longest_message_of_a_stranger", sdkLongest},
	} {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			rule.test(t)
		})
	}
}

func sdkEveryRequest(t *testing.T) {
	_, c := newTCP(t, quick(func(l *rpc.Limits) { l.Request = 20 * time.Millisecond }))
	for i, rest := range []string{
		`"command":"echo"`, `"command":"nope"`, `"command":""`, `"command":{}`, `"data":{}`, `"command":"echo","command":"echo"`,
		`"command":"whoami"`, `"command":"whoami","__token":"wrong"`, `"command":"whoami","__token":{}`, `"command":"picky"`, `"command":"fail"`,
		`"command":"panic"`, `"command":"slow"`, `"command":"lie"`, `"command":"$/cancelRequest"`, `"command":"$/cancelRequest","data":{"id":"none"}`,
		`"command":"echo","data":` + strings.Repeat("[", 100) + strings.Repeat("]", 100), `"jsonrpc":7,"command":"echo"`, `"command":"rpc.discover"`,
		`"command":"echo","a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"a":9`,
	} {
		id := strconv.Quote(fmt.Sprint("id", i))
		answer := c.ask(`{` + rest + `,"extID":` + id + `}`)
		var a struct{ ExtID string }
		if err := json.Unmarshal([]byte(answer), &a); err != nil || strconv.Quote(a.ExtID) != id {
			t.Errorf("%s with extID %s is answered %s", rest, id, answer)
		}
	}
}

func sdkNoEvent(t *testing.T) {
	_, c := newTCP(t, rpc.Options{})
	for _, data := range []string{`{"event":"log:event"}`, `null`, `[{"event":1}]`} {
		var a map[string]json.RawMessage
		answer := c.ask(`{"event":"x","command":"echo","extID":"1","data":` + data + `}`)
		if err := json.Unmarshal([]byte(answer), &a); err != nil || a["event"] != nil || a["extID"] == nil {
			t.Errorf("data %s is answered %s", data, answer)
		}
	}
	if answer := c.ask(`{"event":"x","extID":"1"}`); strings.Contains(answer, "event") {
		t.Errorf("a fault is answered %s", answer)
	}
}

func sdkPipelining(t *testing.T) {
	_, c := newTCP(t, rpc.Options{})
	requests, answers := thousand()
	c.send(requests)
	for range 1000 {
		line := c.line()
		if !answers[line] {
			t.Errorf("unasked answer %.100s", line)
		}
		delete(answers, line)
	}
	if len(answers) > 0 {
		t.Errorf("%d of 1,000 requests are not answered", len(answers))
	}
}

// thousand returns 1,000 requests, and their answers.
func thousand() (requests string, answers map[string]bool) {
	var all strings.Builder
	answers = make(map[string]bool)
	for i := range 1000 {
		id := strconv.Quote(fmt.Sprint("id-", i))
		data := fmt.Sprintf(`{"n":%d}`, i)
		all.WriteString(command(id, "echo", data, managerToken) + "\r\n")
		answers[ok(id, data)] = true
	}
	return all.String(), answers
}

// sdkIdle compares with a WebSocket whose client answers no pings: when that has
// long been given up, the idle TCP connections are still there.
func sdkIdle(t *testing.T) {
	r, stranger := newTCP(t, quick(func(l *rpc.Limits) { l.Ping, l.Silence = 2*time.Millisecond, 20*time.Millisecond }))
	known := r.dialTCP()
	known.ask(command(`1`, "whoami", "", managerToken))
	for range 3 {
		silent := r.dialManager()
		for err := error(nil); err == nil; {
			_, _, err = silent.frame() // pings, and then the end
		}
	}
	for name, c := range map[string]*tcpClient{"stranger": stranger, "known": known} {
		if got := c.ask(command(`2`, "echo", "", "")); got != ok(`2`, `null`) {
			t.Errorf("%s, idle for long: %s", name, got)
		}
	}
}

func sdkSubscribe(t *testing.T) {
	_, c := newTCP(t, rpc.Options{})
	for _, request := range []string{
		command(`"1"`, "Subscribe", `{"chanels":["EURUSD","BTCUSD"]}`, managerToken),
		command(`"1"`, "Subscribe", `{"chanels":[]}`, "wrong"),
		command(`"1"`, "Unsubscribe", `{"chanels":["EURUSD"]}`, ""),
	} {
		if got := c.ask(request); got != ok(`"1"`, `{"chanels":[]}`) {
			t.Errorf("%s is answered %s", request, got)
		}
	}
}

func sdkThen(t *testing.T) {
	_, c := newTCP(t, rpc.Options{})
	want := refusal(`"1"`, 404, "INVALID_METHOD", 406, `"no method \"then\""`)
	for range 3 {
		if got := c.ask(command(`"1"`, "then", "{}", managerToken)); got != want {
			t.Errorf("then is answered %s, want %s", got, want)
		}
	}
}

func sdkLines(t *testing.T) {
	_, c := newTCP(t, rpc.Options{})
	for _, request := range []string{command(`1`, "echo", `"a\r\nb"`, ""), `{`, `{"jsonrpc":"2.0","id":1,"method":"echo"}`, `[{"jsonrpc":"2.0","id":1,"method":"echo"}]`} {
		c.ask(request) // which looks at the end of the line
	}
}

func sdkIDs(t *testing.T) {
	_, c := newTCP(t, rpc.Options{})
	for _, id := range []string{`"a1b2c3d4e5f6"`, `"\u00e9\/"`, `1`, `1.0`, `-0`, `1e400`, `123456789012345678901234567890`, `null`, `true`, `[]`, `{"b": [1, {}]}`, `""`} {
		if got := c.ask(command(id, "echo", "", "")); got != ok(id, "null") {
			t.Errorf("extID %s comes back in %s", id, got)
		}
		if got := c.ask(command(id, "nope", "", "")); !strings.HasPrefix(got, `{"extID":`+id+`,"status":404,`) {
			t.Errorf("extID %s comes back in %s", id, got)
		}
	}
}

func sdkLongest(t *testing.T) {
	_, c := newTCP(t, rpc.Options{})
	fill := strings.Repeat("x", 65536-len("\r\n")-len(command(`"1"`, "echo", `""`, managerToken)))
	request := command(`"1"`, "echo", `"`+fill+`"`, managerToken)
	if got := c.ask(request); got != ok(`"1"`, `"`+fill+`"`) {
		t.Errorf("a message of %d bytes is answered %.200s", len(request), got)
	}
}
