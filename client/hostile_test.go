package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"daybook/client"

	"github.com/gorilla/websocket"
)

// A hostile server does to each connection what the next of its acts says; the
// last one lasts.
type hostile struct {
	*httptest.Server
	t *testing.T

	mu    sync.Mutex
	acts  []func(*peer)
	asked []string // what each connection was asked first
}

// A peer is a connection to a hostile server's client.
type peer struct {
	*websocket.Conn
	server *hostile
}

func newHostile(t *testing.T, acts ...func(*peer)) *hostile {
	h := &hostile{t: t, acts: acts}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *hostile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	act := h.acts[0]
	if len(h.acts) > 1 {
		h.acts = h.acts[1:]
	}
	h.mu.Unlock()
	ws, err := new(websocket.Upgrader).Upgrade(w, r, nil)
	if err != nil {
		h.t.Error(err)
		return
	}
	defer ws.Close()
	act(&peer{ws, h})
}

// address returns that of the server's WebSocket.
func (h *hostile) address() string { return "ws" + strings.TrimPrefix(h.URL, "http") }

// A sent is what a client sent.
type sent struct {
	ID     uint64
	Method string
	Params json.RawMessage
}

// next reads a message of the client's. The zero value is the end.
func (p *peer) next() (m sent) {
	if p.ReadJSON(&m) != nil {
		return sent{}
	}
	return m
}

func (p *peer) send(format string, args ...any) {
	_ = p.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)) // the client may be gone
}

// answer answers one call with 42.
func (p *peer) answer() { p.send(`{"jsonrpc":"2.0","id":%d,"result":42}`, p.next().ID) }

// hold reads until the client leaves.
func (p *peer) hold() {
	for p.next().Method != "" {
	}
}

// raw writes bytes without a frame around them.
func (p *peer) raw(text string) { io.WriteString(p.NetConn(), text) }

// number calls a method that answers with a number.
func number(ctx context.Context, c *client.Client) (int, error) {
	var n int
	err := c.Call(ctx, "x", nil, &n)
	return n, err
}

// TestLostConnections loses connections in the middle of calls, in ways of a
// network or a server that ends: the call is sent again.
func TestLostConnections(t *testing.T) {
	for name, act := range map[string]func(*peer){
		"at once":         func(p *peer) {},
		"after the call":  func(p *peer) { p.next() },
		"within a header": func(p *peer) { p.next(); p.raw("\x81") },
		"within a frame":  func(p *peer) { p.next(); p.raw("\x81\x7e\x10\x00" + `{"jsonrpc":"2.0","id":1,"res`) },
		"going away": func(p *peer) {
			p.next()
			p.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, ""), time.Now().Add(time.Second))
		},
		"breach of the protocol": func(p *peer) { p.next(); p.raw("\xff\xff\xff\xff\xff\xff") },
		"reset": func(p *peer) {
			p.next()
			p.NetConn().(*net.TCPConn).SetLinger(0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHostile(t, act, act, func(p *peer) { p.answer(); p.hold() })
			c := dial(t, h.address(), client.Options{})
			if n, err := number(t.Context(), c); n != 42 || err != nil {
				t.Errorf("the third connection: %d, %v", n, err)
			}
			always := dial(t, newHostile(t, act).address(), client.Options{})
			_, err := number(t.Context(), always)
			if own := (*client.ConnectionError)(nil); !errors.As(err, &own) || !strings.HasPrefix(own.URL, "ws://127.0.0.1:") {
				t.Errorf("always: error %v", err)
			}
			if name == "going away" && !errors.Is(err, client.ErrShutdown) {
				t.Errorf("error %v, want %v", err, client.ErrShutdown)
			}
		})
	}
}

// TestGarbage sends what is no answer: the call fails, and is not sent again.
func TestGarbage(t *testing.T) {
	for text, says := range map[string]string{
		`no JSON`:                   "the server sent no JSON-RPC message: invalid character",
		`[]`:                        "the server sent no JSON-RPC message: json: cannot unmarshal array",
		`{"id":1,"error":"x"}`:      "the server sent no JSON-RPC message: json: cannot unmarshal string",
		`{"id":1}`:                  "without result and error",
		`{"id":1,"result":"text"}`:  "read the answer to x: json: cannot unmarshal string",
		strings.Repeat("x", 70_000): "the server sent a message of more than 65536 bytes",
	} {
		h := newHostile(t, func(p *peer) { p.next(); p.send("%s", text); p.hold() }, func(p *peer) { p.answer(); p.hold() })
		c := dial(t, h.address(), client.Options{MaxMessage: 64 << 10})
		_, err := number(t.Context(), c)
		if own := (*client.ProtocolError)(nil); !errors.As(err, &own) || !strings.Contains(err.Error(), says) {
			t.Errorf("%.40s: error %v, want %q", text, err, says)
		}
	}
	h := newHostile(t, func(p *peer) { p.next(); p.WriteMessage(websocket.BinaryMessage, []byte("{}")); p.hold() })
	if _, err := number(t.Context(), dial(t, h.address(), client.Options{})); err == nil || !strings.Contains(err.Error(), "the server sent a binary message") {
		t.Errorf("a binary message: %v", err)
	}
}

