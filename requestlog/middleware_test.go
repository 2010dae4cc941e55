package requestlog

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const safariOnPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"

// ask serves one request by h behind a middleware, over a socket, and returns
// its record with the answer.
func ask(t *testing.T, o Options, h http.Handler, r *http.Request) (*Record, *http.Response) {
	t.Helper()
	rig := newRig(t, o)
	server := httptest.NewUnstartedServer(rig.Middleware(h))
	server.Config.ErrorLog = discardLog()
	server.Start()
	defer server.Close()
	r.URL.Scheme, r.URL.Host = "http", server.Listener.Addr().String()
	r.RequestURI = ""
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		answer.Body = io.NopCloser(bytes.NewReader(body))
	}
	await(t, "the request to end", func() bool { return rig.Stats().Waiting > 0 || rig.Stats().Written > 0 })
	records := rig.records()
	if len(records) != 1 {
		t.Fatalf("%d records, want 1", len(records))
	}
	return records[0], answer
}

// TestMiddleware compares a whole line.
func TestMiddleware(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		clock.set(noon.Add(1500 * time.Millisecond))
		w.Header().Set("X-Request", "7")
		w.WriteHeader(http.StatusConflict)
		io.WriteString(w, `{ "error": "too late" }`)
	})
	rig := newRig(t, Options{
		Now:            clock.now,
		TrustedProxies: Proxies{netip.MustParsePrefix("10.0.0.0/8")},
		User:           func(*http.Request) *User { return &User{ID: new(int64(7)), Username: "desk", FullName: "The Desk"} },
	})
	r := httptest.NewRequest("POST", "https://example.com/orders/17?symbol=EURUSD&tag=a&tag=b", strings.NewReader(`{"volume": 1.50}`))
	r.RemoteAddr = "10.1.2.3:4567"
	r.Header.Set("X-Forwarded-For", "6.6.6.6, 203.0.113.9, 10.9.9.9")
	r.Header.Set("User-Agent", safariOnPhone)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	rig.Middleware(mux).ServeHTTP(w, r)
	if w.Code != http.StatusConflict || w.Body.String() != `{ "error": "too late" }` {
		t.Errorf("the answer is %d %s", w.Code, w.Body)
	}
	if err := rig.Close(); err != nil {
		t.Fatal(err)
	}
	line := string(readFiles(t, rig.dir))
	record, err := ParseLine([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	if want := noon.UnixMicro() + 1_500_000 + idRange; record.ID != want {
		t.Errorf("id %d, want %d", record.ID, want)
	}
	want := `{"id":1776859201624456,"user":{"id":7,"username":"desk","full_name":"The Desk"},"ip":"203.0.113.9","device":"iPhone","device_type":"mobile","is_bot":false,` +
		`"os":"iOS","browser":"Safari","scheme":"https","endpoint":"/orders/{id}","method":"POST","status_code":409,"exception_type":null,` +
		`"started_at":"2026-04-22T12:00:00.123456Z","finished_at":"2026-04-22T12:00:01.623456Z","duration":"1.500000",` +
		`"created_at":"2026-04-22T12:00:01.623456Z","updated_at":"2026-04-22T12:00:01.623456Z","query_params":{"symbol":"EURUSD","tag":["a","b"]},` +
		`"request_headers":{"Content-Type":"application/json","Host":"example.com","User-Agent":"` + safariOnPhone + `","X-Forwarded-For":"6.6.6.6, 203.0.113.9, 10.9.9.9"},` +
		`"response_headers":{"X-Request":"7"},"body":{"volume":1.50},"response":{"error":"too late"},"exception_message":null,"exception_traceback":null}` + "\n"
	if diff := cmp.Diff(want, line); diff != "" {
		t.Errorf("line mismatch (-want +got):\n%s", diff)
	}
	if files, err := os.ReadDir(rig.dir); err != nil || len(files) != 2 || files[0].Name() != "requests-2026-04-22.jsonl" {
		t.Errorf("files %v, %v", files, err)
	}
}

// TestMiddlewareOutcomes records handlers that end in every way.
func TestMiddlewareOutcomes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		method  string
		status  int    // 0: null
		kind    string // of the exception
		message string
		broken  bool // the client gets no answer
	}{
		{name: "nothing", handler: func(http.ResponseWriter, *http.Request) {}, status: 200},
		{name: "a body", handler: func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "x") }, status: 200},
		{name: "early hints", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusNoContent)
		}, status: 204},
		{name: "the first status counts", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusTeapot)
			w.WriteHeader(http.StatusOK)
		}, status: 418},
		{name: "HEAD", method: "HEAD", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, "nobody gets this")
		}, status: 404},
		{name: "a panic", handler: func(http.ResponseWriter, *http.Request) { panic(errors.New("no luck")) },
			status: 500, kind: "*errors.errorString", message: "no luck", broken: true},
		{name: "a panic after the status", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusAccepted)
			map[string]map[string]int{}["x"]["y"] = 1
		}, status: 202, kind: "runtime.plainError", message: "assignment to entry in nil map", broken: true},
		{name: "a panic that panics", handler: func(http.ResponseWriter, *http.Request) { panic(unprintable{}) },
			status: 500, kind: "requestlog.unprintable", message: "%!v(PANIC=Error method: no)", broken: true},
		{name: "a panic of the server", handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(1000) },
			status: 500, kind: "string", message: "invalid WriteHeader code 1000", broken: true},
		{name: "abort", handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, broken: true},
		{name: "an error", handler: func(w http.ResponseWriter, r *http.Request) {
			SetError(r.Context(), "NOT_FOUND", "no such order")
			w.WriteHeader(http.StatusNotFound)
		}, status: 404, kind: "NOT_FOUND", message: "no such order"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.method == "" {
				tt.method = "GET"
			}
			record, answer := ask(t, Options{}, tt.handler, httptest.NewRequest(tt.method, "/", nil))
			if (answer == nil) != tt.broken && tt.status != 202 {
				t.Errorf("the answer is %v", answer)
			}
			status := 0
			if record.StatusCode != nil {
				status = *record.StatusCode
			}
			got := []any{status, deref(record.ExceptionType), deref(record.ExceptionMessage), record.ExceptionTraceback != nil, string(record.Response)}
			want := []any{tt.status, tt.kind, tt.message, strings.Contains(tt.name, "a panic"), "null"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("outcome mismatch (-want +got):\n%s", diff)
			}
			if trace := deref(record.ExceptionTraceback); trace != "" && !strings.Contains(trace, "middleware_test.go:") {
				t.Errorf("the traceback does not show where it came from:\n%s", trace)
			}
		})
	}
}

