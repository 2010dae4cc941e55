package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"daybook/auth"
	"daybook/filter"
)

// authenticateMethod is the name of the method that takes tokens.
const authenticateMethod = "Authenticate"

// authenticate returns the method that binds a token to a connection. Over a
// transport without connections it binds nothing, and only says who the token
// proves.
func authenticate(tokens Tokens) Method {
	return Method{
		Name:    authenticateMethod,
		Summary: "Binds a token to this connection, for the requests after it.",
		Params:  authenticateParams(),
		Result:  authenticateResult(),
		Decode: func(params []byte) (Call, error) {
			token, err := decodeToken(params)
			if err != nil {
				return nil, err
			}
			return func(_ context.Context, from *Caller) (Answer, error) {
				return bind(tokens, token, from)
			}, nil
		},
	}
}

// bind checks token and makes it the token of the caller's connection. A
// token that proves nobody leaves the connection as it was.
func bind(tokens Tokens, token auth.Secret, from *Caller) (Answer, error) {
	who, err := tokens.Check(token)
	if errors.Is(err, auth.ErrNotAuthenticated) {
		return nil, err // the dispatcher counts these
	}
	if err != nil {
		return nil, fmt.Errorf("check token: %w", err)
	}
	if from.Session != nil {
		from.Session.Bind(token)
	}
	answer := struct {
		Session string `json:"session"`
		Name    string `json:"name"`
		Expires *int64 `json:"expires"` // Unix seconds; null for never
	}{Session: who.Session.String(), Name: who.Name}
	if !who.Expires.IsZero() {
		seconds := who.Expires.Unix()
		answer.Expires = &seconds
	}
	return Bytes(appendJSON(nil, answer)), nil
}

// offeredToken returns the token in params that are meant for Authenticate, whatever
// is wrong with them; "" where there is none.
func offeredToken(params []byte) auth.Secret {
	first, _ := bytes.CutPrefix(params, []byte("["))
	return platformToken(peekMembers(first).get("token"))
}

// decodeToken reads the params of Authenticate.
func decodeToken(params []byte) (auth.Secret, error) {
	p, err := filter.ParseParams(params)
	if err != nil {
		return "", err
	}
	if err := p.Only("token"); err != nil {
		return "", err
	}
	if !p.Has("token") {
		return "", &filter.ParamError{Param: "token", Reason: "missing; must be a string"}
	}
	var token *string
	if err := json.Unmarshal(p.Raw("token"), &token); err != nil || token == nil {
		return "", &filter.ParamError{Param: "token", Reason: "must be a string"}
	}
	return auth.Secret(*token), nil
}
