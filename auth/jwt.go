package auth

import (
	"cmp"
	"fmt"
	"time"
)

// DefaultSessionClaim is the claim that tells a JWT's session type, where no
// other one is configured.
const DefaultSessionClaim = "session"

// JWTOptions say which JWTs prove somebody.
type JWTOptions struct {
	// Keys name the files of the keys that verify: FILE, or KID=FILE for a key
	// that verifies only tokens whose header names that kid. A kid holds no
	// slash and no equals sign; FILE may begin with ./ where it holds one. At
	// least one, at most 32.
	//
	// A file holds a public key as PEM (RSA for RS256, P-256 for ES256, Ed25519
	// for EdDSA) or else a secret for HS256, of 32 bytes at least; the line
	// break that may end it is no part of it.
	Keys []string

	SessionClaim string // name of the claim with the session type; DefaultSessionClaim when ""
	Issuer       string // what iss must be; "": anything
	Audience     string // what aud must be or hold; "": anything
}

// JWTs check JSON Web Tokens (RFC 7519) by the keys they were opened with; open
// them anew to have the files read again. A token is good when
//
//   - it has three parts, at most 16 KiB, and its header has a typ of JWT or
//     at+jwt and nothing that points to another key;
//   - a key verifies it whose one algorithm is the token's alg: HS256, RS256,
//     ES256 or EdDSA;
//   - sub, the session claim, exp and nbf are there and of the right form, exp
//     lies ahead, and nbf and iat not more than a minute ahead;
//   - iss and aud are what was configured.
//
// All methods may be called concurrently.
type JWTs struct {
	keys             []jwtKey
	sessionClaim     string
	issuer, audience string
	now              func() time.Time
	verified         *jwtCache
}

// OpenJWTs reads the keys that o names. now is the clock of expiry, time.Now
// when nil.
func OpenJWTs(o JWTOptions, now func() time.Time) (*JWTs, error) {
	if len(o.Keys) == 0 || len(o.Keys) > maxKeys {
		return nil, fmt.Errorf("%d JWT keys, want 1 to %d", len(o.Keys), maxKeys)
	}
	if now == nil {
		now = time.Now
	}
	j := &JWTs{
		sessionClaim: cmp.Or(o.SessionClaim, DefaultSessionClaim),
		issuer:       o.Issuer,
		audience:     o.Audience,
		now:          now,
		verified:     newJWTCache(cachedJWTs),
	}
	for _, spec := range o.Keys {
		key, err := loadKey(spec)
		if err != nil {
			return nil, err
		}
		j.keys = append(j.keys, key)
	}
	return j, nil
}

// Keys describes each key in words: algorithm, file, kid. No key is in it.
func (j *JWTs) Keys() []string {
	all := make([]string, len(j.keys))
	for i := range j.keys {
		all[i] = j.keys[i].String()
	}
	return all
}

// Check returns who s proves, at this moment. What never changes, the
// signature and the claims, is checked when a token comes for the first time;
// its times are checked always. Every error is an ErrNotAuthenticated.
func (j *JWTs) Check(s Secret) (Principal, error) {
	if len(s) > maxJWT {
		return Principal{}, ErrBadJWT
	}
	offered := hash(s)
	if found, ok := j.verified.get(offered); ok {
		return found.at(j.now())
	}
	proved, err := j.verify(s.Reveal())
	if err != nil {
		return Principal{}, err
	}
	who, err := proved.at(j.now())
	if err == nil {
		j.verified.put(offered, proved)
	}
	return who, err
}

// verify checks all of a JWT but its times.
func (j *JWTs) verify(text string) (jwtIdentity, error) {
	t, err := parseJWT(text)
	if err != nil {
		return jwtIdentity{}, ErrBadJWT
	}
	for i := range j.keys {
		if j.keys[i].verifies(t) {
			return j.readClaims(t.claims)
		}
	}
	return jwtIdentity{}, ErrBadJWT
}

// verifies reports whether k is for tokens such as t, and t's signature is
// k's.
func (k *jwtKey) verifies(t *jwtText) bool {
	return t.alg == k.method.Alg() && (k.kid == "" || t.kid == k.kid) &&
		k.method.Verify(t.signed, t.signature, k.key) == nil
}
