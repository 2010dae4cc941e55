package mask

import (
	"strings"
	"testing"
)

// TestNamedValuesInMarkup looks for names beside their values in XML and YAML.
func TestNamedValuesInMarkup(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{`<add key="ApiKey" value="canary-1"/>`, `<add key="ApiKey" value="***"/>`},
		{`<param name='password' value='canary-1'>red</param>`, `<param name='password' value='***'>red</param>`},
		{`<input type="password" name="pw" value="canary-1"> red`, `<input type="password" name="pw" value="***"> red`},
		{`<meta name="csrf-token" content="canary-1">`, `<meta name="csrf-token" content="***">`},
		{`{"p":"<add key=\"ApiKey\" value=\"canary-1\"/>`, `{"p":"<add key=\"ApiKey\" value=\"***\"/>`},
		{`<h:header h:name="Authorization">canary-1</h:header><a>red</a>`, `<h:header h:name="Authorization">***</h:header><a>red</a>`},
		{`<entry key="password"><![CDATA[can<ary]]></entry>`, `<entry key="password">***</entry>`},
		{`<property name="db.password"> <value>canary-1</value></property>`, `<property name="db.password"> <value>***</value></property>`},
		{"<member><name>password</name>\n<value><string>canary-1</string></value></member>", "<member><name>password</name>\n<value><string>***</string></value></member>"},
		{`<item><key>api_key</key><value>canary-1</value></item>`, `<item><key>api_key</key><value>***</value></item>`},
		{`<key>token</key><string>canary-1</string><key>a</key><string>red</string>`, `<key>token</key><string>***</string><key>a</key><string>red</string>`},
		{`<add key="ApiKey" value="can`, `<add key="ApiKey" value="***`},
		{`<entry key="password">can`, `<entry key="password">***`},
		{"env:\n- name: DB_PASSWORD\n  value: canary-1\n- name: COLOUR\n  value: red\n", "env:\n- name: DB_PASSWORD\n  value: ***\n- name: COLOUR\n  value: red\n"},
		{"  - value: 'canary-1'\n    key: \"api_key\"\n", "  - value: '***'\n    key: \"api_key\"\n"},
		{"name: secret\r\nvalue: canary-1\r\nx: red", "name: secret\r\nvalue: ***\r\nx: red"},
		{"name: secret\nvalue: |\n  canary-1\n\n  more\nx: red", "name: secret\nvalue: ***\nx: red"},

		{`<form id="password-form" name="password" method="get">red<input value="red"></form>`, ""},
		{`<a name="tokens" href="#">red</a><div id="token"><b>red</b></div>`, ""},
		{`<entry key="colour" value="red">red</entry>`, ""},
		{`<name>token</name><colour>red</colour>`, ""},
		{`<name>colour</name><value>red</value>`, ""},
		{`<name>token<b/></name><value>red</value>`, ""},
		{`<meta name="token" content="red and green">`, ""},
		{`a < b && "token" . c <`, ""},
		{"<", ""},
		{"<key>token</key>", ""},
		{"<key>token</key", ""},
		{"- name: token\n- value: red\n", ""},
		{"name: token\n  value: red\n", ""},
		{"name: token\nx: y\nvalue: red\n", ""},
		{"the name: token\nvalue: red\n", ""},
		{"name: token\ncontent: red and green\n", ""},
		{"name:\n\nvalue: red", ""},
	} {
		want := tt.want
		if want == "" {
			want = tt.in
		}
		m := new(Masker)
		if got := m.Text(tt.in); got != want {
			t.Errorf("Text(%s)\n= %s, want\n  %s", tt.in, got, want)
		}
		m.LearnText(tt.in)
		if got := m.Tokens("red canary-1"); got != "red ***" && strings.Contains(tt.in, "canary-1") || !strings.Contains(got, "red") {
			t.Errorf("LearnText(%s) learned %q", tt.in, m.learned)
		}
	}
}
