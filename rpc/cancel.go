package rpc

import (
	"bytes"
	"encoding/json"

	"daybook/filter"
)

// cancelMethod is the notification by which a client gives up calls of its own
// connection. It acts on calls instead of being one, so the lane serves it
// itself, and anyone may send it.
const cancelMethod = "$/cancelRequest"

// serveCancel ends the calls of j's lane that j asks for. A call is found by
// the bytes of its id: 1, 1.0 and "1" are three ids. Ids that are unknown, or
// whose calls have ended, are no fault. Sent as a request it is answered null.
func (j *job) serveCancel() {
	id, err := cancelledID(j.params, j.dialect)
	if err == nil {
		j.lane.cancelCalls(id)
	}
	j.complete(j.ctx, Bytes(null), err)
	j.cancel(nil)
	close(j.ended)
}

// cancelledID reads the params of $/cancelRequest.
func cancelledID(params []byte, d dialect) (json.RawMessage, error) {
	p, err := filter.ParseParams(params)
	if err != nil {
		return nil, err
	}
	if err := p.Only("id"); err != nil {
		return nil, err
	}
	if !p.Has("id") {
		return nil, &filter.ParamError{Param: "id", Reason: "missing"}
	}
	id := bytes.TrimSpace(p.Raw("id"))
	if d == jsonRPC && !isID(id) { // an extID may be anything
		return nil, &filter.ParamError{Param: "id", Reason: "not a string, a number or null"}
	}
	return id, nil
}

// cancelCalls cancels every call in flight whose id is written as id.
func (l *lane) cancelCalls(id json.RawMessage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for j := range l.inFlight[string(id)] {
		j.cancel(errCancelled)
	}
}
