package requestapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"daybook/auth"
	"daybook/internal/requestoracle"
	"daybook/logstore"
	"daybook/requestapi"
	"daybook/requestlog"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// TestPanicIsRecorded wants the place of a panic in the journal; its client is told
// nothing of it.
func TestPanicIsRecorded(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "requests")
	log, err := requestlog.Open(requestlog.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", requestapi.ListRoute, nil)
	r.Header.Set("Authorization", "Token offered-1")
	w := httptest.NewRecorder()
	core, lines := observer.New(zap.ErrorLevel)
	log.Middleware(requestapi.New(requestapi.Options{Log: zap.New(core), Principal: func(r *http.Request) (auth.Principal, error) {
		panic("no principal for " + strings.TrimPrefix(r.Header.Get("Authorization"), "Token "))
	}})).ServeHTTP(w, r)
	if n := lines.Len(); n != 1 || !strings.HasPrefix(fmt.Sprint(lines.All()[0].ContextMap()["cause"]), "panic: no principal for ***\ngoroutine ") {
		t.Errorf("%d lines in the log: %v", n, lines.All())
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	line, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	record, err := requestlog.ParseLine(line)
	if err != nil {
		t.Fatal(err)
	}
	if trace := record.ExceptionTraceback; trace == nil || !strings.HasPrefix(*trace, "panic: no principal for ***\n") || !strings.Contains(*trace, "handler_test.go:") {
		t.Errorf("the record is %s", line)
	}
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "principal") {
		t.Errorf("the client is told %d %s", w.Code, w.Body)
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	var draining atomic.Bool
	r := newRig(t, randomDays(rand.New(rand.NewPCG(7, 8)), 5), func(o *requestapi.Options) { o.Draining = draining.Load })
	for _, tt := range []struct {
		method, path, auth string
		status             int
		body               string
		header             map[string]string
	}{
		{"GET", "?limit=0&id_max=0", "Token SESSION_MANAGER", 200, `{"count":0,"next":null,"previous":null,"results":[]}`, nil},
		{"GET", "/?id_max=0", "SESSION_ADMIN", 401, `{"detail":"Invalid token."}`, nil}, // the rig knows tokens behind a scheme only
		{"GET", "", "", 401, `{"detail":"Authentication credentials were not provided."}`, map[string]string{"Www-Authenticate": "Token"}},
		{"GET", "", "Token", 401, `{"detail":"Authentication credentials were not provided."}`, map[string]string{"Www-Authenticate": "Token"}},
		{"GET", "", "bearer", 401, `{"detail":"Authentication credentials were not provided."}`, map[string]string{"Www-Authenticate": "Token"}},
		{"GET", "/5", "bearer nobody", 401, `{"detail":"Invalid token."}`, map[string]string{"Www-Authenticate": "Token"}},
		{"GET", "/5", "Token SESSION_DEALER", 403, `{"detail":"You do not have permission to perform this action."}`, nil},
		{"GET", "", "Token SESSION_USER", 403, `{"detail":"You do not have permission to perform this action."}`, nil},
		{"POST", "", "Token SESSION_USER", 403, `{"detail":"You do not have permission to perform this action."}`, nil},
		{"POST", "", "Token SESSION_ADMIN", 405, `{"detail":"Method \"POST\" not allowed."}`, map[string]string{"Allow": "GET, HEAD, OPTIONS"}},
		{"DELETE", "/1", "Token SESSION_ADMIN", 405, `{"detail":"Method \"DELETE\" not allowed."}`, map[string]string{"Allow": "GET, HEAD, OPTIONS"}},
		{"POST", "/1/x", "Token SESSION_ADMIN", 404, `{"detail":"Not found."}`, map[string]string{"Allow": ""}},
		{"OPTIONS", "/1/x", "Token SESSION_ADMIN", 404, `{"detail":"Not found."}`, map[string]string{"Allow": ""}},
		{"OPTIONS", "", "Token SESSION_ADMIN", 200, `{"name":"Request Log List","description":"Requests that were answered, newest first.",` +
			`"renders":["application/json","text/csv","application/x-ndjson"],"parses":[]}`, map[string]string{"Allow": "GET, HEAD, OPTIONS"}},
		{"OPTIONS", "/1/", "Token SESSION_ADMIN", 200, `{"name":"Request Log Instance","description":"All that is known of one request.",` +
			`"renders":["application/json"],"parses":[]}`, map[string]string{"Allow": "GET, HEAD, OPTIONS"}},
		{"GET", "", "Token throttled", 429, `{"detail":"Request was throttled."}`, map[string]string{"Retry-After": "2"}},
		{"GET", "", "Token broken", 500, `{"detail":"Internal server error."}`, nil},
		{"GET", "/1", "Token panic", 500, `{"detail":"Internal server error."}`, nil},
		{"GET", "/6", "Token SESSION_ADMIN", 404, `{"detail":"Not found."}`, nil},
		{"GET", "/0", "Token SESSION_ADMIN", 404, `{"detail":"Not found."}`, nil},
		{"GET", "/-1", "Token SESSION_ADMIN", 404, `{"detail":"Not found."}`, nil},
		{"GET", "/99999999999999999999", "Token SESSION_ADMIN", 404, `{"detail":"Not found."}`, nil},
		{"GET", "/9223372036854775807", "Token SESSION_ADMIN", 404, `{"detail":"Not found."}`, nil},
		{"GET", "/x", "Token SESSION_ADMIN", 404, `{"detail":"Not found."}`, nil},
		{"GET", "/1/2", "Token SESSION_ADMIN", 404, `{"detail":"Not found."}`, nil},
		{"GET", "/%2F", "Token SESSION_ADMIN", 404, `{"detail":"Not found."}`, nil},
		{"GET", "/1%2F", "Token SESSION_ADMIN", 404, `{"detail":"Not found."}`, nil},
		{"GET", "/1/%2f", "Token SESSION_ADMIN", 404, `{"detail":"Not found."}`, nil},
		{"GET", "/%31/", "Token SESSION_ADMIN", 200, "", nil},
		{"GET", "?offset=99999999999999999999", "Token SESSION_ADMIN", 200, "", nil},
		{"GET", "?search=" + strings.Repeat("a,b%20", 2) + numbered(65), "Token SESSION_ADMIN", 400, `{"search":["Ensure this value has at most 64 terms."]}`, nil},
		{"GET", "?status_code=x&is_bot=x&created_to=x&duration_to=x", "Token SESSION_ADMIN", 400,
			`{"is_bot":["Must be a valid boolean."],"status_code":["Enter a number."],"duration_to":["Enter a number."],"created_to":["Enter a valid date/time."]}`, nil},
		{"GET", "?format=%3Cxml%3E", "Token SESSION_ADMIN", 400, `{"format":["Select a valid choice. <xml> is not one of the available choices."]}`, nil},
	} {
		resp := r.ask(t, tt.method, requestapi.ListRoute+tt.path, http.Header{"Authorization": {tt.auth}})
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		what := fmt.Sprintf("%s %s as %q", tt.method, tt.path, tt.auth)
		if resp.StatusCode != tt.status || tt.body != "" && string(body) != tt.body {
			t.Errorf("%s: %d %s, want %d %s", what, resp.StatusCode, body, tt.status, tt.body)
		}
		for name, want := range tt.header {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s %q, want %q", what, name, got, want)
			}
		}
		header := [...]string{resp.Header.Get("Content-Type"), resp.Header.Get("Cache-Control"), resp.Header.Get("X-Content-Type-Options")}
		if header != [...]string{"application/json", "no-store", "nosniff"} {
			t.Errorf("%s: header %v", what, resp.Header)
		}
	}
	draining.Store(true)
	resp := r.ask(t, http.MethodGet, requestapi.ListRoute, nil)
	if a := decode(t, resp); a.Status != 503 || resp.Header.Get("Retry-After") != "1" {
		t.Errorf("draining: %+v, header %v", a, resp.Header)
	}
}

