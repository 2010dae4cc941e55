package rpc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"daybook/auth"
	"daybook/export"
	"daybook/filter"

	"go.uber.org/zap"
)

// exportPath is where exports are had, and what observers take for their method.
const exportPath = "/export"

// Export returns the handler of exports from a store: POST with params as the
// body, for whose limits the zero value stands for the defaults. What is checked
// before, and how, is as for POST with a message.
func (s *Server) Export(store ExportStore, limits filter.Limits) http.Handler {
	e := &exporter{store, limits}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if s.seats.isClosed() {
			refuse(w, http.StatusServiceUnavailable, errTooFrequent("the server is shutting down", s.limits.Retry))
			return
		}
		foreign := !s.cors(w, r, export.ExposedHeaders()...)
		switch {
		case isPreflight(r):
			servePreflight(w, foreign, http.MethodPost)
		case r.Method == http.MethodPost:
			s.servePostExport(w, r, e)
		default:
			w.Header().Set("Allow", http.MethodPost)
			refuse(w, http.StatusMethodNotAllowed, errNotRequest("send it with POST"))
		}
	})
}

// An exporter is what requests for exports are about.
type exporter struct {
	store  ExportStore
	limits filter.Limits
}

// servePostExport serves one request for an export.
func (s *Server) servePostExport(w http.ResponseWriter, r *http.Request, e *exporter) {
	if fault := unsupported(r.Header); fault != nil {
		refuse(w, http.StatusUnsupportedMediaType, fault)
		return
	}
	if !r.ProtoAtLeast(1, 1) {
		refuse(w, http.StatusHTTPVersionNotSupported, errNotRequest("an export needs HTTP/1.1: in HTTP/1.0 nothing tells its end from a broken connection"))
		return
	}
	p := s.httpPeer(r)
	seat := s.seats.take(p.known())
	if seat == nil {
		s.refuseFull(w)
		return
	}
	defer seat.leave()
	q := &exportRequest{peer: p, arrived: time.Now()}
	body, status, fault := s.readBody(w, r, p.known())
	if q.body = body; fault != nil {
		s.observeExport(q, fault, nil)
		refuse(w, status, fault)
		return
	}
	ctx, stop := context.WithCancelCause(r.Context())
	defer stop(nil)
	defer context.AfterFunc(s.ctx, func() { stop(errClosed) })()
	s.endExport(ctx, w, q, s.export(ctx, w, e, q))
}

// An exportRequest is one request for an export, and what became of it.
type exportRequest struct {
	peer    *peer
	arrived time.Time
	body    []byte
	who     auth.Principal // zero until somebody is recognised
	sent    Exported
}

// export checks a request, and sends the rows.
func (s *Server) export(ctx context.Context, w http.ResponseWriter, e *exporter, q *exportRequest) (err error) {
	defer recovered(&err)
	if fault := checkJSON(q.body, &s.limits); fault != nil {
		return fault
	}
	if q.who, err = q.peer.exporter(); err != nil {
		return err
	}
	call, err := DecodeExport(q.body, e.limits)
	if err != nil {
		return err
	}
	x, err := call.Begin(ctx, e.store)
	if err != nil {
		return err
	}
	defer x.Close()
	q.sent.Count = x.Count
	s.log.Info("export begins", zap.String("addr", q.peer.addr.String()), zap.Stringer("session", q.who.Session), zap.String("name", q.who.Name),
		zap.String("format", x.Manifest.Format), zap.Int64("count", x.Count))
	response := export.Response{
		Layout: call.Layout, Manifest: x.Manifest, InBody: call.Manifest, Name: "audit",
		Rows: x, Lost: x.Lost, Stall: s.limits.ExportStall,
		Check: func() error { _, err := q.peer.exporter(); return err },
	}
	q.sent.Begun = true // if it panics
	outcome, err := response.Serve(ctx, w)
	s.CountExport(outcome)
	q.sent.Begun, q.sent.Rows, q.sent.Bytes = outcome.Begun, outcome.Rows, outcome.Bytes
	return err
}

// CountExport counts what an export has sent, which may be one that something else
// has answered with.
func (s *Server) CountExport(sent export.Outcome) {
	if sent.Stalled {
		s.counters.stalled.Add(1)
	}
	s.counters.exportRows.Add(sent.Rows)
	s.counters.exportBytes.Add(sent.Bytes)
}

// exporter returns who the peer is, if that one may export at this moment.
func (p *peer) exporter() (auth.Principal, error) {
	who, err := p.principal()
	if err == nil && !who.May(auth.ReadLogs) {
		err = errNoRights(fmt.Sprintf("%v may not %v", who.Session, auth.ReadLogs))
	}
	return who, err
}

// endExport tells the observers what became of an export, and the client where
// that is still possible.
func (s *Server) endExport(ctx context.Context, w http.ResponseWriter, q *exportRequest, err error) {
	var fault *Error
	var cause error
	var unsent *export.WriteError
	switch {
	case err != nil && ctx.Err() != nil, errors.As(err, &unsent): // the client has left, or the server ends
		fault = errStopped(errCancelled, 0)
	case err != nil:
		fault, cause = s.tell(ctx, err)
	}
	s.observeExport(q, fault, cause)
	switch {
	case fault == nil:
	case q.sent.Begun:
		// Only a cut connection tells the client that the export is not whole.
		panic(http.ErrAbortHandler)
	default:
		refuse(w, exportStatus(w.Header(), fault), fault)
	}
}

// exportStatus returns the HTTP status of an error before the first byte, and sets
// what belongs to it in the answer's header.
func exportStatus(h http.Header, fault *Error) int {
	switch fault.Code {
	case CodeNoToken:
		h.Set("WWW-Authenticate", "Bearer")
	case CodeStopped: // nobody else is there to be told
		return http.StatusServiceUnavailable
	}
	return platformErrorOf(fault).status
}

// observeExport tells the observers of an export when it has ended.
func (s *Server) observeExport(q *exportRequest, fault *Error, cause error) {
	s.observe(&Exchange{
		Started:   q.arrived,
		Duration:  time.Since(q.arrived),
		Transport: q.peer.transport,
		Addr:      q.peer.addr,
		Via:       q.peer.via,
		Principal: q.who,
		Offered:   q.peer.remembered(),
		Method:    exportPath,
		Known:     true,
		Request:   q.body,
		Export:    &q.sent,
		Err:       fault,
		Cause:     cause,
	})
}
