package rpc_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"daybook/auth"
	"daybook/rpc"
)

// TestSubscriptionChurn has clients begin and end subscriptions at random while
// the journal grows, and leave, or lose their token, in between. No event comes
// before the answer that tells of its subscription, none after the one that tells
// of its end, every token that is lost brings a last event to all subscriptions, and
// nothing of any is left.
func TestSubscriptionChurn(t *testing.T) {
	t.Parallel()
	r := newLiveRig(t, func(l *rpc.Limits) { l.EventQueue = 8 << 10 })
	done, written := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(written)
		for {
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
				r.write(5)
			}
		}
	}()
	t.Run("clients", func(t *testing.T) {
		for i := range 8 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(2, uint64(i)))
				for round := range 2 {
					token := auth.Secret(fmt.Sprintf("token-%d-%d", i, round))
					r.tokens.set(token, auth.Principal{ID: int64(100 + i), Session: auth.SessionManager})
					c := &churner{wsClient: r.dial("Authorization: Bearer " + string(token)), rng: rng, live: make(map[string]bool), asked: make(map[int]string)}
					c.t = t
					c.conn.(*net.TCPConn).SetReadBuffer(16 << 10) // the server soon has to wait
					c.run(60)
					if round%2 == 0 {
						r.tokens.revoke(token)
						c.end()
					}
					c.conn.Close()
				}
			})
		}
	})
	close(done)
	<-written
	if !settles(func() bool { return r.server.Stats().Subscriptions == 0 && r.store.Stats().Subscribers == 0 }) {
		t.Errorf("left are %d subscriptions, of which the store has %d", r.server.Stats().Subscriptions, r.store.Stats().Subscribers)
	}
}

// A churner is a client of TestSubscriptionChurn.
type churner struct {
	*wsClient
	rng   *rand.Rand
	live  map[string]bool // by id; false: it is being unsubscribed
	asked map[int]string  // by the number of a request: what to unsubscribe, "" to subscribe
	sent  int
}

// run sends requests, some before it reads the answers to those before.
func (c *churner) run(requests int) {
	for c.sent < requests || len(c.asked) > 0 {
		if c.sent < requests && len(c.asked) < 8 && (len(c.asked) == 0 || c.rng.IntN(4) > 0) {
			c.request()
		} else {
			c.take(false)
		}
	}
}

// request begins or ends a subscription.
func (c *churner) request() {
	c.sent++
	for id, live := range c.live {
		if live && (len(c.live) > 20 || c.rng.IntN(3) == 0) {
			c.live[id] = false
			c.asked[c.sent] = id
			c.send(request(fmt.Sprint(c.sent), "UnsubscribeLogs", fmt.Sprintf(`{"subscription":%q}`, id)))
			return
		}
	}
	c.asked[c.sent] = ""
	params := []string{`{}`, `{"backfill":50}`, `{"where":["actor_id","like","%1%"]}`, `{"where":["actor_id","=","none"]}`}
	c.send(request(fmt.Sprint(c.sent), "SubscribeLogs", params[c.rng.IntN(len(params))]))
}

// take reads one message, and checks that it may come now. Only where ending is
// set may it end a subscription.
func (c *churner) take(ending bool) {
	var m struct {
		ID     int
		Method string
		Result json.RawMessage
		Params struct{ Subscription, Ended string }
	}
	text := c.receive()
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		c.t.Fatalf("%.200s: %v", text, err)
	}
	id := m.Params.Subscription
	if m.Method == "LogEvent" {
		if _, ok := c.live[id]; !ok {
			c.t.Fatalf("an event of %s, which has not begun or has ended: %.200s", id, text)
		}
		if ended := m.Params.Ended; ended != "" {
			if !ending || ended != "token expired" {
				c.t.Fatalf("%s ended: %s", id, ended)
			}
			delete(c.live, id)
		}
		return
	}
	old, ok := c.asked[m.ID]
	delete(c.asked, m.ID)
	var begun struct{ Subscription string }
	switch {
	case !ok:
		c.t.Fatalf("an answer to nothing: %.200s", text)
	case old != "":
		delete(c.live, old)
		if string(m.Result) != "true" {
			c.t.Fatalf("UnsubscribeLogs: %.200s", text)
		}
	case json.Unmarshal(m.Result, &begun) != nil || begun.Subscription == "":
		c.t.Fatalf("SubscribeLogs: %.200s", text)
	default:
		c.live[begun.Subscription] = true
	}
}

// end reads until all subscriptions have ended.
func (c *churner) end() {
	for len(c.live) > 0 {
		c.take(true)
	}
}