type unprintable struct{}

func (unprintable) Error() string { panic("no") }

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// TestMiddlewareBodies reads bodies as handlers do, or not.
func TestMiddlewareBodies(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", DefaultBodyLimit) + "é tail"
	for _, tt := range []struct {
		name, sent string
		read       int64 // bytes; -1: all
		want       string
	}{
		{"none", "", -1, `null`},
		{"text", "plain", -1, `"plain"`},
		{"not read", "plain", 0, `"… [5 bytes cut]"`},
		{"half read", "first second", 6, `"first … [6 bytes cut]"`},
		{"words read", "first second", 8, `"first … [6 bytes cut]"`},
		{"a scalar", "17", -1, `17`},
		{"exactly fits", long[:DefaultBodyLimit], -1, `"` + long[:DefaultBodyLimit] + `"`},
		{"too long", long, -1, `"` + long[:DefaultBodyLimit] + `… [7 bytes cut]"`},
		{"cut within a character", long[8:DefaultBodyLimit] + "1234567é", -1, `"` + long[8:DefaultBodyLimit] + `1234567… [2 bytes cut]"`},
		{"far too long", strings.Repeat("y", 100_000), -1, `"` + strings.Repeat("y", DefaultBodyLimit) + `… [67232 bytes cut]"`},
		{"binary", "a\x00b", -1, `"… [3 bytes cut]"`},
		{"no UTF-8", "a\xffb", -1, `"… [3 bytes cut]"`},
		{"deep", strings.Repeat("[", 100) + strings.Repeat("]", 100), -1, `"` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			echo := func(w http.ResponseWriter, r *http.Request) {
				if tt.read < 0 {
					io.Copy(io.Discard, r.Body)
				} else {
					io.CopyN(io.Discard, r.Body, tt.read)
				}
				w.WriteHeader(http.StatusBadRequest)
				io.WriteString(w, tt.sent)
			}
			record, answer := ask(t, Options{}, http.HandlerFunc(echo), httptest.NewRequest("POST", "/", strings.NewReader(tt.sent)))
			if diff := cmp.Diff(tt.want, string(record.Body)); diff != "" {
				t.Errorf("body mismatch (-want +got):\n%s", diff)
			}
			if tt.read < 0 && string(record.Response) != tt.want {
				t.Errorf("response is %.100s, want %.100s", record.Response, tt.want)
			}
			if body, _ := io.ReadAll(answer.Body); string(body) != tt.sent {
				t.Errorf("the client got %d bytes, want %d", len(body), len(tt.sent))
			}
		})
	}
}

