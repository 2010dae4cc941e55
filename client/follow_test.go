package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"daybook/auth"
	"daybook/client"
	"daybook/internal/testserver"
	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
)

// numbered returns records whose details are the numbers from first on.
func numbered(first, n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("%d\tCLIENT\t7\tNote\tINFO\tx\t%d", today().Unix(), first+i)
	}
	return lines
}

// write appends numbered records to a server's journal.
func write(t testing.TB, s *testserver.Server, first, n int) {
	t.Helper()
	if err := s.Append(today(), numbered(first, n)...); err != nil {
		t.Error(err)
	}
}

// A relay passes bytes on between clients and a server, and can cut all
// connections at once, in the middle of whatever is on its way.
type relay struct {
	listener net.Listener
	to       string
	all      sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
}

func newRelay(t *testing.T, to string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: l, to: to}
	r.all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			r.pass(conn)
		}
	})
	t.Cleanup(func() {
		l.Close()
		r.cut()
		r.all.Wait()
	})
	return r
}

func (r *relay) pass(in net.Conn) {
	out, err := net.Dial("tcp", r.to)
	if err != nil {
		in.Close()
		return
	}
	r.mu.Lock()
	r.conns = append(r.conns, in, out)
	r.mu.Unlock()
	for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
		r.all.Go(func() {
			io.Copy(way[0], way[1])
			way[0].Close()
			way[1].Close()
		})
	}
}

// cut ends all connections.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		c.Close()
	}
	r.conns = nil
}

// TestFollowContinues follows a journal that is written to all the time, while
// connections are cut and the server starts again. Each record comes once, in
// order.
func TestFollowContinues(t *testing.T) {
	s := serve(t, testserver.Options{})
	r := newRelay(t, s.Addr)
	const before, records = 20, 4000
	write(t, s, 0, before)
	var mu sync.Mutex
	var pauses, again int
	c := dial(t, "ws://"+r.listener.Addr().String(), client.Options{
		Token: client.StaticToken(s.Token),
		Notify: func(change client.Change) {
			mu.Lock()
			defer mu.Unlock()
			if change.Err == nil {
				again++
			} else {
				pauses++
			}
		},
	})
	var came atomic.Int64
	var writer sync.WaitGroup
	writer.Go(func() {
		for first := before; first < records; first += 20 {
			settles(func() bool { return came.Load() >= before && int64(first)-came.Load() < 200 })
			write(t, s, first, 20)
			switch {
			case first == records/2:
				if err := errors.Join(s.Pause(), s.Resume()); err != nil {
					t.Error(err)
				}
			case first%400 == 100:
				r.cut()
			}
		}
	})
	next := 0
	for e, err := range c.Follow(t.Context(), client.SubscribeParams{Backfill: before}) {
		if err != nil {
			t.Fatal(err)
		}
		next = inOrder(t, e, next)
		came.Store(int64(next))
		if next == records {
			break
		}
	}
	writer.Wait()
	mu.Lock()
	defer mu.Unlock()
	if pauses < again || again < 5 {
		t.Errorf("told of %d pauses and %d connections after pauses", pauses, again)
	}
}

// inOrder wants the records of an event to have the numbers from next on, and
// returns the number after them.
func inOrder(t *testing.T, e *client.LogEvent, next int) int {
	t.Helper()
	records, err := e.Records()
	if err != nil || e.Dropped != 0 {
		t.Fatalf("an event with %d dropped records: %v", e.Dropped, err)
	}
	for _, record := range records {
		if record.Detail != strconv.Itoa(next) {
			t.Fatalf("record %s, want %d", record.Detail, next)
		}
		next++
	}
	return next
}

