package rpc_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
)

// exportDay is the day of an exported journal, which is long over.
var exportDay = time.Date(2026, 4, 22, 12, 0, 0, 0, time.UTC)

// An exportRig is a rig that has a journal and POST /export.
type exportRig struct {
	*rig
	store *logstore.Store
	file  string // the day file
}

// newExportRig returns a rig over a journal with so many lines, whose details are
// so long.
func newExportRig(t *testing.T, o rpc.Options, lines, length int, change ...func(*logstore.Options)) *exportRig {
	t.Helper()
	dir := t.TempDir()
	x := &exportRig{file: filepath.Join(dir, "audit-2026-04-22.tsv")}
	var text strings.Builder
	for i := range lines {
		fmt.Fprintf(&text, "%d\tCLIENT\t%d\tLogin\tSUCCESS\t10.0.0.1\t%s\n", exportDay.Unix()+int64(i), i%100, strings.Repeat("x", length))
	}
	if err := os.WriteFile(x.file, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	opts := logstore.Options{Dir: dir, DataDir: t.TempDir(), Schema: rpc.AuditSchema(), Now: func() time.Time { return exportDay },
		Follow: logstore.FollowOff, Index: logstore.IndexOff}
	for _, f := range change {
		f(&opts)
	}
	store, err := logstore.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	x.store = store
	t.Cleanup(func() { store.Close() })
	x.rig = newRigOn(t, o, func(web *httptest.Server) {
		server := web.Config.Handler.(*rpc.Server)
		mux := http.NewServeMux()
		mux.Handle("/rpc", server)
		mux.Handle("/export", server.Export(store, filter.Limits{}))
		web.Config.Handler = mux
	})
	// The less the network holds, the sooner a reader that stops is noticed.
	x.web.Client().Transport.(*http.Transport).DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(64 << 10)
		}
		return conn, err
	}
	return x
}

// ask sends a request for an export as a manager, with header lines as do takes
// them, and leaves its answer to be read.
func (x *exportRig) ask(method, body string, header ...string) *http.Response {
	x.t.Helper()
	req, err := http.NewRequest(method, x.web.URL+"/export", strings.NewReader(body))
	if err != nil {
		x.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+managerToken)
	setHeader(req.Header, header)
	resp, err := x.web.Client().Do(req)
	if err != nil {
		x.t.Fatalf("%s %.100s: %v", method, body, err)
	}
	x.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// text reads an answer to its end, which must be a proper one.
func (x *exportRig) text(resp *http.Response) string {
	x.t.Helper()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		x.t.Fatalf("read export: %v after %d bytes", err, len(text))
	}
	return string(text)
}

// last returns the exchange of the export that ended last, once there are n.
func (x *exportRig) last(n int) rpc.Exchange {
	x.t.Helper()
	if !settles(func() bool { return len(x.seen.exchanges()) >= n }) {
		x.t.Fatalf("%d exchanges were observed, want %d", len(x.seen.exchanges()), n)
	}
	return x.seen.exchanges()[n-1]
}

