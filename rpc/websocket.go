package rpc

import (
	"net/http"
	"time"
)

// A frameProtocol is JSON-RPC 2.0 over WebSocket, where a frame is a message.
type frameProtocol struct{}

func (frameProtocol) parse(text []byte, l *Limits) (message, *Error) { return parseMessage(text, l) }
func (frameProtocol) refused([]byte) message                         { return message{} }
func (frameProtocol) frame(a Answer) Answer                          { return a }

// serveUpgrade makes r's connection a WebSocket connection, or says why not.
func (s *Server) serveUpgrade(w http.ResponseWriter, r *http.Request, foreign bool) {
	if !isUpgrade(r) {
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket")
		refuse(w, http.StatusUpgradeRequired, errNotRequest("GET is for WebSocket connections; send requests with POST"))
		return
	}
	p, arrived := s.newHTTPPeer(r, "ws"), time.Now()
	if foreign {
		s.refuseUpgrade(w, r, p, arrived, errNoRights("this origin may not connect"))
		return
	}
	if p.token != "" {
		if _, err := s.offered(p.token, p.addr); err != nil {
			s.refuseUpgrade(w, r, p, arrived, err)
			return
		}
	}
	seat := s.seats.take(p.known())
	if seat == nil {
		s.refuseFull(w)
		return
	}
	var c *conn
	socket, err := s.upgrader.upgrade(w, r, func(payload []byte) { c.writer.answerPing(payload) })
	if err != nil {
		seat.leave() // the client has been answered
		return
	}
	c = s.newConn(p, seat, socket, frameProtocol{})
	c.serve()
}

// refuseUpgrade answers an upgrade that is refused because of who asks, and tells the
// observers of it.
func (s *Server) refuseUpgrade(w http.ResponseWriter, r *http.Request, p *peer, arrived time.Time, err error) {
	e, cause := s.tell(r.Context(), err)
	s.observeFault(p, jsonRPC, nil, arrived, e, cause)
	if e.Code == CodeNoToken {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	refuse(w, platformErrorOf(e).status, e)
}
