package auth

import (
	"strings"
	"sync/atomic"
)

// Identities check tokens of every kind: API tokens always, JWTs while there
// are keys for them. All methods may be called concurrently.
type Identities struct {
	tokens *Tokens
	jwts   atomic.Pointer[JWTs] // nil: no JWT proves anybody
}

// NewIdentities returns identities that know the API tokens, and no JWTs yet.
func NewIdentities(tokens *Tokens) *Identities { return &Identities{tokens: tokens} }

// SetJWTs makes j what JWTs are checked by from now on; nil lets none in. A
// token that j does not accept proves nobody from the next request on, whoever
// accepted it before.
func (i *Identities) SetJWTs(j *JWTs) { i.jwts.Store(j) }

// Check returns who s proves, at this moment, with the errors of Tokens.Check.
func (i *Identities) Check(s Secret) (Principal, error) {
	if j := i.jwts.Load(); j != nil && looksLikeJWT(s) {
		return j.Check(s)
	}
	return i.tokens.Check(s)
}

// looksLikeJWT tells JWTs from API tokens, which have a prefix and no dots.
func looksLikeJWT(s Secret) bool {
	return !strings.HasPrefix(string(s), secretPrefix) && strings.Contains(string(s), ".")
}
