package rpc

import (
	"bufio"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"daybook/internal/stall"

	"go.uber.org/zap"
)

// pieceSize is how much of an answer is written under one deadline where it
// can't be told how much of a piece was written: over HTTP, and over TLS.
const pieceSize = stall.PieceSize

// servePost answers one HTTP request that carries a message.
func (s *Server) servePost(w http.ResponseWriter, r *http.Request) {
	if e := unsupported(r.Header); e != nil {
		p := s.newHTTPPeer(r, "http")
		p.token = "" // nobody asked who it is
		s.observeFault(p, jsonRPC, nil, time.Now(), e, nil)
		refuse(w, http.StatusUnsupportedMediaType, e)
		return
	}
	p := s.httpPeer(r)
	seat := s.seats.take(p.known())
	if seat == nil {
		s.refuseFull(w)
		return
	}
	defer seat.leave()
	arrived := time.Now()
	body, status, e := s.readBody(w, r, p.known())
	var m message
	if e == nil {
		m, e = parseMessage(body, &s.limits)
	}
	if e != nil {
		if e.Code == CodeTooLarge {
			status = http.StatusRequestEntityTooLarge
		}
		s.observeFault(p, jsonRPC, body, arrived, e, nil)
		refuse(w, status, e)
		return
	}
	s.answerPost(w, r, p, &m, arrived)
}

// answerPost serves the items of m, and writes the reply when all have ended.
// The items end early when the client leaves, or the server gives up.
func (s *Server) answerPost(w http.ResponseWriter, r *http.Request, p *peer, m *message, arrived time.Time) {
	l := s.newLane(r.Context(), p, nil)
	defer l.leave(errClosed)
	defer context.AfterFunc(s.ctx, func() { l.leave(errClosed) })()
	complete := make(chan *reply, 1)
	open := l.open(m, func(r *reply) { complete <- r })
	for i := range m.items {
		l.start(&m.items[i], open, arrived)
	}
	reply := <-complete
	defer reply.release(true)
	if r.Context().Err() == nil {
		s.writeReply(w, r, reply)
	}
}

// writeReply writes the answer to a message, without putting it into one
// piece.
func (s *Server) writeReply(w http.ResponseWriter, request *http.Request, r *reply) {
	if r.empty() {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.FormatInt(r.Len(), 10))
	to := stall.NewWriter(w, s.limits.Stall)
	to.Hold(request)
	pieces := bufio.NewWriterSize(to, int(min(r.Len(), pieceSize)))
	_, err := r.WriteTo(pieces)
	if err == nil {
		err = pieces.Flush()
	}
	if err == nil {
		err = to.Flush()
	}
	if err == nil {
		err = to.Finish()
	}
	switch {
	case err == nil:
		return
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.counters.stalled.Add(1)
	case errors.Is(err, errLength):
		s.log.Error("write answer", zap.Error(err))
	}
	// Only a cut connection tells the client that the answer is not whole.
	panic(http.ErrAbortHandler)
}

// readBody reads the body of r within its time and size; status is that of the
// error, or 200.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, authenticated bool) (body []byte, status int, e *Error) {
	most := s.messageLimit(authenticated)
	if r.ContentLength > most {
		w.Header().Set("Connection", "close")
		return nil, http.StatusRequestEntityTooLarge, errTooLarge("request", most, r.ContentLength)
	}
	control := http.NewResponseController(w)
	control.SetReadDeadline(time.Now().Add(s.limits.Body)) // not supported means: not needed
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	control.SetReadDeadline(time.Time{}) // or the end of the deadline would look like the client leaving
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.Header().Set("Connection", "close")
		return nil, http.StatusRequestTimeout, errNotRequest("the body took too long to arrive")
	case err != nil: // the client may have left, but may also listen still
		w.Header().Set("Connection", "close")
		return nil, http.StatusBadRequest, errNotRequest("the body broke off")
	case int64(len(body)) > most:
		w.Header().Set("Connection", "close")
		return nil, http.StatusRequestEntityTooLarge, errTooLarge("request", most, int64(len(body)))
	}
	return body, http.StatusOK, nil
}

// messageLimit returns how long a message may be.
func (s *Server) messageLimit(authenticated bool) int64 {
	if authenticated {
		return s.limits.Message
	}
	return s.limits.MessageUnauthenticated
}

// unsupported returns what is wrong with the form of a body, nil if nothing.
func unsupported(h http.Header) *Error {
	if len(h.Values("Content-Encoding")) > 0 {
		return errNotRequest("send the body without Content-Encoding")
	}
	types := h.Values("Content-Type")
	if len(types) != 1 {
		return errNotRequest("send Content-Type: application/json")
	}
	kind, params, err := mime.ParseMediaType(types[0])
	charset := params["charset"]
	if err != nil || kind != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return errNotRequest("send Content-Type: application/json")
	}
	return nil
}

// httpPeer returns who sends r, over HTTP. A bad token is no fault yet: some
// methods need none.
func (s *Server) httpPeer(r *http.Request) *peer {
	p := s.newHTTPPeer(r, "http")
	if p.token != "" {
		_, p.refusal = s.offered(p.token, p.addr)
	}
	return p
}

// observeFault tells the observers of a message that was no request, or of a
// connection that was refused. cause is as in an Exchange.
func (s *Server) observeFault(p *peer, d dialect, text []byte, arrived time.Time, e *Error, cause error) {
	who, _ := p.principal() // nobody, mostly
	s.observe(&Exchange{
		Started:   arrived,
		Duration:  time.Since(arrived),
		Transport: p.transport,
		Addr:      p.addr,
		Via:       p.via,
		Principal: who,
		Offered:   p.remembered(),
		Platform:  d == platform,
		Request:   text,
		Err:       e,
		Cause:     cause,
	})
}

// refuse answers with an HTTP status and the error as its body, without an id.
func refuse(w http.ResponseWriter, status int, e *Error) {
	if data, ok := e.Data.(frequentData); ok {
		w.Header().Set("Retry-After", strconv.FormatInt(data.RetryAfter, 10))
	}
	resp := jsonRPC.errorResponse(nil, e)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.FormatInt(resp.Len(), 10))
	w.WriteHeader(status)
	resp.WriteTo(w) // a client that has left needs no answer
}

// refuseFull answers that no seat is free.
func (s *Server) refuseFull(w http.ResponseWriter) {
	s.counters.refused.Add(1)
	refuse(w, http.StatusServiceUnavailable, errTooFrequent("too many connections", s.limits.Retry))
}
