package rpc

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"daybook/auth"
	"daybook/logstore"
)

// unknownMethod stands for every method that is none of ours, so that clients
// can't make new series.
const unknownMethod = "unknown"

// MetricsOptions say where figures beyond the exchanges come from, and who may
// see them. A nil function leaves its figures out.
type MetricsOptions struct {
	Version string // of the program
	Server  func() ServerStats
	Store   func() logstore.Stats
	Dropped func() int64 // recordings that were not written

	// Principal returns who asks, for requests from other machines. It is
	// Server.Principal; nil lets nobody ask from elsewhere.
	Principal func(*http.Request) (auth.Principal, error)
}

// Metrics is an Observer that counts exchanges, and shows these and other
// figures to Prometheus.
type Metrics struct {
	opts MetricsOptions

	mu        sync.Mutex // guards what follows
	requests  map[requestSeries]int64
	durations map[string]*histogram // by method
}

// A requestSeries is one series of daybook_requests_total.
type requestSeries struct {
	method, transport string
	code              int // of the error; 0 for a result
}

// NewMetrics returns metrics with nothing counted.
func NewMetrics(o MetricsOptions) *Metrics {
	return &Metrics{
		opts:      o,
		requests:  make(map[requestSeries]int64),
		durations: make(map[string]*histogram),
	}
}

// Observe counts x.
func (m *Metrics) Observe(x *Exchange) {
	series := requestSeries{method: unknownMethod, transport: x.Transport}
	if x.Known {
		series.method = x.Method
	}
	if x.Err != nil {
		series.code = x.Err.Code
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests[series]++
	h := m.durations[series.method]
	if h == nil {
		h = newHistogram(durationBuckets())
		m.durations[series.method] = h
	}
	h.observe(x.Duration.Seconds())
}

// text returns everything in the text format of Prometheus.
func (m *Metrics) text() []byte {
	e := new(exposition)
	e.family("daybook_build_info", gaugeKind, "The version of the program; always 1.")
	e.sample("", 1, label{"version", m.opts.Version})
	m.writeRequests(e)
	if m.opts.Store != nil {
		writeStore(e, m.opts.Store())
	}
	if m.opts.Server != nil {
		writeServer(e, m.opts.Server())
	}
	if m.opts.Dropped != nil {
		e.single("daybook_recordings_dropped_total", counterKind,
			"Requests that were not recorded because the file was too slow or failed.", float64(m.opts.Dropped()))
	}
	writeProcess(e)
	return e.text
}

// writeRequests writes what was counted of exchanges.
func (m *Metrics) writeRequests(e *exposition) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e.family("daybook_requests_total", counterKind, "Requests answered, by method, error code (0: a result) and transport.")
	for _, s := range slices.SortedFunc(maps.Keys(m.requests), compareSeries) {
		e.sample("", float64(m.requests[s]),
			label{"method", s.method}, label{"code", strconv.Itoa(s.code)}, label{"transport", s.transport})
	}
	e.family("daybook_request_duration_seconds", histogramKind, "Time from a request's arrival to its answer, by method.")
	for _, method := range slices.Sorted(maps.Keys(m.durations)) {
		m.durations[method].write(e, label{"method", method})
	}
}

func compareSeries(a, b requestSeries) int {
	return cmp.Or(
		cmp.Compare(a.method, b.method),
		cmp.Compare(b.code, a.code), // results first
		cmp.Compare(a.transport, b.transport),
	)
}

// writeStore writes what the journal's reader counts.
func writeStore(e *exposition, st logstore.Stats) {
	e.single("daybook_scanned_bytes_total", counterKind,
		"Bytes of day files that queries read, after decompression.", float64(st.BytesScanned))
	e.single("daybook_scanned_lines_total", counterKind, "Lines that queries looked at.", float64(st.LinesScanned))
	e.single("daybook_malformed_lines_total", counterKind, "Malformed lines met for the first time.", float64(st.Malformed))
	e.single("daybook_queries_running", gaugeKind, "Queries that run.", float64(st.Running))
	e.single("daybook_queries_waiting", gaugeKind, "Queries that wait to run.", float64(st.Waiting))
	e.family("daybook_unreadable_files_total", counterKind, "Day files that queries could not read, by reason.")
	for _, reason := range slices.Sorted(maps.Keys(st.Problems)) {
		e.sample("", float64(st.Problems[reason]), label{"reason", reason})
	}
}

// writeServer writes what the server counts of connections.
func writeServer(e *exposition, st ServerStats) {
	e.single("daybook_connections", gaugeKind,
		"WebSocket connections, and HTTP requests being served.", float64(st.Connections))
	e.single("daybook_connections_unauthenticated", gaugeKind,
		"Connections that proved nothing yet.", float64(st.Unauthenticated))
	e.single("daybook_websockets", gaugeKind, "WebSocket connections.", float64(st.WebSockets))
	e.single("daybook_requests_in_flight", gaugeKind,
		"Requests of WebSocket connections that are not answered yet.", float64(st.InFlight))
	e.single("daybook_requests_running", gaugeKind, "Requests in flight that run.", float64(st.Running))
	e.single("daybook_requests_waiting", gaugeKind,
		"Requests that wait until answers before them are sent.", float64(st.Waiting))
	e.single("daybook_queued_bytes", gaugeKind,
		"Bytes of answers in the queues of WebSocket connections.", float64(st.QueuedBytes))
	e.single("daybook_held_bytes", gaugeKind, "Bytes of answers in memory, the queued ones included.", float64(st.HeldBytes))
	e.single("daybook_stalled_connections_total", counterKind,
		"Connections closed because their peer did not read.", float64(st.Stalled))
	e.single("daybook_refused_connections_total", counterKind,
		"Connections and HTTP requests for which there was no place.", float64(st.Refused))
}
