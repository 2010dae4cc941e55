package auth

import (
	"strconv"
	"time"
)

// An Action is something that needs a right.
type Action uint8

// What may be allowed or refused. The zero Action needs no right.
const (
	Anything        Action = iota // for anyone, recognised or not
	ReadLogs                      // search the audit journal
	ReadRequestLogs               // search the journal of requests
	Operate                       // look into the server itself, such as its metrics from afar
)

// String returns the action in words, for logs and messages.
func (a Action) String() string {
	switch a {
	case Anything:
		return "anything"
	case ReadLogs:
		return "read logs"
	case ReadRequestLogs:
		return "read request logs"
	case Operate:
		return "operate the server"
	}
	return "action " + strconv.Itoa(int(a))
}

// A Principal is who asks, as a token proved it. The zero Principal is nobody
// and may do nothing that needs a right.
type Principal struct {
	ID      int64  // the token's number, from 1; of a JWT its sub, where that is such a number, else 0
	Name    string // as given when the token was made; of a JWT its name, or else its sub
	Session Session
	Expires time.Time // zero: never
}

// May reports whether p's session type allows a. It looks at the rights only:
// whether the proof still holds is for Check, at each request.
func (p Principal) May(a Action) bool {
	switch a {
	case Anything:
		return true
	case ReadLogs:
		return p.Session == SessionManager || p.Session == SessionDealer || p.Session == SessionAdmin
	case ReadRequestLogs:
		return p.Session == SessionManager || p.Session == SessionAdmin
	case Operate:
		return p.Session == SessionAdmin
	}
	return false
}
