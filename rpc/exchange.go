package rpc

import (
	"net/netip"
	"time"

	"daybook/auth"
)

// An Exchange is one request with its answer, as observers see it just before
// the answer is handed to the transport, so that whoever has an answer finds it
// counted: one call, single or in a batch, or a message that was no request
// (Method is "" then).
type Exchange struct {
	Started   time.Time
	Duration  time.Duration // to the answer; what sending it takes is up to the client
	Transport string        // "http", "ws" or "tcp"
	Addr      netip.Addr
	Principal auth.Principal // zero when nobody was recognised

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
}

// An Exported is what was sent of an export.
type Exported struct {
	Begun       bool  // the answer has begun; with an Err it was broken off
	Rows, Bytes int64 // of its body
	Count       int64 // matches before paging
}

// An Observer is told of every exchange: the operational log, the metrics and
// the recorder are observers. Observe is called concurrently and must not
// block on anything slower than a local file.
type Observer interface {
	Observe(*Exchange)
}
