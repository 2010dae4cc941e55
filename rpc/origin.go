package rpc

import (
	"cmp"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"daybook/export"
)

// An origin is a web page's origin, RFC 6454: scheme, host and port, in lower
// case and with the port spelled out, so that equal origins are equal texts.
type origin string

// origins are the origins that are allowed beside the server's own.
type origins []origin

// AllowOrigins replaces the origins whose pages may call the server, beside
// its own. What is no origin allows nothing: see ValidOrigin.
func (s *Server) AllowOrigins(texts []string) {
	var all origins
	for _, text := range texts {
		if o, ok := parseOrigin(text); ok {
			all = append(all, o)
		}
	}
	s.origins.Store(&all)
}

// ValidOrigin reports whether text is an origin that AllowOrigins can allow:
// scheme http or https, a host, perhaps a port, and nothing more.
func ValidOrigin(text string) bool {
	_, ok := parseOrigin(text)
	return ok
}

// cors says in w's header which page may read the answer, with the header fields
// of expose, and reports whether r comes from a page that may call, or from no
// page at all. An origin that is not allowed gets no header, so that browsers
// keep the answer from the page.
func (s *Server) cors(w http.ResponseWriter, r *http.Request, expose ...string) bool {
	sent := r.Header.Values("Origin")
	if len(sent) == 0 {
		return true
	}
	w.Header().Add("Vary", "Origin")
	o, ok := parseOrigin(sent[0])
	if !ok || len(sent) > 1 {
		return false
	}
	if o == ownOrigin(r) {
		return true
	}
	if !slices.Contains(*s.origins.Load(), o) {
		return false
	}
	w.Header().Set("Access-Control-Allow-Origin", sent[0])
	w.Header().Set("Access-Control-Expose-Headers", strings.Join(append(expose, "Retry-After"), ", "))
	return true
}

// CORS returns next as a handler beside the server's own: with headers that say
// which pages may read its answers, and answers to browsers that ask whether a page
// may use these methods.
func (s *Server) CORS(next http.Handler, methods ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		foreign := !s.cors(w, r, export.ExposedHeaders()...)
		if isPreflight(r) {
			servePreflight(w, foreign, methods...)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isPreflight reports whether r is a browser asking what a page may do.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

// servePreflight answers a preflight request.
func servePreflight(w http.ResponseWriter, foreign bool, methods ...string) {
	if foreign {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	w.Header().Set("Access-Control-Allow-Methods", strings.Join(methods, ", "))
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	w.Header().Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
}

// ownOrigin returns the origin of pages that r's own server serves, "" if r
// names no sensible host. Behind a proxy that ends TLS it is not what browsers
// see; there the outer origin has to be allowed by name.
func ownOrigin(r *http.Request) origin {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	o, _ := parseOrigin(scheme + "://" + r.Host)
	return o
}

// parseOrigin reads an origin as browsers send it. "null", which sandboxed
// pages of any site send, is none.
func parseOrigin(text string) (origin, bool) {
	u, err := url.Parse(text)
	if err != nil || !strings.EqualFold(u.Scheme+"://"+u.Host, text) || strings.ContainsAny(u.Host, "*,@\\ ") {
		return "", false
	}
	port := u.Port()
	switch {
	case u.Hostname() == "":
		return "", false
	case u.Scheme == "http":
		port = cmp.Or(port, "80")
	case u.Scheme == "https":
		port = cmp.Or(port, "443")
	default:
		return "", false
	}
	return origin(u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)), true
}
