package rpc

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"daybook/auth"
	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
)

func TestMetricsText(t *testing.T) {
	t.Parallel()
	m := NewMetrics(MetricsOptions{
		Version: `v1 "x\y`,
		Store: func() logstore.Stats {
			return logstore.Stats{BytesScanned: 1 << 40, LinesScanned: 2, Malformed: 3, Running: 4, Waiting: 5,
				Problems: map[string]int64{"permission denied": 2, "cut\nshort": 1}}
		},
		Server:  func() ServerStats { return ServerStats{Connections: 6, QueuedBytes: 7} },
		Dropped: func() int64 { return 8 },
	})
	for _, x := range []Exchange{
		{Method: "GetLogs", Known: true, Transport: "ws", Duration: time.Millisecond},
		{Method: "GetLogs", Known: true, Transport: "ws", Duration: 3 * time.Second},
		{Method: "GetLogs", Known: true, Transport: "http", Duration: time.Minute, Err: errNoToken("x")},
		{Method: "a\nb", Transport: "http", Err: errNoMethod("x", "")},
		{Method: "c", Transport: "http", Err: errNoMethod("x", "")},
		{Transport: "http", Err: errParse("x")},
	} {
		m.Observe(&x)
	}
	got := string(m.text())
	for _, want := range []string{
		"# HELP daybook_build_info The version of the program; always 1.\n# TYPE daybook_build_info gauge\n" +
			`daybook_build_info{version="v1 \"x\\y"} 1` + "\n",
		"# TYPE daybook_requests_total counter\n" +
			`daybook_requests_total{method="GetLogs",code="0",transport="ws"} 2` + "\n" +
			`daybook_requests_total{method="GetLogs",code="-32001",transport="http"} 1` + "\n" +
			`daybook_requests_total{method="unknown",code="-32601",transport="http"} 2` + "\n" +
			`daybook_requests_total{method="unknown",code="-32700",transport="http"} 1` + "\n#",
		"# TYPE daybook_request_duration_seconds histogram\n" +
			`daybook_request_duration_seconds_bucket{method="GetLogs",le="0.001"} 1` + "\n",
		`daybook_request_duration_seconds_bucket{method="GetLogs",le="2.5"} 1` + "\n" +
			`daybook_request_duration_seconds_bucket{method="GetLogs",le="5"} 2` + "\n" +
			`daybook_request_duration_seconds_bucket{method="GetLogs",le="10"} 2` + "\n" +
			`daybook_request_duration_seconds_bucket{method="GetLogs",le="25"} 2` + "\n" +
			`daybook_request_duration_seconds_bucket{method="GetLogs",le="+Inf"} 3` + "\n" +
			`daybook_request_duration_seconds_sum{method="GetLogs"} 63.001` + "\n" +
			`daybook_request_duration_seconds_count{method="GetLogs"} 3` + "\n",
		"\ndaybook_scanned_bytes_total 1.099511627776e+12\n",
		"\ndaybook_scanned_lines_total 2\n",
		"\ndaybook_malformed_lines_total 3\n",
		"\ndaybook_queries_running 4\n",
		"\ndaybook_queries_waiting 5\n",
		`daybook_unreadable_files_total{reason="cut\nshort"} 1` + "\n" +
			`daybook_unreadable_files_total{reason="permission denied"} 2` + "\n",
		"\ndaybook_connections 6\n",
		"\ndaybook_queued_bytes 7\n",
		"\ndaybook_recordings_dropped_total 8\n",
		"\ngo_goroutines ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("metrics lack %q:\n%s", want, got)
		}
	}
}

// TestMetricsForm checks every line against the grammar of the text format,
// and that each family is declared once, before its samples.
func TestMetricsForm(t *testing.T) {
	t.Parallel()
	m := NewMetrics(MetricsOptions{
		Store:  func() logstore.Stats { return logstore.Stats{Problems: map[string]int64{"\xff\"": 1}} },
		Server: func() ServerStats { return ServerStats{} },
	})
	m.Observe(&Exchange{Method: "x", Transport: "ws"})
	declaration := regexp.MustCompile(`^# (HELP|TYPE) ([a-z_]+) (.+)$`)
	sample := regexp.MustCompile(`^([a-z_]+?)(_bucket|_sum|_count)?(\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\})? (\+Inf|[0-9.e+-]+)$`)
	seen := map[string]bool{}
	kinds := map[string]string{}
	for line := range strings.Lines(string(m.text())) {
		line = strings.TrimSuffix(line, "\n")
		if d := declaration.FindStringSubmatch(line); d != nil {
			if seen[d[1]+d[2]] {
				t.Errorf("%s of %s stands twice", d[1], d[2])
			}
			seen[d[1]+d[2]] = true
			if d[1] == "TYPE" {
				kinds[d[2]] = d[3]
			}
			continue
		}
		s := sample.FindStringSubmatch(line)
		if s == nil || kinds[s[1]] == "" && kinds[s[1]+s[2]] == "" {
			t.Errorf("no sample, or of no family: %q", line)
			continue
		}
		if strings.HasSuffix(s[1], "_total") != (kinds[s[1]] == counterKind) {
			t.Errorf("only counters, and all of them, are called _total: %q", line)
		}
	}
	if _, err := os.Stat("/proc/self/stat"); err == nil && kinds["process_resident_memory_bytes"] == "" {
		t.Error("no process_resident_memory_bytes although there is /proc")
	}
}

