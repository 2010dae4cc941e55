package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// A request is a call, or with no ID a notification.
type request struct {
	ID     uint64 // counted from 1
	Method string
	Params json.RawMessage // nil for none
}

// text returns the message. Params, which may be long, are not encoded again.
func (r request) text() []byte {
	text := make([]byte, 0, len(r.Method)+len(r.Params)+80)
	text = append(text, `{"jsonrpc":"2.0"`...)
	if r.ID != 0 {
		text = append(text, `,"id":`...)
		text = strconv.AppendUint(text, r.ID, 10)
	}
	text = append(text, `,"method":`...)
	method, _ := json.Marshal(r.Method) // a string always can be
	text = append(text, method...)
	if r.Params != nil {
		text = append(text, `,"params":`...)
		text = append(text, r.Params...)
	}
	return append(text, '}')
}

// A message is whatever a server sends.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *Error          `json:"error"`
}

// parseMessage reads one message.
func parseMessage(text []byte) (*message, error) {
	m := new(message)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, &ProtocolError{"the server sent no JSON-RPC message: " + err.Error()}
	}
	return m, nil
}

// answer returns what the message answers to a call.
func (m *message) answer() (json.RawMessage, error) {
	switch {
	case m.Error != nil:
		return nil, m.Error
	case m.Result == nil:
		return nil, &ProtocolError{"the server sent an answer without result and error"}
	}
	return m.Result, nil
}

// number returns the id of an answer, as it was given to the request; 0 for
// any other.
func (m *message) number() uint64 {
	id, err := strconv.ParseUint(string(m.ID), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// decode reads a result. Numbers that go into an interface keep their digits, as
// json.Number.
func decode(what string, text []byte, result any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(result); err != nil {
		return &ProtocolError{fmt.Sprintf("read %s: %v", what, err)}
	}
	return nil
}
