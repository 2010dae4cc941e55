package mask

import (
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNamedValues masks values that stand beside their names.
func TestNamedValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{`{"name":"password","value":"canary-1"}`, `{"name":"password","value":"***"}`},
		{`{"value":"canary-1","name":"password"}`, `{"value":"***","name":"password"}`},
		{` { "val" : 1 , "x" : [ 1 ] , "key" : "API-Key" , "values" : [ "canary-1" ] } `, `{"val":"***","x":[1],"key":"API-Key","values":"***"}`},
		{`{"field":"token","val":"canary-1"}`, `{"field":"token","val":"***"}`},
		{`{"n\u0061me":"pass\u0077ord","v\u0061lue":"canary-1"}`, `{"n\u0061me":"pass\u0077ord","v\u0061lue":"***"}`},
		{`{"k":"__token","v":"canary-1"}`, `{"k":"__token","v":"***"}`},
		{`{"ParameterKey":"DBPassword","ParameterValue":"canary-1"}`, `{"ParameterKey":"DBPassword","ParameterValue":"***"}`},
		{`{"op":"replace","path":"/users/7/password","value":"canary-1"}`, `{"op":"replace","path":"/users/7/password","value":"***"}`},
		{`{"type":"password","value":"canary-1","temporary":false}`, `{"type":"password","value":"***","temporary":false}`},
		{`{"fieldName":"password","oldValue":"canary-1","newValue":null}`, `{"fieldName":"password","oldValue":"***","newValue":"***"}`},
		{`{"field":"password","old":"canary-1","new":"canary-2"}`, `{"field":"password","old":"***","new":"***"}`},
		{`{"id":"login","type":"password","value":"canary-1"}`, `{"id":"login","type":"password","value":"***"}`},
		{`{"key":"authorization","value":{"stringValue":"canary-1"}}`, `{"key":"authorization","value":"***"}`},
		{`{"value":{"arrayValue":{"values":[{"stringValue":"canary-1"}]}},"key":"cookie"}`, `{"value":"***","key":"cookie"}`},
		{`{"name":"csrf-token","content":"canary-1"}`, `{"name":"csrf-token","content":"***"}`},
		{`{"Name":"db_password","Data":"canary-1"}`, `{"Name":"db_password","Data":"***"}`},
		{`{"request":{"headers":[{"name":"Host","value":"h"},{"name":"Authorization","value":"Bearer canary-1"}],"queryString":[{"value":"canary-2","name":"api_key"}]}}`,
			`{"request":{"headers":[{"name":"Host","value":"h"},{"name":"Authorization","value":"***"}],"queryString":[{"value":"***","name":"api_key"}]}}`},
		{`{"value":{"name":"token","value":"canary-1","a":{"value":"plain"}},"name":"config"}`, `{"value":{"name":"token","value":"***","a":{"value":"plain"}},"name":"config"}`},
		{`{"value":[{"value":"canary-1","name":"token"},"canary-2"],"name":"secrets","x":"plain"}`, `{"value":"***","name":"secrets","x":"plain"}`},
		{`{"credentials":{"value":"canary-1","name":"token"},"value":"plain"}`, `{"credentials":"***","value":"plain"}`},
		{`[["Host","h"],["Authorization","Bearer canary-1"]]`, `[["Host","h"],["Authorization","***"]]`},
		{`{"headers":[["Cookie",["a=canary-1"]],["token",{"a":"canary-2"}],["x",1]]}`, `{"headers":[["Cookie","***"],["token","***"],["x",1]]}`},
		{`{"value":[["Authorization","canary-1"]],"name":"headers"}`, `{"value":[["Authorization","***"]],"name":"headers"}`},
		{`[["a",[["token","canary-1"]]],["b",2]]`, `[["a",[["token","***"]]],["b",2]]`},
	} {
		got := string(appendTokens([]byte(tt.in)))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("AppendJSON(%s) mismatch (-want +got):\n%s", tt.in, diff)
		}
		m := new(Masker)
		m.LearnJSON([]byte(tt.in))
		for _, canary := range []string{"canary-1", "canary-2"} {
			innocent := strings.Contains(tt.in, `"a":"canary-2"`) && canary == "canary-2" // in a structure under a name
			if strings.Contains(tt.in, canary) && !innocent && m.Tokens("it is "+canary) != "it is ***" {
				t.Errorf("of %s, %s is not learned", tt.in, canary)
			}
		}
		if got := m.Tokens("plain"); got != "plain" {
			t.Errorf("of %s, plain is learned", tt.in)
		}
	}
}

