package auth

import (
	"fmt"
	"strconv"
	"strings"
)

// A Session is the type of a session, and decides what its holder may do.
// Numbers without a name are valid sessions without rights. The zero value,
// SessionUser, has no rights either.
type Session int

// The session types of the trading platform, with its numbers.
const (
	SessionUser Session = iota
	SessionManager
	SessionDealer
	SessionAdmin
)

// sessionNames returns the names of the session types, by number.
func sessionNames() [4]string {
	return [...]string{"SESSION_USER", "SESSION_MANAGER", "SESSION_DEALER", "SESSION_ADMIN"}
}

// Sessions returns the session types that have a name, by number.
func Sessions() []Session {
	return []Session{SessionUser, SessionManager, SessionDealer, SessionAdmin}
}

// Named reports whether s is one of Sessions.
func (s Session) Named() bool { return s >= SessionUser && s <= SessionAdmin }

// String returns the name, such as SESSION_ADMIN, or the decimal number of a
// session without one. ParseSession reads both back.
func (s Session) String() string {
	if !s.Named() {
		return strconv.Itoa(int(s))
	}
	return sessionNames()[s]
}

// MarshalText returns String, so that JSON shows names.
func (s Session) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSession.
func (s *Session) UnmarshalText(text []byte) error {
	parsed, err := ParseSession(string(text))
	if err != nil {
		return err
	}
	*s = parsed
	return nil
}

// ParseSession reads the exact name of a session type, or a number in decimal
// digits as String prints it. The number need not have a name.
func ParseSession(text string) (Session, error) {
	names := sessionNames()
	for i, name := range names {
		if text == name {
			return Session(i), nil
		}
	}
	if n, err := strconv.ParseInt(text, 10, 32); err == nil && strconv.FormatInt(n, 10) == text {
		return Session(n), nil
	}
	return 0, fmt.Errorf("unknown session type %q: want one of %s", text, strings.Join(names[:], ", "))
}
