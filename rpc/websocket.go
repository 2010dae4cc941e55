package rpc

import (
	"net/http"

	"go.uber.org/zap"
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
	if foreign {
		refuse(w, http.StatusForbidden, errNoRights("this origin may not connect"))
		return
	}
	p := s.newHTTPPeer(r, "ws")
	if p.token != "" {
		if _, err := s.offered(p.token, p.addr); err != nil {
			s.refuseToken(w, r, err)
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

// refuseToken answers an upgrade that came with a token that does not help.
func (s *Server) refuseToken(w http.ResponseWriter, r *http.Request, err error) {
	e, cause := s.tell(r.Context(), err)
	status := http.StatusInternalServerError
	switch {
	case e.Code == CodeNoToken:
		w.Header().Set("WWW-Authenticate", "Bearer")
		status = http.StatusUnauthorized
	case e.Code == CodeTooFrequent:
		status = http.StatusTooManyRequests
	case cause != nil:
		s.log.Error("upgrade", zap.Error(cause))
	}
	refuse(w, status, e)
}
