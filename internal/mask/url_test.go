package mask

import (
	"strings"
	"testing"
)

// TestPasswords has URLs with a password, and URLs that look as if they had one.
func TestPasswords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"postgres://user:canary@host/db", "postgres://user:***@host/db"},
		{"postgres://user:can/ary@host/db", "postgres://user:***@host/db"},
		{"postgres://user:can#a?r/y@host:5432/db?a=b", "postgres://user:***@host:5432/db?a=b"},
		{"postgres://user:/canary@host/db", "postgres://user:***@host/db"},
		{"postgres://user:?canary@host", "postgres://user:***@host"},
		{"postgres://user:/@canary@host", "postgres://user:***@host"},
		{"redis://:can/ary@host", "redis://:***@host"},
		{"amqp://user:can@ar/y@host/vhost", "amqp://user:***@host/vhost"},
		{"amqp://user:ca@n@ary@host", "amqp://user:***@host"},
		{"mysql://user:can/ary@10.0.0.1/a@b", "mysql://user:***@10.0.0.1/a@b"},
		{"mysql://user:can/ary@localhost/a@b", "mysql://user:***@localhost/a@b"},
		{"mysql://user:can/ary@[::1]:33/a@b", "mysql://user:***@[::1]:33/a@b"},
		{"mysql://user:123456/canary@h", "mysql://user:***@h"}, // no port has six digits
		{"pip: git+https://user:canary@example.org/a/b.git@v1.2", "pip: git+https://user:***@example.org/a/b.git@v1.2"},
		{"npm https://user:canary@example.org/@scope/name", "npm https://user:***@example.org/@scope/name"},
		{`{"dsn":"postgres:\/\/user:can\/ary@host\/db"`, `{"dsn":"postgres:\/\/user:***@host\/db"`},
		{`("mysql://user:can/ary@host") at x@y`, `("mysql://user:***@host") at x@y`},
		{"a://u:can/ary@host,b://v:canary@host", "a://u:***@host,b://v:***@host"},
		{"x://u:can/ary@host y://u:@host", "x://u:***@host y://u:@host"},
		{"https://h/?next=mysql%3A%2F%2Fuser%3Acanary%40host", "https://h/?next=mysql%3A%2F%2Fuser%3A***%40host"},

		{"https://host/@user/page", ""},
		{"https://host/a:b@c", ""},
		{"https://host?to=a:b@c", ""},
		{"https://host#a:b@c", ""},
		{"https://host:8080/a@b", ""},
		{"https://host:8080/a:b@c.org", ""},
		{"https://host:8080?a@b", ""},
		{"mongodb://a:27017,b:27017/db?c=d@e", ""},
		{"https://host:8080#a@b", ""},
		{"https://example.org:443/@scope/name@1.2", ""},
		{"https://example.org:/@scope/x", ""},
		{`{"a":"https:\/\/example.org:\/@scope\/x"}`, ""},
		{"https://[::1]:8080/a@b", ""},
		{"https://[fe80::1]/a@b", ""},
		{"https://joe@host/a:b@c", ""},
		{"https://joe@host:22/a@b", ""},
		{"ssh://git@example.org:a/b.git", ""},
		{"https://host:8080 a@b", ""},
		{"see https://host: a@b", ""},
		{`https://host:abc\n a@b`, ""},
		{"https://user:@host", ""},
		{"://", ""},
		{"a:/b:c@d", ""},
		{"name:word@host", ""},
	} {
		want := tt.want
		if want == "" {
			want = tt.in
		}
		m := new(Masker)
		if got := m.Text(tt.in); got != want {
			t.Errorf("Text(%q) = %q, want %q", tt.in, got, want)
		}
		if got := m.Broken(tt.in); got != want {
			t.Errorf("Broken(%q) = %q, want %q", tt.in, got, want)
		}
		m.LearnText(tt.in)
		if learned := len(m.learned) > 0; learned != (tt.want != "") {
			t.Errorf("LearnText(%q) learned %q", tt.in, m.learned)
		}
	}
	m := new(Masker)
	m.LearnText(`postgres://user:p%40ss/word@host and "mysql:\/\/user:dr\/owssap@host"`)
	if got := m.Tokens("bad p@ss/word, p%40ss/word or dr/owssap"); strings.Contains(got, "ss") {
		t.Errorf("learned too little for %q", got)
	}
}