// TestOtherIDs answers calls that nobody made, in every spelling, and the call
// itself twice.
func TestOtherIDs(t *testing.T) {
	h := newHostile(t, func(p *peer) {
		id := p.next().ID
		for _, other := range []string{`null`, `"1"`, `1.0`, `-1`, `999`, `99999999999999999999999`, `{}`} {
			p.send(`{"jsonrpc":"2.0","id":%s,"result":1}`, other)
		}
		p.send(`{"jsonrpc":"2.0","result":1}`)
		p.send(`{"jsonrpc":"2.0","method":"LogEvent","params":{}}`)
		p.send(`{"jsonrpc":"2.0","method":"other"}`)
		p.send(`{"jsonrpc":"2.0","id":%d,"result":42}`, id)
		p.send(`{"jsonrpc":"2.0","id":%d,"result":43}`, id)
		p.answer()
		p.hold()
	})
	c := dial(t, h.address(), client.Options{})
	for range 2 {
		if n, err := number(t.Context(), c); n != 42 || err != nil {
			t.Errorf("%d, %v, want 42", n, err)
		}
	}
}

// TestErrorWithoutID blames the largest call for a message that the server could
// not take apart, and sends the others again when the connection ends.
func TestErrorWithoutID(t *testing.T) {
	h := newHostile(t, func(p *peer) {
		p.next()
		p.next()
		p.send(`{"jsonrpc":"2.0","id":null,"error":{"code":-32013,"message":"message too large: 2, the limit is 1","data":{"limit":1,"actual":2}}}`)
		p.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseMessageTooBig, ""), time.Now().Add(time.Second))
	}, func(p *peer) { p.answer(); p.hold() })
	c := dial(t, h.address(), client.Options{})
	var both sync.WaitGroup
	both.Go(func() {
		err := c.Call(t.Context(), "large", strings.Repeat("x", 1000), nil)
		if own := (*client.Error)(nil); !errors.Is(err, client.ErrTooLarge) || !errors.As(err, &own) || own.Data.Limit != 1 || own.Data.Actual != 2 {
			t.Errorf("the large call: %v", err)
		}
	})
	both.Go(func() {
		if n, err := number(t.Context(), c); n != 42 || err != nil {
			t.Errorf("the small call: %d, %v", n, err)
		}
	})
	both.Wait()
}

// TestNeverAnswers gives up a call whose server is silent: the server is told,
// and the connection is still good.
func TestNeverAnswers(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h := newHostile(t, func(p *peer) {
		first := p.next()
		cancel()
		gaveUp := p.next()
		want := fmt.Sprintf(`{"id":%d}`, first.ID)
		if gaveUp.Method != "$/cancelRequest" || string(gaveUp.Params) != want || gaveUp.ID != 0 {
			t.Errorf("the server was told %+v, want %s", gaveUp, want)
		}
		p.send(`{"jsonrpc":"2.0","id":%d,"error":{"code":-32008,"message":"cancelled"}}`, first.ID)
		p.answer()
		p.hold()
	})
	c := dial(t, h.address(), client.Options{})
	if _, err := number(ctx, c); !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "x: ") {
		t.Errorf("the silent call: %v", err)
	}
	if n, err := number(t.Context(), c); n != 42 || err != nil {
		t.Errorf("the next call: %d, %v", n, err)
	}
}

// TestPutOff refuses a call for a second, and then for longer than the client has
// patience.
func TestPutOff(t *testing.T) {
	busy := func(p *peer, seconds int) {
		p.send(`{"jsonrpc":"2.0","id":%d,"error":{"code":-32029,"message":"busy","data":{"retryAfter":%d}}}`, p.next().ID, seconds)
	}
	h := newHostile(t, func(p *peer) {
		busy(p, 1)
		p.answer()
		busy(p, 100)
		p.hold()
	})
	c := dial(t, h.address(), client.Options{})
	began := time.Now()
	if n, err := number(t.Context(), c); n != 42 || err != nil || time.Since(began) < time.Second {
		t.Errorf("after %v: %d, %v", time.Since(began), n, err)
	}
	var own *client.Error
	if _, err := number(t.Context(), c); !errors.Is(err, client.ErrTooFrequent) || !errors.As(err, &own) || own.Data.RetryAfter != 100 {
		t.Errorf("put off for long: %v", err)
	}
}

