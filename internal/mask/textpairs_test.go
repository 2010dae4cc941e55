package mask

import (
	"runtime"
	"strings"
	"testing"
)

// TestNamedValuesInText looks for names beside their values in what is no valid JSON.
func TestNamedValuesInText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, text, broken string }{
		{`{"name":"password","value":"canary", "a":`, `{"name":"password","value":"***", "a":`, ""},
		{`{"value":"canary","name":"password`, `{"value":"***","name":"password`, ""},
		{`{"name":"password","value":"can`, `{"name":"password","value":"***`, ""},
		{`{"name":"a","value":"red"},{"value":1, "x":[{}], "key":"token"}`, `{"name":"a","value":"red"},{"value":***, "x":[{}], "key":"token"}`, ""},
		{`[{"name":"Host","value":"h"},{"name":"Cookie","value":"a=canary"},{"name":"Accept","value":"b"`,
			`[{"name":"Host","value":"h"},{"name":"Cookie","value":"***"},{"name":"Accept","value":"b"`, ""},
		{`{"key":"authorization","value":{"stringValue":"can`, `{"key":"authorization","value":***`, ""},
		{`{"value":{"stringValue":"}canary"},"key":"authorization"`, `{"value":***,"key":"authorization"`, ""},
		{`{"payload":"[{\"name\":\"password\",\"value\":\"can\\\"ary\"},{\"name\":\"a\",\"value\":\"red\"}]"}`,
			`{"payload":"[{\"name\":\"password\",\"value\":\"***\"},{\"name\":\"a\",\"value\":\"red\"}]"}`, ""},
		{`{"p":"{\"q\":\"{\\\"value\\\":\\\"canary\\\",\\n \\\"name\\\" : \\\"password\\\"}\"}"`, `{"p":"{\"q\":\"{\\\"value\\\":\\\"***\\\",\\n \\\"name\\\" : \\\"password\\\"}\"}"`, ""},
		{`{"n\u0061me":"pass\u0077ord","value":"canary"`, `{"n\u0061me":"pass\u0077ord","value":"***"`, ""},
		{`can't parse {"note":"x"y","name":"password","value":"canary"}`, `can't parse {"note":"x"y","name":"password","value":"***"}`, ""},
		{`{'note': "it's", 'name': 'password', 'value': 'canary'}`, `{'note': "it's", 'name': 'password', 'value': '***'}`, ""},
		{"{name: `password`, value: `canary`,}", "{name: `password`, value: `***`,}", ""},
		{`{:name=>:password, :value=>"canary"}`, `{:name=>:password, :value=>"***"}`, ""},
		{`{Name:token Value:canary}`, `{Name:token Value:***}`, ""},
		{`{Value:canary two Name:token Other:red}`, `{Value:*** *** Name:token Other:red}`, ""},
		{`{:old=>"canary", :new=>canary, :name=>"token"}`, `{:old=>"***", :new=>***, :name=>"token"}`, ""},
		{`{value:canary value value:1 key:token}`, `{value:*** *** value:*** key:token}`, ""},
		{`{name=token, value=canary}`, `{name=token, value=***}`, ""},
		{`{"headers":[["Host","h"],["Authorization","Bearer canary"`, `{"headers":[["Host","h"],["Authorization","***"`, ""},
		{`x [["Cookie",["canary"]],["a",1]]`, `x [["Cookie",***],["a",1]]`, ""},
		{`json=%7B%22name%22%3A%22password%22%2C%22value%22%3A%22canary%22%7D`, `json=%7B%22name%22%3A%22password%22%2C%22value%22%3A%22***%22%7D`, ""},
		{`{"value":"canary","na`, `{"value":"***","na`, ""},
		{`{"value":"can`, `{"value":"***`, ""},
		{`{"value":"access_token": "canary"`, `{"value":"***"`, ""},
		{`{"value":"MyPassword1": "canary","name":"password"}`, `{"value":"***","name":"password"}`, ""},
		{`{:value=>"access_token"=>"canary", :a=>"red"`, `{:value=>"***", :a=>"red"`, ""},
		{`{"name":"token","value":[password]=canary`, `{"name":"token","value":***`, ""},
		{`[["Cookie","token": "canary"`, `[["Cookie","token": "***"`, ""},
		{"{\"v\":\npassword=canary\n", "{\"v\":\npassword=***\n", ""},
		{"{value: Authorization: Bearer canary\n", "{value: Authorization: ***\n", ""},
		{strings.Repeat("[", 300) + `{"value":"x","name":"token"}`, strings.Repeat("[", 300) + `{"value":"x","name":"token"}`, ""},

		{`{"name":"a","value":"red"`, "", ""},
		{`{"v":"2","items":["` + strings.Repeat("x", 300), "", ""},
		{`{"values":[1,2`, "", ""},
		{`{"name":"token","required":true}, {"value":"red"}`, "", ""},
		{`{"a":{"name":"token"},"value":"red"}`, "", ""},
		{`["token","red"] and {"fields":["password","red"]`, "", ""},
		{`[["token","like","red"],["x","red"]`, "", ""},
		{`["detail",["token","red"]`, "", ""},
		{`[["The token has expired","red"]]`, "", ""},
		{`{"name":"token.go","content":"package auth\n\nvar x`, "", ""},
		{`a {b} [c] {"d"} "e" 'f' {] }`, "", ""},
	} {
		if tt.text == "" {
			tt.text = tt.in
		}
		if tt.broken == "" {
			tt.broken = tt.text
		}
		m := new(Masker)
		if got := m.Text(tt.in); got != tt.text {
			t.Errorf("Text(%s)\n= %s, want\n  %s", tt.in, got, tt.text)
		}
		if got := m.Broken(tt.in); got != tt.broken {
			t.Errorf("Broken(%s)\n= %s, want\n  %s", tt.in, got, tt.broken)
		}
		m.LearnBroken(tt.in)
		if got := m.Tokens("a red canary"); !strings.Contains(got, "red") {
			t.Errorf("LearnBroken(%s) learned %q", tt.in, m.learned)
		}
	}
	m := new(Masker)
	m.LearnText(`{"value":"canary-1","name":"password"} {"name":"cookie","value":"a=canary-2"} [["token","canary-3"`)
	if got := m.Tokens("canary-1 canary-2 canary-3"); got != "*** *** ***" {
		t.Errorf("learned too little for %q", got)
	}
}

