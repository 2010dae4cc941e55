package rpc

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"daybook/auth"

	"go.uber.org/zap"
)

// attemptsPerMinute is how many failed authentications an address has a
// minute, unless Options say otherwise.
const attemptsPerMinute = 10

// Options say what a Server serves, and to whom. Methods and Tokens are
// required.
type Options struct {
	Methods []Method
	Tokens  Tokens

	// Attempts limits failed authentications per address; ten a minute when
	// nil.
	Attempts *auth.Attempts

	Limits Limits

	// AllowOrigin are origins, such as https://console.example, whose pages may
	// call the server, beside those of the server's own origin.
	AllowOrigin []string

	Observers []Observer
	Log       *zap.Logger // of the server itself; nil for none
}

// A Server answers requests over WebSocket, HTTP and TCP. Its methods may be called
// concurrently.
type Server struct {
	methods   map[string]*Method
	tokens    Tokens
	attempts  *auth.Attempts
	limits    Limits
	observers []Observer
	log       *zap.Logger
	stdLog    *log.Logger // the same, for jsonrpc2
	origins   atomic.Pointer[origins]

	platformMethods map[string]*Method // for requests in the platform's dialect, beside methods

	ctx      context.Context // ends when the server gives up on what still runs
	abort    context.CancelCauseFunc
	seats    *seats
	budget   *budget
	upgrader *upgrader
	events   map[dialect]*pushFormat
	counters counters

	mu    sync.Mutex // guards what follows
	conns map[*conn]struct{}
}

// NewServer returns a server. Two methods of one name are a programmer's error
// and panic.
func NewServer(o Options) *Server {
	s := &Server{
		methods:   make(map[string]*Method, len(o.Methods)),
		tokens:    o.Tokens,
		attempts:  o.Attempts,
		limits:    o.Limits.withDefaults(),
		observers: o.Observers,
		log:       o.Log,
		conns:     make(map[*conn]struct{}),

		platformMethods: channelMethods(),
	}
	for i := range o.Methods {
		m := &o.Methods[i]
		if s.methods[m.Name] != nil || m.Name == cancelMethod {
			panic(fmt.Sprintf("rpc: two methods %q", m.Name))
		}
		s.methods[m.Name] = m
	}
	if s.attempts == nil {
		s.attempts = auth.NewAttempts(attemptsPerMinute, nil)
	}
	if s.log == nil {
		s.log = zap.NewNop()
	}
	s.stdLog = zap.NewStdLog(s.log)
	s.AllowOrigins(o.AllowOrigin)
	s.ctx, s.abort = context.WithCancelCause(context.Background())
	s.seats = newSeats(&s.limits)
	s.budget = newBudget(&s.limits)
	s.upgrader = newUpgrader(&s.limits)
	s.events = map[dialect]*pushFormat{jsonRPC: logEvents(AuditSchema()), platform: platformEvents(AuditSchema())}
	return s
}

// ServeHTTP serves one endpoint: POST with a message as its body, or GET to
// become a WebSocket connection.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if s.seats.isClosed() {
		refuse(w, http.StatusServiceUnavailable, errTooFrequent("the server is shutting down", s.limits.Retry))
		return
	}
	foreign := !s.cors(w, r)
	switch {
	case isPreflight(r):
		servePreflight(w, foreign, http.MethodPost)
	case r.Method == http.MethodPost:
		s.servePost(w, r)
	case r.Method == http.MethodGet:
		s.serveUpgrade(w, r, foreign)
	default:
		w.Header().Set("Allow", "GET, POST")
		refuse(w, http.StatusMethodNotAllowed, errNotRequest("send it with POST"))
	}
}

// Drain stops serving: new requests are refused, and those in flight get their
// answers. It returns when all have, or with ctx's error after ending what ctx
// left no time for. A drained server stays drained.
func (s *Server) Drain(ctx context.Context) error {
	empty := s.seats.close()
	var closers sync.WaitGroup
	for _, c := range s.connections() {
		closers.Go(func() { c.drain(ctx) })
	}
	var err error
	select {
	case <-empty:
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.abort(errClosed)
	closers.Wait()
	select { // what heeds its context is over at once; the rest nobody can wait for
	case <-empty:
	case <-time.After(s.limits.Overrun):
	}
	return err
}

// Draining reports whether Drain was called.
func (s *Server) Draining() bool { return s.seats.isClosed() }

// connections returns the WebSocket and TCP connections of this moment.
func (s *Server) connections() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		all = append(all, c)
	}
	return all
}

// counters count what happened since the start.
type counters struct {
	stalled atomic.Int64 // connections closed because nothing could be written
	refused atomic.Int64 // connections and HTTP requests for which there was no seat

	events    atomic.Int64 // of subscriptions, sent
	eventRows atomic.Int64 // in them

	exportRows  atomic.Int64 // sent, of whole and of broken exports
	exportBytes atomic.Int64 // of them
}

// ServerStats are a server's gauges, and its counters since the start.
type ServerStats struct {
	Connections     int   // WebSocket and TCP connections, and HTTP requests being served
	Unauthenticated int   // of them
	WebSockets      int   // of them
	TCP             int   // of them
	InFlight        int   // requests of connections, not HTTP, that are not answered yet
	Running         int   // of them
	Waiting         int   // calls that wait for held answers to be sent
	QueuedBytes     int64 // in the queues of connections
	HeldBytes       int64 // of finished answers not sent yet, the queued ones included
	Stalled         int64 // connections closed because their peer did not read
	Refused         int64 // connections and HTTP requests for which there was no place
	Subscriptions   int   // to live rows
	Events          int64 // notifications with live rows that were sent
	EventRows       int64 // rows in them
	ExportRows      int64 // rows of exports that were sent
	ExportBytes     int64 // of the bodies of exports
}

// Stats returns the present numbers.
func (s *Server) Stats() ServerStats {
	st := ServerStats{
		Stalled: s.counters.stalled.Load(),
		Refused: s.counters.refused.Load(),

		Events:    s.counters.events.Load(),
		EventRows: s.counters.eventRows.Load(),

		ExportRows:  s.counters.exportRows.Load(),
		ExportBytes: s.counters.exportBytes.Load(),
	}
	st.Connections, st.Unauthenticated = s.seats.stats()
	st.HeldBytes, st.Waiting = s.budget.stats()
	for _, c := range s.connections() {
		inFlight, running := c.lane.stats()
		if c.peer.transport == "tcp" {
			st.TCP++
		} else {
			st.WebSockets++
		}
		st.InFlight += inFlight
		st.Running += running
		st.QueuedBytes += c.writer.size()
		st.Subscriptions += c.peer.push.count()
	}
	return st
}
