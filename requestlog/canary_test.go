package requestlog

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// canary is a secret without any form of its own.
const canary = "c4n4ry-9f8e7d"

// Tokens that are known by their form.
const (
	apiToken = "dbk_k3u5xq7w2n4p6r8t0v1y3a5c7e9g2i4m6o8q0s2u4w6y8b1d3f5h"
	jwt      = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjIzIiwic2Vzc2lvbiI6MX0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
)

// A smuggler is a request that carries a secret somewhere.
type smuggler struct {
	name    string
	secret  string // "": canary
	request func(secret string) *http.Request
	handle  http.HandlerFunc // nil: one that reads the body and says it was bad
}

// post returns a request with a body.
func post(contentType, body string) *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	return r
}

// withHeader returns a request with a header.
func withHeader(name, value string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set(name, value)
	return r
}

// multipartBody returns a body with one field.
func multipartBody(name, value string) (contentType, body string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.WriteField("first", "plain")
	w.WriteField(name, value)
	w.Close()
	return w.FormDataContentType(), b.String()
}

// Types of bodies.
const (
	form  = "application/x-www-form-urlencoded"
	plain = "text/plain"
)

// headSmugglers carry a secret in what comes before the body.
func headSmugglers() []smuggler {
	return []smuggler{
		{name: "bearer", request: func(s string) *http.Request { return withHeader("Authorization", "Bearer "+s) }},
		{name: "bare", request: func(s string) *http.Request { return withHeader("Authorization", s) }},
		{name: "basic", request: func(s string) *http.Request {
			return withHeader("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("joe:"+s)))
		}},
		{name: "proxy", request: func(s string) *http.Request { return withHeader("Proxy-Authorization", "Bearer "+s) }},
		{name: "api key", request: func(s string) *http.Request { return withHeader("X-API-Key", s) }},
		{name: "cookie", request: func(s string) *http.Request { return withHeader("Cookie", "theme=dark; sid="+s) }},
		{name: "referer", request: func(s string) *http.Request { return withHeader("Referer", "https://h/?access_token="+s+"&x=1") }},
		{name: "referer, nested", request: func(s string) *http.Request {
			return withHeader("Referer", "https://h/?next=%2Fa%3Ftoken%3D"+s+"%26x%3D1")
		}},
		{name: "referer, nested twice", request: func(s string) *http.Request {
			return withHeader("Referer", "https://h/?next=%252Fa%253Ftoken%253D"+s)
		}},
		{name: "origin with a password", request: func(s string) *http.Request { return withHeader("Referer", "see https://joe:"+s+"@h/a") }},
		{name: "password with a slash", request: func(s string) *http.Request { return withHeader("X-DSN", "postgres://joe:a/"+s+"@h/a") }},
		{name: "referer with a password in it", request: func(s string) *http.Request {
			return withHeader("Referer", "https://h/?next=https%3A%2F%2Fjoe%3A"+s+"%40h%2F")
		}},
		{name: "bearer in a header of another name", request: func(s string) *http.Request { return withHeader("X-Note", "Bearer "+s) }},
		{name: "header of another name", secret: apiToken, request: func(s string) *http.Request { return withHeader("X-Note", "is "+s) }},
		{name: "jwt in a protocol", secret: jwt, request: func(s string) *http.Request { return withHeader("Sec-WebSocket-Protocol", "bearer, "+s) }},
		{name: "user agent", secret: apiToken, request: func(s string) *http.Request { return withHeader("User-Agent", s+"/1.0") }},
		{name: "query", request: func(s string) *http.Request { return httptest.NewRequest("GET", "/?a=1&API_key="+s, nil) }},
		{name: "query, escaped name", request: func(s string) *http.Request { return httptest.NewRequest("GET", "/?pass%77ord="+s, nil) }},
		{name: "query, nested", request: func(s string) *http.Request { return httptest.NewRequest("GET", "/?next=/a%3Ftoken%3D"+s, nil) }},
		{name: "query, badly escaped", request: func(s string) *http.Request { return httptest.NewRequest("GET", "/?x=%zz&token="+s+"%zz", nil) }},
		{name: "query, a name and a value", request: func(s string) *http.Request {
			return httptest.NewRequest("GET", "/?set[value]="+s+"&set[key]=api_key", nil)
		}},
		{name: "query, raw json in it", request: func(s string) *http.Request {
			r := httptest.NewRequest("GET", "/", nil)
			r.URL.RawQuery = `a={"password":"x&` + s + `"}`
			return r
		}},
		{name: "query, as a name", secret: apiToken, request: func(s string) *http.Request { return httptest.NewRequest("GET", "/?"+s, nil) }},
		{name: "path", secret: apiToken, request: func(s string) *http.Request { return httptest.NewRequest("GET", "/reset/"+s+"/now", nil) }},
		{name: "path and header", request: func(s string) *http.Request {
			r := httptest.NewRequest("GET", "/reset/"+s, nil)
			r.Header.Set("X-Token", s)
			return r
		}},
		{name: "method", secret: apiToken, request: func(s string) *http.Request {
			r := httptest.NewRequest("GET", "/", nil)
			r.Method = s
			return r
		}},
	}
}

// bodySmugglers carry a secret in the body.
func bodySmugglers() []smuggler {
	fill := strings.Repeat("0123456 ", DefaultBodyLimit/8)
	return []smuggler{
		{name: "json", request: func(s string) *http.Request { return post("application/json", `{"a":1,"password":"`+s+`"}`) }},
		{name: "json, nested", request: func(s string) *http.Request {
			return post("application/json", `{"a":[{"b":{"Client-Secret":["`+s+`"]}}]}`)
		}},
		{name: "json, escaped name", request: func(s string) *http.Request { return post("application/json", `{"pass\u0077ord":"`+s+`"}`) }},
		{name: "json in json", request: func(s string) *http.Request {
			return post("application/json", `{"payload":"{\"password\":\"`+s+`\"}"}`)
		}},
		{name: "json, a name and a value", request: func(s string) *http.Request {
			return post("application/json", `{"env":[{"name":"DB_PASSWORD","value":"`+s+`"}]}`)
		}},
		{name: "json, a value and a name, repeated", request: func(s string) *http.Request {
			return post("application/json", `{"attributes":[{"value":{"stringValue":"Bearer `+s+`"},"key":"authorization"}],"note":"it is `+s+`"}`)
		}},
		{name: "json, cut off, with slashes escaped", request: func(s string) *http.Request {
			return post("application/json", `{"dsn":"postgres:\/\/joe:`+s+`@h`)
		}},
		{name: "json, pairs", request: func(s string) *http.Request {
			return post("application/json", `{"headers":[["Host","h"],["X-Api-Key","`+s+`"]]}`)
		}},
		{name: "json, headers in a row", request: func(s string) *http.Request {
			return post("application/json", `{"rawHeaders":["Host","h","Authorization","Bearer `+s+`"]}`)
		}},
		{name: "json, a private key", request: func(s string) *http.Request {
			return post("application/json", `{"tls":"-----BEGIN EC PRIVATE KEY-----\n`+s+`\n-----END EC PRIVATE KEY-----\n"}`)
		}},
		{name: "json, a patch", request: func(s string) *http.Request {
			return post("application/json-patch+json", `[{"op":"replace","path":"/password","value":"`+s+`"}]`)
		}},
		{name: "json, repeated", request: func(s string) *http.Request {
			return post("application/json", `{"token":"`+s+`","note":"my token is `+s+`","`+s+`":1}`)
		}},
		{name: "json, broken", request: func(s string) *http.Request { return post("application/json", `{"a":"x"y","password":"`+s+`"}`) }},
		{name: "json, cut off", request: func(s string) *http.Request { return post("application/json", `{"password":"`+s) }},
		{name: "json as a form", request: func(s string) *http.Request { return post(form, `{"password":"`+s+`"}`) }},
		{name: "json, too long", request: func(s string) *http.Request {
			return post("application/json", `{"a":"`+fill+`","password":"`+s+`"}`)
		}},
		{name: "json, at the cut", request: func(s string) *http.Request {
			return post("application/json", `{"a":"`+fill[:len(fill)-30]+`","token":"`+s+`","b":"`+fill+`"}`)
		}},
		{name: "text, at the cut", secret: apiToken, request: func(s string) *http.Request { return post(plain, fill[:len(fill)-10]+" "+s+" "+fill) }},
		{name: "secrets that shift the cut", secret: jwt, request: func(s string) *http.Request {
			return post(plain, strings.Repeat("token="+s+" ", (DefaultBodyLimit+lookahead)/(len(s)+7))+"a "+s+" "+fill)
		}},
		{name: "form", request: func(s string) *http.Request { return post(form, "a=1&password="+s) }},
		{name: "form, a name and a value", request: func(s string) *http.Request { return post(form, "name=DB_PASSWORD&value="+s) }},
		{name: "form, brackets", request: func(s string) *http.Request { return post(form, "user%5Bpassword%5D="+s) }},
		{name: "form, json in it", request: func(s string) *http.Request {
			return post(form, "json="+url.QueryEscape(`{"password":"`+s+`"}`))
		}},
		{name: "form, cut off", request: func(s string) *http.Request {
			return post(form, "a="+strings.ReplaceAll(fill, " ", "+")+"&password="+s)
		}},
		{name: "form of another type", request: func(s string) *http.Request { return post(plain, "a=1&password="+s) }},
		{name: "multipart", request: func(s string) *http.Request { return post(multipartBody("password", s)) }},
		{name: "multipart, cut off", request: func(s string) *http.Request {
			contentType, body := multipartBody("password", s+strings.Repeat("x", 100_000))
			return post(contentType, body)
		}},
		{name: "multipart, no boundary", request: func(s string) *http.Request {
			_, body := multipartBody("password", s)
			return post("multipart/form-data", body)
		}},
		{name: "multipart of another type, with a preamble", request: func(s string) *http.Request {
			_, body := multipartBody("password", s)
			return post(plain, "This is a message.\r\n"+body)
		}},
		{name: "multipart with an odd preamble", request: func(s string) *http.Request {
			contentType, body := multipartBody("password", s)
			return post(contentType, "{\r\n"+body)
		}},
		{name: "form, raw json in it", request: func(s string) *http.Request { return post(form, `json={"password":"a&`+s+`"}`) }},
		{name: "soap", request: func(s string) *http.Request {
			return post("text/xml", `<w:Security><w:Password Type="PasswordText">`+s+`</w:Password></w:Security>`)
		}},
		{name: "yaml, a block", request: func(s string) *http.Request { return post("application/yaml", "password: |\n  "+s+"\n") }},
		{name: "yaml", request: func(s string) *http.Request { return post("application/yaml", "password: "+s+"\n") }},
		{name: "yaml, a name and a value", request: func(s string) *http.Request {
			return post("application/yaml", "env:\n- name: DB_PASSWORD\n  value: "+s+"\n")
		}},
		{name: "xml, a name and a value", request: func(s string) *http.Request {
			return post("text/xml", `<a><add key="ApiKey" value="`+s+`"/><b><name>password</name><value>`+s+`</value></b></a>`)
		}},
		{name: "xml", request: func(s string) *http.Request { return post("text/xml", "<a><Password>"+s+"</Password></a>") }},
		{name: "utf-16", request: func(s string) *http.Request {
			return post("application/json", strings.Join(strings.Split(`{"password":"`+s+`"}`, ""), "\x00")+"\x00")
		}},
	}
}

// handlerSmugglers carry a secret that the handler repeats.
func handlerSmugglers() []smuggler {
	return []smuggler{
		{name: "panic", request: func(s string) *http.Request { return withHeader("Authorization", "Token "+s) },
			handle: func(_ http.ResponseWriter, r *http.Request) {
				panic(errors.New("bad token " + strings.TrimPrefix(r.Header.Get("Authorization"), "Token ")))
			}},
		{name: "panic with a password", request: func(s string) *http.Request { return post(form, "password="+s) },
			handle: func(_ http.ResponseWriter, r *http.Request) {
				panic(fmt.Sprintf("no user %v", r.PostFormValue("password")))
			}},
		{name: "page that quotes a password", secret: "c4n4ry-<&>-9f8e7d-6c5b4a", request: func(s string) *http.Request { return post(form, "password="+url.QueryEscape(s)) },
			handle: func(w http.ResponseWriter, r *http.Request) {
				http.Error(w, "<p>not "+html.EscapeString(r.PostFormValue("password"))+"</p>", http.StatusBadRequest)
			}},
		{name: "panic with a number", secret: "9081726354", request: func(s string) *http.Request { return post("application/json", `{"pin_token":`+s+`}`) },
			handle: func(_ http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				panic(fmt.Sprintf("no user %s", bytes.Trim(body, `{}"pin_token:`)))
			}},
		{name: "panic with a cookie", secret: "c4n4ry 9f8e7d", request: func(s string) *http.Request { return withHeader("Cookie", "sid="+url.PathEscape(s)) },
			handle: func(_ http.ResponseWriter, r *http.Request) {
				sid, _ := r.Cookie("sid")
				value, _ := url.QueryUnescape(sid.Value)
				panic("no session " + value)
			}},
		{name: "error with the beginning of a token", secret: canary + canary + canary + canary, request: func(s string) *http.Request { return withHeader("X-Token", s) },
			handle: func(w http.ResponseWriter, r *http.Request) {
				http.Error(w, fmt.Sprintf("bad token %.40s…", r.Header.Get("X-Token")), http.StatusUnauthorized)
			}},
		{name: "error", request: func(s string) *http.Request { return httptest.NewRequest("GET", "/?token="+s, nil) },
			handle: func(w http.ResponseWriter, r *http.Request) {
				SetError(r.Context(), "BAD_TOKEN", "unknown: "+r.FormValue("token"))
				http.Error(w, "unknown: "+r.FormValue("token"), http.StatusUnauthorized)
			}},
		{name: "header taken out", request: func(s string) *http.Request { return withHeader("Authorization", "Bearer "+s) },
			handle: func(w http.ResponseWriter, r *http.Request) {
				token := r.Header.Get("Authorization")
				r.Header.Del("Authorization")
				http.Error(w, "bad: "+strings.TrimPrefix(token, "Bearer "), http.StatusForbidden)
			}},
		{name: "set-cookie", request: func(string) *http.Request { return httptest.NewRequest("GET", "/", nil) },
			handle: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Set-Cookie", "sid="+canary+"; HttpOnly")
				w.WriteHeader(http.StatusBadRequest)
				io.WriteString(w, `{"session_id":"`+canary+`","hint":"use `+canary+`"}`)
			}},
		{name: "location", request: func(string) *http.Request { return httptest.NewRequest("GET", "/", nil) },
			handle: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "https://h/cb#access_token="+canary)
				w.WriteHeader(http.StatusFound)
			}},
		{name: "user", secret: apiToken, request: func(s string) *http.Request { return withHeader("X-Name", s) },
			handle: func(_ http.ResponseWriter, r *http.Request) {
				SetUser(r.Context(), &User{Username: r.Header.Get("X-Name"), FullName: "was " + r.Header.Get("X-Name")})
			}},
	}
}