// numbered returns n different terms.
func numbered(n int) string {
	var terms []string
	for i := range n {
		terms = append(terms, fmt.Sprint(i))
	}
	return strings.Join(terms, ",")
}

func TestSingleRecords(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 10))
	days := randomDays(rng, 60)
	for day, lines := range days { // some ids stand on other days as well, or twice on one
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			lines = append(lines, randomLine(rng, 1+rng.IntN(20), at.Add(time.Duration(rng.IntN(24))*time.Hour)))
		}
		days[day] = lines
	}
	for _, r := range []*rig{newRig(t, days, nil), newIndexedRig(t, days)} {
		for id := range int64(62) {
			for _, slash := range []string{"", "/"} {
				target := fmt.Sprintf("%s/%d%s", r.base(), id, slash)
				if diff := cmp.Diff(requestoracle.Single(r.records, id), r.get(t, target)); diff != "" {
					t.Fatalf("GET %s (-want +got):\n%s", target, diff)
				}
			}
		}
	}
}

func TestMemberOrder(t *testing.T) {
	t.Parallel()
	const line = `{"id":1,"created_at":"2026-04-22T10:00:00.000001Z","user":{"id":3,"username":"ann","full_name":"Ann <A>","mobile":"+1"},"duration":0.25,` +
		`"body":{"z":1, "a":[{"Password":"hunter2hunter2"},{"value":["x"],"name":"api_key"}]},"response":"said hunter2hunter2","exception_message":null,"request_headers":{"X-Api-Key":["k"]}}`
	const list = `"id":1,"user":{"id":3,"username":"ann","full_name":"Ann <A>"},"ip":null,"device":null,"device_type":null,"is_bot":null,"os":null,` +
		`"browser":null,"scheme":null,"endpoint":null,"method":null,"status_code":null,"exception_type":null,"started_at":null,"finished_at":null,` +
		`"duration":"0.250000","created_at":"2026-04-22T10:00:00.000001Z","updated_at":null`
	r := newRig(t, map[string][]string{"2026-04-22": {line}}, nil)
	for target, want := range map[string]string{
		"?search=0001&ordering=-id": `{"count":0,"next":null,"previous":null,"results":[]}`,
		"?search=%2B1":              `{"count":1,"next":null,"previous":null,"results":[{` + list + `}]}`,
		"/1": `{` + list + `,"query_params":null,"request_headers":{"X-Api-Key":"***"},"response_headers":null,` +
			`"body":{"z":1,"a":[{"Password":"***"},{"value":"***","name":"api_key"}]},"response":"said ***","exception_message":null,"exception_traceback":null}`,
	} {
		resp := r.ask(t, http.MethodGet, requestapi.ListRoute+target, nil)
		got, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("GET %s (-want +got):\n%s", target, diff)
		}
		head := r.ask(t, http.MethodHead, requestapi.ListRoute+target, nil)
		if head.StatusCode != 200 || head.ContentLength != int64(len(want)) {
			t.Errorf("HEAD %s: %d, %d bytes announced of %d", target, head.StatusCode, head.ContentLength, len(want))
		}
	}
}

