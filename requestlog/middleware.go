package requestlog

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
)

// StatusClientGone is the status code of a request whose client left before there
// was any answer.
const StatusClientGone = 499

// Middleware returns a handler that serves requests as next does, and records
// each of them when it has ended. The endpoint is the pattern of the route that
// an http.ServeMux behind it found, without the method; the path where there is
// none. What next panics with is recorded as the exception, and panics on.
func (l *Log) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.opts.Skip != nil && l.opts.Skip(r) {
			next.ServeHTTP(w, r)
			return
		}
		c := l.capture(w, r)
		returned := false
		defer func() {
			if returned {
				c.end()
				return
			}
			v := recover() // nil where the goroutine exits
			c.failed(v)
			c.end()
			if v != nil {
				panic(v)
			}
		}()
		next.ServeHTTP(&c.response, c.request)
		returned = true
	})
}

// A capture is a request that is being served.
type capture struct {
	log      *Log
	entry    *Entry
	original *http.Request
	request  *http.Request // as it was passed on
	body     *bodyTee      // nil: the request has no body
	response responseTee
	noted    noted
}

// capture begins to watch a request.
func (l *Log) capture(w http.ResponseWriter, r *http.Request) *capture {
	c := &capture{log: l, original: r, entry: &Entry{
		Started:       l.opts.Now(),
		Remote:        remoteAddr(r),
		Scheme:        "http",
		Method:        r.Method,
		Query:         r.URL.RawQuery,
		RequestHeader: make(http.Header, len(r.Header)+1),
	}}
	for name, values := range r.Header { // before anybody takes something out
		c.entry.RequestHeader[name] = slices.Clone(values)
	}
	if r.TLS != nil {
		c.entry.Scheme = "https"
	}
	if r.Host != "" {
		c.entry.RequestHeader.Set("Host", r.Host)
	}
	c.request = r.WithContext(context.WithValue(r.Context(), notedKey{}, &c.noted))
	if r.Body != nil && r.Body != http.NoBody {
		c.body = &bodyTee{ReadCloser: r.Body, most: l.keeps()}
		c.request.Body = c.body
	}
	c.response = responseTee{ResponseWriter: w, log: l, head: r.Method == http.MethodHead}
	return c
}

// remoteAddr returns the address of r's peer, the zero Addr if it has none.
func remoteAddr(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr()
}

// failed notes that the handler panicked with v, or exited its goroutine when it
// is nil.
func (c *capture) failed(v any) {
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		c.response.aborted = true // the way to cut a connection off
		return
	}
	if c.response.status == 0 {
		c.response.status = http.StatusInternalServerError
	}
	if v == nil {
		return
	}
	c.entry.ExceptionType = fmt.Sprintf("%T", v)
	c.entry.ExceptionMessage = panicText(v)
	c.entry.ExceptionTraceback = string(debug.Stack())
}

// panicText returns what a panic was with. Printing it may panic again.
func panicText(v any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("a %T that can't be printed", v)
		}
	}()
	return fmt.Sprint(v)
}

// end hands the request over to the log.
func (c *capture) end() {
	// The server removes the files of a form that it knows of.
	c.original.MultipartForm, c.original.Pattern = c.request.MultipartForm, c.request.Pattern
	e := c.entry
	e.Duration = c.log.opts.Now().Sub(e.Started)
	c.response.end(e, errors.Is(c.request.Context().Err(), context.Canceled))
	if c.body != nil {
		e.Body = c.body.end(c.request.ContentLength)
		e.Body.Type, e.Body.Encoding = e.RequestHeader.Get("Content-Type"), e.RequestHeader.Get("Content-Encoding")
	}
	e.Endpoint, e.EndpointSent = endpoint(c.request)
	if user := c.log.opts.User; user != nil {
		e.User = userOf(user, c.request)
	}
	c.noted.apply(e)
	c.log.Add(e)
}

// endpoint returns the pattern of r's route, without a method; the path where
// there is none.
func endpoint(r *http.Request) (text string, sent bool) {
	if r.Pattern == "" {
		return r.URL.Path, true
	}
	if n := strings.IndexAny(r.Pattern, " \t"); n >= 0 {
		return strings.TrimLeft(r.Pattern[n:], " \t"), false
	}
	return r.Pattern, false
}

// userOf calls user, which is not ours: the request is served, and must not fail
// now.
func userOf(user func(*http.Request) *User, r *http.Request) (u *User) {
	defer func() {
		if recover() != nil {
			u = nil
		}
	}()
	return user(r)
}
