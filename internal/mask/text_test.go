package mask

import (
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, text, broken string }{
		{"all is well", "all is well", ""},
		{"password=hunter2", "password=***", ""},
		{"a=1&password=hunter2&b=2", "a=1&password=***&b=2", ""},
		{"https://h/x?access_token=abc&x=1#f", "https://h/x?access_token=***&x=1#f", ""},
		{"https://h/x?pass%77ord=abc def", "https://h/x?pass%77ord=*** def", "https://h/x?pass%77ord=***"},
		{"?password=a,b;c'd`e&x=1", "?password=***&x=1", ""},
		{"a=1&password=two words&x=1", "a=1&password=*** words&x=1", "a=1&password=***&x=1"},
		{`a=1&password=a"b&x=1`, `a=1&password=***&x=1`, ""},
		{`{"url":"?token=a,b","x":1`, `{"url":"?token=***","x":1`, ""},
		{"user[password]=abc", "user[password]=***", ""},
		{`{"password": "hun\"ter2", "a": 1}`, `{"password": "***", "a": 1}`, ""},
		{`{"pass\u0077ord": "hunter2"`, `{"pass\u0077ord": "***"`, ""},
		{`{"password": "hunter2`, `{"password": "***`, ""},
		{`{"pin_token": 12345, "a": 1}`, `{"pin_token": ***, "a": 1}`, ""},
		{`{"credentials": {"user": "x", "pw": "}y"}, "a": 1}`, `{"credentials": ***, "a": 1}`, ""},
		{`{"credentials": ["x", {"pw": "y"`, `{"credentials": ***`, ""},
		{`{"payload":"{\"password\":\"hunter2\",\"a\":1}"}`, `{"payload":"{\"password\":\"***\",\"a\":1}"}`, ""},
		{`{"p":"{\"q\":\"{\\\"password\\\":\\\"hunter2\\\"}\"}"}`, `{"p":"{\"q\":\"{\\\"password\\\":\\\"***\\\"}\"}"}`, ""},
		{`{"p":"{\"credentials\":{\"a\":\"}\\\"hunter2\"},\"b\":1}"`, `{"p":"{\"credentials\":***,\"b\":1}"`, ""},
		{`{"p":"{\"pass\\u0077ord\"\n: 1234567}"`, `{"p":"{\"pass\\u0077ord\"\n: ***}"`, ""},
		{"{'credentials': {'a': '}hunter2'}, 'b': 1}", "{'credentials': ***, 'b': 1}", ""},
		{`{"token":"\",\"b\":\"", "password":"hunter2" x`, `{"token":"***", "password":"***" x`, ""},
		{`{"authorization":1234567,"credentials":{"a":"hunter2"`, `{"authorization":***,"credentials":***`, ""},
		{"password`:\n\"access_token\": \"hunter2\"", "password`:\n\"***\"", ""},
		{`bad password: "MyPassword1": too short`, `bad password: "***`, ""},
		{`{"user":"joe","password":"MyPassword1": 5`, `{"user":"joe","password":"***`, ""},
		{`{'password': 'my_Password1': `, `{'password': '***': `, ""},
		{`{"token":"a_token":"b_token":"c", "a":1`, `{"token":"***", "a":1`, ""},
		{"{'password': 'hunter2'}", "{'password': '***'}", ""},
		{`{"token id": "hunter2", "my token " :"x"`, `{"token id": "***", "my token " :"***"`, ""},
		{"{\"password\"\n:\r\n\t\"hunter2\", \"a\": 1", "{\"password\"\n:\r\n\t\"***\", \"a\": 1", ""},
		{`{"p":"{\n \"password\":\n \"hunter2\"\n}"`, `{"p":"{\n \"password\":\n \"***\"\n}"`, ""},
		{`the token is "x": y`, `the token is "x": y`, ""},
		{"password: |\n  hunter2\n  more\n\nuser: x\n", "password: ***\n  hunter2\n  more\n\nuser: x\n", "password: ***\nuser: x\n"},
		{"tokens:\n- hunter2\n- x\na: b", "tokens:\n- hunter2\n- x\na: b", "tokens:***\na: b"},
		{"tokens:\r\n  - hunter2", "tokens:\r\n  - hunter2", "tokens:***"},
		{"a=1&pass%2577ord=abc", "a=1&pass%2577ord=***", ""},
		{"<password>hunter2</password>", "<password>***</password>", ""},
		{`<w:Password Type="x">hunter2</w:Password><a>b</a>`, `<w:Password Type="x">***</w:Password><a>b</a>`, ""},
		{"<password><![CDATA[hun]<>ter2]]></password>", "<password>***]]></password>", "<password>***</password>"},
		{"<tokens><a>x</a></tokens><b>y</b>", "<tokens><a>x</a></tokens><b>y</b>", "<tokens>***</tokens><b>y</b>"},
		{"<password>\n hunter2", "<password>***", ""},
		{`<token a="b" secret="hunter2">hunter3</token>`, `<token a="b" secret="***">***</token>`, ""},
		{"<token/><a>b</a>", "<token/><a>b</a>", ""},
		{"send <token> here", "send <token>***", ""},
		{"Authorization: Bearer abc.def, x\r\nHost: h", "Authorization: ***\r\nHost: h", ""},
		{"Cookie: a=b; c=d\nX: y", "Cookie: ***\nX: y", ""},
		{"password: hunter2 and more", "password: *** and more", "password: ***"},
		{"password: two words", "password: two words", "password: ***"},
		{"no token: send one with the request", "no token: send one with the request", "no token: ***"},
		{"API-Key = abc", "API-Key = ***", ""},
		{"x-api-key => abc", "x-api-key => ***", ""},
		{"https://joe:hunter2@host:80/a", "https://joe:***@host:80/a", ""},
		{"https://joe@host https://host:80/a@b:c", "https://joe@host https://host:80/a@b:c", ""},
		{"x://a:b@c x://d:e:f@g@h", "x://a:***@c x://d:***@h", ""},
		{"next=%2Fa%3Ftoken%3Dhunter2%26x%3D1&b", "next=%2Fa%3Ftoken%3D***%26x%3D1&b", ""},
		{"next=%252Fa%253Ftoken%253Dhunter2", "next=%252Fa%253Ftoken%253D***", ""},
		{"a%20token%20b", "a%20token%20b", ""},
		{"at /src/auth/token.go:17 +0x1d", "at /src/auth/token.go:17 +0x1d", ""},
		{"net/http.readCookies\n\tnet/http/cookie.go:301 +0x2a\nx", "net/http.readCookies\n\tnet/http/cookie.go:301 +0x2a\nx", ""},
		{"token.go:1234567", "token.go:***", ""},
		{"the token expired", "the token expired", ""},
		{"token", "token", ""},
		{"token=", "token=", ""},
		{`"token":`, `"token":`, ""},
		{`token:\`, `token:***`, ""},
		{"bad " + aToken + ", " + aJWT, "bad ***, ***", ""},
		{"sent Bearer c4n4ry-9f8e7d+/==, and bearer abc", "sent Bearer ***, and bearer abc", ""},
		{"the bearer of-the-ring/never, Bearer 2024-11-28.05 Bearer realm", "the bearer of-the-ring/never, Bearer 2024-11-28.05 Bearer realm", ""},
		{"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nx", "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nx", ""},
		{`"-----BEGIN PRIVATE KEY-----\nMIIE`, `"-----BEGIN PRIVATE KEY-----***`, ""},
		{"-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----", ""},
		{`{"method":"Authenticate","params":{"token":"abc"`, `{"method":"Authenticate","params":{"token":"***"`, ""},
	} {
		m := new(Masker)
		if got := m.Text(tt.in); got != tt.text {
			t.Errorf("Text(%q) = %q, want %q", tt.in, got, tt.text)
		}
		want := tt.broken
		if want == "" {
			want = tt.text
		}
		if got := m.Broken(tt.in); got != want {
			t.Errorf("Broken(%q) = %q, want %q", tt.in, got, want)
		}
	}
}

func TestName(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, secret := range []string{
		"Authorization", "proxy-authorization", "Set-Cookie", "access_token", "TOKEN", "to-ken", "user[password]", "Passwd", "client_secret",
		"X-API-Key", "apikey", "credentials", "PHPSESSIONID", "session_id", "__token", "csrfmiddlewaretoken", "to\u212aen", long + "_to-ken", "é.secret",
		"pass%77ord", "pass%2577ord", `pass\u0077ord`,
	} {
		if !Name(secret) {
			t.Errorf("%q is no name of a secret", secret)
		}
	}
	for _, plain := range []string{"", "session", "tok", "pass", "author", "key", "api", "id", "cook", "secre", "user-agent", long, "é", "s_e_c_r_e"} {
		if Name(plain) {
			t.Errorf("%q is the name of a secret", plain)
		}
	}
	if n := testing.AllocsPerRun(10, func() { Name("X-Proxy-Authorization"); Name("Accept-Language") }); n > 0 {
		t.Errorf("Name allocates %v times", n)
	}
}

// TestLearn looks for a secret in each way in which a request may repeat it.
func TestLearn(t *testing.T) {
	t.Parallel()
	const secret = `pa/ss "w+rd`
	m := new(Masker)
	m.Learn(secret)
	m.Learn("short")
	m.Learn("  ")
	for _, tt := range []struct{ in, want string }{
		{"it was " + secret + "!", "it was ***!"},
		{"?q=pa%2Fss+%22w%2Brd", "?q=***"},
		{"/a/pa%2Fss%20%22w+rd", "/a/***"},
		{`{"q": "pa/ss \"w+rd"`, `{"q": "***"`},
		{"<b>pa/ss &#34;w+rd</b>", "<b>***</b>"},
		{`{"q": "pa\/ss \"w+rd"`, `{"q": "pa\/ss \"w+rd"`}, // nobody writes both
		{"a short word", "a short word"},
	} {
		if got := m.Tokens(tt.in); got != tt.want {
			t.Errorf("Tokens(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	m.Learn("a<b/é&c\"d")
	m.Learn("slash/slash")
	for _, text := range []string{`a<b/é&c\"d`, `a\u003cb/é\u0026c\"d`, `a<b/\u00e9&c\"d`, "a&lt;b/é&amp;c&#34;d", `slash\/slash`} {
		if got := m.Tokens("it was " + text); got != "it was ***" {
			t.Errorf("Tokens(%q) = %q", text, got)
		}
	}
	if got := m.Tail(`cut off at pa/ss "`); got != "cut off at ***" {
		t.Errorf("Tail leaves %q", got)
	}
	if got := m.Tail("nothing here"); got != "nothing here" {
		t.Errorf("Tail leaves %q", got)
	}
}

func TestLearns(t *testing.T) {
	t.Parallel()
	m := new(Masker)
	m.LearnJSON([]byte(`{"password":"canary-1","a":{"tokens":["canary-2"]},"plain":"canary-x","credentials":{"user":"canary-y"}}`))
	m.LearnForm("a=canary-x&api_key=canary%2D3&b[pass%77ord]=canary-4")
	m.LearnBroken(`broken "secret": "canary-5", (token=canary-6, b)`)
	m.LearnMultipart("--B\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\ncanary-7\r\n--B--\r\n", "B")
	got := m.Tokens("canary-1 canary-2 canary-3 canary-4 canary-5 canary-6 canary-7 canary-x canary-y")
	if want := strings.Repeat("*** ", 7) + "canary-x canary-y"; got != want {
		t.Errorf("learned enough for %q, want %q", got, want)
	}
}

// TestLearnsParts looks for what a program may make of a secret that it was sent.
func TestLearnsParts(t *testing.T) {
	t.Parallel()
	long := ""
	for i := range 40_000 / 5 {
		long += strconv.Itoa(10_000 + i)
	}
	for _, tt := range []struct{ name, value, repeated, want string }{
		{"Authorization", "Bearer canary-1", "bad canary-1", "bad ***"},
		{"headers.authorization", "Basic am9lOmNhbmFyeS0x", "joe:canary-1 am9lOmNhbmFyeS0x", "joe:*** ***"},
		{"X-Token", "Token  canary-1", "canary-1", "***"},
		{"cookie", `a=b; sid="canary-1"; lang=canary%2D2`, "canary-1 canary%2D2 canary-2", "*** *** ***"},
		{"Set-Cookie", "sid=canary-1; Path=/orders", "canary-1 in /orders", "*** in /orders"},
		{"session_cookie", "canary-1", "canary-1", "***"},
		{"Cookie", "theme=default; os=Windows; id=abcdefghijklmnop", "Windows has a default, abcdefghijklmnop", "Windows has a default, ***"},
		{"X-Token-Type", "Bearer", "Bearer realm", "Bearer realm"},
		{"token_type_hint", "refresh_token", "no refresh_token", "no refresh_token"},
		{"subjectTokenType", "urn:jwt", "no urn:jwt", "no urn:jwt"},
		{"password_hint", "canary-1", "bad canary-1", "bad ***"},
		{"secret_prototype", "canary-1", "bad canary-1", "bad ***"},
		{"token_hint", "canary-1", "bad canary-1", "bad ***"},
		{"Authorization", " Negotiate", "Negotiate or Bearer", "Negotiate or Bearer"},
		{"token", long, "?" + long, "?" + strings.Repeat("***", 3)},
	} {
		m := new(Masker)
		m.LearnNamed(tt.name, tt.value)
		if got := m.Tokens(tt.repeated); got != tt.want {
			t.Errorf("%s: %.100s: Tokens(%.100q) = %.100q, want %q", tt.name, tt.value, tt.repeated, got, tt.want)
		}
	}
	m := new(Masker)
	m.LearnJSON([]byte(`{"tokens":[123456789,true],"a":987654321,"headers":{"Authorization":"Bearer canary-1","Cookie":["sid=canary-2"]}}`))
	m.LearnForm("Authorization=Token+canary-3&token_type=ordinary&key=token&value=canary-10&a[key]=b&a[value]=ordinary")
	m.LearnMultipart("--B\r\nContent-Disposition: form-data; name=name\r\n\r\ncookie\r\n--B\r\nContent-Disposition: form-data; name=value\r\n\r\na=canary-11\r\n", "B")
	m.LearnText("Authorization: Token canary-4\nnext")
	m.LearnBroken("secrets: {\n a: b\n password=canary-5\n")
	m.LearnBroken("<credentials>\n<a>ordinary</a><password>canary-6</password></credentials>")
	m.LearnBroken("a:\n token: |\n  canary-7\n secrets:\n - canary-8\n -  canary-9\nb: ordinary")
	if got, want := m.Tokens("123456789 true 987654321 canary-1 canary-2 canary-3 canary-4 canary-5 canary-6 canary-7 canary-8 canary-9 ordinary canary-10 canary-11"),
		"*** true 987654321 *** *** *** *** *** *** *** *** *** ordinary *** ***"; got != want {
		t.Errorf("learned enough for %q, want %q", got, want)
	}
}

// TestLearnsWithin looks for secrets within what has the name of one beside it.
func TestLearnsWithin(t *testing.T) {
	t.Parallel()
	const value = "see https://u:c4n4ry-pw@h.org/"
	for text, learn := range map[string]func(*Masker, string){
		`{"name":"token","value":"` + value + `"}`:                        func(m *Masker, text string) { m.LearnJSON([]byte(text)) },
		`{"value":["` + value + `"],"name":"token"}`:                      func(m *Masker, text string) { m.LearnJSON([]byte(text)) },
		`{"key":"token","value":{"values":[{"v":"` + value + `"}]}}`:      func(m *Masker, text string) { m.LearnJSON([]byte(text)) },
		`[["token","` + value + `"]]`:                                     func(m *Masker, text string) { m.LearnJSON([]byte(text)) },
		`is {"name":"token","value":"` + value + `"}`:                     (*Masker).LearnText,
		`<add key="token" value="` + value + `"/>`:                        (*Masker).LearnText,
		"- name: token\n  value: " + value + "\n":                         (*Masker).LearnBroken,
		"{v:\"\npassword=c4n4ry-pw\n0":                                    (*Masker).LearnBroken,
		`{"key":"token","value":{"password":"c4n4ry-pw"}`:                 (*Masker).LearnBroken,
		"name=token&value=" + url.QueryEscape(value):                      (*Masker).LearnForm,
		"name=token&value=" + url.QueryEscape(`{"password":"c4n4ry-pw"}`): (*Masker).LearnForm,
		"--B\r\nContent-Disposition: form-data; name=name\r\n\r\ntoken\r\n--B\r\nContent-Disposition: form-data; name=value\r\n\r\n" + value: func(m *Masker, text string) {
			m.LearnMultipart(text, "B")
		},
	} {
		m := new(Masker)
		learn(m, text)
		if got := m.Tokens("c4n4ry-pw was refused"); got != "*** was refused" {
			t.Errorf("of %s, no more is learned than %q", text, m.learned)
		}
	}
}

// TestLearnsNoWords has words stand beside names of secrets, which say how these are.
func TestLearnsNoWords(t *testing.T) {
	t.Parallel()
	m := new(Masker)
	for _, text := range []string{
		`{"type":"password","value":"required","new":"Windows"}`,
		`{"id":"password-policy","value":{"arrayValue":["enabled"]}}`,
		`{"value":"default","path":"/password"}`,
		`[["token","string"]]`,
		`{"name":"token","value":"abcdefghijklmnop"}`,
	} {
		m.LearnJSON([]byte(text))
		m.LearnText("is " + text)
	}
	m.LearnForm("type=password&value=required&a[name]=token&a[value]=%20enabled")
	m.LearnMultipart("--B\r\nContent-Disposition: form-data; name=name\r\n\r\ntoken\r\n--B\r\nContent-Disposition: form-data; name=value\r\n\r\nWindows\r\n", "B")
	m.LearnText(`<input type="password" value="default"> ` + "\nname: token\nvalue: string\n\nname: token\nvalue: |\n  string\n  default\n")
	const words = "Windows required a default string,%20enabled, "
	if got, want := m.Tokens(words+"abcdefghijklmnop"), words+"***"; got != want {
		t.Errorf("learned %q", m.learned)
	}
	m.LearnJSON([]byte(`{"password":"enabled"}`))
	if got := m.Tokens("enabled"); got != Masked {
		t.Error("a word under the name of a secret is not learned")
	}
}

// TestLearnsNameOrSecret has what may be the name of a secret stand where one does.
func TestLearnsNameOrSecret(t *testing.T) {
	t.Parallel()
	m := new(Masker)
	m.LearnText(`bad password: "password-1": too short`)
	m.LearnBroken(`"token": "token-2": "canary-3", "secret":"token-4": {"a": "ordinary"`)
	if got, want := m.Tokens("too short password-1 token-2 canary-3 token-4 ordinary"), "too short *** *** *** *** ordinary"; got != want {
		t.Errorf("learned enough for %q, want %q", got, want)
	}
}

// TestLearnsAnswer has an answer say things about secrets, which are none, and secrets.
func TestLearnsAnswer(t *testing.T) {
	t.Parallel()
	m := &Masker{Answer: true}
	m.LearnJSON([]byte(`{"password":["This field is required.","is invalid","required"],"token":"token_not_valid","credentials":["canary-1","Bearer canary-2","Token canary-3"]}`))
	m.LearnBroken(`"secret": "can't be blank", "session_id": "canary-4"`)
	m.LearnHeader(map[string][]string{"Set-Cookie": {"sid=canary-5; Path=/"}})
	const messages = "This field is required. It is invalid, required, can't be blank: token_not_valid "
	if got, want := m.Tokens(messages+"canary-1 canary-2 canary-3 canary-4 canary-5"), messages+"*** *** *** *** ***"; got != want {
		t.Errorf("learned enough for %q, want %q", got, want)
	}
}

// TestQuotes has messages quote the beginning of a secret only.
func TestQuotes(t *testing.T) {
	t.Parallel()
	const secret = "it-is-a-long-secret-of-more-than-32-characters-and-then-some"
	m := new(Masker)
	m.Learn(secret)
	m.Learn(aJWT + "x")
	m.Learn("prefix-" + aToken + "-suffix")
	for _, tt := range []struct{ in, want string }{
		{`no method "` + secret[:50] + `…"`, `no method "***…"`},
		{secret[:40] + secret + secret[:32] + "!" + secret[:31], "*********!" + secret[:31]},
		{"prefix-" + aToken + "-suffix", "***"},
		{aJWT, "***"},
		{aJWT[:37] + "eyJzdWIiOiI5OTk5OTk5OTkifQ.c2lnbmF0dXJl", "***"}, // another one
	} {
		if got := m.Tokens(tt.in); got != tt.want {
			t.Errorf("Tokens(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestForm(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"a=1&b=%20x&c", "a=1&b=%20x&c"},
		{"password=x&a=1&API-key=%zz&to%6ben=y", "password=***&a=1&API-key=***&to%6ben=***"},
		{"user%5Bpassword%5D=x", "user%5Bpassword%5D=***"},
		{"a=x;password=y", "a=x%3Bpassword%3D***"},
		{"q=" + aToken + "&" + aToken + "=1&" + aToken, "q=***&***=1&***"},
		{"json=%7B%22password%22%3A%22x%22%7D", "json=%7B%22password%22%3A%22***%22%7D"},
		{"a=%7b%", "a=%7b%"},
		{`json={"password":"x&y"}&a=1`, `json={"password":"***"}&a=1`},
		{`a="x"&password=y"z&b=1`, `a="x"&password=***&b=1`},
		{"name=DB_PASSWORD&value=x&a=1", "name=DB_PASSWORD&value=***&a=1"},
		{"value=x&name=api%5Fkey", "value=***&name=api%5Fkey"},
		{"env[0][key]=a&env[0][value]=x&env%5B1%5D%5Bkey%5D=token&env%5B1%5D%5Bvalue%5D=y&value=z",
			"env[0][key]=a&env[0][value]=x&env%5B1%5D%5Bkey%5D=token&env%5B1%5D%5Bvalue%5D=***&value=z"},
		{"form-0-name=token&form-0-value=x&form-1-name=a&form-1-value=y", "form-0-name=token&form-0-value=***&form-1-name=a&form-1-value=y"},
		{"env.0.name=token&env.0.value=x", "env.0.name=token&env.0.value=***"},
		{"key=a&value=x&key=token&value=y", "key=a&value=x&key=token&value=***"},
		{"key[]=token&value[]=x&value[]=y", "key[]=token&value[]=***&value[]=***"},
		{"name=token&required=on&content=a+b", "name=token&required=on&content=a+b"},
		{"name=joe&value=x", "name=joe&value=x"},
	} {
		if got := new(Masker).Form(tt.in); got != tt.want {
			t.Errorf("Form(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestMultipart(t *testing.T) {
	t.Parallel()
	part := func(disposition, content string) string {
		return "--B\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n"
	}
	whole := part(`name="a"`, "one") + part(`name="password"`, "hunter2\r\nmore") + part(`name="f"; filename="x.txt"`, "file content")
	for _, tt := range []struct{ in, want string }{
		{whole + "--B--\r\n", part(`name="a"`, "one") + part(`name="password"`, "***") + part(`name="f"; filename="x.txt"`, "… [12 bytes cut]")},
		{whole[:strings.Index(whole, "ter2")], part(`name="a"`, "one") + part(`name="password"`, "***")},
		{part(`name="value"`, "x") + part(`name="key"`, "api_key") + "--B--", part(`name="value"`, "***") + part(`name="key"`, "api_key")},
		{"preamble\r\n" + part(`name="a"`, "one") + "--B", part(`name="a"`, "one") + "--B\r\n***\r\n"},
		{"--B\nContent-Disposition: form-data; name=token\n\nabc\n--B--\n", part("name=token", "***")},
		{part(`name="a"; name="b"`, "abc"), "--B\r\n***\r\n"},
		{"--B\r\nno header\r\n\r\nabc", "--B\r\n***\r\n"},
		{"--B\r\nContent-Disposition: form-data; name=\"pass", "--B\r\n***\r\n"},
		{"no parts, password hunter2", "***"},
	} {
		if diff := cmp.Diff(tt.want, new(Masker).Multipart(tt.in, "B")); diff != "" {
			t.Errorf("Multipart(%q) mismatch (-want +got):\n%s", tt.in, diff)
		}
	}
	if got := new(Masker).Multipart(whole, ""); got != Masked {
		t.Errorf("Multipart without a boundary = %q, want all of it masked", got)
	}
}

// TestTextLinear wants the work to grow with the length of the text only. In
// quadratic time these would take minutes.
func TestTextLinear(t *testing.T) {
	t.Parallel()
	size := 1 << 18
	if testing.Short() {
		size = 1 << 16
	}
	for _, piece := range []string{"token", "token:", "token=", `token:"`, "token:{", "token: ", `token\`, `"token"`, "token: a ", "token%", `token\u`, "[token]", "token%3D", "%25", "25", "://a:b@", "://", "://a:", "://a:/@", "://a:/a@a", `:\/\/a:b/@`, "@", `{"v":1,`, `{"name":"token",`, `[["token",`, `["token","x"],`, `:"{`, `:\"{`, ":'", `:"` + "`", "{", "[", "{=", `{"a":`, `{"a":{}}`, `:"\`, `:" `, `:"" `, `<a key="token">`, `<a key="token`, "<key>token</key>", "<key>token</key><value>", `<a '`, "Bearer ", "Bearer a1", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "name: token\nvalue:\n ", "value: x\nname: token\n", "- ", "token\t:\t", `"token `, `"token "`, "token:\n ", "\"token\"\n", `"token\n`, "<token>", "<token", "<token a>", "<token></", "<token>x</token>", "a:"} {
		text := "%" + strings.Repeat(piece, size/len(piece))
		m := new(Masker)
		m.Text(text)
		m.Broken(text)
		m.Form(text)
		m.Multipart(text, "token")
	}
}

// TestNamesInNamesLinear bounds what it takes to mask names of which each is a part of
// the value of the one before it.
func TestNamesInNamesLinear(t *testing.T) {
	const most = 64 // bytes allocated for each byte of text
	var text strings.Builder
	for n := range 400 {
		text.WriteString("token:" + strings.Repeat(`\`, n) + `"`)
	}
	text.WriteString(`secret-value":`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := new(Masker).Broken(text.String())
	new(Masker).LearnBroken(text.String())
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > most*uint64(text.Len()) {
		t.Errorf("%d bytes allocated for a text of %d, want at most %d times as many", n, text.Len(), most)
	} else {
		t.Logf("%d bytes, %.1f times as many allocated", text.Len(), float64(n)/float64(text.Len()))
	}
	if strings.Contains(got, "secret-value") {
		t.Errorf("shown as %.200s", got)
	}
}

// FuzzCanary puts a secret under names that speak of one, in the middle of any
// text, and wants it masked wherever the structure is beyond doubt.
func FuzzCanary(f *testing.F) {
	for _, s := range []string{"", "{", `{"a":"`, "x=1&", "token=", `"`, `\`, "{'", "[[{", "password: ", "<a>", "Cookie: ", "%", "x://a:b@", "://[", "@host:1", `:\/\/`, "<token", ">", "token:{", "password`:", `{"v":`} {
		f.Add(s, s)
	}
	f.Add(`{"v":`, "")
	f.Add(`{"v":"`, `"}`)
	f.Add(`{v:"`, "0")
	const canary = "c4n4ry-value"
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before+after, canary) {
			return
		}
		for _, member := range []string{
			"\npassword=" + canary + "\n",
			"\n\"access_token\": \"" + canary + "\"\n",
			"\nAuthorization: Bearer " + canary + "\n",
			"\nx://user:a/" + canary + "#@host/a\n",
		} {
			text := before + member + after
			m := new(Masker)
			if got := m.Broken(text); strings.Contains(got, canary) {
				t.Fatalf("Broken(%q) = %q", text, got)
			}
			m.LearnBroken(text)
			for _, got := range []string{m.Text(text), m.Form(text), m.Multipart(text, before), m.Tokens(text)} {
				if strings.Contains(got, canary) {
					t.Fatalf("%q is shown as %q after learning", text, got)
				}
			}
		}
	})
}
