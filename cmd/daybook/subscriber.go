package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"daybook/auth"
	"daybook/rpc"

	"github.com/gorilla/websocket"
)

const (
	// silence is how long nothing may come from a server, which pings every
	// 20 s, before its connection counts as lost.
	silence = 60 * time.Second

	connectTimeout = 10 * time.Second // for the connection, and for the answer to SubscribeLogs
	farewell       = time.Second      // for the last frame

	maxEvent = 64 << 20 // bytes of one message from the server
)

// A subscriber is a WebSocket connection with one subscription. Its methods
// are for one goroutine.
type subscriber struct {
	conn   *websocket.Conn
	cursor string      // where the subscription begins
	free   func() bool // stops watching the context
}

// A logEvent is the params of a LogEvent: rows that match, in file order.
type logEvent struct {
	Subscription string   `json:"subscription"`
	Structure    []string `json:"structure"`
	Rows         [][]any  `json:"rows"`    // string or json.Number
	Dropped      int64    `json:"dropped"` // rows that were lost before these
	Cursor       string   `json:"cursor"`  // the position after them
	Ended        string   `json:"ended"`   // why nothing more comes; "" if it does
}

// A message is whatever the server sends.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *rpc.Error      `json:"error"`
}

// subscribe connects to a server and calls SubscribeLogs. A *rpc.Error is the
// server's refusal, of the connection or of the call. When ctx ends, so does
// the connection.
func subscribe(ctx context.Context, s serverFlag, token auth.Secret, params json.RawMessage) (*subscriber, error) {
	u, config, err := s.endpoint()
	if err != nil {
		return nil, err
	}
	u.Scheme = map[string]string{"http": "ws", "https": "wss"}[u.Scheme]
	header := make(http.Header)
	if token != "" {
		header.Set("Authorization", "Bearer "+token.Reveal())
	}
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, TLSClientConfig: config, HandshakeTimeout: connectTimeout}
	conn, resp, err := dialer.DialContext(ctx, u.String(), header)
	if err != nil {
		return nil, refusedUpgrade(u, resp, err)
	}
	conn.SetReadLimit(maxEvent)
	sub := &subscriber{conn: conn}
	sub.free = context.AfterFunc(ctx, sub.hangUp)
	if err := sub.begin(params); err != nil {
		sub.Close()
		return nil, err
	}
	return sub, nil
}

// refusedUpgrade returns what is known of why there is no connection: the
// error of JSON-RPC in resp, if it holds one.
func refusedUpgrade(u *url.URL, resp *http.Response, err error) error {
	if resp == nil || !errors.Is(err, websocket.ErrBadHandshake) {
		return err
	}
	body, _ := io.ReadAll(resp.Body) // which is in memory
	var m message
	if json.Unmarshal(body, &m) == nil && m.Error != nil {
		return m.Error
	}
	return fmt.Errorf("%s answered %s: %s", u, resp.Status, visible(shorten(strings.TrimSpace(string(body)), 200)))
}

// begin calls SubscribeLogs and waits for the answer.
func (s *subscriber) begin(params json.RawMessage) error {
	request, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "SubscribeLogs", "params": params})
	if err != nil {
		return err
	}
	deadline := time.Now().Add(connectTimeout)
	s.conn.SetWriteDeadline(deadline)
	if err := s.conn.WriteMessage(websocket.TextMessage, request); err != nil {
		return err
	}
	s.conn.SetReadDeadline(deadline)
	answer, err := s.read()
	if err != nil {
		return err
	}
	if answer.Error != nil {
		return answer.Error
	}
	var begun struct {
		Cursor string `json:"cursor"`
	}
	if err := json.Unmarshal(answer.Result, &begun); err != nil || begun.Cursor == "" {
		return fmt.Errorf("the answer to SubscribeLogs has no cursor: %s", visible(shorten(string(answer.Result), 200)))
	}
	s.cursor = begun.Cursor
	s.conn.SetPingHandler(func(payload string) error {
		s.conn.SetReadDeadline(time.Now().Add(silence))
		return s.conn.WriteControl(websocket.PongMessage, []byte(payload), time.Now().Add(farewell))
	})
	return nil
}

// Next waits for the next event. An error is the end of the connection.
func (s *subscriber) Next() (*logEvent, error) {
	for {
		s.conn.SetReadDeadline(time.Now().Add(silence))
		m, err := s.read()
		if err != nil {
			return nil, err
		}
		if m.Method != "LogEvent" {
			continue
		}
		dec := json.NewDecoder(bytes.NewReader(m.Params))
		dec.UseNumber()
		e := new(logEvent)
		if err := dec.Decode(e); err != nil {
			return nil, fmt.Errorf("read an event: %w", err)
		}
		return e, nil
	}
}

func (s *subscriber) read() (*message, error) {
	_, text, err := s.conn.ReadMessage()
	if err != nil {
		return nil, err
	}
	m := new(message)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("the server sent no JSON-RPC message: %w", err)
	}
	return m, nil
}

// Close ends the connection, and with it the subscription.
func (s *subscriber) Close() {
	if s.free() {
		s.hangUp()
	}
}

// hangUp says goodbye and closes the connection. Whoever reads of it gets an
// error.
func (s *subscriber) hangUp() {
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	s.conn.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(farewell))
	s.conn.Close()
}
