package client

import (
	"context"
	"fmt"
)

// A Session is who a token proves.
type Session struct {
	Session string `json:"session"` // as SESSION_MANAGER
	Name    string `json:"name"`    // of the token
	Expires *int64 `json:"expires"` // Unix seconds; nil for never
}

// methodAuthenticate is the method that binds a token to a connection.
const methodAuthenticate = "Authenticate"

// Authenticate asks the server who a token proves. If it proves anybody, the
// client asks with it from then on, in place of Options.Token. Subscriptions that
// there are keep theirs.
func (c *Client) Authenticate(ctx context.Context, token string) (*Session, error) {
	params, err := encodeParams(methodAuthenticate, tokenParams{token})
	if err != nil {
		return nil, err
	}
	answer, on, err := c.ask(ctx, methodAuthenticate, params)
	if err != nil {
		return nil, err
	}
	s := new(Session)
	if err := decode("the answer to "+methodAuthenticate, answer, s); err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.bound = token
	c.mu.Unlock()
	if on != nil {
		on.setToken(token)
	}
	return s, nil
}

type tokenParams struct {
	Token string `json:"token"`
}

// token returns the token to ask with.
func (c *Client) token(ctx context.Context) (string, error) {
	c.mu.Lock()
	bound := c.bound
	c.mu.Unlock()
	if bound != "" {
		return bound, nil
	}
	token, err := c.opts.Token(ctx)
	if err != nil {
		return "", fmt.Errorf("get a token: %w", err)
	}
	return token, nil
}

// renew binds another token to a connection whose token former no longer holds. It
// reports whether the connection has one.
func (c *Client) renew(ctx context.Context, on *conn, former string) bool {
	token, err := c.token(ctx)
	if err != nil || token == "" || token == former {
		return false
	}
	if on.token() == token {
		return true // somebody else was faster
	}
	params, err := encodeParams(methodAuthenticate, tokenParams{token})
	if err != nil {
		return false
	}
	if _, err := on.call(ctx, methodAuthenticate, params); err != nil {
		return false
	}
	on.setToken(token)
	return true
}