// TestPlainValues has names and values of which none is a secret's.
func TestPlainValues(t *testing.T) {
	t.Parallel()
	for _, plain := range []string{
		`{"name":"colour","value":"crimson"}`,
		`{"value":"crimson"}`,
		`{"name":"token","required":true,"in":"query","schema":{"type":"string"},"content":{"text/plain":{}}}`,
		`{"label":"Token ring","value":"crimson"}`,
		`{"title":"Password policy","value":"crimson"}`,
		`{"name":"token.go","content":"package auth\n\nvar x = 1\n"}`,
		`{"name":"token-bot","content":"the deployment is done"}`,
		`{"username":"secretary","value":"crimson"}`,
		`{"name":{"first":"token"},"value":"crimson"}`,
		`{"a":{"name":"token"},"value":"crimson"}`,
		`{"name":"colour","value":{"type":"password","x":"crimson"}}`,
		`[{"name":"token"},{"value":"crimson"}]`,
		`["token","crimson"]`,
		`{"fields":["password","crimson"]}`,
		`["detail",["token","crimson"]]`,
		`[["token","=","crimson"],["source","like","crimson"]]`,
		`[["token","crimson"],["x"]]`,
		`[["token","crimson"],"x"]`,
		`[["token-service",120],["session-token",null]]`,
		`[["The token has expired","crimson"],["a","b"]]`,
		`[{"a":["token","crimson"]}]`,
		`[[["token","crimson"],"x"],["y",1]]`,
		`[[],[1,2],[null,"x"]]`,
		`{"path":"/oauth/token","method":"POST","status":400}`,
		`{"type":"token_refreshed","data":{"user":"crimson"}}`,
	} {
		if got := string(appendTokens([]byte(plain))); got != plain {
			t.Errorf("AppendJSON(%s) = %s", plain, got)
		}
		m := new(Masker)
		m.LearnJSON([]byte(plain))
		if got := m.Tokens("crimson"); got != "crimson" {
			t.Errorf("of %s, crimson is learned", plain)
		}
	}
}

// hostile returns JSON in which names and values lie within one another as deep as
// json.Valid lets them, and side by side.
func hostile() map[string]string {
	const deep = 9_900
	nested := func(before, after string) string {
		return strings.Repeat(before, deep) + "1" + strings.Repeat(after, deep)
	}
	wide := func(item string) string { return "[" + strings.Repeat(item+",", 1<<20/len(item)) + item + "]" }
	return map[string]string{
		"name before, deep": nested(`{"name":"token","value":"secret-value","x":`, "}"),
		"name behind, deep": nested(`{"value":"secret-value","x":`, `,"name":"token"}`),
		"values, deep":      nested(`{"name":"token","value":`, "}"),
		"values before":     nested(`{"value":`, `,"name":"token"}`),
		"no names, deep":    nested(`{"value":["secret-value",`, "]}"),
		"pairs, deep":       strings.Repeat(`[["token",`, deep/2) + `"secret-value"` + strings.Repeat("]]", deep/2),
		"objects":           wide(`{"value":"secret-value","name":"token"}`),
		"values":            `{"name":"a"` + strings.Repeat(`,"v":1`, 1<<20/6) + `}`,
		"values and a name": `{"v":1` + strings.Repeat(`,"v":1`, 1<<20/6) + `,"name":"token"}`,
		"pairs":             wide(`["token","secret-value"]`),
		"no pairs":          wide(`["token","secret-value"]`)[:1<<19] + `"]]`,
		"held, deep":        strings.Repeat(`{"v":`, 2300) + "[" + strings.Repeat(`"secret-value",`, 4096) + "1]" + strings.Repeat("}", 2300-1) + `,"name":"token"}`,
		"a long string":     `{"value":"` + strings.Repeat("secret-value", 1<<20/12) + `","name":"token"}`,
		"a long name":       `{"value":"secret-value","name":"` + strings.Repeat("token", 1<<20/5) + `"}`,
	}
}

// TestHeldBounded counts the texts that wait for their names, each of which every list
// around it looks at: no more than a Masker learns, and none that is too short.
func TestHeldBounded(t *testing.T) {
	t.Parallel()
	deep := func(item string, n int) string {
		return strings.Repeat(`{"v":`, 2300) + "[" + strings.Repeat(item+",", n) + item + `,"end"]` + strings.Repeat("}", 2300)
	}
	for _, tt := range []struct {
		text string
		most int
	}{
		{deep("1234567", 4096), mostSecrets},
		{deep(`"secret-value"`, 4096), mostSecrets},
		{deep(`["token","secret-value"]`, 4096), mostSecrets},
		{deep("1", 4096), 0},
		{deep(`"short"`, 4096), 0},
	} {
		most := 0
		s := jsonScan{text: []byte(tt.text), learn: func(string, string, bool) {}}
		s.shown = func(text string) string { most = max(most, len(s.held)); return text }
		s.value(nil)
		if most > tt.most {
			t.Errorf("%s: %d texts wait for their names, want at most %d", tt.text[2300*len(`{"v":`):][:40], most, tt.most)
		}
	}
	m := new(Masker)
	m.LearnJSON([]byte(`{"value":[` + strings.Repeat(`1,"short",`, 4096) + `"secret-value"],"name":"token"}`))
	if got := m.Tokens("secret-value"); got != Masked {
		t.Error("what is too short to be learned takes the place of a secret")
	}
}

// TestNamedValuesLinear bounds what it takes to mask and to learn from JSON that is made
// for taking long: in memory, and, as quadratic work would take minutes, in time.
func TestNamedValuesLinear(t *testing.T) {
	const most = 32 // bytes allocated for each byte of text
	for name, text := range hostile() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := appendTokens([]byte(text))
		new(Masker).LearnJSON([]byte(text))
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > most*uint64(len(text)) {
			t.Errorf("%s: %d bytes allocated for a text of %d, want at most %d times as many", name, n, len(text), most)
		} else {
			t.Logf("%s: %d bytes, %.1f times as many allocated", name, len(text), float64(n)/float64(len(text)))
		}
		if strings.Contains(string(got), "secret-value") && !strings.HasPrefix(name, "no ") {
			t.Errorf("%s: shown as %.200s", name, got)
		}
	}
}