// TestCanary puts a secret into every place of a request and its answer that can
// hold one, and looks for it in every byte of every file.
func TestCanary(t *testing.T) {
	t.Parallel()
	reads := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusBadRequest)
		w.Write(body)
	}
	for _, s := range slices.Concat(headSmugglers(), bodySmugglers(), handlerSmugglers()) {
		if s.secret == "" {
			s.secret = canary
		}
		if s.handle == nil {
			s.handle = reads
		}
		rig := newRig(t, Options{})
		func() {
			defer func() { recover() }()
			rig.Middleware(s.handle).ServeHTTP(httptest.NewRecorder(), s.request(s.secret))
		}()
		if records := rig.records(); len(records) != 1 {
			t.Errorf("%s: %d records", s.name, len(records))
		}
		mustNotLeak(t, s.name, rig.dir, s.secret)
	}
}

// TestClientsHideNothing has a client call its token what the server calls other
// things. It must not get them masked, or nobody would find what it did.
func TestClientsHideNothing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"rpc:GetLogs", "PERMISSION_DENIED", "alice-smith", "DELETE", "Safari", "iPhone"} {
		e := &Entry{
			Endpoint: "rpc:GetLogs", ExceptionType: "PERMISSION_DENIED", User: &User{Username: "alice-smith", FullName: "alice-smith"}, Method: "DELETE",
			Query: "token=" + name, Secrets: []string{name}, RequestHeader: http.Header{"X-Token": {name}, "User-Agent": {safariOnPhone}},
			Body: Body{Text: []byte(`{"token":"` + name + `"}`), Size: 1},
		}
		r := (&maker{bodyLimit: 1000, responsesFrom: 400}).record(e)
		if *r.Endpoint != e.Endpoint || *r.ExceptionType != e.ExceptionType || *r.User != *e.User || *r.Method != "DELETE" ||
			*r.Browser != "Safari" || *r.Device != "iPhone" {
			t.Errorf("with %s as a token: endpoint %s, exception %s, user %+v, %s on %s", name, *r.Endpoint, *r.ExceptionType, r.User, *r.Browser, *r.Device)
		}
		e.EndpointSent = true
		if r := (&maker{}).record(e); name == e.Endpoint && *r.Endpoint != "***" {
			t.Errorf("an endpoint that the client sent is %s", *r.Endpoint)
		}
	}
}