func TestExportStatus(t *testing.T) {
	x := newExportRig(t, rpc.Options{}, 3, 1)
	good := `{"format":"csv"}`
	for _, tt := range []struct {
		name, method, body string
		header             []string
		status, code       int
	}{
		{"array", "POST", `[{"format":"tsv"}]`, nil, 200, 0},
		{"bare token", "POST", good, []string{"Authorization:", "Authorization: " + managerToken}, 200, 0},
		{"no JSON", "POST", "x", nil, 400, rpc.CodeParse},
		{"empty", "POST", "", nil, 400, rpc.CodeParse},
		{"two values", "POST", good + good, nil, 400, rpc.CodeParse},
		{"no UTF-8", "POST", "\"\xff\"", nil, 400, rpc.CodeParse},
		{"no token", "POST", good, []string{"Authorization:"}, 401, rpc.CodeNoToken},
		{"bad token", "POST", good, []string{"Authorization:", "Authorization: Bearer nonsense"}, 401, rpc.CodeNoToken},
		{"no token, no JSON", "POST", "x", []string{"Authorization:"}, 400, rpc.CodeParse},
		{"no token, bad params", "POST", "{}", []string{"Authorization:"}, 401, rpc.CodeNoToken},
		{"no rights", "POST", good, []string{"Authorization:", "Authorization: Bearer " + userToken}, 403, rpc.CodeNoRights},
		{"null", "POST", "null", nil, 400, rpc.CodeBadParams},
		{"no format", "POST", "{}", nil, 400, rpc.CodeBadParams},
		{"another format", "POST", `{"format":"xml"}`, nil, 400, rpc.CodeBadParams},
		{"format twice", "POST", `{"format":"csv","format":"csv"}`, nil, 400, rpc.CodeBadParams},
		{"bad condition", "POST", `{"format":"csv","where":["actor","=","x"]}`, nil, 400, rpc.CodeBadParams},
		{"bad cursor", "POST", `{"format":"csv","at":"x"}`, nil, 400, rpc.CodeBadParams},
		{"explain", "POST", `{"format":"csv","explain":true}`, nil, 400, rpc.CodeBadParams},
		{"too deep", "POST", strings.Repeat("[", 33), nil, 413, rpc.CodeTooLarge},
		{"too long", "POST", strings.Repeat(" ", 1<<20) + good, nil, 413, rpc.CodeTooLarge},
		{"plain text", "POST", good, []string{"Content-Type:", "Content-Type: text/plain"}, 415, rpc.CodeNotRequest},
		{"gzip", "POST", good, []string{"Content-Encoding: gzip"}, 415, rpc.CodeNotRequest},
		{"GET", "GET", "", nil, 405, rpc.CodeNotRequest},
		{"PUT", "PUT", good, nil, 405, rpc.CodeNotRequest},
		{"OPTIONS", "OPTIONS", "", nil, 405, rpc.CodeNotRequest},
	} {
		resp := x.ask(tt.method, tt.body, tt.header...)
		text := x.text(resp)
		code := 0
		if resp.StatusCode != http.StatusOK {
			code = read(t, text).code()
		}
		if resp.StatusCode != tt.status || code != tt.code {
			t.Errorf("%s: got %s and %.200s, want %d and code %d", tt.name, resp.Status, text, tt.status, tt.code)
		}
		if allow := resp.Header.Get("Allow"); (allow == "POST") != (tt.status == 405) {
			t.Errorf("%s: Allow %q", tt.name, allow)
		}
		if scheme := resp.Header.Get("WWW-Authenticate"); (scheme != "") != (tt.status == 401) {
			t.Errorf("%s: WWW-Authenticate %q", tt.name, scheme)
		}
		if resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: header %v", tt.name, resp.Header)
		}
	}
	if resp := x.ask("HEAD", ""); resp.StatusCode != 405 {
		t.Errorf("HEAD: got %s", resp.Status)
	}
	conn := x.raw("POST /export HTTP/1.0\r\nContent-Type: application/json\r\nAuthorization: Bearer " + managerToken + "\r\nContent-Length: 16\r\n\r\n" + good)
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, " 505 ") {
		t.Errorf("HTTP/1.0: %q, %v", line, err)
	}
}

// An export as clients see it, byte by byte, in its header and in its trailer.
func TestExportAnswer(t *testing.T) {
	x := newExportRig(t, rpc.Options{}, 3, 2)
	resp := x.ask("POST", `{"format":"csv","manifest":true,"where":["actor_id","!=",0],"orderBy":["timestamp"],"limit":1}`)
	text := x.text(resp)
	snapshot := resp.Header.Get("Daybook-Snapshot")
	want := `# {"export":{"format":"csv","query":{"limit":1,"offset":0,"where":[["actor_id","!=","0"]],"orderBy":[["timestamp","ASC"]]},` +
		`"count":2,"total":3,"snapshot":"` + snapshot + `"}}` + "\r\n" +
		"timestamp,actor_type,actor_id,action,status,source,detail\r\n2026-04-22T12:00:01Z,CLIENT,1,Login,SUCCESS,10.0.0.1,xx\r\n" +
		`# {"end":{"rows":1,"complete":true}}` + "\r\n"
	if diff := cmp.Diff(want, text); diff != "" || snapshot == "" {
		t.Errorf("body mismatch (-want +got):\n%s", diff)
	}
	got := map[string]string{}
	for _, name := range []string{"Content-Type", "Content-Disposition", "Daybook-Count", "Daybook-Total", "Daybook-Query", "Daybook-Problems"} {
		got[name] = resp.Header.Get(name)
	}
	for name := range resp.Trailer {
		got["trailer "+name] = resp.Trailer.Get(name)
	}
	if diff := cmp.Diff(map[string]string{
		"Content-Type": "text/csv; charset=utf-8; header=present", "Content-Disposition": "attachment; filename=audit.csv",
		"Daybook-Count": "2", "Daybook-Total": "3", "Daybook-Problems": "",
		"Daybook-Query":        `{"limit":1,"offset":0,"where":[["actor_id","!=","0"]],"orderBy":[["timestamp","ASC"]]}`,
		"trailer Daybook-Rows": "1", "trailer Daybook-Complete": "true", "trailer Daybook-Problems": "",
	}, got); diff != "" {
		t.Errorf("header mismatch (-want +got):\n%s", diff)
	}
	again := x.ask("POST", `{"format":"ndjson","at":"`+snapshot+`","limit":0}`)
	if text := x.text(again); text != "" || again.Header.Get("Daybook-Count") != "3" || again.Header.Get("Daybook-Snapshot") != snapshot {
		t.Errorf("at the snapshot: %q and %v", text, again.Header)
	}
	long := x.ask("POST", `{"format":"tsv","whereIn":["actor_id",["1"`+strings.Repeat(`,"é"`, 1000)+`]]}`)
	if text := x.text(long); strings.Count(text, "\n") != 1 || long.Header.Get("Daybook-Query") != `{"offset":0,"whereIn":[["actor_id",["1",`+"\"\\u00e9\"]]]}" {
		t.Errorf("list of equal values: %q, %q", text, long.Header.Get("Daybook-Query"))
	}
	long = x.ask("POST", `{"format":"tsv","where":["detail","!=","`+strings.Repeat("y", 3000)+`"]}`)
	if text := x.text(long); strings.Count(text, "\n") != 3 || long.Header.Get("Daybook-Query") != "" {
		t.Errorf("long query: %d bytes, %q", len(text), long.Header.Get("Daybook-Query"))
	}
	e := x.last(1)
	if e.Method != "/export" || !e.Known || e.Err != nil || e.Principal.Name != "mia" || e.Export.Rows != 1 || e.Export.Count != 2 || e.Export.Bytes != int64(len(want)) {
		t.Errorf("observed %+v of %+v", e.Export, e)
	}
	if e.Response() != nil || e.Via.Header.Get("Authorization") != "Bearer "+managerToken || e.Outcome().Status != 200 {
		t.Errorf("observed response %v, by way of %v, %+v", e.Response(), e.Via, e.Outcome())
	}
}

