package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// secretPrefix begins every token, so that people and secret scanners
	// recognise one that turns up where it should not.
	secretPrefix = "dbk_"
	secretBytes  = 32 // of randomness: 256 bits

	maxNameBytes = 100
)

// A Token is an API token as listed: everything but its text, which only its
// holder knows. Times are whole seconds in UTC.
type Token struct {
	ID      int64     `json:"id"` // from 1, in order of creation, never used again
	Name    string    `json:"name"`
	Session Session   `json:"session"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // first moment it no longer holds; zero: never
	Revoked time.Time `json:"revoked,omitzero"` // zero: not revoked
}

// Valid returns nil if t holds at the moment now, otherwise ErrRevokedToken or
// ErrExpiredToken.
func (t Token) Valid(now time.Time) error {
	switch {
	case !t.Revoked.IsZero():
		return ErrRevokedToken
	case !t.Expires.IsZero() && !now.Before(t.Expires):
		return ErrExpiredToken
	}
	return nil
}

// principal returns who the holder of t is.
func (t Token) principal() Principal {
	return Principal{ID: t.ID, Name: t.Name, Session: t.Session, Expires: t.Expires}
}

// checkName reports why name can't be a token's name: it is shown in tables,
// logs and answers, so it must be one short line of printable text.
func checkName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("token name is empty")
	case len(name) > maxNameBytes:
		return fmt.Errorf("token name has %d bytes, at most %d are allowed", len(name), maxNameBytes)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, notPrintable):
		return fmt.Errorf("token name %q holds characters that can't be printed", name)
	case strings.TrimSpace(name) != name:
		return fmt.Errorf("token name %q begins or ends with a blank", name)
	}
	return nil
}

func notPrintable(r rune) bool { return !unicode.IsPrint(r) }

// newSecret returns a fresh token: the prefix and 256 random bits in 52 lower
// case letters and digits, which pass through headers, shells and URLs as they
// are.
func newSecret() Secret {
	var random [secretBytes]byte
	rand.Read(random[:]) // never fails: the program is aborted if the system has no randomness
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:])
	return Secret(secretPrefix + strings.ToLower(text))
}

// A digest is the SHA-256 of a token's text. A fast hash is enough, because
// there is nothing to guess in 256 random bits.
type digest [sha256.Size]byte

func hash(s Secret) digest { return sha256.Sum256([]byte(s)) }

// MarshalText returns the digest in lower case hexadecimal digits.
func (d digest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *digest) UnmarshalText(text []byte) error {
	if len(text) != 2*len(d) {
		return fmt.Errorf("a hash of %d digits, want %d", len(text), 2*len(d))
	}
	_, err := hex.Decode(d[:], text)
	return err
}
