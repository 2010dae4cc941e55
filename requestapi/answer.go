package requestapi

import (
	"net/http"
	"strconv"

	"daybook/internal/stall"
)

// allowed names the methods of every route.
const allowed = "GET, HEAD, OPTIONS"

// optionsText is the answer to OPTIONS.
const optionsText = `{"name":"Request Logs","description":"Requests that were answered, newest first.","renders":["application/json"],"parses":[]}`

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
		x.cut = h.write(x.w, body) != nil
	}
}

// write writes body to a client who may be slow, but must not stall.
func (h *handler) write(w http.ResponseWriter, body []byte) error {
	to := stall.NewWriter(w, h.Stall)
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
