package requestapi

import (
	"net/http"
	"strconv"

	"daybook/internal/stall"
)

// A route is an address of the API, or a kind of them, and what is there.
type route struct {
	pattern string                // of the address, as records of requests name it
	get     func(*exchange) error // answers GET and HEAD; nil: nothing is there
	options string                // the answer to OPTIONS
}

// allowed names the methods of every route where there is something.
const allowed = "GET, HEAD, OPTIONS"

// What the routes answer to OPTIONS.
const (
	listOptions = `{"name":"Request Log List","description":"Requests that were answered, newest first.",` +
		`"renders":["application/json","text/csv","application/x-ndjson"],"parses":[]}`
	recordOptions = `{"name":"Request Log Instance","description":"All that is known of one request.",` +
		`"renders":["application/json"],"parses":[]}`
)

// send sends an answer of JSON. Where the client does not take it, the exchange is
// to be cut off: nothing else tells that the answer is not whole.
func (h *handler) send(x *exchange, status int, body []byte) {
	x.status = status
	header := x.w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead {
		h.held.Add(int64(len(body)))
		defer h.held.Add(-int64(len(body)))
		x.cut = h.write(x, body) != nil
	}
}

// write writes body to a client who may be slow, but must not stall.
func (h *handler) write(x *exchange, body []byte) error {
	to := stall.NewWriter(x.w, h.Stall)
	to.Hold(x.r)
	for len(body) > 0 {
		n := min(len(body), stall.PieceSize)
		if _, err := to.Write(body[:n]); err != nil {
			return err
		}
		body = body[n:]
	}
	if err := to.Flush(); err != nil {
		return err
	}
	return to.Finish()
}