// TestStalls connects to servers that take connections, and nothing else: each
// call ends with its context, and Close waits for nothing.
func TestStalls(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts no connection; the system does
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	stalled := make(chan struct{})
	t.Cleanup(func() { close(stalled) })
	deaf := newHostile(t, func(p *peer) {
		p.NetConn().(*net.TCPConn).SetReadBuffer(4096)
		<-stalled
	})
	for name, address := range map[string]string{
		"handshake": "ws://" + silent.Addr().String(), "TLS": "wss://" + silent.Addr().String(), "HTTP": "http://" + silent.Addr().String(),
		"reading": deaf.address(),
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, address, client.Options{})
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
			defer cancel()
			var calls sync.WaitGroup
			large := strings.Repeat("x", 64<<10)
			for range 100 { // more than are in flight, and than a socket holds
				calls.Go(func() {
					if err := c.Call(ctx, "x", large, nil); !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("error %v", err)
					}
				})
			}
			calls.Wait()
			closed := make(chan error)
			go func() { closed <- c.Call(context.Background(), "x", nil, nil) }()
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			if err := <-closed; !errors.Is(err, client.ErrClosed) {
				t.Errorf("a call of a closed client: %v", err)
			}
		})
	}
	c := dial(t, "ws://"+silent.Addr().String(), client.Options{ConnectTimeout: 10 * time.Millisecond})
	if _, err := number(t.Context(), c); err == nil || !strings.HasSuffix(err.Error(), "/rpc: no connection within 10ms") {
		t.Errorf("after the timeout: %v", err)
	}
}

// TestSilence loses a connection over which nothing comes, and keeps one that is
// idle while its peer answers pings.
func TestSilence(t *testing.T) {
	t.Parallel()
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	deaf := newHostile(t, func(p *peer) { p.next(); <-over }, func(p *peer) { p.answer(); p.hold() })
	c := dial(t, deaf.address(), client.Options{Silence: 200 * time.Millisecond})
	if n, err := number(t.Context(), c); n != 42 || err != nil {
		t.Errorf("the second connection: %d, %v", n, err)
	}
	pinged := make(chan struct{})
	idle := newHostile(t, func(p *peer) {
		pings := 0
		p.SetPingHandler(func(text string) error {
			if pings++; pings == 4 { // one more than there are in a silence
				close(pinged)
			}
			return p.WriteControl(websocket.PongMessage, []byte(text), time.Now().Add(hangs))
		})
		p.answer()
		p.answer()
		p.hold()
	}, func(*peer) { t.Error("there is a second connection") })
	c = dial(t, idle.address(), client.Options{Silence: 1500 * time.Millisecond})
	for range 2 {
		if n, err := number(t.Context(), c); n != 42 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		select {
		case <-pinged:
		case <-time.After(hangs):
			t.Fatal("there are no pings")
		}
	}
}

// TestRefusedUpgrade answers upgrades as a proxy does.
func TestRefusedUpgrade(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		io.WriteString(w, "<h1>no \x1b[2J backend</h1>"+r.Header.Get("Authorization")+strings.Repeat("x", 1000))
	}))
	defer s.Close()
	for _, scheme := range schemes {
		c := dial(t, scheme+strings.TrimPrefix(s.URL, "http"), client.Options{Token: client.StaticToken("dbk_secret")})
		_, err := number(t.Context(), c)
		var own *client.StatusError
		if !errors.As(err, &own) || own.Status != "502 Bad Gateway" || len(own.Body) > 210 || !strings.Contains(err.Error(), `/rpc: answered 502 Bad Gateway: "<h1>no \x1b[2J backend</h1>Bearer ***xxx`) {
			t.Errorf("%s: error %v", scheme, err)
		}
	}
}

// TestEndlessHandshake connects to a server whose answer to that never ends. The
// client takes no more of it than it should.
func TestEndlessHandshake(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan int, 1)
	go func() {
		total := 0
		defer func() { sent <- total }()
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\n")
		for piece := []byte(strings.Repeat("A: b\r\n", 1000)); total < 100<<20; {
			n, err := conn.Write(piece)
			total += n
			if err != nil {
				return
			}
		}
	}()
	_, err = number(t.Context(), dial(t, "ws://"+l.Addr().String(), client.Options{}))
	l.Close()
	if own := (*client.ProtocolError)(nil); !errors.As(err, &own) {
		t.Errorf("an endless handshake: %v", err)
	}
	if n := <-sent; n >= 100<<20 {
		t.Errorf("the client took %d bytes", n)
	}
}

