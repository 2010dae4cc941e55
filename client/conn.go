package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// maxInFlight is how many calls wait for answers over one connection. A server
// reads no further ones by default.
const maxInFlight = 64

// A conn is a WebSocket connection. One goroutine reads and one writes; calls go
// over it side by side.
type conn struct {
	client *Client
	ws     *websocket.Conn
	queue  *eventQueue // nil: events are passed over

	slots   chan struct{} // held by calls in flight
	calls   chan []byte   // requests, for the writer
	cancels chan uint64   // ids of calls that were given up, for the writer
	done    chan struct{} // closed when the connection ends
	ended   chan struct{} // closed when neither goroutine runs any more

	last atomic.Uint64 // id of a call

	mu      sync.Mutex // guards what follows
	bound   string     // the token that the connection has
	waiting map[uint64]*waiter
	err     error // why the connection ended; nil: it has not
}

// A waiter is a call in flight.
type waiter struct {
	size   int           // of the request, in bytes
	answer chan *message // has room for one
}

func newConn(c *Client, ws *websocket.Conn, token string, queue *eventQueue) *conn {
	return &conn{
		client:  c,
		ws:      ws,
		queue:   queue,
		slots:   make(chan struct{}, maxInFlight),
		calls:   make(chan []byte),
		cancels: make(chan uint64, maxInFlight),
		done:    make(chan struct{}),
		ended:   make(chan struct{}),
		bound:   token,
		waiting: make(map[uint64]*waiter),
	}
}

// run reads and writes until the connection ends.
func (c *conn) run() {
	defer close(c.ended)
	var writer sync.WaitGroup
	writer.Go(c.write)
	c.finish(c.read())
	writer.Wait()
}

// finish ends the connection. Of several reasons the first one counts.
func (c *conn) finish(why error) {
	c.mark(why)
	c.ws.Close()
}

// hangUp says goodbye and ends the connection, for whose users it is closed.
func (c *conn) hangUp() {
	c.mark(ErrClosed)
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.ws.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(farewell)) // a courtesy
	c.ws.Close()
}

// mark notes why the connection ends, and wakes who waits.
func (c *conn) mark(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = why
		close(c.done)
	}
}

func (c *conn) alive() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// lost returns the error of whoever waits when the connection has ended.
func (c *conn) lost() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == ErrClosed {
		return ErrClosed
	}
	return &ConnectionError{c.client.socket, c.err}
}

func (c *conn) token() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bound
}

func (c *conn) setToken(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bound = token
}

// call makes one call and waits for its answer.
func (c *conn) call(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-c.done:
		return nil, c.lost()
	}
	id, text, w := c.register(method, params)
	defer c.forget(id)
	select {
	case c.calls <- text:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-c.done:
		return nil, c.lost()
	}
	return c.await(ctx, method, id, w)
}

// await waits for the answer to a call that was sent.
func (c *conn) await(ctx context.Context, method string, id uint64, w *waiter) (json.RawMessage, error) {
	select {
	case m := <-w.answer:
		return c.answered(m)
	case <-ctx.Done():
		select {
		case c.cancels <- id:
		default: // the peer takes nothing; it ends the call at its own deadline
		}
		return nil, fmt.Errorf("%s: %w", method, ctx.Err())
	case <-c.done:
	}
	select {
	case m := <-w.answer: // which came just before the end
		return c.answered(m)
	default:
		return nil, c.lost()
	}
}

// answered returns what an answer says.
func (c *conn) answered(m *message) (json.RawMessage, error) {
	result, err := m.answer()
	if own := (*ProtocolError)(nil); errors.As(err, &own) {
		return nil, &ConnectionError{c.client.socket, err}
	}
	return result, err
}

// register gives a call an id, and returns the message to send.
func (c *conn) register(method string, params json.RawMessage) (uint64, []byte, *waiter) {
	id := c.last.Add(1)
	text := request{ID: id, Method: method, Params: params}.text()
	w := &waiter{size: len(text), answer: make(chan *message, 1)}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting[id] = w
	return id, text, w
}

func (c *conn) forget(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, id)
}

// write sends what there is to send until the connection ends.
func (c *conn) write() {
	alive := time.NewTicker(max(c.client.opts.Silence/3, 1))
	defer alive.Stop()
	for {
		var err error
		select {
		case text := <-c.calls:
			err = c.send(text)
		case id := <-c.cancels:
			params := fmt.Appendf(nil, `{"id":%d}`, id)
			err = c.send(request{Method: "$/cancelRequest", Params: params}.text())
		case <-alive.C:
			err = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.client.opts.Silence))
		case <-c.done:
			return
		}
		if err != nil {
			c.finish(err)
			return
		}
	}
}

func (c *conn) send(text []byte) error {
	c.ws.SetWriteDeadline(time.Now().Add(c.client.opts.Silence))
	return c.ws.WriteMessage(websocket.TextMessage, text)
}

// read takes messages until the connection ends, and returns why it did.
func (c *conn) read() error {
	for {
		kind, text, err := c.ws.ReadMessage()
		switch {
		case errors.Is(err, websocket.ErrReadLimit):
			return &ProtocolError{fmt.Sprintf("the server sent a message of more than %d bytes", c.client.opts.MaxMessage)}
		case websocket.IsCloseError(err, websocket.CloseGoingAway):
			return ErrShutdown
		case err != nil:
			return err
		case kind != websocket.TextMessage:
			return &ProtocolError{"the server sent a binary message"}
		}
		m, err := parseMessage(text)
		if err != nil {
			return err
		}
		switch {
		case m.Method == "":
			c.deliver(m)
		case m.Method == eventMethod && m.Params == nil:
			return &ProtocolError{"the server sent an event without params"}
		case m.Method == eventMethod && c.queue != nil:
			c.queue.put(m.Params, c.done)
		}
	}
}

// deliver hands an answer to the call that waits for it. An answer to a call that
// was given up, or never made, is passed over. An error without an id is about a
// message that the server could not take apart; our messages are no worse than
// large, so the largest one is meant.
func (c *conn) deliver(m *message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.waiting[m.number()]
	if w == nil && m.Error != nil && (m.ID == nil || string(m.ID) == "null") {
		for _, other := range c.waiting {
			if w == nil || other.size > w.size {
				w = other
			}
		}
	}
	if w == nil {
		return
	}
	select {
	case w.answer <- m:
	default: // answered twice
	}
}
