package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"daybook/auth"
	"daybook/rpc"

	"github.com/gorilla/websocket"
)

// How long to wait before another attempt to connect: twice as long each time.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 15 * time.Second
)

// A subscribeParams is the params object of SubscribeLogs.
type subscribeParams struct {
	conditionParams
	Backfill int64  `json:"backfill,omitempty"`
	After    string `json:"after,omitempty"` // a cursor; excludes Backfill
}

// A tailing shows the rows of one subscription, over as many connections as it
// takes.
type tailing struct {
	server serverFlag
	token  auth.Secret
	params subscribeParams // of the next connection
	print  *rowPrinter
	notes  io.Writer
	pause  time.Duration // before the next attempt, if the first one

	begun bool // some connection got as far as a subscription
	lost  bool // there is none at present, but was
}

// An endedError is why the server ended the subscription.
type endedError struct{ reason string }

func (e *endedError) Error() string { return "the server ended it: " + visible(e.reason) }

// run follows until ctx ends, which is errInterrupted, or there is no point in
// trying again.
func (t *tailing) run(ctx context.Context) error {
	pause := t.pause
	for {
		began := time.Now()
		err := t.follow(ctx)
		switch {
		case ctx.Err() != nil:
			return errInterrupted
		case errors.As(err, new(*printError)):
			return err
		case t.cursorGone(err):
			t.notef("the server cannot continue there: %s. Rows may be missing here; following from now on", reasonOf(err))
			t.params.After, t.params.Backfill = "", 0
			continue
		case !t.begun || refused(err):
			return t.explain(err)
		}
		state := "no connection"
		if !t.lost {
			state = "connection lost"
			if time.Since(began) > pause {
				pause = t.pause // it had worked for a while
			}
		}
		t.lost = true
		wait := pause + rand.N(pause/4) // so that not all come back at once
		t.notef("%s: %s; trying again in %v", state, lostBecause(err), wait.Round(50*time.Millisecond))
		select {
		case <-ctx.Done():
			return errInterrupted
		case <-time.After(wait):
		}
		pause = min(2*pause, lastPause)
	}
}

// follow connects and prints rows until the connection ends, always with an
// error.
func (t *tailing) follow(ctx context.Context) error {
	var params bytes.Buffer
	if err := writeJSON(&params, t.params); err != nil {
		return err
	}
	sub, err := subscribe(ctx, t.server, t.token, params.Bytes())
	if err != nil {
		return err
	}
	defer sub.Close()
	t.begun = true
	if t.lost {
		t.lost = false
		t.notef("connected again; continuing where it was")
	}
	t.params.After, t.params.Backfill = sub.cursor, 0
	for {
		e, err := sub.Next()
		if err != nil {
			return err
		}
		if err := t.print.event(e); err != nil {
			return &printError{err}
		}
		if e.Cursor != "" {
			t.params.After = e.Cursor
		}
		if e.Ended != "" {
			return &endedError{e.Ended}
		}
	}
}

func (t *tailing) notef(format string, args ...any) {
	fmt.Fprintf(t.notes, "daybook: "+format+"\n", args...)
}

// A printError is the terminal's or the file's refusal to take rows.
type printError struct{ error }

func (e *printError) Unwrap() error { return e.error }

// cursorGone reports whether the server can't continue at the cursor given.
func (t *tailing) cursorGone(err error) bool {
	var own *rpc.Error
	return t.params.After != "" && errors.As(err, &own) && own.Code == rpc.CodeBadParams && errorFact(own, "param") == "after"
}

// refused reports whether the server's answer would be the same next time.
func refused(err error) bool {
	var own *rpc.Error
	var ended *endedError
	switch {
	case errors.As(err, &own):
		switch own.Code {
		case rpc.CodeNoToken, rpc.CodeNoRights, rpc.CodeBadParams, rpc.CodeNoMethod, rpc.CodeNotRequest, rpc.CodeParse:
			return true
		}
	case errors.As(err, &ended):
		return ended.reason == endedToken || ended.reason == endedRights
	}
	return false
}

// Reasons with which a server ends the subscriptions of a token.
const (
	endedToken  = "token expired"
	endedRights = "not permitted"
)

// explain returns err with what can be done about it.
func (t *tailing) explain(err error) error {
	var own *rpc.Error
	var ended *endedError
	switch {
	case errors.As(err, &ended) && ended.reason == endedToken:
		return errors.New("the token has expired or was revoked; " + newTokenAdvice)
	case errors.As(err, &ended) && ended.reason == endedRights:
		return errors.New("the token may no longer read logs")
	case !errors.As(err, &own):
		return err
	case own.Code == rpc.CodeNoToken && t.token == "":
		return fmt.Errorf("the server asks for a token: give --token or set %s; %s", tokenVariable, newTokenAdvice)
	case own.Code == rpc.CodeNoToken:
		return fmt.Errorf("%w; is the token complete? If it has expired or was revoked, %s", own, newTokenAdvice)
	case own.Code == rpc.CodeNoRights:
		return fmt.Errorf("%w; logs are for managers, dealers and administrators", own)
	case own.Code == rpc.CodeNoMethod:
		return fmt.Errorf("%w; this server is older than live rows", own)
	}
	return queryError(err)
}

const newTokenAdvice = "a new one is made by 'daybook token create', beside the server"

// lostBecause says why a connection ended.
func lostBecause(err error) string {
	var closed *websocket.CloseError
	if errors.As(err, &closed) && closed.Code == websocket.CloseGoingAway {
		return "the server is shutting down"
	}
	return visible(err.Error())
}

// reasonOf returns the reason in the data of the server's error.
func reasonOf(err error) string {
	var own *rpc.Error
	if errors.As(err, &own) {
		if reason := errorFact(own, "reason"); reason != "" {
			return visible(reason)
		}
	}
	return visible(err.Error())
}

// errorFact returns a member of the data of an error that came as JSON.
func errorFact(e *rpc.Error, name string) string {
	data, _ := e.Data.(map[string]any)
	text, _ := data[name].(string)
	return text
}
