package auth

import "errors"

// ErrNotAuthenticated is what every refusal of Tokens.Check is, by errors.Is.
// An error that is not means that nothing could be found out: the token file
// can't be read, or is damaged.
var ErrNotAuthenticated = errors.New("not authenticated")

// Refusals of Tokens.Check. Their texts may be shown to the client.
var (
	ErrUnknownToken error = refusal("unknown token")
	ErrExpiredToken error = refusal("token has expired")
	ErrRevokedToken error = refusal("token has been revoked")
)

// ErrNoToken means that no token has the number given.
var ErrNoToken = errors.New("no such token")

// A refusal is an error of Tokens.Check that is the token's fault.
type refusal string

func (r refusal) Error() string { return string(r) }

// Is makes every refusal an ErrNotAuthenticated.
func (r refusal) Is(target error) bool { return target == ErrNotAuthenticated }
