package auth

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// jwtSkew is how far the issuer's clock may be ahead of ours. It is not
	// granted to exp: a token ends when it says so.
	jwtSkew = 60 * time.Second

	maxSubject = 255 // bytes

	firstSecond = -62135596800 // 0001-01-01T00:00:00Z
	lastSecond  = 253402300799 // 9999-12-31T23:59:59Z
)

// A jwtIdentity is who a JWT proves, and from when on.
type jwtIdentity struct {
	who       Principal // Expires is never zero
	notBefore time.Time
}

// at returns who the JWT proves at the moment now.
func (i jwtIdentity) at(now time.Time) (Principal, error) {
	switch {
	case !now.Before(i.who.Expires):
		return Principal{}, ErrExpiredToken
	case now.Before(i.notBefore):
		return Principal{}, ErrEarlyToken
	}
	return i.who, nil
}

// readClaims reads the claims of a JWT whose signature was good. Every fault
// is a refusal.
func (j *JWTs) readClaims(text []byte) (jwtIdentity, error) {
	claims, err := members(text)
	if err != nil {
		return jwtIdentity{}, badClaims("the claims are no JSON object, or one of them stands twice")
	}
	if err := j.checkIssuer(claims); err != nil {
		return jwtIdentity{}, err
	}
	expires, err := claimedTime(claims, "exp")
	if err != nil {
		return jwtIdentity{}, err
	}
	notBefore, err := claimedTime(claims, "nbf")
	if err != nil {
		return jwtIdentity{}, err
	}
	if _, there := claims["iat"]; there {
		issued, err := claimedTime(claims, "iat")
		if err != nil {
			return jwtIdentity{}, err
		}
		if issued.After(notBefore) {
			notBefore = issued // nothing is good before it is made
		}
	}
	who, err := j.claimedPrincipal(claims)
	who.Expires = expires
	return jwtIdentity{who, notBefore.Add(-jwtSkew)}, err
}

// checkIssuer checks iss and aud, where they are configured.
func (j *JWTs) checkIssuer(claims map[string]json.RawMessage) error {
	if j.issuer != "" {
		if iss, ok := memberText(claims["iss"]); !ok || iss != j.issuer {
			return badClaims("iss is not the issuer that is configured")
		}
	}
	if j.audience != "" && !isAudience(claims["aud"], j.audience) {
		return badClaims("aud does not hold the audience that is configured")
	}
	return nil
}

// isAudience reports whether aud, a text or a list of texts, holds want.
func isAudience(aud json.RawMessage, want string) bool {
	if text, ok := memberText(aud); ok {
		return text == want
	}
	var list []*string
	if json.Unmarshal(aud, &list) != nil {
		return false
	}
	found := false
	for _, text := range list {
		if text == nil {
			return false
		}
		found = found || *text == want
	}
	return found
}

// claimedPrincipal returns whom the claims name, without an expiry.
func (j *JWTs) claimedPrincipal(claims map[string]json.RawMessage) (Principal, error) {
	subject, ok := memberText(claims["sub"])
	if !ok || !isShown(subject, maxSubject) {
		return Principal{}, badClaims("sub is missing, or no text of 1 to 255 bytes that can be printed")
	}
	who := Principal{ID: subjectID(subject), Name: subject}
	if value, there := claims["name"]; there {
		name, ok := memberText(value)
		if !ok || name != "" && !isShown(name, maxSubject) {
			return Principal{}, badClaims("name is no text of up to 255 bytes that can be printed")
		}
		if name != "" {
			who.Name = name
		}
	}
	session, ok := claimedSession(claims[j.sessionClaim])
	if !ok {
		return Principal{}, badClaims(j.sessionClaim + " is neither the name nor the number of a session type")
	}
	who.Session = session
	return who, nil
}

// isShown reports whether text may stand as a name in logs and answers.
func isShown(text string, most int) bool {
	return text != "" && len(text) <= most && utf8.ValidString(text) &&
		!strings.ContainsFunc(text, notPrintable) && strings.TrimSpace(text) == text
}

// subjectID returns the number that subject is, in plain digits; 0 where it is
// none.
func subjectID(subject string) int64 {
	n, err := strconv.ParseInt(subject, 10, 64)
	if err != nil || n < 1 || n > maxID || strconv.FormatInt(n, 10) != subject {
		return 0
	}
	return n
}

// claimedSession reads a session type: a number, or a text that is a name.
func claimedSession(value json.RawMessage) (Session, bool) {
	name, isText := memberText(value)
	if !isText {
		s, err := ParseSession(string(value))
		return s, err == nil
	}
	s, err := ParseSession(name)
	return s, err == nil && s.String() == name && s.Named()
}

// claimedTime reads a NumericDate (RFC 7519, 2): a JSON number of seconds since
// 1970, in the range of the calendar. A fraction is cut.
func claimedTime(claims map[string]json.RawMessage, name string) (time.Time, error) {
	value, there := claims[name]
	if !there {
		return time.Time{}, badClaims(name + " is missing")
	}
	seconds, err := strconv.ParseFloat(string(value), 64)
	if err != nil || value[0] != '-' && (value[0] < '0' || value[0] > '9') {
		return time.Time{}, badClaims(name + " is not a number of seconds")
	}
	if seconds = math.Floor(seconds); seconds < firstSecond || seconds > lastSecond {
		return time.Time{}, badClaims(name + " lies outside the calendar")
	}
	return time.Unix(int64(seconds), 0).UTC(), nil
}

// badClaims is the refusal of a JWT that was signed by a key of ours, for a
// reason that its holder may know.
func badClaims(reason string) error { return refusal(fmt.Sprintf("JWT refused: %s", reason)) }