// TestMiddlewareOptions leaves out what the options say.
func TestMiddlewareOptions(t *testing.T) {
	t.Parallel()
	teapot := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, "answer")
	})
	for _, tt := range []struct {
		o              Options
		body, response string
	}{
		{Options{}, `"question"`, `"answer"`},
		{Options{BodyLimit: 3}, `"que… [5 bytes cut]"`, `"ans… [3 bytes cut]"`},
		{Options{BodyLimit: -1}, `null`, `null`},
		{Options{ResponsesFrom: 500}, `"question"`, `null`},
		{Options{ResponsesFrom: 1}, `"question"`, `"answer"`},
	} {
		record, _ := ask(t, tt.o, teapot, httptest.NewRequest("POST", "/", strings.NewReader("question")))
		if string(record.Body) != tt.body || string(record.Response) != tt.response {
			t.Errorf("%+v: body %s, response %s; want %s, %s", tt.o, record.Body, record.Response, tt.body, tt.response)
		}
	}
	rig := newRig(t, Options{Skip: func(r *http.Request) bool { return r.URL.Path == "/healthz" }})
	for _, path := range []string{"/healthz", "/x"} {
		rig.Middleware(teapot).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
	}
	records := rig.records()
	if len(records) != 1 || *records[0].Endpoint != "/x" || records[0].User != nil {
		t.Errorf("%d records, the first of %s", len(records), *records[0].Endpoint)
	}
}

// TestMiddlewareKeepsAbilities uses what else a ResponseWriter can do.
func TestMiddlewareKeepsAbilities(t *testing.T) {
	t.Parallel()
	t.Run("flush", func(t *testing.T) {
		t.Parallel()
		flushed := make(chan struct{})
		rig := newRig(t, Options{})
		server := httptest.NewServer(rig.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "first\n")
			w.(http.Flusher).Flush()
			<-flushed
			if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Errorf("deadline: %v", err)
			}
		})))
		defer server.Close()
		answer, err := http.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if line, err := bufio.NewReader(answer.Body).ReadString('\n'); line != "first\n" {
			t.Errorf("before the handler has ended: %q, %v", line, err)
		}
		close(flushed)
	})
	t.Run("hijack", func(t *testing.T) {
		t.Parallel()
		rig := newRig(t, Options{})
		server := httptest.NewServer(rig.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		})))
		defer server.Close()
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		if line, _ := bufio.NewReader(conn).ReadString('\n'); !strings.Contains(line, "101") {
			t.Errorf("the answer is %q", line)
		}
		await(t, "the request to end", func() bool { return rig.Stats().Waiting > 0 || rig.Stats().Written > 0 })
		if records := rig.records(); len(records) != 1 || *records[0].StatusCode != 101 {
			t.Errorf("%d records", len(records))
		}
	})
	t.Run("files", func(t *testing.T) {
		t.Parallel()
		var from io.Reader
		direct := &readerFrom{ResponseRecorder: httptest.NewRecorder(), from: &from}
		rig := newRig(t, Options{})
		rig.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.Copy(w, struct{ io.Reader }{strings.NewReader("file")})
		})).ServeHTTP(direct, httptest.NewRequest("GET", "/", nil))
		if from == nil {
			t.Error("the file was copied through the middleware")
		}
	})
}

