package rpc

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parsed returns what parseMessage makes of text, in a form that is easy to
// write down: one line per item, or the fault of the whole message.
func parsed(text string, l Limits) string {
	l = l.withDefaults()
	m, fault := parseMessage([]byte(text), &l)
	if fault != nil {
		return fmt.Sprint(fault.Code)
	}
	var lines []string
	for i := range m.items {
		e := &m.items[i]
		switch {
		case e.fault != nil:
			lines = append(lines, fmt.Sprintf("%d id=%s", e.fault.Code, jsonRPC.responseID(e.id)))
		case e.notification():
			lines = append(lines, fmt.Sprintf("%s(%s)", e.method, e.params))
		default:
			lines = append(lines, fmt.Sprintf("%s(%s) id=%s", e.method, e.params, e.id))
		}
	}
	if m.batch {
		return "[" + strings.Join(lines, "; ") + "]"
	}
	return strings.Join(lines, "; ")
}

var messageTests = []struct{ in, want string }{
	// Requests and notifications.
	{`{"jsonrpc":"2.0","method":"m","params":{"a":1},"id":1}`, `m({"a":1}) id=1`},
	{" \t\r\n{ \"jsonrpc\" : \"2.0\" , \"method\" : \"m\" , \"id\" : 1 } \n", `m() id=1`},
	{`{"jsonrpc":"2.0","method":"m"}`, `m()`},
	{`{"jsonrpc":"2.0","method":"m","params":null,"id":null}`, `m(null) id=null`},
	{`{"jsonrpc":"2.0","method":"m","params":5,"id":"x"}`, `m(5) id="x"`}, // the method decides
	{`{"jsonrpc":"2.0","method":"","id":1}`, `() id=1`},
	{`{"jsonrpc":"2.0","\u006dethod":"\u006d","id":1}`, `m() id=1`},
	{`{"jsonrpc":"2.0","method":"m","id":1,"extra":{"x":[]}}`, `m() id=1`},

	// Ids of every form, as they were written.
	{`{"jsonrpc":"2.0","method":"m","id":-0.0}`, `m() id=-0.0`},
	{`{"jsonrpc":"2.0","method":"m","id":1e400}`, `m() id=1e400`},
	{`{"jsonrpc":"2.0","method":"m","id":18446744073709551616}`, `m() id=18446744073709551616`},
	{`{"jsonrpc":"2.0","method":"m","id":"\u0061\/"}`, `m() id="\u0061\/"`},
	{`{"jsonrpc":"2.0","method":"m","id":""}`, `m() id=""`},
	{`{"jsonrpc":"2.0","method":"m","id":true}`, `-32600 id=null`},
	{`{"jsonrpc":"2.0","method":"m","id":[1]}`, `-32600 id=null`},
	{`{"jsonrpc":"2.0","method":"m","id":{}}`, `-32600 id=null`},

	// No requests.
	{`1`, `-32600 id=null`},
	{`"x"`, `-32600 id=null`},
	{`null`, `-32600 id=null`},
	{`{}`, `-32600 id=null`},
	{`{"foo":"boo"}`, `-32600 id=null`},
	{`{"method":"m","id":1}`, `-32600 id=1`},
	{`{"jsonrpc":"1.0","method":"m","id":1}`, `-32600 id=1`},
	{`{"jsonrpc":2.0,"method":"m","id":1}`, `-32600 id=1`},
	{`{"jsonrpc":"2.0","id":1}`, `-32600 id=1`},
	{`{"jsonrpc":"2.0","method":1,"id":"x"}`, `-32600 id="x"`},
	{`{"jsonrpc":"2.0","Method":"m","id":1}`, `-32600 id=1`},
	{`{"jsonrpc":"2.0","result":1,"id":1}`, `-32600 id=1`},

	// Members named twice.
	{`{"jsonrpc":"2.0","method":"m","method":"m","id":1}`, `-32600 id=1`},
	{`{"jsonrpc":"2.0","method":"m","\u006dethod":"m","id":1}`, `-32600 id=1`},
	{`{"jsonrpc":"2.0","method":"m","id":1,"id":1}`, `-32600 id=null`},
	{`{"jsonrpc":"2.0","method":"m","id":1,"x":1,"x":1}`, `-32600 id=1`},
	{`{"jsonrpc":"2.0","method":"m","id":1,"":1,"":1}`, `-32600 id=1`},
	{`{"jsonrpc":"2.0","method":"m","id":1,"params":{"a":1,"a":2}}`, `m({"a":1,"a":2}) id=1`}, // the method decides

	// Batches.
	{`[]`, `-32600`},
	{`[ ]`, `-32600`},
	{`[1,[],"x"]`, `[-32600 id=null; -32600 id=null; -32600 id=null]`},
	{`[{"jsonrpc":"2.0","method":"m","id":1},{"jsonrpc":"2.0","method":"n"}]`, `[m() id=1; n()]`},
	{`[{"jsonrpc":"2.0","method":"m","id":1},]`, `-32700`},
	{`[{"jsonrpc":"2.0","method":"m","id":1}`, `-32700`},

	// No JSON.
	{``, `-32700`},
	{` `, `-32700`},
	{"\ufeff{}", `-32700`},
	{`{} {}`, `-32700`},
	{`{}x`, `-32700`},
	{"{}\x00", `-32700`},
	{`{`, `-32700`},
	{`{"a"}`, `-32700`},
	{`{"a":}`, `-32700`},
	{`{"a":1,}`, `-32700`},
	{`{a:1}`, `-32700`},
	{`{'a':1}`, `-32700`},
	{`{"a":1 "b":2}`, `-32700`},
	{`[1 2]`, `-32700`},
	{`[1,]`, `-32700`},
	{`[,1]`, `-32700`},
	{`[1}`, `-32700`},
	{`]`, `-32700`},
	{`01`, `-32700`},
	{`-`, `-32700`},
	{`+1`, `-32700`},
	{`.5`, `-32700`},
	{`1.`, `-32700`},
	{`1e`, `-32700`},
	{`1e+`, `-32700`},
	{`0x1`, `-32700`},
	{`NaN`, `-32700`},
	{`tru`, `-32700`},
	{`truex`, `-32700`},
	{`"a`, `-32700`},
	{`"\x"`, `-32700`},
	{`"\u12g4"`, `-32700`},
	{`"\u12`, `-32700`},
	{`"\`, `-32700`},
	{"\"a\nb\"", `-32700`},
	{"\"\x00\"", `-32700`},
	{"\"\xff\"", `-32700`},
	{"\"\xed\xa0\x80\"", `-32700`},
	{"[1]\f", `-32700`},
	{"// x\n1", `-32700`},

	// JSON in disguise.
	{`"\ud800"`, `-32600 id=null`},
	{"\"\u007f\u2028\"", `-32600 id=null`},
	{`-0e-0`, `-32600 id=null`},
}

func TestParseMessage(t *testing.T) {
	for _, tt := range messageTests {
		if diff := cmp.Diff(tt.want, parsed(tt.in, Limits{})); diff != "" {
			t.Errorf("parseMessage(%q) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

func TestParseMessageBounds(t *testing.T) {
	nested := func(depth int) string { // the envelope is the first level
		return `{"jsonrpc":"2.0","method":"m","params":` + strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1) + `}`
	}
	// Braces, three names, two strings, brackets: nine tokens without values.
	tokens := func(n int) string {
		return `{"jsonrpc":"2.0","method":"m","params":[` + strings.TrimSuffix(strings.Repeat("0,", n-9), ",") + `]}`
	}
	batch := func(n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]"
	}
	ok := func(text string) bool { return !strings.HasPrefix(text, "-32013") }
	tests := []struct {
		name string
		make func(int) string
		most int
	}{
		{"depth", nested, 32},
		{"tokens", tokens, 100_000},
		{"batch", batch, 100},
	}
	for _, tt := range tests {
		for _, n := range []int{tt.most - 1, tt.most, tt.most + 1} {
			got := parsed(tt.make(n), Limits{})
			if ok(got) != (n <= tt.most) {
				t.Errorf("%s %d: got %.100s; at most %d are allowed", tt.name, n, got, tt.most)
			}
		}
	}
}

func TestParseMessageBoundsTell(t *testing.T) {
	l := (Limits{Depth: 3, Tokens: 10, Batch: 2}).withDefaults()
	for in, want := range map[string]sizeData{
		`[[[[1]]]]`:             {3, 4},
		`[1,2,3,4]`:             {2, 4},
		`[1,2,3,4,5,6,7,8,9,0]`: {10, 11},
	} {
		_, fault := parseMessage([]byte(in), &l)
		if fault == nil || fault.Code != CodeTooLarge {
			t.Errorf("parseMessage(%s): %v, want %d", in, fault, CodeTooLarge)
			continue
		}
		if diff := cmp.Diff(want, fault.Data); diff != "" {
			t.Errorf("parseMessage(%s) mismatch (-want +got):\n%s", in, diff)
		}
	}
}

// FuzzEnvelope checks that what is accepted is accepted by encoding/json, and
// read the same way; that within the bounds nothing else is refused; and that
// ids come back byte for byte.
func FuzzEnvelope(f *testing.F) {
	for _, tt := range messageTests {
		f.Add([]byte(tt.in))
	}
	l := Limits{Depth: 8, Tokens: 200, Batch: 5}.withDefaults()
	f.Fuzz(func(t *testing.T, text []byte) {
		m, fault := parseMessage(text, &l)
		if fault != nil {
			if fault.Code == CodeParse && json.Valid(text) && checkUTF8(text) == nil {
				t.Fatalf("refused %q: %v", text, fault)
			}
			return
		}
		if !json.Valid(text) {
			t.Fatalf("accepted %q", text)
		}
		for i := range m.items {
			checkEnvelope(t, &m.items[i])
		}
	})
}

// checkEnvelope compares e with what encoding/json makes of it.
func checkEnvelope(t *testing.T, e *envelope) {
	t.Helper()
	if e.fault != nil {
		return
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(e.raw, &members); err != nil {
		t.Fatalf("item %q: %v", e.raw, err)
	}
	var method string
	if err := json.Unmarshal(members["method"], &method); err != nil || method != e.method {
		t.Fatalf("item %q: method %q, want %q (%v)", e.raw, e.method, method, err)
	}
	if string(members["params"]) != string(e.params) {
		t.Fatalf("item %q: params %q, want %q", e.raw, e.params, members["params"])
	}
	if string(members["id"]) != string(e.id) {
		t.Fatalf("item %q: id %q, want %q", e.raw, e.id, members["id"])
	}
	text, err := contiguous(jsonRPC.resultResponse(jsonRPC.responseID(e.id), Bytes("1")))
	if err != nil || !json.Valid(text) {
		t.Fatalf("response %q: %v", text, err)
	}
}
