package main

import (
	"context"
	"errors"
	stdlog "log"
	"net/http"
	"time"

	"daybook/auth"
	"daybook/internal/stall"
	"daybook/logstore"
	"daybook/requestapi"
	"daybook/rpc"

	"go.uber.org/zap"
)

// Bounds of the HTTP server that are nobody's business to change: what comes
// after the header has the limits of the settings.
const (
	headerTimeout = 5 * time.Second
	maxHeader     = 16 << 10 // bytes
)

// assemble wires the parts into v.http.
func (v *service) assemble() {
	v.metrics = v.newMetrics()
	v.rpc = v.newRPC()
	v.http = &http.Server{
		Handler:           v.routes(),
		ReadHeaderTimeout: headerTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnState:         newConnections(v.settings.limits.Connections).Track,
		ConnContext:       stall.ConnContext,
		// Handshakes that fail and peers that leave are daily noise.
		ErrorLog: debugLog(v.log),
		// ReadTimeout and WriteTimeout would end large answers and long
		// requests; the rpc server sets its own deadlines for bodies and
		// answers. IdleTimeout stays off, see connections.
	}
	if v.cert != nil {
		v.http.TLSConfig = tlsConfig(v.cert)
	}
	// WebSocket upgrades, and limits that count one exchange per connection at
	// a time, are HTTP/1.1 matters.
	v.http.Protocols = new(http.Protocols)
	v.http.Protocols.SetHTTP1(true)
}

func (v *service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/rpc", v.rpc)
	mux.Handle("/export", v.rpc.Export(v.store, v.settings.query))
	mux.Handle("/healthz", rpc.Healthz())
	mux.Handle("/readyz", rpc.Readyz(rpc.StoreReady(v.store), v.serving()))
	mux.Handle("/metrics", v.metrics.Handler())
	mux.Handle(requestapi.Prefix, v.requestAPI())
	mux.HandleFunc("/", nothingHere)
	return mux
}

// nothingHere answers 404, and says to whoever came by a browser, or with a path
// too much, what there is.
func nothingHere(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "nothing is here; Daybook has /rpc (JSON-RPC 2.0, by POST or WebSocket), /export, "+requestapi.ListRoute+
		", /healthz, /readyz and /metrics", http.StatusNotFound)
}

// newMetrics makes the metrics; they ask v for what it counts.
func (v *service) newMetrics() *rpc.Metrics {
	options := rpc.MetricsOptions{
		Version:   currentVersion().Version,
		Server:    func() rpc.ServerStats { return v.rpc.Stats() },
		Store:     v.storeStats,
		Principal: func(r *http.Request) (auth.Principal, error) { return v.rpc.Principal(r) },
	}
	if v.record != nil {
		options.Dropped = v.record.Dropped
	}
	if v.requests != nil {
		options.RequestLog = v.requestLogStats
	}
	if _, missing := v.requestStore.(missingStore); !missing {
		options.RequestStore = v.requestStore.Stats
	}
	return rpc.NewMetrics(options)
}

// storeStats returns the figures of the audit journal, with the exports of both.
func (v *service) storeStats() logstore.Stats {
	s := v.store.Stats()
	s.Exports += v.requestStore.Stats().Exports
	return s
}

// newRPC makes the rpc server with its methods and observers.
func (v *service) newRPC() *rpc.Server {
	s := v.settings
	observers := []rpc.Observer{rpc.NewOperationalLog(v.log), v.metrics}
	if v.record != nil {
		observers = append(observers, v.record)
	}
	if v.requests != nil {
		observers = append(observers, requestRecorder{v.requests})
	}
	return rpc.NewServer(rpc.Options{
		Methods:     rpc.Methods(v.store, v.requestStore, v.identities, s.limits, s.query),
		Tokens:      v.identities,
		Attempts:    auth.NewAttempts(s.attempts, time.Now),
		Limits:      s.limits,
		AllowOrigin: s.allowOrigin,
		Observers:   observers,
		Log:         v.log,
	})
}

// serving is the part of readiness that a server loses when it stops.
func (v *service) serving() rpc.Check {
	return rpc.Check{Name: "serving", Run: func(context.Context) error {
		if v.rpc.Draining() {
			return errors.New("stopping")
		}
		return nil
	}}
}

// debugLog returns a logger for net/http that nobody reads by default.
func debugLog(log *zap.Logger) *stdlog.Logger {
	std, err := zap.NewStdLogAt(log, zap.DebugLevel)
	if err != nil {
		panic("daybook: " + err.Error()) // the level is known to zap
	}
	return std
}