// TestMessagesStay has an answer say of a password what it says of an address as well.
func TestMessagesStay(t *testing.T) {
	t.Parallel()
	const said = `{"password":["This field is required."],"token":"expired","email":["This field is required.","expired"]}`
	e := &Entry{Status: 400, Response: Body{Text: []byte(said), Size: int64(len(said))}}
	const want = `{"password":"***","token":"***","email":["This field is required.","expired"]}`
	if got := (&maker{bodyLimit: 1000, responsesFrom: 400}).record(e).Response; string(got) != want {
		t.Errorf("the answer is shown as %s, want %s", got, want)
	}
}

// mustNotLeak looks for a secret, or half of it, in all files of a folder.
func mustNotLeak(t *testing.T, name, dir, secret string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Errorf("%s: %d files, %v", name, len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil {
			t.Error(err)
		}
		for _, piece := range []string{secret[:min(len(secret), 9)], secret[len(secret)-9:]} {
			if i := bytes.Index(text, []byte(piece)); i >= 0 {
				t.Errorf("%s: %s holds the secret: …%s", name, file.Name(), text[max(0, i-80):min(len(text), i+80)])
			}
		}
		if file.Name() != idsFile && !bytes.Contains(text, []byte("***")) && !bytes.Contains(text, []byte("bytes cut]")) {
			t.Errorf("%s: nothing is masked: %s", name, text)
		}
	}
}

