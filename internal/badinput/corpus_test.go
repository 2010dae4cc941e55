package badinput

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestMakeUp holds the corpus to its make-up: so many cases of each kind, none
// of them there twice.
func TestMakeUp(t *testing.T) {
	least := map[string]int{
		"broken": 40, "judgement": 35, "ids": 60, "methods": 40, "params": 80, "versions": 30,
		"batches": 60, "limits": 50, "text": 50, "http": 55, "upgrade": 30, "frames": 100,
	}
	names := map[string]bool{}
	inputs := map[string]string{}
	groups := map[string]int{}
	for _, c := range Cases(DefaultLimits()) {
		if names[c.Name] {
			t.Errorf("two cases named %q", c.Name)
		}
		names[c.Name] = true
		groups[group(&c)]++
		input := whole(&c)
		if other := inputs[input]; other != "" {
			t.Errorf("%q sends the same as %q", c.Name, other)
		}
		inputs[input] = c.Name
	}
	if len(names) < leastCases {
		t.Errorf("%d cases, want at least %d", len(names), leastCases)
	}
	for group, n := range groups {
		if least[group] == 0 || n < least[group] {
			t.Errorf("%d cases in %s, want at least %d", n, group, least[group])
		}
		delete(least, group)
	}
	if diff := cmp.Diff(map[string]int{}, least); diff != "" {
		t.Errorf("groups without a case (-want +got):\n%s", diff)
	}
	t.Logf("%d cases: %v", len(names), groups)
}

// group is the part of a case's name before the slash.
func group(c *Case) string {
	name, _, _ := strings.Cut(c.Name, "/")
	return name
}

// whole is everything that a case sends, and how.
func whole(c *Case) string {
	switch {
	case c.message != nil:
		return "message " + string(c.message())
	case c.wire != nil && c.cut:
		return "cut " + string(c.wire())
	case c.wire != nil:
		return "wire " + string(c.wire())
	case c.request == nil:
		return "upgrade " + c.upgrade
	}
	s := "request "
	if c.request.pipelined {
		s = "pipelined "
	}
	s += c.request.text
	if c.request.body != nil {
		s += string(c.request.body())
	}
	return s
}

// TestMessages checks what is wanted of messages against an independent
// reader: -32700 is for what encoding/json refuses (and for what it repairs),
// and ids are to be found in the input byte for byte.
func TestMessages(t *testing.T) {
	for _, c := range Cases(DefaultLimits()) {
		if c.message == nil {
			continue
		}
		input := c.message()
		valid := json.Valid(input) && utf8.Valid(input)
		for _, w := range c.Ways() {
			o := c.want(w)
			parse, close1007 := false, len(o.Close) == 1 && o.Close[0] == 1007
			for _, a := range o.Answers {
				parse = parse || cmp.Equal(a.Codes, []int{codeParse})
				if a.ID != "null" && !bytes.Contains(input, []byte(a.ID)) {
					t.Errorf("%s over %s wants id %s, which was not sent", c.Name, w, shorten(a.ID))
				}
			}
			bounded := len(o.Answers) == 1 && strings.Contains(o.Answers[0].String(), "-32013")
			if (parse || close1007) == valid && !bounded {
				t.Errorf("%s over %s: JSON %t, want %s", c.Name, w, valid, o.describe(w.Transport))
			}
			if close1007 && (utf8.Valid(input) || w.Transport == HTTP) {
				t.Errorf("%s over %s wants close 1007", c.Name, w)
			}
		}
	}
}

// TestStates checks that before authentication nothing but -32001 is wanted of
// a good request to a query method, whatever its params are.
func TestStates(t *testing.T) {
	queries := 0
	for _, c := range Cases(DefaultLimits()) {
		var m map[string]json.RawMessage
		var method string
		if c.message == nil || len(c.message()) > DefaultLimits().EarlyMessage || json.Unmarshal(c.message(), &m) != nil {
			continue
		}
		if json.Unmarshal(m["method"], &method) != nil || method != "GetLogs" && method != "GetLogsByFilter" {
			continue
		}
		for _, transport := range []Transport{HTTP, WebSocket} {
			before, after := c.want(Way{transport, Before}), c.want(Way{transport, After})
			if m["id"] == nil || len(after.Answers) == 1 && cmp.Equal(after.Answers[0].Codes, []int{codeNotRequest}) {
				continue
			}
			queries++
			if len(before.Answers) != 1 || !cmp.Equal(before.Answers[0].Codes, []int{codeNoToken}) {
				t.Errorf("%s over %s before authentication: %s", c.Name, transport, before.describe(transport))
			}
		}
	}
	if queries < 400 {
		t.Errorf("%d queries seen", queries)
	}
}