// TestNamedValuesInTextLinear bounds what it takes to mask what is left of JSON that is
// made for taking long.
func TestNamedValuesInTextLinear(t *testing.T) {
	const most = 64 // bytes allocated for each byte of text
	for name, text := range hostile() {
		text = text[:len(text)-1]
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := besideInText(text, nil)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > most*uint64(len(text)) {
			t.Errorf("%s: %d bytes allocated for a text of %d, want at most %d times as many", name, n, len(text), most)
		} else {
			t.Logf("%s: %d bytes, %.1f times as many allocated", name, len(text), float64(n)/float64(len(text)))
		}
		if n := strings.Count(got, "secret-value"); n > 0 && !strings.HasPrefix(name, "no ") && !strings.HasSuffix(name, "deep") {
			t.Errorf("%s: %d secrets shown, of %.200s", name, n, got)
		}
	}
}

// FuzzNamedValue puts a secret beside its name, among any other texts, and wants it
// masked in the JSON, in a string that holds it, and in what is left of it however it
// was cut off.
func FuzzNamedValue(f *testing.F) {
	for _, s := range []string{"", `"`, `\`, `{"`, `"}`, "'", `[[`, `","`, `":"`, "name", "a\n{b", "\xff", "é\u2028", "\x00`", `\u0022`} {
		f.Add(s, s, uint16(len(s)))
	}
	const canary = "c4n4ry-value"
	f.Fuzz(func(t *testing.T, before, after string, lost uint16) {
		if strings.Contains(before+after, "c4n4ry") {
			return
		}
		quoted := func(text string) string { return string(AppendQuoted(nil, text)) }
		for _, text := range []string{
			`{"x":` + quoted(before) + `,"name":"password","value":"` + canary + `","y":` + quoted(after) + `}`,
			`[{` + quoted(before) + `:[{}],"v":{"stringValue":"` + canary + `"},"key":"token","y":` + quoted(after) + `}]`,
			`{"x":` + quoted(before) + `,"value":"` + canary + `","name":"api_key","y":` + quoted(after) + `}`,
			`[["x",` + quoted(before) + `],["Cookie","` + canary + `"],["y",` + quoted(after) + `]]`,
		} {
			inString := `{"text":` + quoted("is "+text) + `}`
			m := new(Masker)
			shown := []string{
				string(m.AppendJSON(nil, []byte(text), m.Text)), m.Text(text), m.Broken(text),
				string(m.AppendJSON(nil, []byte(inString), m.Text)), m.Text(inString), m.Broken(inString),
				m.Broken(text[:max(0, len(text)-int(lost))]), m.Broken(inString[:max(0, len(inString)-int(lost))]),
			}
			for i, got := range shown {
				if strings.Contains(got, canary) && (i < 6 || !strings.Contains(text, "stringValue")) {
					t.Fatalf("%d: %s\nis shown as %s", i, text, got)
				}
			}
			m.LearnJSON([]byte(text))
			if got := m.Tokens(canary); got != Masked {
				t.Fatalf("%s is not learned", text)
			}
		}
	})
}
