package requestapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"daybook/auth"
	"daybook/internal/quote"
	"daybook/logstore"
	"daybook/requestlog"
)

// A ThrottledError says that a client has failed too often.
type ThrottledError struct {
	After time.Duration // until it may try again
}

func (e *ThrottledError) Error() string { return fmt.Sprintf("too frequent, for %v", e.After) }

// A refusal is an error that the client is told.
type refusal struct {
	status int
	name   string // of the error, as the trading platform and records of requests have it
	detail string
}

func (e *refusal) Error() string { return e.detail }

// What can be wrong with a request, whatever it asks for. They are never changed.
var (
	errNoCredentials = &refusal{http.StatusUnauthorized, "PERMISSION_DENIED", "Authentication credentials were not provided."}
	errInvalidToken  = &refusal{http.StatusUnauthorized, "PERMISSION_DENIED", "Invalid token."}
	errForbidden     = &refusal{http.StatusForbidden, "NOT_ENOUGH_RIGHTS", "You do not have permission to perform this action."}
	errNotFound      = &refusal{http.StatusNotFound, "NOT_FOUND", "Not found."}
	errThrottled     = &refusal{http.StatusTooManyRequests, "TOO_FREQUENT", "Request was throttled."}
	errLarge         = &refusal{http.StatusRequestEntityTooLarge, "ERR_DATA", "The answer is too large; ask for fewer records."}
	errInternal      = &refusal{http.StatusInternalServerError, "ERROR", "Internal server error."}
	errDisk          = &refusal{http.StatusInternalServerError, "ERR_DISK", "Internal server error."}
	errDraining      = &refusal{http.StatusServiceUnavailable, "SHUTTING_DOWN", "Service temporarily unavailable, try again later."}
	errGone          = &refusal{requestlog.StatusClientGone, "ERR_CANCEL", "The client has gone."} // which nobody is told
	errSlow          = &refusal{http.StatusGatewayTimeout, "SYNC_TIMEOUT", "Request timed out."}
)

// errMethod is the refusal of a method.
func errMethod(method string) *refusal {
	return &refusal{http.StatusMethodNotAllowed, "INVALID_METHOD", fmt.Sprintf("Method \"%s\" not allowed.", method)}
}

// badParameters says what is wrong with the parameters of the list.
type badParameters struct{ faults }

func (e *badParameters) Error() string { return string(e.json()) }

// notAdmitted returns the error of somebody who was not recognised.
func notAdmitted(err error, offered bool) error {
	var throttled *ThrottledError
	switch {
	case errors.As(err, &throttled):
		return err
	case !errors.Is(err, auth.ErrNotAuthenticated):
		return fmt.Errorf("authenticate: %w", err)
	case offered:
		return errInvalidToken
	}
	return errNoCredentials
}

// offersToken reports whether a header holds a token, good or not.
func offersToken(h http.Header) bool {
	words := strings.Fields(strings.Join(h.Values("Authorization"), " "))
	if len(words) != 1 {
		return len(words) > 1
	}
	scheme := words[0]
	return !strings.EqualFold(scheme, "Token") && !strings.EqualFold(scheme, "Bearer")
}

// refuse answers with an error, if there is one. It returns the cause of a failure
// of ours, which is for the log.
func (h *handler) refuse(x *exchange, err error) (cause error) {
	if err == nil || x.status != 0 { // it was answered, as far as that went
		return err
	}
	told, wait, cause := h.told(err)
	requestlog.SetError(x.r.Context(), told.name, told.detail) // the cause is for the log alone, but for where a panic was
	if told == errGone {
		x.status = told.status
		return nil
	}
	header := x.w.Header()
	switch told.status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", "Token")
	case http.StatusMethodNotAllowed:
		header.Set("Allow", allowed)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		seconds := max(1, int64((wait+time.Second-1)/time.Second))
		header.Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
	body := append(quote.Append([]byte(`{"detail":`), []byte(told.detail)), '}')
	var wrong *badParameters
	if errors.As(err, &wrong) {
		body = wrong.json()
	}
	h.send(x, told.status, body)
	return cause
}

// told returns what the client is told of an error; how long it is to wait where it
// may try again; and the cause of what is a failure of ours.
func (h *handler) told(err error) (told *refusal, wait time.Duration, cause error) {
	var throttled *ThrottledError
	var wrong *badParameters
	var large *logstore.TooLargeError
	var unreadable *logstore.ReadError
	switch {
	case errors.As(err, &told):
		return told, h.Retry, nil
	case errors.As(err, &throttled):
		return errThrottled, throttled.After, nil
	case errors.As(err, &wrong):
		return &refusal{http.StatusBadRequest, "INVALID_DATA", wrong.Error()}, 0, nil
	case errors.Is(err, logstore.ErrBusy), errors.Is(err, logstore.ErrManyExports):
		return errThrottled, h.Retry, nil
	case errors.As(err, &large):
		return errLarge, 0, nil
	case errors.Is(err, context.Canceled):
		return errGone, 0, nil
	case errors.Is(err, context.DeadlineExceeded):
		return errSlow, 0, nil
	case errors.As(err, &unreadable):
		return errDisk, 0, err
	}
	return errInternal, 0, err
}

// recovered makes an error of a panic.
func (x *exchange) recovered(err *error) {
	switch v := recover(); v {
	case nil:
	case http.ErrAbortHandler:
		panic(v)
	default:
		*err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		requestlog.SetTraceback(x.r.Context(), (*err).Error())
	}
}
