package requestapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daybook/auth"
	"daybook/internal/requestoracle"
	"daybook/logstore"
	"daybook/requestapi"
	"daybook/requestlog"

	"github.com/google/go-cmp/cmp"
)

// today is the day of the newest records.
var today = time.Date(2026, 4, 22, 0, 0, 0, 0, time.UTC)

// A rig is the API over a journal of lines.
type rig struct {
	*httptest.Server
	records []requestoracle.Record
	store   *logstore.Store
	dir     string // of the journal
}

// newRig serves lines, by day, of which set may change the options.
func newRig(t testing.TB, days map[string][]string, set func(*requestapi.Options)) *rig {
	t.Helper()
	return serveDays(t, days, false, set)
}

// newIndexedRig serves lines, by day, with an index of those that are over.
func newIndexedRig(t testing.TB, days map[string][]string) *rig {
	t.Helper()
	return serveDays(t, days, true, nil)
}

func serveDays(t testing.TB, days map[string][]string, indexed bool, set func(*requestapi.Options)) *rig {
	t.Helper()
	dir := t.TempDir()
	r := &rig{dir: dir}
	for day, lines := range days {
		file := filepath.Join(dir, "requests-"+day+".jsonl")
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		r.records = append(r.records, requestoracle.Parse(lines)...)
	}
	r.store = openStore(t, dir, indexed)
	o := requestapi.Options{Store: r.store, Principal: principal}
	if set != nil {
		set(&o)
	}
	r.Server = httptest.NewServer(requestapi.New(o))
	t.Cleanup(r.Close)
	return r
}

