package rpc

import (
	"net/http"
	"strconv"
	"time"

	"daybook/auth"
	"daybook/logstore"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// unknownMethod stands for every method that is none of ours, so that clients
// can't make new series.
const unknownMethod = "unknown"

// MetricsOptions say where figures beyond the exchanges come from, and who may
// see them. A nil function leaves its figures out; the others are called a few
// times for each scrape, concurrently.
type MetricsOptions struct {
	Version string // of the program
	Server  func() ServerStats
	Store   func() logstore.Stats // of the audit journal; its Exports are those of both journals
	Dropped func() int64          // recordings that were not written

	RequestLog   func() RequestLogStats // of the log of requests that is written
	RequestStore func() logstore.Stats  // of the journal of requests that is shown

	// Principal returns who asks, for requests from other machines. It is
	// Server.Principal; nil lets nobody ask from elsewhere.
	Principal func(*http.Request) (auth.Principal, error)
}

// Metrics is an Observer that counts exchanges, and shows these and other
// figures to Prometheus.
type Metrics struct {
	principal func(*http.Request) (auth.Principal, error) // as in MetricsOptions
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec   // by method, code and transport
	durations *prometheus.HistogramVec // by method
}

// NewMetrics returns metrics with nothing counted.
func NewMetrics(o MetricsOptions) *Metrics {
	m := &Metrics{
		principal: o.Principal,
		registry:  prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "daybook_requests_total",
			Help: "Requests answered, by method, error code (0: a result; of a route that is no JSON-RPC, the HTTP status) and transport.",
		}, []string{"method", "code", "transport"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "daybook_request_duration_seconds",
			Help:    "Time from a request's arrival to its answer, by method.",
			Buckets: durationBuckets(),
		}, []string{"method"}),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo(o.Version),
		m.requests,
		m.durations,
	)
	if o.Store != nil {
		m.registry.MustRegister(auditFamilies(o.Store).collectors()...)
		m.registry.MustRegister(sharedFigures(o.Store))
	}
	if o.Server != nil {
		m.registry.MustRegister(serverFigures(o.Server))
	}
	if o.Dropped != nil {
		m.registry.MustRegister(droppedRecordings(o.Dropped))
	}
	if o.RequestLog != nil {
		m.registry.MustRegister(requestLogFigures(o.RequestLog))
	}
	if o.RequestStore != nil {
		m.registry.MustRegister(requestFamilies(o.RequestStore).collectors()...)
	}
	return m
}

// Observe counts x.
func (m *Metrics) Observe(x *Exchange) {
	method := unknownMethod
	if x.Known {
		method = x.Method
	}
	code := 0
	if x.Err != nil {
		code = x.Err.Code
	}
	m.count(method, code, x.Transport, x.Duration)
}

// CountHTTP counts a request over HTTP that was no exchange: of a route, with the
// status of its answer.
func (m *Metrics) CountHTTP(route string, status int, took time.Duration) {
	code := 0
	if status >= http.StatusBadRequest {
		code = status
	}
	m.count(route, code, "http", took)
}

func (m *Metrics) count(method string, code int, transport string, took time.Duration) {
	m.requests.WithLabelValues(method, strconv.Itoa(code), transport).Inc()
	m.durations.WithLabelValues(method).Observe(took.Seconds())
}

// durationBuckets are the upper bounds, in seconds, of the buckets of a
// histogram: fine where a user feels the difference, up to the default limit
// of a request.
func durationBuckets() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 25}
}

// buildInfo is a constant that carries the version as a label, as Prometheus
// has no values that are text.
func buildInfo(version string) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "daybook_build_info",
		Help:        "The version of the program; always 1.",
		ConstLabels: prometheus.Labels{"version": version},
	}, func() float64 { return 1 })
}

func droppedRecordings(dropped func() int64) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "daybook_recordings_dropped_total",
		Help: "Requests that were not recorded because the file was too slow or failed.",
	}, func() float64 { return float64(dropped()) })
}
