package client

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// maxSent is how often one call is sent, over as many connections, if each of
// them is lost before the answer comes.
const maxSent = 3

// A Client asks one server. Its methods may be called by any number of
// goroutines at once.
type Client struct {
	opts   Options
	post   string // where messages are posted
	socket string // where WebSocket connections are made
	shares bool   // calls share a WebSocket connection
	tls    *tls.Config
	http   *http.Client

	life   context.Context // ends with Close
	end    context.CancelFunc
	worked atomic.Bool // the server has answered something other than an error

	turn      chan struct{} // held by the one goroutine that connects for calls; guards what follows
	backoff   backoff
	earliest  time.Time // of the next attempt
	connected bool      // the last attempt went well
	failed    failure   // the last attempt that did not

	mu     sync.Mutex // guards what follows
	shared *conn      // for calls; nil: there is none
	conns  map[*conn]struct{}
	closed bool
	bound  string // token of Authenticate; "": none
	wg     sync.WaitGroup
}

// A failure is an attempt to connect that failed by no doing of who made it.
type failure struct {
	err error
	at  time.Time // when it did
}

// New returns a client of the server at address, as ws://127.0.0.1:7390 or
// https://audit.example.com: the scheme is ws, wss, http or https, and the path
// /rpc is added where it is missing. New checks its arguments and does not
// connect.
func New(address string, opts Options) (*Client, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil: // whose text may hold a password
		return nil, errors.New("client: the address cannot be read; want ws, wss, http or https, host and port")
	case u.User != nil:
		return nil, errors.New("client: the address holds a user; a token is given by Options.Token")
	}
	secure := map[string]bool{"ws": false, "http": false, "wss": true, "https": true}
	encrypted, known := secure[u.Scheme]
	if !known || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("client: %q is no address of a server; want ws, wss, http or https, host and port", address)
	}
	c := &Client{
		opts:   opts.withDefaults(),
		shares: strings.HasPrefix(u.Scheme, "ws"),
		turn:   make(chan struct{}, 1),
		conns:  make(map[*conn]struct{}),
	}
	if c.tls, err = c.opts.tlsConfig(); err != nil {
		return nil, fmt.Errorf("client: certificates of authorities: %w", err)
	}
	if !strings.HasSuffix(u.Path, "/rpc") {
		u.Path = strings.TrimRight(u.Path, "/") + "/rpc"
	}
	u.Scheme = map[bool]string{false: "http", true: "https"}[encrypted]
	c.post = u.String()
	u.Scheme = map[bool]string{false: "ws", true: "wss"}[encrypted]
	c.socket = u.String()
	c.http = c.newHTTP()
	c.backoff = c.newBackoff()
	c.life, c.end = context.WithCancel(context.Background())
	return c, nil
}

// Close ends all connections, and with them the calls that wait and the
// subscriptions. It returns when nothing of the client runs any more. The error
// is always nil.
func (c *Client) Close() error {
	c.end()
	c.mu.Lock()
	c.closed = true
	open := make([]*conn, 0, len(c.conns))
	for one := range c.conns {
		open = append(open, one)
	}
	c.mu.Unlock()
	for _, one := range open {
		one.hangUp()
	}
	c.http.CloseIdleConnections()
	c.wg.Wait()
	return nil
}

// Call calls a method by its name. Params are what the method takes, as a value
// that package json encodes to an object, or nil for none; into result, unless it
// is nil, the answer is decoded, with numbers as [json.Number] where they go into
// an interface. A *[json.RawMessage] receives the answer as it came.
//
// The error is an *[Error] where the server refused, a *[ConnectionError] where it
// was not reached, a *[ProtocolError] where the answer does not fit into result,
// ctx's own, or ErrClosed. When ctx ends first, the server is told to give up.
//
// Over a WebSocket connection that is lost, the call is sent again over another
// one. Subscriptions are made by [Client.SubscribeLogs], and a token is bound by
// [Client.Authenticate]; called by their names they concern a connection that
// nobody holds.
func (c *Client) Call(ctx context.Context, method string, params, result any) error {
	text, err := encodeParams(method, params)
	if err != nil {
		return err
	}
	answer, _, err := c.ask(ctx, method, text)
	if err != nil || result == nil {
		return err
	}
	return decode("the answer to "+method, answer, result)
}