// FuzzRecord records a request of which everything may be anything. What is
// written is a line that is read as the same record, without the secret that the
// request offered as its token.
func FuzzRecord(f *testing.F) {
	f.Add("a=1", "text/plain", "body", "panic", "agent/1.0", uint16(0))
	f.Add("%zz&&=", "multipart/form-data; boundary=x", "--x\r\n\r\n", "a\xffb", "\x00", uint16(9))
	f.Add("token=x", "application/json", `{"a":[1,{"token":"`, strings.Repeat("x", 9000), safariOnPhone, uint16(300))
	f.Fuzz(func(t *testing.T, query, contentType, body, message, agent string, unseen uint16) {
		const secret = "c4n4ry-9f8e7d"
		if strings.Contains(query+contentType+body+message+agent, secret) {
			return
		}
		e := &Entry{
			Started:          noon,
			Query:            query + "&q=" + secret,
			RequestHeader:    http.Header{"Content-Type": {contentType}, "User-Agent": {agent + secret}, "Authorization": {"Bearer " + secret}, agent: {body}},
			Body:             Body{Text: []byte(body + " " + secret), Size: int64(len(body)+1+len(secret)) + int64(unseen), Type: contentType},
			Response:         Body{Text: []byte(secret + body), Size: int64(len(body) + len(secret)), Type: contentType},
			Status:           500,
			Endpoint:         message + secret,
			EndpointSent:     true,
			ExceptionType:    message,
			ExceptionMessage: message + secret,
		}
		r := (&maker{bodyLimit: 64, responsesFrom: 1}).record(e)
		r.ID, r.CreatedAt = 1, timestamp(noon)
		line := appendShort(nil, r)
		if bytes.IndexByte(line, '\n') != len(line)-1 || len(line) > MaxLine {
			t.Fatalf("%q is no line", line)
		}
		if bytes.Contains(line, []byte(secret)) {
			t.Fatalf("the secret is in %s", line)
		}
		back, err := ParseLine(line)
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if again, err := back.AppendLine(nil); err != nil || !bytes.Equal(again, line) || !json.Valid(line) {
			t.Fatalf("%s is read as %s, %v", line, again, err)
		}
	})
}
