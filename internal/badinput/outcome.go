package badinput

import (
	"fmt"
	"slices"
	"strings"
)

// Error codes of the contract that the corpus expects.
const (
	codeParse       = -32700
	codeNotRequest  = -32600
	codeNoMethod    = -32601
	codeBadParams   = -32602
	codeInternal    = -32603
	codeNoToken     = -32001
	codeTooLarge    = -32013
	codeTooFrequent = -32029
)

// Pseudo codes of answer.Codes.
const (
	noError  = 0 // a result is right as well
	anyError = 1 // every code of an error is right
)

// Pseudo codes of outcome.Close and outcome.Status.
const (
	closeNoStatus = 1005 // a close frame without a code
	dropped       = 1006 // the connection ended without a close frame
	noResponse    = 0    // the connection ended without an HTTP response
)

// An outcome is what must come of one input on one way. The zero outcome is
// silence (HTTP: 204) and a connection that goes on working.
type outcome struct {
	Answers []answer // exactly these, in any order
	Batch   bool     // they stand in one array; otherwise each is a message

	// HTTP
	Status []int  // one of these; nil: 200, 413 for a message too large, 204 for silence
	Header string // a header that the response must have
	Absent string // a header that it must not have
	Ends   bool   // the server may end the connection unannounced

	// WebSocket
	Pong     *string // payload of the last pong before anything else is asked
	Close    []int   // the connection ends with one of these codes
	MayClose bool    // or it goes on
	Binds    bool    // the connection is authenticated from here on
}

// answers wants each of a as a message of its own.
func answers(a ...answer) outcome { return outcome{Answers: a} }

// batch wants one array that holds exactly a.
func batch(a ...answer) outcome { return outcome{Answers: a, Batch: true} }

// silent wants no answer.
func silent() outcome { return outcome{} }

// closes wants the WebSocket connection to end without an answer.
func closes(codes ...int) outcome { return outcome{Close: codes} }

// An answer is one JSON-RPC answer.
type answer struct {
	ID       string // its bytes
	Codes    []int  // one of these error codes; nil: a result
	Param    string // data.param; "" any; "where*" where or a path below it
	Limit    int    // data.limit; 0 any
	Actual   int    // data.actual; 0 any above the limit
	OrNull   bool   // the id may be null as well
	Optional bool   // it may be missing
}

// result wants any result under id.
func result(id string) answer { return answer{ID: id} }

// fails wants an error with one of codes under id.
func fails(id string, codes ...int) answer { return answer{ID: id, Codes: codes} }

// badParam wants -32602 that names param.
func badParam(id, param string) answer {
	return answer{ID: id, Codes: []int{codeBadParams}, Param: param}
}

// tooLarge wants the -32013 of a message that is over limit; actual 0 is any.
func tooLarge(limit, actual int) answer {
	return answer{ID: "null", Codes: []int{codeTooLarge}, Limit: limit, Actual: actual}
}

// oversize is the outcome of a message of too many bytes.
func oversize(limit int) func(Way) outcome {
	return func(w Way) outcome {
		o := answers(tooLarge(limit, 0))
		if w.Transport == WebSocket {
			o.Close = []int{1009}
		}
		return o
	}
}

// overBound is the outcome of a message that is too deep or too long for a
// reason other than its bytes.
func overBound(limit, actual int) outcome {
	o := answers(tooLarge(limit, actual))
	o.Close, o.MayClose = []int{1009}, true
	return o
}

// statuses lists the HTTP statuses that are right for o.
func (o *outcome) statuses() []int {
	switch {
	case o.Status != nil:
		return o.Status
	case len(o.Answers) == 0:
		return []int{204}
	case !o.Batch && slices.Equal(o.Answers[0].Codes, []int{codeTooLarge}):
		return []int{413}
	default:
		return []int{200}
	}
}

// required counts the answers that may not be missing.
func (o *outcome) required() int {
	n := 0
	for _, a := range o.Answers {
		if !a.Optional {
			n++
		}
	}
	return n
}

// messages counts the messages that may not be missing.
func (o *outcome) messages() int {
	if o.Batch {
		return 1
	}
	return o.required()
}

// describe prints o as it applies to transport t.
func (o *outcome) describe(t Transport) string {
	var parts []string
	if t == HTTP {
		parts = append(parts, fmt.Sprintf("status %v", o.statuses()))
	}
	for i, a := range o.Answers {
		if i == 5 {
			parts = append(parts, fmt.Sprintf("… %d answers in all", len(o.Answers)))
			break
		}
		parts = append(parts, a.String())
	}
	if len(o.Answers) == 0 {
		parts = append(parts, "no answer")
	}
	if o.Batch {
		parts = append(parts, "in one array")
	}
	if t == WebSocket && o.Close != nil {
		how := "then close"
		if o.MayClose {
			how = "then perhaps close"
		}
		parts = append(parts, fmt.Sprintf("%s %v", how, o.Close))
	}
	return strings.Join(parts, ", ")
}

func (a answer) String() string {
	s := "result"
	if a.Codes != nil {
		s = fmt.Sprintf("error %v", a.Codes)
	}
	s += " with id " + shorten(a.ID)
	if a.OrNull {
		s += " or null"
	}
	if a.Param != "" {
		s += fmt.Sprintf(" and param %q", a.Param)
	}
	if a.Limit != 0 {
		s += fmt.Sprintf(" and limit %d", a.Limit)
	}
	if a.Optional {
		s = "perhaps " + s
	}
	return s
}

// shorten keeps both ends of a long text and quotes what does not print.
func shorten(s string) string {
	const most = 160
	if len(s) > most {
		s = fmt.Sprintf("%s …%d bytes… %s", s[:most/2], len(s)-most, s[len(s)-most/2:])
	}
	q := fmt.Sprintf("%q", s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}
