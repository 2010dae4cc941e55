package badinput

import (
	"unicode/utf8"
)

// A Transport is a way into the server.
type Transport uint8

// The transports that the corpus is written for.
const (
	HTTP Transport = iota
	WebSocket
)

func (t Transport) String() string {
	if t == HTTP {
		return "http"
	}
	return "ws"
}

// A State is whether the caller has shown a token.
type State uint8

// Both states of a caller. After means the session of [Target.Token].
const (
	Before State = iota
	After
)

func (s State) String() string {
	if s == Before {
		return "before authentication"
	}
	return "after authentication"
}

// A Way is one of the up to four ways in which a case is sent.
type Way struct {
	Transport Transport
	State     State
}

func (w Way) String() string { return w.Transport.String() + " " + w.State.String() }

// A Case is one piece of input and what must come of it. Exactly one of
// message, request, wire and upgrade is set: it decides the transports.
type Case struct {
	Name string // stable: "group/what is odd about it"

	message func() []byte // one message: a POST's body, a WebSocket text message
	request *request      // an HTTP request, head and all
	wire    func() []byte // bytes for an open WebSocket connection
	upgrade string        // a WebSocket handshake, a template as request.text is
	want    func(Way) outcome
	cut     bool // wire ends in the middle of something: the sender stops sending there
}

// Ways lists how the case is sent.
func (c *Case) Ways() []Way {
	over := func(t Transport) []Way { return []Way{{t, Before}, {t, After}} }
	switch {
	case c.message != nil:
		return append(over(HTTP), over(WebSocket)...)
	case c.request != nil:
		return over(HTTP)
	default:
		return over(WebSocket)
	}
}

// A request is an HTTP request as its bytes go out. In text, {path}, {host},
// {token} and {auth} stand for what the target says; {auth} is a whole
// Authorization line after authentication and nothing before it.
type request struct {
	text      string
	body      func() []byte // follows text; nil: nothing
	pipelined bool          // the next request goes out without waiting for the answer
	cut       bool          // the sender stops sending after it
}

// text is a case whose input is short.
func text(name, input string, want func(Way) outcome) Case {
	return built(name, func() []byte { return []byte(input) }, want)
}

// built is a case whose input is made when it is sent.
func built(name string, input func() []byte, want func(Way) outcome) Case {
	return Case{Name: name, message: input, want: want}
}

// always wants the same on every way.
func always(o outcome) func(Way) outcome {
	return func(Way) outcome { return o }
}

// one wants a single answer on every way.
func one(a answer) func(Way) outcome { return always(answers(a)) }

// states wants one thing before authentication and another after it.
func states(before, after outcome) func(Way) outcome {
	return func(w Way) outcome {
		if w.State == Before {
			return before
		}
		return after
	}
}

// authorised wants a as the answer to a request that needs a token, and
// -32001 before authentication, whatever else is wrong with the params.
func authorised(id string, a answer) func(Way) outcome {
	return states(answers(fails(id, codeNoToken)), answers(a))
}

// notJSON is what a message must bring that is no JSON text. WebSocket's own
// rule about text comes first.
func notJSON(input string) func(Way) outcome {
	return func(w Way) outcome {
		if w.Transport == WebSocket && !utf8.ValidString(input) {
			return closes(1007)
		}
		return answers(fails("null", codeParse))
	}
}
