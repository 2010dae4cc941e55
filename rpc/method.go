package rpc

import (
	"context"
	"io"
	"net/netip"

	"daybook/auth"
)

// A Method is one row of the method table. Every transport serves the same
// table, and rpc.discover describes it.
type Method struct {
	Name    string
	Summary string // one sentence for the OpenRPC document

	// Action is what the caller must be allowed to do; zero lets anyone call.
	Action auth.Action

	// Needs returns what the caller must be allowed to do with these params, where
	// that depends on them; nil: Action.
	Needs func(params []byte) auth.Action

	// Query marks a method that only asks. As a notification it would answer
	// nobody, so it is checked, counted and logged, but not run.
	Query bool

	// Push marks a method that is about what the server sends by itself, which
	// not every transport can: over HTTP there is no such method.
	Push bool

	// Params and Result describe the shapes for rpc.discover.
	Params []ParamDoc
	Result ResultDoc

	// Decode checks params (nil when absent) and returns the call that is
	// ready to run. It does no I/O. A *filter.ParamError becomes -32602.
	Decode func(params []byte) (Call, error)
}

// needs returns what the caller must be allowed to do.
func (m *Method) needs(params []byte) auth.Action {
	if m.Needs == nil {
		return m.Action
	}
	return m.Needs(params)
}

// A Call is a checked request, ready to run on behalf of a caller. It is run
// at most once. It returns ctx's error when ctx ends first.
type Call func(ctx context.Context, from *Caller) (Answer, error)

// A Caller is who asks, and through what.
type Caller struct {
	Principal auth.Principal // meaningful only for methods that need an Action
	Addr      netip.Addr     // the peer's address
	Transport string         // "http", "ws" or "tcp"
	Encoding  Encoding       // in which texts of the answer are wanted

	// Session is the connection's state, so that Authenticate can bind a
	// token to it; nil on transports without connections of their own (HTTP).
	Session Session

	push      *subscriptions                 // of the connection; nil where the server can't send by itself
	events    *pushFormat                    // of the request's dialect
	principal func() (auth.Principal, error) // who asks, at any later moment
}

// Session is what a method may change of the connection it came by.
type Session interface {
	// Bind makes token the connection's token from now on.
	Bind(token auth.Secret)
}

// An Answer is a result, encoded as JSON. It can be written any number of
// times, always as the same Len bytes. One that may be long is written in the
// caller's Encoding from the start; others are converted where that is ASCII.
type Answer interface {
	Len() int64
	io.WriterTo
}

// Awaiting is implemented by answers of calls that have begun something which is
// to go on once the client knows the answer. Answered is called once, when the
// answer is on its way before anything that is sent later, or with false when
// it never will be. Answers of notifications are not asked.
type Awaiting interface {
	Answered(sent bool)
}

// Bytes is an Answer that is already one piece of JSON.
type Bytes []byte

// Len returns the number of bytes.
func (b Bytes) Len() int64 { return int64(len(b)) }

// WriteTo writes the bytes to w.
func (b Bytes) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(b)
	return int64(n), err
}

// Counted is implemented by answers that hold rows, for logs and metrics.
type Counted interface {
	Rows() int    // rows in the answer
	Count() int64 // matches before paging
}
