package rpc

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPeekMembers wants what is complete in text that is cut or broken.
func TestPeekMembers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		want []string // name, value, name, value
	}{
		{``, nil},
		{`7`, nil},
		{`{`, nil},
		{`{}`, nil},
		{` { "a" : 1 , "b":"x\"}" } x`, []string{"a", "1", "b", `"x\"}"`}},
		{`{"a":1,"b":{"c":[1,"]",{}]},"\u0064":null`, []string{"a", "1", "b", `{"c":[1,"]",{}]}`}},
		{`{"a":[[[[`, nil},
		{`{"a":"x`, nil},
		{`{"a":12`, nil},
		{`{"a":12,`, []string{"a", "12"}},
		{`{"a":12,"b`, []string{"a", "12"}},
		{`{"a":,"b":1}`, nil},
		{`{"a":1 2,"b":3}`, []string{"a", "1"}},
		{`{"a" 1}`, nil},
		{`{"\x":1}`, nil},
		{`{"a":1,,"b":2}`, []string{"a", "1"}},
	} {
		var got []string
		for _, m := range peekMembers([]byte(tt.in)) {
			got = append(got, m.name, string(m.value))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("peekMembers(%s) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

func TestAsJSONRPC(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{`{"command":"GetLogs","data":{"a":1},"extID":"x","__token":"t"}`, `{"jsonrpc":"2.0","id":"x","method":"GetLogs","params":{"a":1}}`},
		{`{"command":"GetLogs","data":null}`, `{"jsonrpc":"2.0","id":null,"method":"GetLogs"}`},
		{`{"extID":{"a":1},"command":"x","data":{"__access":1,"b":[2]}}`, `{"jsonrpc":"2.0","id":null,"method":"x","params":{"b":[2]}}`},
		{`{"extID":1.50}`, `{"jsonrpc":"2.0","id":1.50}`},
		{`{"extID":1,"command":7,"data":8}`, `{"jsonrpc":"2.0","id":1}`},
		{`[1]`, `{"jsonrpc":"2.0","id":null}`},
	} {
		if diff := cmp.Diff(tt.want, string(asJSONRPC([]byte(tt.in)))); diff != "" {
			t.Errorf("asJSONRPC(%s) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
}

// FuzzTCPProtocol holds the parsing of both dialects against what there is beside
// it: what is JSON-RPC beyond doubt is parsed as on every transport; members are
// found alike with checks and without; ids that are sent back are JSON; and a
// request of the platform asks for the same as the JSON-RPC that it is recorded
// as.
func FuzzTCPProtocol(f *testing.F) {
	for _, s := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"a","params":[{}]}`, `{"command":"a","extID":{"b":[1]},"data":{"__access":1,"x":"\u002c"},"__token":"t"}`,
		`[{"jsonrpc":"2.0","method":"a"},7]`, `{"jsonrpc":"2.0","command":"a"}`, `{"extID":`, `{"a":{"b":[1,"]"]},"a":2}`, ` "x" `, `[]`, `{"command":"a","data":[[[[[]]]]]}`,
	} {
		f.Add([]byte(s))
	}
	limits := DefaultLimits()
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, last := range []dialect{jsonRPC, platform} {
			m, err := (&tcpProtocol{last: last}).parse(text, &limits)
			if m.id != nil && !json.Valid(m.id) {
				t.Errorf("parse(%q) would send back the id %q", text, m.id)
			}
			if err != nil {
				continue
			}
			if m.dialect == jsonRPC {
				want, err := parseMessage(text, &limits)
				if err != nil || len(want.items) != len(m.items) || want.batch != m.batch {
					t.Fatalf("parse(%q) is a message of JSON-RPC with %d items; parseMessage says %v", text, len(m.items), err)
				}
				for i := range want.items {
					m.items[i].token = "" // which no other transport takes from a message
					if diff := cmp.Diff(want.items[i], m.items[i], cmp.AllowUnexported(envelope{})); diff != "" {
						t.Errorf("parse(%q) is not what parseMessage has (-want +got):\n%s", text, diff)
					}
				}
				continue
			}
			e := m.items[0]
			if e.id != nil && !json.Valid(e.id) {
				t.Errorf("parse(%q) has the id %q", text, e.id)
			}
			if e.fault != nil {
				continue
			}
			recorded, err := parseMessage(asJSONRPC(e.raw), &limits)
			if err != nil || recorded.items[0].fault != nil || recorded.items[0].method != e.method || !bytes.Equal(recorded.items[0].params, e.params) {
				t.Errorf("parse(%q) asks for %s(%s), and is recorded as %s: %v", text, e.method, e.params, asJSONRPC(e.raw), err)
			}
		}
		if id := newTCPProtocol().refused(text).id; id != nil && !json.Valid(id) {
			t.Errorf("refused(%q) would send back the id %q", text, id)
		}
		if !json.Valid(text) || checkText(text) != nil {
			return
		}
		s := &syntax{data: text, maxDepth: math.MaxInt, maxTokens: math.MaxInt}
		if s.peek() == '{' {
			want, err := s.rawMembers()
			if diff := cmp.Diff(want, peekMembers(text), cmp.AllowUnexported(rawMember{})); err != nil || diff != "" {
				t.Errorf("peekMembers(%q) mismatch (-want +got): %v\n%s", text, err, diff)
			}
		}
	})
}
