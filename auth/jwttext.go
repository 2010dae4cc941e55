package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// Bounds of a JWT's text, looked at before anything is split or decoded
// (CVE-2025-30204 was the price of splitting first).
const (
	maxJWT       = 16 << 10 // bytes
	maxJWTHeader = 8 << 10  // bytes of its first part
)

// A jwtText is a JWT taken apart (RFC 7515, 7.1), of which nothing is proved
// yet.
type jwtText struct {
	alg, kid  string // kid is "" when there is none
	signed    string // what the signature is of
	claims    []byte // JSON, not looked at
	signature []byte
}

// errJWTText is all that parseJWT says of what it refuses.
var errJWTText = errors.New("not a JWT as it should be")

// parseJWT takes text apart, strictly: exactly three parts in base64url
// without padding, and a header that is one JSON object, says what it is, and
// asks for nothing that could make the verifier trust keys from elsewhere.
func parseJWT(text string) (*jwtText, error) {
	if len(text) > maxJWT || strings.Count(text, ".") != 2 {
		return nil, errJWTText
	}
	dot, last := strings.IndexByte(text, '.'), strings.LastIndexByte(text, '.')
	if dot > maxJWTHeader {
		return nil, errJWTText
	}
	header, ok1 := decodePart(text[:dot])
	claims, ok2 := decodePart(text[dot+1 : last])
	signature, ok3 := decodePart(text[last+1:])
	if !ok1 || !ok2 || !ok3 {
		return nil, errJWTText
	}
	t := &jwtText{signed: text[:last], claims: claims, signature: signature}
	return t, t.readHeader(header)
}

// decodePart reads base64url without padding (RFC 7515, 2). An empty part is
// none. The decoder itself passes over line breaks; there are none in a token.
func decodePart(part string) ([]byte, bool) {
	if part == "" || strings.ContainsAny(part, "\r\n") {
		return nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return b, err == nil
}

// readHeader reads the JOSE header. Members that name or carry a key, or that
// change what the signature means, are refused; other unknown ones mean
// nothing and are ignored (RFC 7515, 4).
func (t *jwtText) readHeader(text []byte) error {
	header, err := members(text)
	if err != nil {
		return errJWTText
	}
	for name := range header {
		switch name {
		case "jku", "jwk", "x5u", "x5c", "crit", "b64", "enc", "zip":
			return errJWTText
		}
	}
	kind, ok1 := memberText(header["typ"])
	alg, ok2 := memberText(header["alg"])
	if !ok1 || !ok2 || !isTokenType(kind) {
		return errJWTText
	}
	t.alg = alg
	if kid, there := header["kid"]; there {
		if t.kid, there = memberText(kid); !there || t.kid == "" {
			return errJWTText
		}
	}
	return nil
}

// isTokenType reports whether typ is that of a token for access: JWT (RFC
// 7519, 5.1) or at+jwt (RFC 9068, 2.1), as media types in any case.
func isTokenType(typ string) bool {
	typ = strings.TrimPrefix(strings.ToLower(typ), "application/")
	return typ == "jwt" || typ == "at+jwt"
}

// members returns the members of the JSON object in text, by their exact
// names. A name that stands twice is an error, because readers differ in which
// of them they take.
func members(text []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(text) || !json.Valid(text) {
		return nil, errors.New("not JSON")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	all := make(map[string]json.RawMessage)
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		key, _ := name.(string) // names are nothing else
		if _, twice := all[key]; twice {
			return nil, errors.New("a member stands twice")
		}
		all[key] = value
	}
	return all, nil
}

// memberText returns the one text that a member holds; false if it is no string, or
// not there.
func memberText(value json.RawMessage) (string, bool) {
	if len(value) == 0 || value[0] != '"' {
		return "", false
	}
	var text string
	err := json.Unmarshal(value, &text)
	return text, err == nil
}
