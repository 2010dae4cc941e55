package rpc

import (
	"errors"
	"net/http"
	"strconv"

	"daybook/auth"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// maxScrapes is how many requests for metrics are answered at once; a
// Prometheus, and perhaps its twin, ask one at a time.
const maxScrapes = 8

// Handler returns the handler of GET /metrics. Programs on this machine may
// ask; others need a token that may operate the server.
func (m *Metrics) Handler() http.Handler {
	scrape := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		// A figure that can't be had is counted, and hides no others.
		ErrorHandling:       promhttp.ContinueOnError,
		Registry:            m.registry,
		MaxRequestsInFlight: maxScrapes,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if !readOnly(w, r) {
			return
		}
		if !isLocal(r) {
			if e := m.admit(r); e != nil {
				refuseMetrics(w, e)
				return
			}
		}
		scrape.ServeHTTP(w, r)
	})
}

// isLocal reports whether r comes from a program on this machine, for itself.
// What a proxy here passes on comes from elsewhere.
func isLocal(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	return remoteAddr(r).IsLoopback()
}

// admit returns why the sender of r may not see the metrics, nil if it may.
func (m *Metrics) admit(r *http.Request) *Error {
	if m.principal == nil {
		return errNoRights("only for programs on the server's machine")
	}
	who, err := m.principal(r)
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case err != nil:
		return errInternal() // the token file can't be read; every request logs why
	case !who.May(auth.Operate):
		return errNoRights(who.Session.String() + " may not " + auth.Operate.String())
	}
	return nil
}

// refuseMetrics answers with the HTTP status that goes with e.
func refuseMetrics(w http.ResponseWriter, e *Error) {
	status := http.StatusInternalServerError
	switch e.Code {
	case CodeNoToken:
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", "Bearer")
	case CodeNoRights:
		status = http.StatusForbidden
	case CodeTooFrequent:
		status = http.StatusTooManyRequests
		if d, ok := e.Data.(frequentData); ok {
			w.Header().Set("Retry-After", strconv.FormatInt(d.RetryAfter, 10))
		}
	}
	http.Error(w, e.Message, status)
}