// TestFollowResumes begins behind a cursor of an earlier use, as a program does
// that was restarted.
func TestFollowResumes(t *testing.T) {
	s := serve(t, testserver.Options{})
	write(t, s, 0, 10)
	p := client.SubscribeParams{Backfill: 10}
	for next := 0; next < 30; {
		c := ask(t, s, "http") // live rows come over WebSocket whatever the address says
		for e, err := range c.Follow(t.Context(), p) {
			if err != nil {
				t.Fatal(err)
			}
			next = inOrder(t, e, next)
			p = client.SubscribeParams{After: e.Cursor}
			break
		}
		c.Close()
		write(t, s, next, 10)
	}
}

// TestFollowEnds ends in every way that is for good.
func TestFollowEnds(t *testing.T) {
	s := serve(t, testserver.Options{})
	token, err := s.NewToken("short", auth.SessionDealer, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	follow := func(token string, p client.SubscribeParams, begun func()) (events int, err error) {
		c := dial(t, "ws://"+s.Addr, client.Options{Token: client.StaticToken(token)})
		_, _ = c.Discover(t.Context()) // that the server has answered is what makes the client try again
		for e, err := range c.Follow(t.Context(), p) {
			if err != nil {
				return events, err
			}
			if events++; e.Ended == "" {
				begun()
			}
		}
		return events, nil
	}
	write(t, s, 0, 1)
	n, err := follow(token, client.SubscribeParams{Backfill: 1}, func() {
		if err := s.Revoke("short"); err != nil {
			t.Error(err)
		}
	})
	var ended *client.EndedError
	if !errors.As(err, &ended) || ended.Reason != client.EndedToken || ended.Cursor == "" || n != 2 {
		t.Errorf("after %d events: %v", n, err)
	}
	if _, err := follow(token, client.SubscribeParams{}, nil); !errors.Is(err, client.ErrNoToken) {
		t.Errorf("a revoked token: %v", err)
	}
	var own *client.Error
	if _, err := follow(s.Token, client.SubscribeParams{After: "x"}, nil); !errors.Is(err, client.ErrBadParams) || !errors.As(err, &own) || own.Data.Param != "after" {
		t.Errorf("a bad cursor: %v", err)
	}
	large := client.Conditions{WhereIn: []client.Clause{{"detail", []string{strings.Repeat("x", 2<<20)}}}}
	if _, err := follow(s.Token, client.SubscribeParams{Conditions: large}, nil); !errors.Is(err, client.ErrTooLarge) {
		t.Errorf("conditions of 2 MiB: %v", err)
	}
	c := ask(t, s, "ws")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, err := range c.Follow(ctx, client.SubscribeParams{Backfill: 1}) {
		if err == nil {
			cancel()
		} else if !errors.Is(err, context.Canceled) {
			t.Errorf("a context that ended: %v", err)
		}
	}
	for _, err := range c.Follow(t.Context(), client.SubscribeParams{Backfill: 1}) {
		if err == nil {
			c.Close()
		} else if !errors.Is(err, client.ErrClosed) {
			t.Errorf("a closed client: %v", err)
		}
	}
}

// TestFollowNewToken goes on with another token where there is one.
func TestFollowNewToken(t *testing.T) {
	s := serve(t, testserver.Options{})
	token, err := s.NewToken("short", auth.SessionDealer, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	tokens := make(chan string, 3)
	tokens <- token
	tokens <- s.Token // to look whether there is another one
	tokens <- s.Token // to subscribe
	c := dial(t, "ws://"+s.Addr, client.Options{Token: func(context.Context) (string, error) { return <-tokens, nil }})
	write(t, s, 0, 1)
	next := 0
	for e, err := range c.Follow(t.Context(), client.SubscribeParams{Backfill: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		next = inOrder(t, e, next)
		switch {
		case e.Ended != "":
			write(t, s, 1, 1)
		case next == 1:
			if err := s.Revoke("short"); err != nil {
				t.Fatal(err)
			}
		}
		if next == 2 {
			break
		}
	}
}

// TestSubscription begins and ends a subscription by hand.
func TestSubscription(t *testing.T) {
	s := serve(t, testserver.Options{})
	c := ask(t, s, "ws")
	sub, err := c.SubscribeLogs(t.Context(), client.SubscribeParams{Conditions: client.Conditions{WhereNot: []client.Clause{{"detail", "0"}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	write(t, s, 0, 3)
	var details []string
	for len(details) < 2 {
		e, err := sub.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if e.Subscription != sub.ID || e.Cursor == "" {
			t.Errorf("event of %q, cursor %q", e.Subscription, e.Cursor)
		}
		for _, row := range e.Rows {
			details = append(details, row[6].(string))
		}
	}
	if diff := cmp.Diff([]string{"1", "2"}, details); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := sub.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Next without an event: %v", err)
	}
	for _, want := range []bool{true, false} {
		if known, err := sub.UnsubscribeLogs(t.Context()); known != want || err != nil {
			t.Errorf("UnsubscribeLogs: %v, %v, want %v", known, err, want)
		}
	}
	sub.Close()
	if _, err := sub.Next(t.Context()); !errors.Is(err, client.ErrClosed) {
		t.Errorf("Next after Close: %v", err)
	}
}

// TestSlowReader does not take events while much is written, and asks other things
// meanwhile. The client keeps no more than its bound, so the server drops records,
// says how many, and keeps the connection as long as it can write.
func TestSlowReader(t *testing.T) {
	s := serve(t, testserver.Options{Limits: func(l *rpc.Limits) { l.EventQueue, l.Stall = 64<<10, hangs }})
	c := ask(t, s, "ws")
	sub, err := c.SubscribeLogs(t.Context(), client.SubscribeParams{})
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	long := strings.Repeat("x", 10_000)
	const records = 3000 // 30 MB, more than the queues of both sides and their sockets
	line := fmt.Sprintf("%d\tCLIENT\t7\tNote\tINFO\tx\t%s", today().Unix(), long)
	for range records / 100 {
		lines := make([]string, 100)
		for i := range lines {
			lines[i] = line
		}
		if err := s.Append(today(), lines...); err != nil {
			t.Fatal(err)
		}
	}
	seen := func() bool {
		got, err := c.GetLogsByFilter(t.Context(), client.FilterParams{})
		return err == nil && got.Count == records
	}
	if !settles(seen) {
		t.Fatal("the records are not there")
	}
	rows, dropped := int64(0), int64(0)
	for rows+dropped < records {
		e, err := sub.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		rows += int64(len(e.Rows))
		dropped += e.Dropped
	}
	if dropped == 0 || rows+dropped != records {
		t.Errorf("%d records came and %d were dropped, of %d", rows, dropped, records)
	}
}

// TestBrokenEvents sends events that are none.
func TestBrokenEvents(t *testing.T) {
	const event = `{"jsonrpc":"2.0","method":"LogEvent","params":%s}`
	for params, says := range map[string]string{
		`{"rows":1}`: "read an event: json: cannot unmarshal number",
		`[]`:         "read an event: json: cannot unmarshal array",
		`7`:          "read an event: json: cannot unmarshal number",
	} {
		h := newHostile(t, func(p *peer) {
			p.send(`{"jsonrpc":"2.0","id":%d,"result":{"subscription":"s","cursor":"c"}}`, p.next().ID)
			p.send(event, params)
			p.hold()
		})
		c := dial(t, h.address(), client.Options{})
		sub, err := c.SubscribeLogs(t.Context(), client.SubscribeParams{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sub.Next(t.Context()); !errors.As(err, new(*client.ProtocolError)) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", params, err, says)
		}
	}
	empty := newHostile(t, func(p *peer) {
		p.send(`{"jsonrpc":"2.0","id":%d,"result":{"subscription":"s","cursor":"c"}}`, p.next().ID)
		p.send(`{"jsonrpc":"2.0","method":"LogEvent"}`)
		p.hold()
	})
	if sub, err := dial(t, empty.address(), client.Options{}).SubscribeLogs(t.Context(), client.SubscribeParams{}); err != nil {
		t.Error(err)
	} else if _, err := sub.Next(t.Context()); !errors.As(err, new(*client.ProtocolError)) {
		t.Errorf("without params: %v", err)
	}
	h := newHostile(t, func(p *peer) { p.answer(); p.hold() })
	c := dial(t, h.address(), client.Options{})
	if _, err := c.SubscribeLogs(t.Context(), client.SubscribeParams{}); err == nil || !strings.Contains(err.Error(), "the answer to SubscribeLogs has no cursor") {
		t.Errorf("without a cursor: %v", err)
	}
	silent := newHostile(t, func(p *peer) { p.hold() })
	c = dial(t, silent.address(), client.Options{ConnectTimeout: 30 * time.Millisecond})
	if _, err := c.SubscribeLogs(t.Context(), client.SubscribeParams{}); err == nil || !strings.HasSuffix(err.Error(), " within 30ms") {
		t.Errorf("without an answer: %v", err)
	}
}

// TestFollowParams loses connections at every stage, and looks what the next one
// is asked for.
func TestFollowParams(t *testing.T) {
	begin := func(p *peer, cursor string) {
		m := p.next()
		p.server.mu.Lock()
		p.server.asked = append(p.server.asked, string(m.Params))
		p.server.mu.Unlock()
		p.send(`{"jsonrpc":"2.0","id":%d,"result":{"subscription":"s","cursor":%q}}`, m.ID, cursor)
	}
	event := func(p *peer, cursor, more string) {
		p.send(`{"jsonrpc":"2.0","method":"LogEvent","params":{"subscription":"s","structure":[],"rows":[],"dropped":0,"cursor":%q%s}}`, cursor, more)
	}
	for _, tt := range []struct {
		params client.SubscribeParams
		want   []string
	}{
		{client.SubscribeParams{Backfill: 5}, []string{`{"backfill":5}`, `{"backfill":5}`, `{"after":"c1"}`, `{"after":"c2"}`, `{"after":"c2"}`}},
		{client.SubscribeParams{}, []string{`{}`, `{"after":"c0"}`, `{"after":"c1"}`, `{"after":"c2"}`, `{"after":"c2"}`}},
		{client.SubscribeParams{After: "x"}, []string{`{"after":"x"}`, `{"after":"x"}`, `{"after":"c1"}`, `{"after":"c2"}`, `{"after":"c2"}`}},
	} {
		h := newHostile(t,
			func(p *peer) { begin(p, "c0") },
			func(p *peer) { begin(p, "cx"); event(p, "c1", "") },
			func(p *peer) { begin(p, "cx"); event(p, "c2", `,"ended":"cannot read a file"`) },
			func(p *peer) {
				p.server.mu.Lock()
				p.server.asked = append(p.server.asked, string(p.next().Params))
				p.server.mu.Unlock()
				p.send(`{"jsonrpc":"2.0","id":1,"error":{"code":-32029,"message":"busy"}}`)
			},
			func(p *peer) { begin(p, "cx"); event(p, "c3", `,"ended":"not permitted"`); p.hold() },
		)
		c := dial(t, h.address(), client.Options{})
		var cursors []string
		var ended *client.EndedError
		for e, err := range c.Follow(t.Context(), tt.params) {
			if err == nil {
				cursors = append(cursors, e.Cursor)
			} else if !errors.As(err, &ended) || ended.Reason != client.EndedRights {
				t.Errorf("it ended with %v", err)
			}
		}
		if diff := cmp.Diff([]string{"c1", "c2", "c3"}, cursors); diff != "" {
			t.Errorf("%+v: events (-want +got):\n%s", tt.params, diff)
		}
		if diff := cmp.Diff(tt.want, h.asked); diff != "" {
			t.Errorf("%+v: params (-want +got):\n%s", tt.params, diff)
		}
	}
}
