package requestlog

import (
	"net/http"
	"net/netip"
	"time"
)

// An Entry is a request that has ended, as its server saw it, secrets and all. A
// Log makes a Record of it.
type Entry struct {
	Started  time.Time
	Duration time.Duration

	Remote netip.Addr // of the connection; the zero Addr when it is not known
	Scheme string     // of the connection: http, https, ws, wss, tcp, tls
	User   *User      // nil: nobody was recognised

	// Endpoint is the pattern of the route, or what stands for it. EndpointSent
	// says that it is no name of the server's own but what the client sent, which
	// may hold a secret.
	Endpoint     string
	EndpointSent bool

	Method string
	Status int // 0: none was sent

	Query          string // of the URL, as sent
	RequestHeader  http.Header
	ResponseHeader http.Header
	Body, Response Body

	// ExceptionType is the server's own name of an error; "" for none, as the two
	// below.
	ExceptionType      string
	ExceptionMessage   string
	ExceptionTraceback string

	// Secrets are tokens that the client offered elsewhere, such as with the
	// connection. Those in the entry's headers, query and bodies are found by
	// their names.
	Secrets []string

	bytes int64 // as size returned, for the queue
}

// A Body is what was kept of the body of a request or a response.
type Body struct {
	Text []byte // the beginning of it; nil for none
	Size int64  // bytes of all of it, as far as is known; at least len(Text)

	// Type and Encoding are the headers Content-Type and Content-Encoding. What
	// is JSON is found to be that whatever they say.
	Type, Encoding string
}

// size returns about how many bytes the entry takes in memory.
func (e *Entry) size() int64 {
	n := 1 << 10
	n += cap(e.Body.Text) + cap(e.Response.Text)
	n += len(e.Query) + len(e.Endpoint) + len(e.ExceptionMessage) + len(e.ExceptionTraceback)
	for _, secret := range e.Secrets {
		n += len(secret)
	}
	for _, h := range [...]http.Header{e.RequestHeader, e.ResponseHeader} {
		for name, values := range h {
			n += len(name)
			for _, value := range values {
				n += len(value) + 32
			}
		}
	}
	return int64(n)
}