// TestNothingThere fails at once where there never was a server.
func TestNothingThere(t *testing.T) {
	for _, scheme := range schemes {
		c := dial(t, scheme+"://127.0.0.1:1", client.Options{Token: client.StaticToken("dbk_secret"), Patience: hangs, MinPause: hangs})
		_, err := number(t.Context(), c)
		if own := (*client.ConnectionError)(nil); !errors.As(err, &own) || !strings.Contains(err.Error(), "connection refused") || strings.Contains(err.Error(), "dbk_") {
			t.Errorf("%s: %v", scheme, err)
		}
		for _, err := range c.Follow(t.Context(), client.SubscribeParams{}) {
			if !errors.As(err, new(*client.ConnectionError)) {
				t.Errorf("%s: Follow: %v", scheme, err)
			}
		}
	}
}

// TestPatience calls a server that has gone, and says so before each pause.
func TestPatience(t *testing.T) {
	t.Parallel()
	h := newHostile(t, func(p *peer) { p.answer() })
	var changes []client.Change
	c := dial(t, h.address(), client.Options{
		Patience: time.Second,
		Notify:   func(change client.Change) { changes = append(changes, change) },
	})
	if n, err := number(t.Context(), c); n != 42 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	h.Close()
	if _, err := number(t.Context(), c); !errors.As(err, new(*client.ConnectionError)) {
		t.Errorf("a server that has gone: %v", err)
	}
	if len(changes) == 0 {
		t.Error("nobody was told")
	}
	for i, change := range changes {
		if !errors.As(change.Err, new(*client.ConnectionError)) || change.Lost != (i == 0) || change.Wait <= 0 {
			t.Errorf("change %d: %+v", i, change)
		}
	}
	never := dial(t, h.address(), client.Options{Patience: -1, Notify: func(client.Change) { t.Error("it waits") }})
	if _, err := number(t.Context(), never); !errors.As(err, new(*client.ConnectionError)) {
		t.Errorf("without patience: %v", err)
	}
}

// TestPatienceTogether has many calls at once find out that a server has gone, or
// was never there: they share the attempts, and do not wait one after the other.
func TestPatienceTogether(t *testing.T) {
	t.Parallel()
	const calls = 50
	for _, tt := range []struct {
		name   string
		worked bool
	}{{"gone", true}, {"never there", false}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHostile(t, func(p *peer) { p.answer() })
			var attempts, waiting atomic.Int64
			begin := make(chan struct{})
			c := dial(t, h.address(), client.Options{
				Patience: 200 * time.Millisecond, MinPause: 40 * time.Millisecond, MaxPause: 40 * time.Millisecond,
				Token: func(context.Context) (string, error) {
					if attempts.Add(1) == 1 && !tt.worked {
						<-begin
					}
					return "", nil
				},
			})
			if tt.worked {
				if n, err := number(t.Context(), c); n != 42 || err != nil {
					t.Fatalf("%d, %v", n, err)
				}
			}
			h.Close()
			var all sync.WaitGroup
			for range calls {
				all.Go(func() {
					waiting.Add(1)
					if _, err := number(t.Context(), c); !errors.As(err, new(*client.ConnectionError)) {
						t.Errorf("a server that has gone: %v", err)
					}
				})
			}
			settles(func() bool { return waiting.Load() == calls })
			close(begin)
			all.Wait()
			if n := attempts.Load(); n > calls/2 {
				t.Errorf("%d attempts to connect by %d calls", n, calls)
			}
		})
	}
}

func TestNew(t *testing.T) {
	for _, tt := range []struct {
		address string
		opts    client.Options
		says    string
	}{
		{"", client.Options{}, `"" is no address of a server`},
		{"ftp://x", client.Options{}, `"ftp://x" is no address`},
		{"127.0.0.1:7390", client.Options{}, "the address cannot be read"},
		{"ws://", client.Options{}, "is no address"},
		{"ws://x?token=y", client.Options{}, "is no address"},
		{"ws://me:secret@x", client.Options{}, "the address holds a user"},
		{"ws://me:secret@x\x7f", client.Options{}, "the address cannot be read"},
		{"wss://x", client.Options{CA: []byte("x")}, "no certificate in PEM form"},
	} {
		_, err := client.New(tt.address, tt.opts)
		if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("New(%q): %v, want %q", tt.address, err, tt.says)
		}
	}
}
