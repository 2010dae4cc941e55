package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"daybook/auth"
	"daybook/filter"
	"daybook/internal/oracle"
	"daybook/logstore"
	"daybook/requestlog"
	"daybook/rpc"

	"github.com/gorilla/websocket"
)

// A served journal is a server over a journal folder, listening on loopback.
type served struct {
	url    string            // http://host:port/rpc
	tcp    string            // host:port
	token  string            // of a MANAGER
	tokens map[string]string // of each session, by its lower-case name
	store  *logstore.Store
	server http.Handler
}

// serve opens the journal that opts describe, with a data folder of its own,
// and serves it until the test ends.
func serve(t testing.TB, opts logstore.Options) *served {
	t.Helper()
	opts.Schema = rpc.AuditSchema()
	if opts.DataDir == "" {
		opts.DataDir = t.TempDir()
	}
	store, err := logstore.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	tokens, err := auth.OpenTokens(filepath.Join(t.TempDir(), "tokens.jsonl"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	secrets := make(map[string]string)
	for name, session := range map[string]auth.Session{
		"user": auth.SessionUser, "manager": auth.SessionManager, "dealer": auth.SessionDealer, "admin": auth.SessionAdmin,
	} {
		secret, _, err := tokens.Create(name, session, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		secrets[name] = secret.Reveal()
	}
	limits := rpc.DefaultLimits()
	server := rpc.NewServer(rpc.Options{
		Methods: rpc.Methods(store, openRequests(t, opts.Now), tokens, limits, filter.DefaultLimits()),
		Tokens:  tokens,
		Limits:  limits,
	})
	mux := http.NewServeMux()
	mux.Handle("/rpc", server)
	mux.Handle("/export", server.Export(store, filter.DefaultLimits()))
	listener := httptest.NewServer(mux)
	lines := listenTCP(t, server)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := server.Drain(ctx); err != nil {
			t.Error("drain:", err)
		}
		listener.Close()
	})
	return &served{url: listener.URL + "/rpc", tcp: lines, token: secrets["manager"], tokens: secrets, store: store, server: server}
}

// openRequests opens the journal of requests that the examples ask about.
func openRequests(t testing.TB, now func() time.Time) *logstore.Store {
	t.Helper()
	store, err := logstore.Open(logstore.Options{
		Dir: filepath.Join("..", "..", "testdata", "request-journal"), DataDir: t.TempDir(), Pattern: requestlog.Pattern,
		Schema: requestlog.Schema(), Format: requestlog.Format(), Now: now, Follow: logstore.FollowOff, Index: logstore.IndexOff,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// A caller sends one message and returns the one that answers it.
type caller interface {
	call(message []byte) ([]byte, error)
	notify(message []byte) error // of which no answer comes
}

type httpCaller struct {
	url, token string
	client     *http.Client
}

// A directCaller hands messages to the server without a socket between.
type directCaller struct {
	server http.Handler
	token  string
}

// direct returns a caller with a token that needs no network.
func (s *served) direct(token string) caller { return &directCaller{s.server, token} }

func (c *directCaller) call(request []byte) ([]byte, error) {
	r := httptest.NewRequest(http.MethodPost, "/rpc", bytes.NewReader(request))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+c.token)
	answer := httptest.NewRecorder()
	c.server.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		return nil, fmt.Errorf("status %d: %s", answer.Code, answer.Body)
	}
	return answer.Body.Bytes(), nil
}

func (c *directCaller) notify(request []byte) error {
	_, err := c.call(request)
	return err
}

// overHTTP returns a caller with a token, or none.
func (s *served) overHTTP(token string) caller { return &httpCaller{s.url, token, &http.Client{}} }

func (c *httpCaller) call(request []byte) ([]byte, error) {
	r, err := http.NewRequest(http.MethodPost, c.url, bytes.NewReader(request))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(answer.Body); err != nil {
		return nil, err
	}
	switch answer.StatusCode {
	case http.StatusOK:
		return body.Bytes(), nil
	case http.StatusNoContent:
		return nil, nil
	}
	return nil, fmt.Errorf("status %s: %s", answer.Status, body.Bytes())
}

func (c *httpCaller) notify(message []byte) error {
	answer, err := c.call(message)
	if err == nil && len(answer) > 0 {
		err = fmt.Errorf("a notification was answered: %s", answer)
	}
	return err
}

type wsCaller struct {
	mu   sync.Mutex
	conn *websocket.Conn
}

// overWebSocket connects with a token, or none.
func (s *served) overWebSocket(t *testing.T, token string) caller {
	t.Helper()
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.url, "http"), header)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &wsCaller{conn: conn}
}

func (c *wsCaller) call(request []byte) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.conn.WriteMessage(websocket.TextMessage, request); err != nil {
		return nil, err
	}
	_, answer, err := c.conn.ReadMessage()
	return answer, err
}

// notify does not wait: an answer would be taken for the next call's.
func (c *wsCaller) notify(message []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn.WriteMessage(websocket.TextMessage, message)
}

// A reply is a JSON-RPC answer, taken apart.
type reply struct {
	ID     json.RawMessage `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code int `json:"code"`
		Data struct {
			Param  string `json:"param"`
			File   string `json:"file"`
			Reason string `json:"reason"`
		} `json:"data"`
	} `json:"error"`
}

// fault returns the error as the oracle has it, nil for a result.
func (r reply) fault() *oracle.Error {
	if r.Error == nil {
		return nil
	}
	return &oracle.Error{Code: r.Error.Code, Param: r.Error.Data.Param, File: r.Error.Data.File, Reason: r.Error.Data.Reason}
}

// ask calls a method. Empty params are not sent.
func ask(c caller, method string, params json.RawMessage) (reply, error) {
	request := map[string]any{"jsonrpc": "2.0", "id": 1, "method": method}
	if len(params) > 0 {
		request["params"] = params
	}
	text, err := json.Marshal(request)
	if err != nil {
		return reply{}, err
	}
	answer, err := c.call(text)
	if err != nil {
		return reply{}, err
	}
	var r reply
	if err := json.Unmarshal(answer, &r); err != nil {
		return reply{}, fmt.Errorf("%w in %s", err, answer)
	}
	return r, nil
}
