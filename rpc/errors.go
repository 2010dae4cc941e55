package rpc

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
)

// Codes of JSON-RPC 2.0, and Daybook's own in the range the specification
// leaves to servers.
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

// An Error is what the client is told: a code, a message fit for a person,
// and facts for a program. Its cause stays in the log.
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data,omitempty"`
}

func (e *Error) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

// Causes with which a request's context is cancelled.
var (
	errCancelled = errors.New("cancelled by $/cancelRequest")
	errClosed    = errors.New("connection closed")
)

// named is the data of errors that carry the platform's name and code.
type named struct {
	Name string `json:"name"`
	Code int    `json:"code"`
}

type paramData struct {
	Param   string   `json:"param"`
	Reason  string   `json:"reason"`
	Allowed []string `json:"allowed,omitempty"`
}

type sizeData struct {
	Limit  int64 `json:"limit"`
	Actual int64 `json:"actual"`
}

type stoppedData struct {
	Reason string `json:"reason"`
	Limit  int64  `json:"limit,omitempty"` // seconds
}

type unreadableData struct {
	named
	File   string `json:"file"`
	Reason string `json:"reason"`
}

type incidentData struct {
	ID string `json:"id"`
}

type frequentData struct {
	named
	RetryAfter int64 `json:"retryAfter"` // seconds, at least 1
}

// RetryAfter returns how long a client is asked to wait that asks too frequently; 0
// where it is not that.
func (e *Error) RetryAfter() time.Duration {
	data, _ := e.Data.(frequentData)
	return time.Duration(data.RetryAfter) * time.Second
}

func errParse(reason string) *Error {
	return &Error{Code: CodeParse, Message: "not JSON: " + reason}
}

func errNotRequest(reason string) *Error {
	return &Error{Code: CodeNotRequest, Message: "not a request: " + reason}
}

func errNoMethod(name, reason string) *Error {
	const longest = 100 // bytes of the name that are repeated to the client
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "") + "…"
	}
	e := &Error{Code: CodeNoMethod, Message: fmt.Sprintf("no method %q", name)}
	if reason != "" {
		e.Message = fmt.Sprintf("method %q: %s", name, reason)
		e.Data = stoppedData{Reason: reason}
	}
	return e
}

func errNoToken(reason string) *Error {
	return &Error{Code: CodeNoToken, Message: reason, Data: named{"PERMISSION_DENIED", 401}}
}

func errNoRights(reason string) *Error {
	return &Error{Code: CodeNoRights, Message: reason, Data: named{"NOT_ENOUGH_RIGHTS", 7}}
}

func errTooLarge(what string, limit, actual int64) *Error {
	return &Error{
		Code:    CodeTooLarge,
		Message: fmt.Sprintf("%s too large: %d, the limit is %d", what, actual, limit),
		Data:    sizeData{limit, actual},
	}
}

// errTooFrequent asks the client to wait; after is rounded up to whole seconds.
func errTooFrequent(reason string, after time.Duration) *Error {
	seconds := max(1, int64((after+time.Second-1)/time.Second))
	return &Error{
		Code:    CodeTooFrequent,
		Message: fmt.Sprintf("%s; try again in %d s", reason, seconds),
		Data:    frequentData{named{"TOO_FREQUENT", 8}, seconds},
	}
}

// wireError turns the error of a decode or a call into what the client is
// told. ctx is the call's context and limit its deadline, for the errors that
// mean it ended. The second value is false for errors that are not for
// clients: they belong into the log, under the id that stands in the answer.
func wireError(ctx context.Context, err error, limit time.Duration) (*Error, bool) {
	var (
		own    *Error
		param  *filter.ParamError
		read   *logstore.ReadError
		larger *logstore.TooLargeError
	)
	switch {
	case errors.As(err, &own):
		return own, true
	case errors.As(err, &param):
		return paramError(param), true
	case errors.As(err, &read):
		return &Error{
			Code:    CodeUnreadable,
			Message: fmt.Sprintf("cannot read %s: %s", read.File, read.Reason),
			Data:    unreadableData{named{"ERR_DISK", 15}, read.File, read.Reason},
		}, true
	case errors.As(err, &larger):
		return errTooLarge("answer", larger.Limit, larger.Actual), true
	case errors.Is(err, auth.ErrNotAuthenticated):
		return errNoToken(err.Error()), true
	case errors.Is(err, logstore.ErrBusy):
		return errTooFrequent("too many requests are waiting", time.Second), true
	case errors.Is(err, logstore.ErrManyExports):
		return errTooFrequent(err.Error(), 10*time.Second), true
	case errors.Is(err, logstore.ErrManyFilters):
		return errTooFrequent(err.Error(), 10*time.Second), true
	case errors.Is(err, errCancelled), errors.Is(err, errClosed): // a moment before ctx knows, perhaps
		return errStopped(err, limit), true
	case ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))):
		return errStopped(context.Cause(ctx), limit), true
	}
	return errInternal(), false
}

// errStopped is the error of a call whose context ended with cause.
func errStopped(cause error, limit time.Duration) *Error {
	if errors.Is(cause, context.DeadlineExceeded) {
		return &Error{
			Code:    CodeStopped,
			Message: fmt.Sprintf("took longer than %v; narrow the time range", limit),
			Data:    stoppedData{"timeout", int64(limit / time.Second)},
		}
	}
	return &Error{Code: CodeStopped, Message: "cancelled", Data: stoppedData{Reason: "cancelled"}}
}

// errInternal is all that a client learns of an error that is not for clients:
// a fresh id, by which the log tells the rest.
func errInternal() *Error {
	id := make([]byte, 8)
	rand.Read(id) // never fails
	return &Error{
		Code:    CodeInternal,
		Message: "internal error",
		Data:    incidentData{hex.EncodeToString(id)},
	}
}

func paramError(e *filter.ParamError) *Error {
	return &Error{
		Code:    CodeBadParams,
		Message: e.Error(),
		Data:    paramData{e.Param, e.Reason, e.Allowed},
	}
}

// appendError appends the JSON of e. Data is made of this package's own plain
// structs, so encoding cannot fail.
func appendError(dst []byte, e *Error) []byte {
	text := bytes.NewBuffer(dst)
	enc := json.NewEncoder(text)
	enc.SetEscapeHTML(false) // "allowed" lists operators such as <>
	if err := enc.Encode(e); err != nil {
		panic(fmt.Sprintf("rpc: encode error %d: %v", e.Code, err))
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}