// openStore opens a journal, with or without an index of the days that are over.
func openStore(t testing.TB, dir string, indexed bool) *logstore.Store {
	t.Helper()
	o := logstore.Options{
		Dir: dir, DataDir: t.TempDir(), Pattern: requestlog.Pattern,
		Schema: requestlog.Schema(), Format: requestlog.Format(),
		Follow: logstore.FollowOff, Index: logstore.IndexOff,
		Now: func() time.Time { return today.Add(12 * time.Hour) },
	}
	if indexed {
		o.Index, o.IndexFrom = logstore.IndexManual, 1
	}
	store, err := logstore.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if indexed {
		if err := store.BuildIndex(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// principal knows the tokens of the tests by the name of their session.
func principal(r *http.Request) (auth.Principal, error) {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	for _, s := range auth.Sessions() {
		if token == s.String() {
			return auth.Principal{ID: 7, Name: "ann", Session: s}, nil
		}
	}
	switch token {
	case "throttled":
		return auth.Principal{}, &requestapi.ThrottledError{After: 1500 * time.Millisecond}
	case "broken":
		return auth.Principal{}, os.ErrPermission
	case "panic":
		panic("no principal")
	}
	return auth.Principal{}, auth.ErrUnknownToken
}

// ask sends a request as a manager.
func (r *rig) ask(t testing.TB, method, target string, header http.Header) *http.Response {
	t.Helper()
	if !strings.HasPrefix(target, "http") {
		target = r.URL + target
	}
	req, err := http.NewRequest(method, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Token SESSION_MANAGER")
	for name, values := range header {
		req.Header[name] = values
		if name == "Host" {
			req.Host = values[0]
		}
	}
	resp, err := r.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// get returns the answer to GET.
func (r *rig) get(t testing.TB, target string) requestoracle.Answer {
	t.Helper()
	return decode(t, r.ask(t, http.MethodGet, target, nil))
}

// decode reads an answer.
func decode(t testing.TB, resp *http.Response) requestoracle.Answer {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := requestoracle.Answer{Status: resp.StatusCode}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&a.Body); err != nil || d.More() {
		t.Fatalf("answer %d is no JSON: %v\n%s", resp.StatusCode, err, body)
	}
	if kind := resp.Header.Get("Content-Type"); kind != "application/json" {
		t.Errorf("Content-Type %q", kind)
	}
	return a
}

// base is the address of the list.
func (r *rig) base() string { return r.URL + requestapi.ListRoute }

// check compares the answer to parameters with the oracle's.
func (r *rig) check(t testing.TB, sent []requestoracle.Parameter) requestoracle.Answer {
	t.Helper()
	var pairs []string
	for _, p := range sent {
		pairs = append(pairs, escape(p.Name)+"="+escape(p.Value))
	}
	got := r.get(t, r.base()+"?"+strings.Join(pairs, "&"))
	want := requestoracle.List(r.records, r.base(), sent)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("GET ?%s (-want +got):\n%s", strings.Join(pairs, "&"), diff)
	}
	return got
}

// escape escapes every byte that is no letter or digit, so that the server has
// something to do.
func escape(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// randomDays returns n random records over a few days, some values of which
// are rare.
func randomDays(rng *rand.Rand, n int) map[string][]string {
	days := make(map[string][]string)
	for i := range n {
		at := today.Add(-time.Duration(rng.IntN(10*24)) * time.Hour).Add(time.Duration(rng.IntN(2000)) * time.Microsecond)
		if rng.IntN(3) == 0 {
			at = at.Truncate(24 * time.Hour) // the edges of days
		}
		day := at.Format(time.DateOnly)
		days[day] = append(days[day], randomLine(rng, i+1, at))
	}
	return days
}

// Values of random records, and of parameters. The first ones are frequent.
var (
	someUsers     = []string{"ann", "Bob", "änne", "o'neil", "Müller GmbH", ""}
	someIPs       = []string{"10.0.0.1", "10.0.0.2", "2001:db8::1", "", "10.0.0.10"}
	someDevices   = []string{"iPhone", "", "Pixel 8", "iphone", "Galaxy, S24"}
	someTypes     = []string{"pc", "mobile", "tablet", ""}
	someOS        = []string{"iOS", "Android", "Windows", "macOS", "Linux", ""}
	someBrowsers  = []string{"Safari", "Chrome", "Firefox", "", "\u212aonqueror", "konqueror"}
	someSchemes   = []string{"https", "http", "ws", "wss", "tcp", "tls"}
	someEndpoints = []string{"rpc:GetLogs", "/api/orders/{id}", "/rpc", "/a \"quoted\" path", "/tab\tend", "/é", ""}
	someMethods   = []string{"POST", "GET", "WS", "TCP", ""}
	someStatus    = []string{"200", "200", "404", "500", "503", "401"}
	someErrors    = []string{"INVALID_DATA", "ValueError", "ERR_DISK", ""}
)

// Members of records that other programs wrote, and values of which most are of a
// kind that a member can't have.
var (
	someMembers = strings.Fields("user ip device device_type is_bot os browser scheme endpoint method status_code exception_type " +
		"started_at finished_at duration updated_at query_params body response exception_message")
	oddValues = []any{
		json.Number("5"), json.Number("200.0"), json.Number("2e2"), json.Number("-0"), json.Number("1e400"), json.Number("0.1234567"),
		json.Number("-0.0000001"), json.Number("1776852000.2500009"), "200", "1e0", "0.1234567", "-1.0000001", "NaN", "", "true", "2026-04-20",
		true, []any{"ann"}, map[string]any{}, map[string]any{"id": "5", "username": 5, "full_name": []any{}},
	}
)

// randomLine returns a random record of an id and a time.
func randomLine(rng *rand.Rand, id int, at time.Time) string {
	r := map[string]any{"id": id, "created_at": at.Format("2006-01-02T15:04:05.000000Z")}
	text := func(name string, values []string) {
		switch rng.IntN(8) {
		case 0:
			r[name] = nil
		case 1: // it is missing
		default:
			r[name] = values[min(rng.IntN(len(values)), rng.IntN(len(values)))]
		}
	}
	for name, values := range map[string][]string{
		"ip": someIPs, "device": someDevices, "device_type": someTypes, "os": someOS, "browser": someBrowsers,
		"scheme": someSchemes, "endpoint": someEndpoints, "method": someMethods, "exception_type": someErrors,
		"exception_message": {"it failed", ""}, "exception_traceback": {"goroutine 1", ""},
	} {
		text(name, values)
	}
	if rng.IntN(6) > 0 {
		status := json.Number(someStatus[rng.IntN(len(someStatus))])
		r["status_code"] = status
	}
	if rng.IntN(4) > 0 {
		user := map[string]any{"username": someUsers[rng.IntN(len(someUsers))], "full_name": "Full Name"}
		if rng.IntN(5) > 0 {
			user["id"] = rng.IntN(6)
		}
		if rng.IntN(3) == 0 {
			user["mobile"] = fmt.Sprintf("+49170%d", rng.IntN(30))
		}
		r["user"] = user
	}
	if rng.IntN(6) > 0 {
		r["is_bot"] = rng.IntN(3) == 0
	}
	if rng.IntN(8) > 0 {
		r["duration"] = fmt.Sprintf("%d.%06d", rng.IntN(3), []int{0, 500000, 1, rng.IntN(1e6)}[rng.IntN(4)])
	}
	r["started_at"] = at.Add(-time.Second).Format(time.RFC3339Nano)
	if rng.IntN(4) > 0 {
		r["updated_at"] = at.Add(time.Duration(rng.IntN(3)-1) * 24 * time.Hour).Format("2006-01-02T15:04:05.999999+00:00")
	}
	for _, name := range []string{"query_params", "request_headers", "response_headers", "body", "response"} {
		switch rng.IntN(5) {
		case 0:
			r[name] = nil
		case 1:
			r[name] = map[string]any{}
		case 2:
			r[name] = map[string]any{"a": []any{1, "x"}}
		case 3:
			r[name] = []any{"", "text", false, []any{}}[rng.IntN(4)]
		}
	}
	if rng.IntN(3) == 0 {
		r[someMembers[rng.IntN(len(someMembers))]] = oddValues[rng.IntN(len(oddValues))]
	}
	line, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return string(line)
}
