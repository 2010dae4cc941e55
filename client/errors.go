package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Codes of an [Error], as in the API reference.
const (
	CodeParse       = -32700 // not JSON
	CodeNotRequest  = -32600 // JSON, but not a request
	CodeNoMethod    = -32601
	CodeBadParams   = -32602
	CodeInternal    = -32603
	CodeNoToken     = -32001 // no, bad, expired or revoked token
	CodeNoRights    = -32003
	CodeStopped     = -32008 // took too long, or cancelled
	CodeTooLarge    = -32013
	CodeUnreadable  = -32015 // a selected file can't be read
	CodeTooFrequent = -32029
)

// Errors that an [Error] with that code is, for [errors.Is].
var (
	ErrNoToken     = errors.New("no token, or none that holds")
	ErrNoRights    = errors.New("not enough rights")
	ErrNoMethod    = errors.New("no such method")
	ErrBadParams   = errors.New("bad params")
	ErrStopped     = errors.New("took too long, or cancelled")
	ErrTooLarge    = errors.New("too large")
	ErrUnreadable  = errors.New("a file can't be read")
	ErrTooFrequent = errors.New("too frequent")
)

// ErrClosed is the error of everything that is asked of a client, or still
// waits for an answer, after [Client.Close]; and of a subscription after
// [Subscription.Close].
var ErrClosed = errors.New("client: closed")

// ErrShutdown is within the [ConnectionError] of a connection that a server
// closed because it shuts down.
var ErrShutdown = errors.New("the server is shutting down")

// An Error is the server's refusal of one call.
type Error struct {
	Code    int       // one of the constants
	Message string    // for people; names the param at fault
	Data    ErrorData // for programs
}

// ErrorData is what a server says of an error beside its code. What does not
// belong to the code is zero.
type ErrorData struct {
	Param   string   `json:"param"`   // CodeBadParams: the path as sent, as where[1]
	Reason  string   `json:"reason"`  // CodeBadParams, CodeUnreadable; CodeStopped: "timeout" or "cancelled"
	Allowed []string `json:"allowed"` // CodeBadParams: what might stand there, where the list is short

	Name string `json:"name"` // the trading platform's name of the error
	File string `json:"file"` // CodeUnreadable
	ID   string `json:"id"`   // CodeInternal: under it the server's log says why

	Limit      int64 `json:"limit"`      // CodeTooLarge; CodeStopped, in seconds
	Actual     int64 `json:"actual"`     // CodeTooLarge
	RetryAfter int64 `json:"retryAfter"` // CodeTooFrequent: seconds

	Raw json.RawMessage `json:"-"` // all of it, as it came; nil if there is none
}

func (e *Error) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

// Is tells whether target is the error of e's code.
func (e *Error) Is(target error) bool {
	kinds := map[int]error{
		CodeNoToken:     ErrNoToken,
		CodeNoRights:    ErrNoRights,
		CodeNoMethod:    ErrNoMethod,
		CodeBadParams:   ErrBadParams,
		CodeStopped:     ErrStopped,
		CodeTooLarge:    ErrTooLarge,
		CodeUnreadable:  ErrUnreadable,
		CodeTooFrequent: ErrTooFrequent,
	}
	kind, ok := kinds[e.Code]
	return ok && target == kind
}

// UnmarshalJSON reads the error object of JSON-RPC. Data of another shape than
// that of Daybook's errors is kept in Raw, and is no fault.
func (e *Error) UnmarshalJSON(text []byte) error {
	var wire struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(text, &wire); err != nil {
		return err
	}
	*e = Error{Code: wire.Code, Message: wire.Message}
	if json.Unmarshal(wire.Data, &e.Data) != nil {
		e.Data = ErrorData{}
	}
	e.Data.Raw = wire.Data
	return nil
}

// lasting reports whether the answer to the same request would be the same next
// time.
func (e *Error) lasting() bool {
	switch e.Code {
	case CodeNoToken, CodeNoRights, CodeBadParams, CodeNoMethod, CodeNotRequest, CodeParse, CodeTooLarge:
		return true
	}
	return false
}

// A ConnectionError says that there is no connection, or that it ended before
// the answer came. The call may be tried again: no method changes anything.
type ConnectionError struct {
	URL string // of the server
	Err error  // why
}

func (e *ConnectionError) Error() string { return e.URL + ": " + e.Err.Error() }

func (e *ConnectionError) Unwrap() error { return e.Err }

// A ProtocolError says that what came is not what a Daybook server sends: no
// JSON-RPC, too much, or a result of another shape. Trying
// again is unlikely to help.
type ProtocolError struct{ Reason string }

func (e *ProtocolError) Error() string { return e.Reason }

// A StatusError is an HTTP answer that is none of JSON-RPC; a proxy's, perhaps.
type StatusError struct {
	Status string // as "502 Bad Gateway"
	Body   string // its beginning
}

func (e *StatusError) Error() string { return fmt.Sprintf("answered %s: %q", e.Status, e.Body) }

// An EndedError says why a server ended a subscription: "token expired", "not
// permitted", "cursor no longer valid", or that a file can't be read.
type EndedError struct {
	Reason string
	Cursor string // the place behind the last row that was considered
}

func (e *EndedError) Error() string { return "the server ended it: " + e.Reason }

// Reasons of an [EndedError] that concern the token.
const (
	EndedToken  = "token expired" // or revoked
	EndedRights = "not permitted"
)

// retryAfter returns how long the server asks to wait, 0 if it does not.
func retryAfter(err error) time.Duration {
	var own *Error
	if !errors.As(err, &own) {
		return 0
	}
	const longest = 600 // seconds; nobody asks for more in earnest
	return time.Duration(min(max(own.Data.RetryAfter, 0), longest)) * time.Second
}