// encodeParams returns the params of a call, nil for none.
func encodeParams(method string, params any) (json.RawMessage, error) {
	if params == nil {
		return nil, nil
	}
	text, err := json.Marshal(params)
	if err != nil {
		return nil, fmt.Errorf("params of %s: %w", method, err)
	}
	return text, nil
}

// ask makes one call, over as many connections as it takes. It returns the one
// over which the answer came, nil for HTTP.
func (c *Client) ask(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, *conn, error) {
	if !c.shares {
		answer, err := c.askHTTP(ctx, method, params)
		return answer, nil, err
	}
	giveUp := time.Now().Add(c.opts.Patience)
	for sent, renewed := 1, false; ; {
		on, err := c.connection(ctx)
		if err != nil {
			return nil, nil, err
		}
		token := on.token()
		answer, err := on.call(ctx, method, params)
		pause := retryAfter(err)
		switch {
		case err == nil:
			c.worked.Store(true)
			return answer, on, nil
		case lost(err) && sent < maxSent:
			sent++
		case method == methodAuthenticate:
			return nil, nil, err
		case errors.Is(err, ErrNoToken) && !renewed && c.renew(ctx, on, token):
			renewed = true
		case errors.Is(err, ErrTooFrequent) && time.Now().Add(pause).Before(giveUp):
			if err := c.wait(ctx, pause+rand.N(c.opts.MinPause)); err != nil {
				return nil, nil, err
			}
		default:
			return nil, nil, err
		}
	}
}

// lost reports whether a connection was lost by no fault of what came over it.
func lost(err error) bool {
	return errors.As(err, new(*ConnectionError)) && !errors.As(err, new(*ProtocolError))
}

// connection returns the connection for calls. It makes one if there is none,
// and goes on trying if there was one before. Who waited meanwhile for the turn to
// try, and has no time left for that, shares the failure.
func (c *Client) connection(ctx context.Context) (*conn, error) {
	began := time.Now()
	giveUp := began.Add(c.opts.Patience)
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c.mu.Lock()
	shared := c.shared
	c.mu.Unlock()
	if shared != nil && shared.alive() {
		return shared, nil
	}
	if c.failed.at.After(began) && (!c.worked.Load() || time.Now().After(giveUp)) {
		return nil, c.failed.err
	}
	for paused := false; ; paused = true {
		if err := c.wait(ctx, time.Until(c.earliest)); err != nil {
			return nil, err
		}
		made, err := c.dial(ctx, nil)
		if err == nil {
			c.share(made)
			if paused {
				c.opts.Notify(Change{})
			}
			return made, nil
		}
		if ctx.Err() != nil || c.life.Err() != nil {
			return nil, err
		}
		c.failed = failure{err, time.Now()}
		if own := (*Error)(nil); errors.As(err, &own) && own.lasting() || !c.worked.Load() {
			return nil, err
		}
		pause := c.backoff.pause() + retryAfter(err)
		c.earliest = time.Now().Add(pause)
		if c.earliest.After(giveUp) {
			return nil, err
		}
		c.opts.Notify(Change{Err: err, Lost: c.connected, Wait: pause})
		c.connected = false
	}
}

// share makes a connection that of calls. The caller has the turn.
func (c *Client) share(made *conn) {
	c.backoff.reset()
	c.connected = true
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shared = made
}

func (c *Client) newBackoff() backoff {
	return backoff{least: c.opts.MinPause, most: c.opts.MaxPause}
}

// wait sleeps, unless ctx or the client ends.
func (c *Client) wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	inner, cancel := c.within(ctx)
	defer cancel()
	return c.ended(ctx, sleep(inner, d))
}

// within returns a context that ends with ctx and with the client.
func (c *Client) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(c.life, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// ended returns ErrClosed or ctx's error in place of an error that came because
// the client or ctx ended.
func (c *Client) ended(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case c.life.Err() != nil:
		return ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	}
	if end, ok := ctx.Deadline(); ok && !time.Now().Before(end) {
		return context.DeadlineExceeded // a socket noticed it first
	}
	return err
}
