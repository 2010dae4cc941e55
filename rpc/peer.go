package rpc

import (
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"daybook/auth"
)

// A peer is who sends the requests of a connection, as far as is known.
type peer struct {
	server    *Server
	addr      netip.Addr
	transport string // "http", "ws" or "tcp"
	via       *Via
	session   Session        // nil over HTTP
	push      *subscriptions // nil over HTTP
	seat      *seat          // of the connection; nil over HTTP

	mu      sync.Mutex // guards what follows
	token   auth.Secret
	refusal error         // of the token that came with the HTTP request; nil if there was none, or a good one
	proved  bool          // a token that came with a request was good
	offered []auth.Secret // the last tokens that were, each once; replaced and never changed
}

// principal returns who the peer's token proves at this moment. The error is
// for the client.
func (p *peer) principal() (auth.Principal, error) {
	p.mu.Lock()
	token, refusal := p.token, p.refusal
	p.mu.Unlock()
	if refusal != nil {
		return auth.Principal{}, refusal
	}
	if token == "" {
		return auth.Principal{}, errNoToken("no token: send one with the request, or call Authenticate")
	}
	return p.server.tokens.Check(token)
}

// prove returns who the token proves that came with a request, which is for
// that request alone. A good one makes the peer known.
func (p *peer) prove(token auth.Secret) (auth.Principal, error) {
	p.remember(token)
	who, err := p.server.offered(token, p.addr)
	if err != nil {
		return auth.Principal{}, err
	}
	p.mu.Lock()
	first := !p.proved
	p.proved = true
	p.mu.Unlock()
	if first {
		p.seat.authenticate()
	}
	return who, nil
}

// mostOffered is how many tokens of a peer are remembered.
const mostOffered = 4

// remember notes that the peer offered token, good or bad, so that it is masked
// wherever the peer repeats it.
func (p *peer) remember(token auth.Secret) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(p.offered, token) {
		return
	}
	p.offered = append(slices.Clone(p.offered[max(0, len(p.offered)+1-mostOffered):]), token)
}

// remembered returns the tokens that the peer offered. They must not be changed.
func (p *peer) remembered() []auth.Secret {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.offered
}

// known reports whether the peer has ever proved who it is. On connections only
// a token that proved somebody becomes the peer's.
func (p *peer) known() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.token != "" && p.refusal == nil || p.proved
}

// bind makes token the peer's token.
func (p *peer) bind(token auth.Secret) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.token = token
}

// Principal returns who the Authorization header of r proves, for handlers
// beside this one. The error is an *Error: -32001 without a good token, -32029
// after too many bad ones from r's address; or another one, when nothing could
// be found out.
func (s *Server) Principal(r *http.Request) (auth.Principal, error) {
	token := bearer(r.Header)
	if token == "" {
		return auth.Principal{}, errNoToken("no token: send an Authorization header")
	}
	return s.offered(token, remoteAddr(r))
}

// offered returns who the token that came just now proves. A refused token
// counts as a failed authentication of addr.
func (s *Server) offered(token auth.Secret, addr netip.Addr) (auth.Principal, error) {
	who, err := s.tokens.Check(token)
	if isRefusal(err) {
		return auth.Principal{}, s.countFailure(addr, errNoToken(err.Error()))
	}
	return who, err
}

// countFailure counts a failed authentication of addr. It returns err, or the
// error that there were too many. A good token never comes here, so that no
// one is refused for the failures of others at the same address.
func (s *Server) countFailure(addr netip.Addr, err error) error {
	if wait, blocked := s.attempts.Failed(addr); blocked {
		return errTooFrequent("too many failed authentications from this address", wait)
	}
	return err
}

// isRefusal reports whether err means that a token proves nobody.
func isRefusal(err error) bool {
	var e *Error
	return errors.Is(err, auth.ErrNotAuthenticated) || errors.As(err, &e) && e.Code == CodeNoToken
}

// bearer returns the token of an Authorization header: "Bearer …", "Token …"
// or bare, the scheme in any case. An empty token is none. Several headers are
// one token that proves nobody, since it is not clear which should count.
func bearer(h http.Header) auth.Secret {
	text := strings.TrimSpace(strings.Join(h.Values("Authorization"), ", "))
	scheme, token, _ := strings.Cut(text, " ")
	switch strings.ToLower(scheme) {
	case "bearer", "token":
		return auth.Secret(strings.TrimSpace(token))
	}
	return auth.Secret(text)
}

// newHTTPPeer returns who sends r over a transport that begins with HTTP. Tokens in
// its header are known by Via.
func (s *Server) newHTTPPeer(r *http.Request, transport string) *peer {
	return &peer{
		server:    s,
		addr:      remoteAddr(r),
		transport: transport,
		via:       &Via{Secure: r.TLS != nil, Header: r.Header, Query: r.URL.RawQuery},
		token:     bearer(r.Header),
	}
}

// remoteAddr returns the address of r's peer, the zero Addr if it has none.
func remoteAddr(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}
