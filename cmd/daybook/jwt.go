package main

import (
	"time"

	"daybook/auth"

	"github.com/spf13/pflag"
	"go.uber.org/zap"
)

func (s *settings) jwtSettings(f *pflag.FlagSet) {
	f.StringSliceVar(&s.jwt.Keys, "jwt-key", nil, "`file` with a key that verifies JWTs: a public key as PEM (RSA for RS256, P-256 for ES256, Ed25519 for EdDSA) "+
		"or a secret for HS256; KID=file verifies only tokens with that kid; may be repeated")
	f.StringVar(&s.jwt.SessionClaim, "jwt-claim-session", auth.DefaultSessionClaim, "`name` of the claim with the session type")
	f.StringVar(&s.jwt.Issuer, "jwt-issuer", "", "what iss must be (default anything)")
	f.StringVar(&s.jwt.Audience, "jwt-audience", "", "what aud must be or hold (default anything)")
}

// checkJWT tells what is wrong with the settings of JWTs. It reads no file.
func (c *config) checkJWT() error {
	switch {
	case len(c.jwt.Keys) == 0 && (c.jwt.Issuer != "" || c.jwt.Audience != ""):
		return usagef("--jwt-issuer and --jwt-audience are of no use without --jwt-key")
	case c.jwt.SessionClaim == "":
		return usagef("--jwt-claim-session must not be empty")
	}
	return nil
}

// openJWTs reads the keys of JWTs; nil where none are configured.
func (c *config) openJWTs() (*auth.JWTs, error) {
	if len(c.jwt.Keys) == 0 {
		return nil, nil
	}
	return auth.OpenJWTs(c.jwt, time.Now)
}

// useJWTs makes j what JWTs are checked by, and says so.
func (v *service) useJWTs(j *auth.JWTs) {
	v.identities.SetJWTs(j)
	if j != nil {
		v.log.Info("JWT keys read", zap.Strings("keys", j.Keys()))
	}
}
