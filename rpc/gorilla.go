package rpc

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// This file is all of the package that knows the WebSocket library.

// Sizes of a connection's own buffers. Writing borrows from a pool, so that an
// idle connection costs little.
const (
	readBuffer  = 1 << 10
	writeBuffer = 4 << 10
)

// An upgrader turns HTTP requests into sockets.
type upgrader struct {
	limits  *Limits
	gorilla websocket.Upgrader
}

func newUpgrader(l *Limits) *upgrader {
	return &upgrader{
		limits: l,
		gorilla: websocket.Upgrader{
			ReadBufferSize:    readBuffer,
			WriteBufferSize:   writeBuffer,
			WriteBufferPool:   &sync.Pool{},
			EnableCompression: false,                                    // a small message would pass every limit and inflate to gigabytes
			CheckOrigin:       func(*http.Request) bool { return true }, // checked before, with the scheme
			Error:             refuseUpgrade,
		},
	}
}

// refuseUpgrade answers an upgrade that is none. A wrong version of the
// protocol is answered with the right one (RFC 6455, 4.4).
func refuseUpgrade(w http.ResponseWriter, r *http.Request, status int, reason error) {
	const version = "Sec-Websocket-Version"
	if status == http.StatusBadRequest && r.Header.Get(version) != "13" {
		status = http.StatusUpgradeRequired
		w.Header().Set(version, "13")
	}
	refuse(w, status, errNotRequest(strings.TrimPrefix(reason.Error(), "websocket: ")))
}

// isUpgrade reports whether r asks for a WebSocket connection.
func isUpgrade(r *http.Request) bool { return websocket.IsWebSocketUpgrade(r) }

// upgrade answers r with a WebSocket connection, or with the reason why it is
// none. ping is called for each ping that the peer sends, with its payload,
// by the goroutine that reads.
func (u *upgrader) upgrade(w http.ResponseWriter, r *http.Request, ping func([]byte)) (socket, error) {
	h := &hijacker{ResponseWriter: w, limits: u.limits}
	conn, err := u.gorilla.Upgrade(h, r, nil)
	if err != nil {
		return nil, err
	}
	s := &gorillaSocket{conn: conn, raw: h.conn, silence: u.limits.Silence}
	conn.SetPingHandler(func(payload string) error {
		ping([]byte(payload))
		return s.alive()
	})
	conn.SetPongHandler(func(string) error { return s.alive() })
	conn.SetCloseHandler(func(int, string) error { return nil }) // Read reports it
	return s, nil
}

// A hijacker gives the library a connection with guards around it.
type hijacker struct {
	http.ResponseWriter
	limits *Limits
	conn   net.Conn // without the guards; set by Hijack
}

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.conn = conn
	return newGuardedConn(conn, h.limits), rw, nil
}

// A gorillaSocket is a socket over gorilla/websocket. The library's own read
// limit stays off: it counts bytes on the wire, and closes before the peer
// could be answered.
type gorillaSocket struct {
	conn    *websocket.Conn
	raw     net.Conn // under conn
	silence time.Duration
}

// alive grants the peer another while of silence.
func (s *gorillaSocket) alive() error {
	return s.conn.SetReadDeadline(time.Now().Add(s.silence))
}

// Read implements socket.
func (s *gorillaSocket) Read(limit func(full bool) int64) ([]byte, error) {
	// The time in which nothing was read, for there was too much to do, is not
	// the peer's silence.
	if err := s.alive(); err != nil {
		return nil, err
	}
	kind, r, err := s.conn.NextReader()
	if err != nil {
		return nil, readError(err)
	}
	if kind != websocket.TextMessage {
		return nil, &breach{code: closeUnsupported, reason: "send text"}
	}
	var text []byte
	most := limit(false)
	for {
		if len(text) == cap(text) {
			text = append(text, make([]byte, max(512, len(text)))...)[:len(text)]
		}
		n, err := r.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		if size := int64(len(text)); size > most {
			if most = limit(true); size > most {
				return nil, tooBig(most, size)
			}
		}
		if err == io.EOF {
			if !utf8.Valid(text) {
				return nil, &breach{code: closeNotUTF8, reason: "invalid UTF-8"}
			}
			return text, nil
		}
		if err != nil {
			return nil, readError(err)
		}
	}
}

// tooBig is the breach of a message of at least size bytes.
func tooBig(most, size int64) *breach {
	return &breach{code: closeTooBig, reason: "message too large", fault: errTooLarge("request", most, size)}
}

// readError returns err in this package's words.
func readError(err error) error {
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		return &peerClose{closed.Code}
	}
	return err
}

// Discard implements socket.
func (s *gorillaSocket) Discard() {
	io.Copy(io.Discard, s.raw) // its error is that the connection is closed
}

// Gone implements socket.
func (s *gorillaSocket) Gone() bool { return hungUp(s.raw) }

// WriteText implements socket.
func (s *gorillaSocket) WriteText(text []byte) error {
	return s.conn.WriteMessage(websocket.TextMessage, text)
}

// WritePing implements socket.
func (s *gorillaSocket) WritePing() error {
	return s.conn.WriteControl(websocket.PingMessage, nil, time.Time{})
}

// WritePong implements socket.
func (s *gorillaSocket) WritePong(payload []byte) error {
	return s.conn.WriteControl(websocket.PongMessage, payload, time.Time{})
}

// WriteClose implements socket. Nothing follows a close, so that direction of
// the connection ends too: the peer need not wait for our reading to end.
func (s *gorillaSocket) WriteClose(code int, reason string) error {
	err := s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Time{})
	if half, ok := s.raw.(interface{ CloseWrite() error }); ok && err == nil {
		half.CloseWrite() // if it fails, Close comes soon
	}
	return err
}

// Close implements socket.
func (s *gorillaSocket) Close() error { return s.conn.Close() }
