package rpc

// A dialect is how requests are written, and their responses.
type dialect uint8

const (
	jsonRPC  dialect = iota // JSON-RPC 2.0
	platform                // the trading platform's own, over TCP only: see the package comment
)

// A shape is the parts of a response that are always the same: before the id,
// between it and the result or the error, and after these.
type shape struct{ head, result, fault, tail string }

// shape returns the shape of a response with that id.
func (d dialect) shape(id []byte) shape {
	switch {
	case d == jsonRPC:
		return shape{`{"jsonrpc":"2.0","id":`, `,"result":`, `,"error":`, `}`}
	case id == nil:
		return shape{`{`, `"status":200,"data":`, `"status":`, `}`}
	}
	return shape{`{"extID":`, `,"status":200,"data":`, `,"status":`, `}`}
}

// resultResponse returns the response to the request with that id. A nil answer
// is null.
func (d dialect) resultResponse(id []byte, answer Answer) *response {
	if answer == nil {
		answer = Bytes(null)
	}
	return &response{dialect: d, id: d.responseID(id), answer: answer}
}

// errorResponse returns the response that e is.
func (d dialect) errorResponse(id []byte, e *Error) *response {
	r := &response{dialect: d, id: d.responseID(id)}
	if d == platform {
		r.fault = appendPlatformError(nil, e)
	} else {
		r.fault = appendError(nil, e)
	}
	return r
}

// responseID returns the id of the response to a request whose id was id, nil
// for none: the same, byte for byte. JSON-RPC has null where there is none, the
// platform has no id then.
func (d dialect) responseID(id []byte) []byte {
	if id == nil && d == jsonRPC {
		return []byte(null)
	}
	return id
}

// encoding returns how texts are written in answers.
func (d dialect) encoding() Encoding {
	if d == platform {
		return ASCII
	}
	return Plain
}
