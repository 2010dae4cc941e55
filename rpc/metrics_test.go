package rpc

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"daybook/auth"
	"daybook/logstore"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scrapeText returns what m shows a program on this machine.
func scrapeText(t *testing.T, m *Metrics) string {
	t.Helper()
	r := httptest.NewRequest("GET", "/metrics", nil)
	r.RemoteAddr = "127.0.0.1:5"
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("GET /metrics: status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// scrape returns what m shows, read as Prometheus reads it: families by name.
func scrape(t *testing.T, m *Metrics) map[string]*dto.MetricFamily {
	t.Helper()
	text := scrapeText(t, m)
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("metrics are not in the text format: %v\n%s", err, text)
	}
	return families
}

func TestMetricsText(t *testing.T) {
	t.Parallel()
	m := NewMetrics(MetricsOptions{
		Version: `v1 "x\y`,
		Store: func() logstore.Stats {
			return logstore.Stats{BytesScanned: 1 << 40, LinesScanned: 2, Malformed: 3, Running: 4, Waiting: 5,
				Indexed: 9, IndexedFiles: 10, UnindexedFiles: 11, IndexBytes: 12, LiveBytes: 25, IndexAside: 13,
				Incidents: map[logstore.IncidentKind]int64{logstore.Truncated: 2}, Lag: 1500 * time.Millisecond,
				Problems: map[string]int64{"permission denied": 2, "cut\nshort": 1,
					"damaged: offset 7": 3, "damaged: offset 8": 4}}
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
	for _, status := range []int{http.StatusOK, http.StatusNotFound, http.StatusFound} {
		m.CountHTTP("list", status, time.Millisecond)
	}
	got := scrapeText(t, m)
	for _, want := range []string{
		"# HELP daybook_build_info The version of the program; always 1.\n# TYPE daybook_build_info gauge\n" +
			`daybook_build_info{version="v1 \"x\\y"} 1` + "\n",
		"# TYPE daybook_requests_total counter\n" +
			`daybook_requests_total{code="-32001",method="GetLogs",transport="http"} 1` + "\n" +
			`daybook_requests_total{code="-32601",method="unknown",transport="http"} 2` + "\n" +
			`daybook_requests_total{code="-32700",method="unknown",transport="http"} 1` + "\n" +
			`daybook_requests_total{code="0",method="GetLogs",transport="ws"} 2` + "\n" +
			`daybook_requests_total{code="0",method="list",transport="http"} 2` + "\n" +
			`daybook_requests_total{code="404",method="list",transport="http"} 1` + "\n#",
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
		"\ndaybook_indexed_queries_total 9\n",
		"\ndaybook_index_files 10\n",
		"\ndaybook_index_files_missing 11\n",
		"\ndaybook_index_bytes 12\n",
		"\ndaybook_index_live_bytes 25\n",
		"\ndaybook_indexes_set_aside_total 13\n",
		"\ndaybook_journal_lag_seconds 1.5\n",
		`daybook_journal_incidents_total{kind="TRUNCATED"} 2` + "\n",
		"\ndaybook_queries_running 4\n",
		"\ndaybook_queries_waiting 5\n",
		`daybook_unreadable_files_total{reason="cut\nshort"} 1` + "\n" +
			`daybook_unreadable_files_total{reason="damaged"} 7` + "\n" +
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

// TestMetricsOfJournals shows the figures of both journals beside each other: those
// of the audit journal are the same whether there is another one or not.
func TestMetricsOfJournals(t *testing.T) {
	t.Parallel()
	audit := func() logstore.Stats {
		return logstore.Stats{Malformed: 1, Lag: time.Second, Exports: 2, LiveDropped: 3, Incidents: map[logstore.IncidentKind]int64{logstore.Deleted: 4}}
	}
	requests := func() logstore.Stats {
		return logstore.Stats{BytesScanned: 21, LinesScanned: 22, Malformed: 23, Running: 24, Waiting: 25, Indexed: 26,
			IndexedFiles: 27, UnindexedFiles: 28, IndexBytes: 29, LiveBytes: 30, IndexAside: 31, Exports: 32, LiveDropped: 33,
			Incidents: map[logstore.IncidentKind]int64{logstore.Truncated: 34}, Lag: 1500 * time.Millisecond,
			Problems: map[string]int64{"damaged: offset 7": 35, "damaged: offset 8": 36}}
	}
	alone := journalLines(scrapeText(t, NewMetrics(MetricsOptions{Store: audit})))
	both := journalLines(scrapeText(t, NewMetrics(MetricsOptions{Store: audit, RequestStore: requests})))
	var kept []string
	for _, line := range both {
		if !strings.Contains(line, "daybook_request_journal_") {
			kept = append(kept, line)
		}
	}
	if diff := cmp.Diff(alone, kept); diff != "" {
		t.Errorf("the audit journal's metrics change with another journal beside it (-alone +both):\n%s", diff)
	}
	const prefix = "daybook_request_journal_"
	got := make(map[string]string)
	for _, line := range both {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			name, value, _ := strings.Cut(rest, " ")
			got[name] = value
		}
	}
	if diff := cmp.Diff(map[string]string{
		"scanned_bytes_total": "21", "scanned_lines_total": "22", "malformed_lines_total": "23",
		"queries_running": "24", "queries_waiting": "25", "indexed_queries_total": "26",
		"index_files": "27", "index_files_missing": "28", "index_bytes": "29", "index_live_bytes": "30",
		"indexes_set_aside_total": "31", "lag_seconds": "1.5",
		`incidents_total{kind="TRUNCATED"}`:        "34",
		`incidents_total{kind="REWRITTEN"}`:        "0",
		`incidents_total{kind="DELETED"}`:          "0",
		`incidents_total{kind="RECREATED"}`:        "0",
		`incidents_total{kind="LATE_APPEND"}`:      "0",
		`incidents_total{kind="SOURCE_GONE"}`:      "0",
		`unreadable_files_total{reason="damaged"}`: "71",
	}, got); diff != "" {
		t.Errorf("metrics %s… (-want +got):\n%s", prefix, diff)
	}
	const help = "# HELP daybook_request_journal_malformed_lines_total Journal of requests: malformed lines met for the first time."
	if !slices.Contains(both, help) {
		t.Errorf("metrics lack %q:\n%s", help, strings.Join(both, "\n"))
	}
}

// journalLines returns the lines of metrics that are this program's own, but those
// about its build.
func journalLines(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, "daybook_") && !strings.Contains(line, "daybook_build_info") {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return lines
}

// TestMetricsForm checks that what the library can't see to is right: names,
// kinds and units that Prometheus would advise, and nothing left out.
func TestMetricsForm(t *testing.T) {
	t.Parallel()
	m := NewMetrics(MetricsOptions{
		Version: "v1",
		Store:   func() logstore.Stats { return logstore.Stats{Problems: map[string]int64{"\xff\"": 1}} },
		Server:  func() ServerStats { return ServerStats{} },
		Dropped: func() int64 { return 0 },

		RequestLog:   func() RequestLogStats { return RequestLogStats{} },
		RequestStore: func() logstore.Stats { return logstore.Stats{Problems: map[string]int64{"x": 1}} },
	})
	m.Observe(&Exchange{Method: "x", Transport: "ws"})
	problems, err := promlint.New(strings.NewReader(scrapeText(t, m))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	families := scrape(t, m)
	names := []string{"go_info", "go_goroutines", "go_memstats_heap_alloc_bytes"}
	if _, err := os.Stat("/proc/self/stat"); err == nil {
		names = append(names, "process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds")
	}
	for _, name := range names {
		if families[name] == nil {
			t.Errorf("metrics lack %s", name)
		}
	}
}

// TestMetricsBounded shows that neither clients nor damaged files can make
// series without end.
func TestMetricsBounded(t *testing.T) {
	t.Parallel()
	problems := make(map[string]int64)
	m := NewMetrics(MetricsOptions{Store: func() logstore.Stats { return logstore.Stats{Problems: problems} }})
	const many = 1000
	for i := range many {
		name := fmt.Sprint("method", i)
		m.Observe(&Exchange{Method: name, Transport: "ws", Err: errNoMethod(name, "")})
		problems[fmt.Sprintf("compressed file damaged: match offset (%d) bigger than current history (%d)", i, i+1)]++
	}
	families := scrape(t, m)
	for _, name := range []string{"daybook_requests_total", "daybook_request_duration_seconds", "daybook_unreadable_files_total"} {
		series := families[name].GetMetric()
		if len(series) != 1 {
			t.Errorf("%s: %d series, want 1", name, len(series))
			continue
		}
		if n := series[0].GetCounter().GetValue() + float64(series[0].GetHistogram().GetSampleCount()); n != many {
			t.Errorf("%s: counted %v, want %d", name, n, many)
		}
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
					if _, err := m.registry.Gather(); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	group.Wait()
	want := `daybook_requests_total{code="0",method="GetLogs",transport="ws"} 800`
	if !strings.Contains(scrapeText(t, m), want) {
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
		{"loopback", handler, "GET", "127.0.0.1:5", nil, 200, "Content-Type: text/plain; version=0.0.4; charset=utf-8; escaping=underscores"},
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

// TestMetricsScrapesAtOnce holds all places, and asks once more.
func TestMetricsScrapesAtOnce(t *testing.T) {
	t.Parallel()
	var held, done sync.WaitGroup
	held.Add(maxScrapes)
	release := make(chan struct{})
	handler := NewMetrics(MetricsOptions{Dropped: func() int64 {
		held.Done()
		<-release
		return 0
	}}).Handler()
	ask := func() int {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = "127.0.0.1:5"
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	for range maxScrapes {
		done.Go(func() {
			if status := ask(); status != http.StatusOK {
				t.Errorf("one of %d: status %d, want 200", maxScrapes, status)
			}
		})
	}
	held.Wait()
	if status := ask(); status != http.StatusServiceUnavailable {
		t.Errorf("one more than %d: status %d, want 503", maxScrapes, status)
	}
	close(release)
	done.Wait()
}

// BenchmarkObserve counts one request that was answered and one that was not.
func BenchmarkObserve(b *testing.B) {
	m := NewMetrics(MetricsOptions{})
	for name, x := range map[string]*Exchange{
		"result": {Method: "GetLogs", Known: true, Transport: "ws", Duration: 3 * time.Millisecond},
		"error":  {Method: "x", Transport: "ws", Duration: time.Millisecond, Err: errNoMethod("x", "")},
	} {
		b.Run("outcome="+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Observe(x)
			}
		})
	}
}
