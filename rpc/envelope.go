package rpc

import (
	"bytes"
	"fmt"
	"slices"

	"daybook/auth"
)

// null is the id of answers to what had no readable id.
const null = "null"

// An envelope is one request or notification as it was sent, not yet understood.
// All its slices are parts of the message.
type envelope struct {
	dialect dialect
	raw     []byte // the whole object
	id      []byte // as sent (of the platform its extID); nil when there is none, or none that could be echoed
	method  string // decoded
	params  []byte // as sent; nil when there are none
	fault   *Error // why it is no request; nil if it is one

	token auth.Secret // that came with it, over TCP only; "" for none
}

// notification reports whether nobody waits for an answer. Of what is no
// request nobody knows, so it is answered.
// The platform has no notifications.
func (e *envelope) notification() bool {
	return e.id == nil && e.fault == nil && e.dialect == jsonRPC
}

// A message is what one frame or body holds: a single item, or a batch. Of one
// that is at fault as a whole only dialect and id are known.
type message struct {
	batch bool
	items []envelope

	dialect dialect
	id      []byte // for the answer to the whole; nil when there is none
}

// parseMessage reads one message and checks it, in one pass. The error is
// about the message as a whole, and is its only answer, with a null id; faults
// of single items stand in their envelopes. The message keeps parts of data.
func parseMessage(data []byte, l *Limits) (message, *Error) {
	if err := checkText(data); err != nil {
		return message{}, err
	}
	s := &syntax{data: data, maxDepth: l.Depth, maxTokens: l.Tokens}
	m := message{batch: s.peek() == '['}
	items := 1
	var err *Error
	if m.batch {
		m.items, items, err = s.batch(l.Batch)
	} else {
		m.items = make([]envelope, 1)
		err = s.envelope(&m.items[0])
	}
	if err != nil {
		return message{}, err
	}
	if s.peek(); s.pos < len(data) {
		return message{}, s.unexpected("nothing more")
	}
	switch {
	case items == 0:
		return message{}, errNotRequest("the batch is empty")
	case m.batch && items > l.Batch:
		return message{}, errTooLarge("number of requests in the batch", int64(l.Batch), int64(items))
	}
	return m, nil
}

// checkText reports text that is no JSON whatever is in it.
func checkText(data []byte) *Error {
	if err := checkUTF8(data); err != nil {
		return err
	}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		return errParse("starts with a byte order mark")
	}
	return nil
}

// batch reads the items of a batch. It keeps at most most of them, but counts
// them all.
func (s *syntax) batch(most int) (items []envelope, count int, err *Error) {
	err = s.array(func() *Error {
		var e envelope
		if err := s.envelope(&e); err != nil {
			return err
		}
		if count++; count <= most {
			items = append(items, e)
		}
		return nil
	})
	return items, count, err
}

// envelope reads the next value into e. The error is about its syntax; a value
// that is no request says so in e.fault.
func (s *syntax) envelope(e *envelope) *Error {
	c := s.peek()
	start := s.pos
	if c != '{' {
		err := s.value()
		e.raw = s.data[start:s.pos]
		e.fault = errNotRequest("not an object")
		return err
	}
	m := members{envelope: e}
	err := s.object(func(quoted []byte) *Error {
		s.peek()
		start := s.pos
		err := s.value()
		m.add(unquote(quoted), s.data[start:s.pos])
		return err
	})
	e.raw = s.data[start:s.pos]
	if err == nil {
		m.judge()
	}
	return err
}

// members are the members of a request, as they are found.
type members struct {
	*envelope
	version, name, anyID []byte              // values of jsonrpc, method and id
	others               map[string]struct{} // names of members that JSON-RPC does not know
	repeated             []string            // names that stand more than once
}

// add takes one member. Unknown members are ignored, but they too may stand
// only once.
func (m *members) add(name string, value []byte) {
	switch name {
	case "jsonrpc":
		m.set(&m.version, name, value)
	case "method":
		m.set(&m.name, name, value)
	case "params":
		m.set(&m.params, name, value)
	case "id":
		m.set(&m.anyID, name, value)
	default:
		if _, ok := m.others[name]; ok {
			m.repeated = append(m.repeated, name)
			return
		}
		if m.others == nil {
			m.others = make(map[string]struct{})
		}
		m.others[name] = struct{}{}
	}
}

// set stores the value of a known member in field.
func (m *members) set(field *[]byte, name string, value []byte) {
	if *field != nil {
		m.repeated = append(m.repeated, name)
		return
	}
	*field = value
}

// judge decides whether the members make a request. What is none still gets
// its id back where it has one that is beyond doubt.
func (m *members) judge() {
	if isID(m.anyID) && !slices.Contains(m.repeated, "id") {
		m.id = m.anyID
	}
	switch {
	case len(m.repeated) > 0:
		m.fault = errNotRequest(fmt.Sprintf("member %.100q stands twice", m.repeated[0]))
	case m.anyID != nil && m.id == nil:
		m.fault = errNotRequest("id must be a string, a number or null")
	case m.version == nil:
		m.fault = errNotRequest(`member "jsonrpc" is missing`)
	case m.version[0] != '"' || unquote(m.version) != "2.0":
		m.fault = errNotRequest(`jsonrpc must be "2.0"`)
	case m.name == nil:
		m.fault = errNotRequest(`member "method" is missing`)
	case m.name[0] != '"':
		m.fault = errNotRequest("method must be a string")
	default:
		m.method = unquote(m.name)
	}
}

// isID reports whether value, valid JSON, may be an id: a string, null, or a
// number of any form. Ids are never interpreted, so none is too large or too
// precise.
func isID(value []byte) bool {
	if len(value) == 0 {
		return false
	}
	c := value[0]
	return c == '"' || c == 'n' || c == '-' || isDigit(c)
}
