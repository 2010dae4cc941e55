package rpc

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"

	"daybook/internal/mask"
)

// A panicError is a panic that was recovered.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// Format prints the stack as well under %+v, as zap does beside the short form.
func (e *panicError) Format(f fmt.State, verb rune) {
	io.WriteString(f, e.Error())
	if verb == 'v' && f.Flag('+') {
		fmt.Fprintf(f, "\n%s", e.stack)
	}
}

// recovered, deferred, turns a panic into an error.
func recovered(err *error) {
	if v := recover(); v != nil {
		*err = &panicError{v, debug.Stack()}
	}
}

// An incident is an error that is not for clients, with the id that they were
// told instead. What it prints is for the log, so it prints no token, however
// one may have got into an error or a panic.
type incident struct {
	id  string
	err error
}

func (i *incident) Error() string {
	return fmt.Sprintf("incident %s: %s", i.id, mask.Tokens(i.err.Error()))
}

func (i *incident) Unwrap() error { return i.err }

// Format passes the verb on, so that %+v shows the stack of a panic.
func (i *incident) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, "incident %s: %s", i.id, mask.Tokens(fmt.Sprintf(fmt.FormatString(f, verb), i.err)))
}

// A shownError is an error as the log shows it: without what the client offered as
// secrets.
type shownError struct {
	error
	secrets *mask.Masker
}

func (e *shownError) Error() string { return e.secrets.Tokens(e.error.Error()) }

// Format passes the verb on, as an incident does.
func (e *shownError) Format(f fmt.State, verb rune) {
	io.WriteString(f, e.secrets.Tokens(fmt.Sprintf(fmt.FormatString(f, verb), e.error)))
}

// tell returns what the client is told of err, and what only the log may know.
func (s *Server) tell(ctx context.Context, err error) (*Error, error) {
	e, public := wireError(ctx, err, s.limits.Request)
	if public {
		return e, nil
	}
	data, _ := e.Data.(incidentData)
	return e, &incident{data.ID, err}
}