func TestExportOrigins(t *testing.T) {
	x := newExportRig(t, rpc.Options{AllowOrigin: []string{"https://console.example"}}, 1, 1)
	resp := x.ask("POST", `{"format":"csv"}`, "Origin: https://console.example")
	x.text(resp)
	if got := resp.Header.Get("Access-Control-Allow-Origin"); got != "https://console.example" || !strings.Contains(resp.Header.Get("Access-Control-Expose-Headers"), "Daybook-Count") {
		t.Errorf("from an allowed origin: %v", resp.Header)
	}
	for origin, status := range map[string]int{"https://console.example": 204, "https://evil.example": 403} {
		resp := x.ask("OPTIONS", "", "Origin: "+origin, "Access-Control-Request-Method: POST")
		if resp.StatusCode != status {
			t.Errorf("preflight from %s: %s, want %d", origin, resp.Status, status)
		}
	}
}

// begin asks for an export of more than the network holds, and reads some of it.
func (x *exportRig) begin() *http.Response {
	x.t.Helper()
	resp := x.ask("POST", `{"format":"ndjson"}`)
	if _, err := io.CopyN(io.Discard, resp.Body, 10_000); err != nil {
		x.t.Fatal(err)
	}
	return resp
}

// broken reads an export to its end, which must not be a proper one.
func (x *exportRig) broken(resp *http.Response) {
	x.t.Helper()
	if _, err := io.Copy(io.Discard, resp.Body); err == nil {
		x.t.Errorf("the export ends properly, with trailer %v", resp.Trailer)
	}
	if !settles(func() bool { return x.store.Stats().Exports == 0 && x.server.Stats().Connections == 0 }) {
		x.t.Errorf("%d exports and %d connections are left", x.store.Stats().Exports, x.server.Stats().Connections)
	}
}

// Lines of a journal, and bytes of their details, of which the network does not
// hold all.
const muchLines, muchBytes = 16_000, 1000