// A failingStore fails in a certain way.
type failingStore struct{ err error }

func (s failingStore) Search(ctx context.Context, _ *logstore.Request) (*logstore.Result, error) {
	if s.err == nil {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return nil, s.err
}

func (s failingStore) Export(context.Context, *logstore.ExportRequest) (*logstore.Export, error) {
	return nil, s.err
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err    error
		status int
		body   string
		logged bool
	}{
		{logstore.ErrManyExports, 429, `{"detail":"Request was throttled."}`, false},
		{logstore.ErrBusy, 429, `{"detail":"Request was throttled."}`, false},
		{&logstore.ReadError{File: "requests-2026-04-22.jsonl", Reason: "permission denied"}, 500, `{"detail":"Internal server error."}`, true},
		{&logstore.TooLargeError{Limit: 1, Actual: 2}, 413, `{"detail":"The answer is too large; ask for fewer records."}`, false},
		{errors.New("secret cause"), 500, `{"detail":"Internal server error."}`, true},
		{nil, 504, `{"detail":"Request timed out."}`, false},
	} {
		core, logs := observer.New(zap.InfoLevel)
		r := newRig(t, nil, func(o *requestapi.Options) {
			o.Store, o.Log, o.Timeout = failingStore{tt.err}, zap.New(core), time.Minute
			if tt.err == nil {
				o.Timeout = time.Millisecond
			}
		})
		query := ""
		if errors.Is(tt.err, logstore.ErrManyExports) {
			query = "?format=csv"
		}
		resp := r.ask(t, http.MethodGet, requestapi.ListRoute+query, nil)
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != tt.status || string(body) != tt.body {
			t.Errorf("%v: %d %s, want %d %s", tt.err, resp.StatusCode, body, tt.status, tt.body)
		}
		r.Close() // the line comes after the answer
		if n := logs.FilterField(zap.Int("status", tt.status)).Len(); n != 1 {
			t.Errorf("%v: %d lines in the log", tt.err, n)
		}
		if n := logs.FilterLevelExact(zap.ErrorLevel).Len(); n != map[bool]int{true: 1}[tt.logged] {
			t.Errorf("%v: %d errors in the log", tt.err, n)
		}
	}
}
