package rpc

import "github.com/prometheus/client_golang/prometheus"

// figures is a collector of the numbers in one snapshot, which is taken anew
// for each scrape.
type figures[S any] struct {
	snapshot func() S
	list     []figure[S]
}

// A figure is one number of a snapshot, without labels.
type figure[S any] struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(S) float64
}

// counter is a number that only grows, from 0 at the start.
func counter[S any](name, help string, value func(S) float64) figure[S] {
	return figure[S]{prometheus.NewDesc(name, help, nil, nil), prometheus.CounterValue, value}
}

// gauge is a number of this moment.
func gauge[S any](name, help string, value func(S) float64) figure[S] {
	return figure[S]{prometheus.NewDesc(name, help, nil, nil), prometheus.GaugeValue, value}
}

// Describe implements prometheus.Collector; it takes no snapshot.
func (f *figures[S]) Describe(ch chan<- *prometheus.Desc) {
	for _, one := range f.list {
		ch <- one.desc
	}
}

// Collect implements prometheus.Collector.
func (f *figures[S]) Collect(ch chan<- prometheus.Metric) {
	snapshot := f.snapshot()
	for _, one := range f.list {
		ch <- prometheus.MustNewConstMetric(one.desc, one.kind, one.value(snapshot))
	}
}

// serverFigures are what the server counts of connections.
func serverFigures(stats func() ServerStats) prometheus.Collector {
	type st = ServerStats
	return &figures[st]{stats, []figure[st]{
		gauge("daybook_connections", "WebSocket and TCP connections, and HTTP requests being served.",
			func(s st) float64 { return float64(s.Connections) }),
		gauge("daybook_connections_unauthenticated", "Connections that proved nothing yet.",
			func(s st) float64 { return float64(s.Unauthenticated) }),
		gauge("daybook_websockets", "WebSocket connections.",
			func(s st) float64 { return float64(s.WebSockets) }),
		gauge("daybook_tcp_connections", "TCP connections.",
			func(s st) float64 { return float64(s.TCP) }),
		gauge("daybook_requests_in_flight", "Requests of WebSocket and TCP connections that are not answered yet.",
			func(s st) float64 { return float64(s.InFlight) }),
		gauge("daybook_requests_running", "Requests in flight that run.",
			func(s st) float64 { return float64(s.Running) }),
		gauge("daybook_requests_waiting", "Requests that wait until answers before them are sent.",
			func(s st) float64 { return float64(s.Waiting) }),
		gauge("daybook_queued_bytes", "Bytes of answers in the queues of WebSocket and TCP connections.",
			func(s st) float64 { return float64(s.QueuedBytes) }),
		gauge("daybook_held_bytes", "Bytes of answers in memory, the queued ones included.",
			func(s st) float64 { return float64(s.HeldBytes) }),
		counter("daybook_stalled_connections_total", "Connections closed because their peer did not read.",
			func(s st) float64 { return float64(s.Stalled) }),
		gauge("daybook_subscriptions", "Subscriptions to live rows.",
			func(s st) float64 { return float64(s.Subscriptions) }),
		counter("daybook_events_total", "Notifications with live rows that were sent.",
			func(s st) float64 { return float64(s.Events) }),
		counter("daybook_event_rows_total", "Live rows that were sent.",
			func(s st) float64 { return float64(s.EventRows) }),
		counter("daybook_export_rows_total", "Rows of exports that were sent.",
			func(s st) float64 { return float64(s.ExportRows) }),
		counter("daybook_export_bytes_total", "Bytes of exports that were sent.",
			func(s st) float64 { return float64(s.ExportBytes) }),
		counter("daybook_refused_connections_total", "Connections and HTTP requests for which there was no place.",
			func(s st) float64 { return float64(s.Refused) }),
	}}
}

// RequestLogStats are what the writer of the log of requests counts.
type RequestLogStats struct {
	Written int64 // requests recorded
	Dropped int64 // requests that were not recorded
	Waiting int   // requests that wait to be
	Bytes   int64 // of the journal's files
}

// requestLogFigures are what the writer of the log of requests counts.
func requestLogFigures(stats func() RequestLogStats) prometheus.Collector {
	type st = RequestLogStats
	return &figures[st]{stats, []figure[st]{
		counter("daybook_request_log_written_total", "Requests recorded in the request log.",
			func(s st) float64 { return float64(s.Written) }),
		counter("daybook_request_log_dropped_total", "Requests not recorded, because the disk was too slow or failed, or the log of today is as large as it may be.",
			func(s st) float64 { return float64(s.Dropped) }),
		gauge("daybook_request_log_waiting", "Requests that wait to be recorded.",
			func(s st) float64 { return float64(s.Waiting) }),
		gauge("daybook_request_log_bytes", "Size of the request log's files.",
			func(s st) float64 { return float64(s.Bytes) }),
	}}
}

// A labelled collector reads one counter for each value of a label.
type labelled struct {
	desc   *prometheus.Desc
	counts func() map[string]int64
}

// Describe implements prometheus.Collector.
func (l *labelled) Describe(ch chan<- *prometheus.Desc) { ch <- l.desc }

// Collect implements prometheus.Collector.
func (l *labelled) Collect(ch chan<- prometheus.Metric) {
	for label, n := range l.counts() {
		ch <- prometheus.MustNewConstMetric(l.desc, prometheus.CounterValue, float64(n), label)
	}
}
