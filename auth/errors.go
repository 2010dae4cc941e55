package auth

import "errors"

// ErrNotAuthenticated is what every refusal of a token is, by errors.Is. An
// error of Check that is not means that nothing could be found out: the token
// file can't be read, or is damaged.
var ErrNotAuthenticated = errors.New("not authenticated")

// Refusals of tokens. Their texts may be shown to the client. Those of a JWT
// whose signature was good, but whose claims were not, say which claim is at
// fault.
var (
	ErrUnknownToken error = refusal("unknown token")
	ErrExpiredToken error = refusal("token has expired")
	ErrRevokedToken error = refusal("token has been revoked")
	ErrBadJWT       error = refusal("not a JWT that a configured key verifies")
	ErrEarlyToken   error = refusal("token is not valid yet")
)

// ErrNoToken means that no token has the number given.
var ErrNoToken = errors.New("no such token")

// A refusal is an error of Check that is the token's fault.
type refusal string

func (r refusal) Error() string { return string(r) }

// Is makes every refusal an ErrNotAuthenticated.
func (r refusal) Is(target error) bool { return target == ErrNotAuthenticated }
