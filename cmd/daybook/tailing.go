package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"daybook/client"
)

// A tailing shows the rows of one subscription, over as many connections as it
// takes.
type tailing struct {
	client *client.Client
	token  string // that it asks with
	filter *conditionFlags
	params client.SubscribeParams
	print  *rowPrinter
	notes  io.Writer
}

// run follows until ctx ends, which is errInterrupted, or there is no point in
// trying again.
func (t *tailing) run(ctx context.Context) error {
	for {
		err := t.follow(ctx)
		switch {
		case ctx.Err() != nil:
			return errInterrupted
		case errors.As(err, new(*printError)):
			return err
		case !cursorGone(err):
			return t.explain(err)
		}
		t.notef("the server cannot continue there: %s. Rows may be missing here; following from now on", reasonOf(err))
		t.params.Backfill = 0
	}
}

// follow prints rows until that ends, always with an error.
func (t *tailing) follow(ctx context.Context) error {
	for e, err := range t.client.Follow(ctx, t.params) {
		if err != nil {
			return err
		}
		if err := t.print.event(e); err != nil {
			return &printError{err}
		}
	}
	return errInterrupted // not reached: the sequence ends with an error
}

// notify says what became of the connection.
func (t *tailing) notify(c client.Change) {
	state := "no connection"
	switch {
	case c.Err == nil:
		t.notef("connected again; continuing where it was")
		return
	case c.Lost:
		state = "connection lost"
	}
	t.notef("%s: %s; trying again in %v", state, reasonOf(c.Err), c.Wait.Round(50*time.Millisecond))
}

func (t *tailing) notef(format string, args ...any) {
	fmt.Fprintf(t.notes, "daybook: "+format+"\n", args...)
}

// A printError is the terminal's or the file's refusal to take rows.
type printError struct{ error }

func (e *printError) Unwrap() error { return e.error }

// cursorGone reports whether the server can't continue at the cursor given.
func cursorGone(err error) bool {
	var own *client.Error
	return errors.As(err, &own) && own.Code == client.CodeBadParams && own.Data.Param == "after"
}

// explain returns err with what can be done about it.
func (t *tailing) explain(err error) error {
	var own *client.Error
	var ended *client.EndedError
	switch {
	case errors.As(err, &ended) && ended.Reason == client.EndedToken:
		return errors.New("the token has expired or was revoked; " + newTokenAdvice)
	case errors.As(err, &ended) && ended.Reason == client.EndedRights:
		return errors.New("the token may no longer read logs")
	case !errors.As(err, &own):
		return err
	case own.Code == client.CodeNoMethod:
		return fmt.Errorf("%w; this server is older than live rows", own)
	}
	return queryError(tokenError(err, t.token, auditReaders), t.filter)
}

// reasonOf says why there is no subscription, without the address, which the user
// knows.
func reasonOf(err error) string {
	var own *client.Error
	var lost *client.ConnectionError
	switch {
	case errors.As(err, &own) && own.Code == client.CodeBadParams && own.Data.Reason != "":
		return visible(own.Data.Reason)
	case errors.As(err, &lost):
		return visible(lost.Err.Error())
	}
	return visible(err.Error())
}
