package rpc

// A dialect is how requests are written, and their responses.
type dialect uint8

// jsonRPC is JSON-RPC 2.0.
const jsonRPC dialect = iota

// A shape is the parts of a response that are always the same: before the id,
// between it and the result or the error, and after these.
type shape struct{ head, result, fault, tail string }

// shape returns the shape of a response with that id.
func (d dialect) shape([]byte) shape {
	return shape{`{"jsonrpc":"2.0","id":`, `,"result":`, `,"error":`, `}`}
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
	return &response{dialect: d, id: d.responseID(id), fault: appendError(nil, e)}
}

// responseID returns the id of the response to a request whose id was id, nil
// for none: the same, byte for byte, or null.
func (d dialect) responseID(id []byte) []byte {
	if id == nil {
		return []byte(null)
	}
	return id
}