func TestMetricsConcurrently(t *testing.T) {
	t.Parallel()
	m := NewMetrics(MetricsOptions{})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range 100 {
				m.Observe(&Exchange{Method: "GetLogs", Known: true, Transport: "ws"})
				if i%20 == 0 {
					m.text()
				}
			}
		})
	}
	group.Wait()
	want := `daybook_requests_total{method="GetLogs",code="0",transport="ws"} 800`
	if !strings.Contains(string(m.text()), want) {
		t.Errorf("metrics lack %q", want)
	}
}

func TestMetricsHandler(t *testing.T) {
	t.Parallel()
	principals := map[string]any{
		"Bearer admin":   auth.Principal{ID: 1, Session: auth.SessionAdmin},
		"Bearer manager": auth.Principal{ID: 2, Session: auth.SessionManager},
		"Bearer bad":     error(errNoToken("unknown token")),
		"Bearer often":   error(errTooFrequent("too many", 7*time.Second)),
		"Bearer broken":  errors.New("token file is damaged"),
	}
	handler := NewMetrics(MetricsOptions{Principal: func(r *http.Request) (auth.Principal, error) {
		switch v := principals[r.Header.Get("Authorization")].(type) {
		case auth.Principal:
			return v, nil
		case error:
			return auth.Principal{}, v
		}
		return auth.Principal{}, errNoToken("no token")
	}}).Handler()
	closed := NewMetrics(MetricsOptions{}).Handler()
	for _, tt := range []struct {
		name    string
		handler http.Handler
		method  string
		from    string
		header  http.Header
		status  int
		answer  string // a header, with its value
	}{
		{"loopback", handler, "GET", "127.0.0.1:5", nil, 200, "Content-Type: " + contentTypeMetrics},
		{"loopback", handler, "HEAD", "[::1]:5", nil, 200, ""},
		{"mapped loopback", handler, "GET", "[::ffff:127.0.0.1]:5", nil, 200, ""},
		{"loopback", handler, "POST", "127.0.0.1:5", nil, 405, "Allow: GET, HEAD"},
		{"loopback without principals", closed, "GET", "127.0.0.1:5", nil, 200, ""},
		{"proxy", handler, "GET", "127.0.0.1:5", http.Header{"X-Forwarded-For": {"10.0.0.1"}}, 401, "Www-Authenticate: Bearer"},
		{"afar", handler, "GET", "10.0.0.1:5", nil, 401, "Www-Authenticate: Bearer"},
		{"afar without principals", closed, "GET", "10.0.0.1:5", nil, 403, ""},
		{"admin", handler, "GET", "10.0.0.1:5", http.Header{"Authorization": {"Bearer admin"}}, 200, ""},
		{"manager", handler, "GET", "10.0.0.1:5", http.Header{"Authorization": {"Bearer manager"}}, 403, ""},
		{"bad", handler, "GET", "10.0.0.1:5", http.Header{"Authorization": {"Bearer bad"}}, 401, ""},
		{"often", handler, "GET", "10.0.0.1:5", http.Header{"Authorization": {"Bearer often"}}, 429, "Retry-After: 7"},
		{"broken", handler, "GET", "10.0.0.1:5", http.Header{"Authorization": {"Bearer broken"}}, 500, ""},
	} {
		r := httptest.NewRequest(tt.method, "/metrics", nil)
		r.RemoteAddr = tt.from
		for name, values := range tt.header {
			r.Header[name] = values
		}
		w := httptest.NewRecorder()
		tt.handler.ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("%s: status %d, want %d", tt.name, w.Code, tt.status)
		}
		if shown := strings.Contains(w.Body.String(), "daybook_"); shown != (tt.status == 200) {
			t.Errorf("%s: metrics shown = %t with status %d", tt.name, shown, w.Code)
		}
		if name, value, ok := strings.Cut(tt.answer, ": "); ok && w.Header().Get(name) != value {
			t.Errorf("%s: header %s = %q, want %q", tt.name, name, w.Header().Get(name), value)
		}
	}
}

func TestParseProcessStat(t *testing.T) {
	t.Parallel()
	fields := make([]string, 40)
	for i := range fields {
		fields[i] = fmt.Sprint(i + 3)
	}
	good := "17 (day) book)) S " + strings.Join(fields[1:], " ")
	got, ok := parseProcessStat(good, 4096)
	if diff := cmp.Diff(processStat{.29, 24 * 4096, 23}, got, cmp.AllowUnexported(processStat{})); !ok || diff != "" {
		t.Errorf("parseProcessStat: %t, mismatch (-want +got):\n%s", ok, diff)
	}
	for _, bad := range []string{"", "17 (x", "17 (x) S 1 2 3", strings.ReplaceAll(good, " 14 ", " x ")} {
		if got, ok := parseProcessStat(bad, 4096); ok {
			t.Errorf("parseProcessStat(%q) = %+v, want none", bad, got)
		}
	}
}
