package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// farewell is how long the last frame may wait for those before it.
const farewell = 100 * time.Millisecond

// dial makes a WebSocket connection. Events that come over it go into queue;
// without one they are passed over.
func (c *Client) dial(ctx context.Context, queue *eventQueue) (*conn, error) {
	inner, cancel := c.within(ctx)
	defer cancel()
	inner, stop := context.WithTimeout(inner, c.opts.ConnectTimeout)
	defer stop()
	token, err := c.token(inner)
	if err != nil {
		return nil, c.ended(ctx, err)
	}
	var peer *peer
	release := func() bool { return true }
	dialer := websocket.Dialer{
		Proxy:           c.opts.Proxy,
		TLSClientConfig: c.tls,
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			socket, err := new(net.Dialer).DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			peer = newPeer(socket, c.opts.Silence)
			// A handshake that stalls ends with its context, not only at the deadline.
			release = context.AfterFunc(inner, func() { socket.Close() })
			return peer, nil
		},
	}
	ws, resp, err := dialer.DialContext(inner, c.socket, c.header(token))
	if !release() && err == nil {
		ws.Close()
		err = inner.Err()
	}
	if err != nil && errors.Is(c.ended(inner, err), context.DeadlineExceeded) {
		err = fmt.Errorf("no connection within %v", c.opts.ConnectTimeout)
	}
	if err != nil {
		return nil, c.ended(ctx, c.refused(resp, err, token))
	}
	peer.watched.Store(true)
	ws.SetReadLimit(c.opts.MaxMessage)
	one := newConn(c, ws, token, queue)
	if !c.adopt(one) {
		ws.Close()
		return nil, ErrClosed
	}
	return one, nil
}

// adopt starts a connection, unless the client was closed.
func (c *Client) adopt(one *conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.conns[one] = struct{}{}
	c.wg.Go(func() {
		one.run()
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.conns, one)
		if c.shared == one {
			c.shared = nil
		}
	})
	return true
}

// refused returns what is known of why there is no connection: the error of
// JSON-RPC in the answer, if it holds one.
func (c *Client) refused(resp *http.Response, err error, token string) error {
	if resp == nil || !errors.Is(err, websocket.ErrBadHandshake) {
		return &ConnectionError{c.socket, err}
	}
	body, _ := io.ReadAll(resp.Body) // its beginning, which is in memory
	var m message
	if json.Unmarshal(body, &m) == nil && m.Error != nil {
		return m.Error
	}
	return &ConnectionError{c.socket, statusError(resp, body, token)}
}

// statusError returns the error of an answer that is none of JSON-RPC. Some
// proxies answer with the request, and so with its token.
func statusError(resp *http.Response, body []byte, token string) *StatusError {
	const most = 200 // bytes that are shown
	text := strings.TrimSpace(string(body))
	if token != "" {
		text = strings.ReplaceAll(text, token, "***")
	}
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return &StatusError{Status: resp.Status, Body: text}
}

// A peer is a socket over which something must come each silence, once it is
// watched. A long message may take longer than that.
type peer struct {
	net.Conn
	silence time.Duration
	watched atomic.Bool
	shaken  int // bytes read before it is watched
}

// mostHandshake bounds what is read of a server before there is a connection, in
// bytes: certificates, and the header of an answer, which nobody else bounds.
const mostHandshake = 1 << 20

func newPeer(socket net.Conn, silence time.Duration) *peer {
	return &peer{Conn: socket, silence: silence}
}

func (p *peer) Read(b []byte) (int, error) {
	if p.watched.Load() {
		if err := p.Conn.SetReadDeadline(time.Now().Add(p.silence)); err != nil {
			return 0, err
		}
		return p.Conn.Read(b)
	}
	if p.shaken >= mostHandshake {
		return 0, &ProtocolError{fmt.Sprintf("the server's handshake has more than %d bytes", mostHandshake)}
	}
	n, err := p.Conn.Read(b)
	p.shaken += n
	return n, err
}