type readerFrom struct {
	*httptest.ResponseRecorder
	from *io.Reader
}

func (r *readerFrom) ReadFrom(from io.Reader) (int64, error) {
	*r.from = from
	return io.Copy(r.ResponseRecorder, from)
}

// TestMiddlewareClientGone has a client leave before it is answered.
func TestMiddlewareClientGone(t *testing.T) {
	t.Parallel()
	rig := newRig(t, Options{})
	server := httptest.NewServer(rig.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
	conn.Close()
	await(t, "the request to end", func() bool { return rig.Stats().Waiting > 0 || rig.Stats().Written > 0 })
	if records := rig.records(); len(records) != 1 || *records[0].StatusCode != StatusClientGone {
		t.Errorf("%d records, %+v", len(records), records)
	}
}

// TestMiddlewareDeadline has the time of a request end, which its client waits for
// still: what net/http answers then is 200.
func TestMiddlewareDeadline(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	rig := newRig(t, Options{})
	rig.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
	if records := rig.records(); len(records) != 1 || *records[0].StatusCode != http.StatusOK {
		t.Errorf("%d records, status %d", len(records), *records[0].StatusCode)
	}
}

// TestMiddlewareNoFlush has a writer that can't be flushed, and a handler that
// answers an error then.
func TestMiddlewareNoFlush(t *testing.T) {
	t.Parallel()
	rig := newRig(t, Options{})
	rig.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err := http.NewResponseController(w).Flush(); !errors.Is(err, http.ErrNotSupported) {
			t.Errorf("Flush = %v", err)
		}
		w.WriteHeader(http.StatusNotImplemented)
	})).ServeHTTP(struct{ http.ResponseWriter }{httptest.NewRecorder()}, httptest.NewRequest("GET", "/", nil))
	if records := rig.records(); len(records) != 1 || *records[0].StatusCode != http.StatusNotImplemented {
		t.Errorf("%d records, status %d", len(records), *records[0].StatusCode)
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, want string
		sent          bool
	}{
		{"", "/a b", true},
		{"/x/{id}", "/x/{id}", false},
		{"GET /x", "/x", false},
		{"GET \t /x", "/x", false},
		{"GET\texample.com/x", "example.com/x", false},
	} {
		r := httptest.NewRequest("GET", "/a%20b", nil)
		r.Pattern = tt.pattern
		if got, sent := endpoint(r); got != tt.want || sent != tt.sent {
			t.Errorf("endpoint of %q = %q, %v; want %q, %v", tt.pattern, got, sent, tt.want, tt.sent)
		}
	}
}

// TestMiddlewareUser has a handler behind the middleware find out who asks.
func TestMiddlewareUser(t *testing.T) {
	t.Parallel()
	record, _ := ask(t, Options{User: func(*http.Request) *User { panic("not ours") }}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		SetUser(r.Context(), &User{Username: "desk", Mobile: new("+441632960000")})
	}), httptest.NewRequest("GET", "/", nil))
	got, err := json.Marshal(record.User)
	if want := `{"id":null,"username":"desk","full_name":"","mobile":"+441632960000"}`; err != nil || string(got) != want {
		t.Errorf("user %s, %v; want %s", got, err, want)
	}
}

// TestMiddlewareFormFiles has the server remove the files of a form, although the
// handler has another request than the server.
func TestMiddlewareFormFiles(t *testing.T) {
	t.Parallel()
	rig := newRig(t, Options{})
	r := httptest.NewRequest("POST", "/", strings.NewReader("--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\ncontent\r\n--B--\r\n"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=B")
	rig.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(0); err != nil {
			t.Error(err)
		}
	})).ServeHTTP(httptest.NewRecorder(), r)
	if r.MultipartForm == nil {
		t.Fatal("the server does not learn of the form")
	}
	r.MultipartForm.RemoveAll()
}