// Whatever breaks an export off, its reader can tell, observers learn why, and
// nothing of it is left.
func TestExportBreaksOff(t *testing.T) {
	for name, tt := range map[string]struct {
		limits func(*rpc.Limits)
		cut    func(x *exportRig)
		code   int
	}{
		"token revoked":  {cut: func(x *exportRig) { x.tokens.expire(managerToken, time.Now()) }, code: rpc.CodeNoToken},
		"rights taken":   {cut: func(x *exportRig) { x.tokens.set(managerToken, auth.Principal{Name: "mia", Session: auth.SessionUser}) }, code: rpc.CodeNoRights},
		"file truncated": {cut: func(x *exportRig) { os.Truncate(x.file, 1000) }, code: rpc.CodeUnreadable},
		"server stopped": {cut: func(x *exportRig) {
			now, cancel := context.WithCancel(context.Background())
			cancel()
			if err := x.server.Drain(now); !errors.Is(err, context.Canceled) {
				x.t.Errorf("Drain: %v", err)
			}
		}, code: rpc.CodeStopped},
		"reader stalls": {limits: func(l *rpc.Limits) { l.ExportStall = 50 * time.Millisecond }, cut: func(x *exportRig) {
			if !settles(func() bool { return x.server.Stats().Stalled == 1 }) {
				x.t.Error("a reader that stalls is waited for")
			}
		}, code: rpc.CodeStopped},
	} {
		t.Run(name, func(t *testing.T) {
			var o rpc.Options
			if tt.limits != nil {
				o = quick(tt.limits)
			}
			x := newExportRig(t, o, muchLines, muchBytes)
			resp := x.begin()
			tt.cut(x)
			x.broken(resp)
			e := x.last(1)
			if e.Err == nil || e.Err.Code != tt.code || !e.Export.Begun || e.Export.Rows == 0 || e.Export.Rows >= muchLines {
				t.Errorf("observed %+v with error %v, want code %d", e.Export, e.Err, tt.code)
			}
		})
	}
}

// While nobody reads an export, queries and other exports go on, as many as may;
// when its reader leaves, nothing of it is left.
func TestExportSlowReader(t *testing.T) {
	x := newExportRig(t, rpc.Options{}, muchLines, muchBytes, func(o *logstore.Options) { o.MaxExports, o.MaxRunning = 2, 1 })
	slow := x.begin()
	other := x.begin()
	resp := x.ask("POST", `{"format":"csv"}`)
	if text := x.text(resp); resp.StatusCode != 429 || read(t, text).code() != rpc.CodeTooFrequent || resp.Header.Get("Retry-After") == "" {
		t.Errorf("a third export: %s %s", resp.Status, text)
	}
	p, err := filter.ParseParams([]byte(`{"limit":0,"offset":0}`))
	if err != nil {
		t.Fatal(err)
	}
	q, err := filter.Decode(rpc.AuditSchema(), p, 1)
	if err != nil {
		t.Fatal(err)
	}
	result, err := x.store.Search(t.Context(), &logstore.Request{Query: q, Render: func(dst []byte, _ *logstore.Row) []byte { return dst }})
	if err != nil || result.Count != muchLines {
		t.Fatalf("Search = %+v, %v", result, err)
	}
	if n, err := io.Copy(io.Discard, other.Body); err != nil || n < muchLines*muchBytes-10_000 {
		t.Errorf("the other export: %d bytes, %v", n, err)
	}
	if got := other.Trailer.Get("Daybook-Rows"); got != fmt.Sprint(muchLines) {
		t.Errorf("the other export has %s rows", got)
	}
	slow.Body.Close()
	x.broken(slow)
	if e := x.last(3); e.Err == nil || e.Err.Code != rpc.CodeStopped {
		t.Errorf("observed %+v, %v", e.Export, e.Err)
	}
}

// A reader that leaves while matches are found ends that too.
func TestExportLeftEarly(t *testing.T) {
	x := newExportRig(t, rpc.Options{}, 50, 10)
	body := `{"format":"csv"}`
	for range 20 {
		conn := x.raw(fmt.Sprintf("POST /export HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", managerToken, len(body), body))
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
	if !settles(func() bool { return x.store.Stats().Exports == 0 && x.server.Stats().Connections == 0 }) {
		t.Errorf("%d exports and %d connections are left", x.store.Stats().Exports, x.server.Stats().Connections)
	}
}

// A server that drains lets an export end, and takes no other.
func TestExportDrains(t *testing.T) {
	x := newExportRig(t, rpc.Options{}, muchLines, muchBytes)
	resp := x.begin()
	drained := make(chan error, 1)
	go func() { drained <- x.server.Drain(context.Background()) }()
	if !settles(x.server.Draining) {
		t.Fatal("the server does not drain")
	}
	refused := x.ask("POST", `{"format":"csv"}`)
	if text := x.text(refused); refused.StatusCode != 503 || refused.Header.Get("Retry-After") == "" {
		t.Errorf("while draining: %s %s", refused.Status, text)
	}
	x.text(resp)
	if got := resp.Trailer.Get("Daybook-Complete"); got != "true" {
		t.Errorf("trailer %v", resp.Trailer)
	}
	if err := wait(t, drained, "the server to drain"); err != nil {
		t.Error("Drain:", err)
	}
}
