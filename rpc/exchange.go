package rpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"daybook/auth"
	"daybook/internal/mask"
)

// An Exchange is one request with its answer, as observers see it just before
// the answer is handed to the transport, so that whoever has an answer finds it
// counted: one call, single or in a batch, or a message that was no request, or a
// WebSocket connection that was refused (Method is "" then).
type Exchange struct {
	Started   time.Time
	Duration  time.Duration // to the answer; what sending it takes is up to the client
	Transport string        // "http", "ws" or "tcp"
	Addr      netip.Addr
	Via       *Via           // nil: nothing more is known of the way
	Principal auth.Principal // zero when nobody was recognised
	Offered   []auth.Secret  // tokens that the connection offered, the last of them; not to be changed

	Method       string // as sent; "" when there was none
	Known        bool   // Method stands in the method table
	Notification bool
	Platform     bool   // Request is in the dialect of the trading platform
	Request      []byte // the request as sent; valid during Observe only
	Answer       Answer // the result; nil for errors and notifications
	Err          *Error // the error; nil for results
	Cause        error  // what the log may know beyond Err; nil mostly

	// Export says what was sent of an export, which observers see when it has
	// ended: Method is the path then, Request no message of JSON-RPC but the params,
	// and Answer nil. It is nil for every other request.
	Export *Exported

	id []byte // as sent, nil for none; valid as Request is
}

// An Exported is what was sent of an export.
type Exported struct {
	Begun       bool  // the answer has begun; with an Err it was broken off
	Rows, Bytes int64 // of its body
	Count       int64 // matches before paging
}

// A Via is what is known of the way by which requests came. Those of one
// connection share it, and nobody may change it.
type Via struct {
	Secure bool        // by TLS
	Header http.Header // of the HTTP request, or of the upgrade to WebSocket; nil over TCP
	Query  string      // of its URL, as sent
}

// An Outcome is how a request ended, as the trading platform says it.
type Outcome struct {
	Status  int    // like an HTTP status: 200 for results
	Name    string // of the error, such as INVALID_DATA; "" for results
	Message string // what the client was told; with the id by which the log tells the rest
}

// Outcome returns how the request ended.
func (x *Exchange) Outcome() Outcome {
	if x.Err == nil {
		return Outcome{Status: http.StatusOK}
	}
	e := platformErrorOf(x.Err)
	message := x.Err.Message
	if data, ok := x.Err.Data.(incidentData); ok {
		message += ", id " + data.ID
	}
	return Outcome{e.status, e.name, message}
}

// Traceback returns what a panic was with, and where, if that was the cause; ""
// otherwise. It may hold secrets.
func (x *Exchange) Traceback() string {
	var p *panicError
	if !errors.As(x.Cause, &p) {
		return ""
	}
	return fmt.Sprintf("%+v", p)
}

// Response returns the message that answers the request, in its dialect; nil for
// a notification, and for an export, whose rows nobody keeps. It may be used during
// Observe only.
func (x *Exchange) Response() Answer {
	if x.Notification || x.Export != nil && x.Err == nil {
		return nil
	}
	d := jsonRPC
	if x.Platform {
		d = platform
	}
	if x.Err != nil {
		return d.errorResponse(x.id, x.Err)
	}
	return d.resultResponse(x.id, x.Answer)
}

// secrets returns a masker that knows what the client offered as a secret, with the
// request and before.
func (x *Exchange) secrets() *mask.Masker {
	m := x.offered()
	if json.Valid(x.Request) {
		m.LearnJSON(x.Request)
	} else {
		m.LearnBroken(string(x.Request))
	}
	return m
}

// offered returns a masker that knows what the client offered as a secret otherwise
// than with the request.
func (x *Exchange) offered() *mask.Masker {
	m := new(mask.Masker)
	for _, token := range x.Offered {
		m.Learn(token.Reveal())
	}
	if x.Via != nil {
		m.LearnHeader(x.Via.Header)
		m.LearnForm(x.Via.Query)
	}
	return m
}

// ShownMethod returns the method as logs show it. What is no method of ours may
// be anything: secrets are taken out, and it is cut. Of what is longer than any name,
// nothing is shown, since to look for secrets in it takes long.
func (x *Exchange) ShownMethod() string {
	const longest, lookedAt = 64, 4 << 10 // bytes
	switch {
	case x.Known || x.Method == "":
		return x.Method
	case len(x.Method) > lookedAt:
		return fmt.Sprintf("… [%d bytes cut]", len(x.Method))
	}
	name := x.secrets().Tokens(x.Method)
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "") + "…"
	}
	return name
}

// An Observer is told of every exchange: the operational log, the metrics and
// the recorder are observers, and so is what keeps the journal of requests. Observe is called concurrently and must not
// block on anything slower than a local file.
type Observer interface {
	Observe(*Exchange)
}
