package rpc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"daybook/auth"
	"daybook/filter"
	"daybook/logstore"
	"daybook/rpc"

	"github.com/google/go-cmp/cmp"
)

// A liveRig is a rig over a journal that grows.
type liveRig struct {
	*rig
	dir     string
	store   *logstore.Store
	written int // records by write
}

// liveName is the name of today's file, and noon a second of that day.
const (
	liveName = "audit-2026-04-22.tsv"
	noon     = 1776859200
)

// newLiveRig serves an empty journal.
func newLiveRig(t *testing.T, change func(l *rpc.Limits)) *liveRig {
	t.Helper()
	r := &liveRig{dir: t.TempDir()}
	r.append("")
	var err error
	r.store, err = logstore.Open(logstore.Options{
		Dir: r.dir, DataDir: t.TempDir(), Schema: rpc.AuditSchema(),
		Now: func() time.Time { return time.Unix(noon, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.store.Close(); err != nil {
			t.Error(err)
		}
	})
	o := quick(change)
	tokens := newRigTokens()
	o.Tokens = tokens
	o.Attempts = auth.NewAttempts(1000, nil)
	o.Methods = rpc.Methods(r.store, nil, tokens, o.Limits, filter.Limits{})
	r.rig = newRig(t, o)
	return r
}

func (r *liveRig) append(text string) {
	f, err := os.OpenFile(filepath.Join(r.dir, liveName), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err == nil {
		_, err = f.WriteString(text)
		f.Close()
	}
	if err != nil {
		panic(err)
	}
}

// write appends n records at once, numbered from the ones before on.
func (r *liveRig) write(n int) {
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "%d\tCLIENT\t%d\tLogin\tSUCCESS\t10.0.0.1\t\"quoted\"\n", noon, r.written)
		r.written++
	}
	r.append(b.String())
}

// A logEvent is a LogEvent as a client reads it.
type logEvent struct {
	Method string `json:"method"`
	Params struct {
		Subscription string              `json:"subscription"`
		Structure    []string            `json:"structure"`
		Rows         [][]json.RawMessage `json:"rows"`
		Dropped      int                 `json:"dropped"`
		Cursor       string              `json:"cursor"`
		Ended        string              `json:"ended"`
	} `json:"params"`
}

// event returns the next message, which must be an event of a subscription.
func (c *wsClient) event(id string) logEvent {
	c.t.Helper()
	return c.eventOf(id, c.receive())
}

func (c *wsClient) eventOf(id, text string) logEvent {
	c.t.Helper()
	var e logEvent
	d := json.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&e); err != nil || e.Method != "LogEvent" || e.Params.Subscription != id {
		c.t.Fatalf("got %.300s, want an event of %s", text, id)
	}
	return e
}

// subscribe subscribes, and returns the subscription's id and cursor.
func (c *wsClient) subscribe(params string) (id, cursor string) {
	c.t.Helper()
	answer := read(c.t, c.ask(request("1", "SubscribeLogs", params)))
	var got struct{ Subscription, Cursor string }
	if err := json.Unmarshal(answer.Result, &got); err != nil || got.Subscription == "" || got.Cursor == "" {
		c.t.Fatalf("SubscribeLogs(%s) = %s, %v", params, answer.Result, answer.Error)
	}
	return got.Subscription, got.Cursor
}

// numbers reads events until as many rows came as are wanted, and compares
// their numbers: those of the records from first on.
func (c *wsClient) numbers(id string, first, n int) (cursor string) {
	c.t.Helper()
	var got, want []string
	for i := range n {
		want = append(want, fmt.Sprintf("%q", fmt.Sprint(first+i)))
	}
	for len(got) < n {
		e := c.event(id)
		if e.Params.Dropped != 0 || e.Params.Ended != "" {
			c.t.Fatalf("event %+v", e)
		}
		for _, row := range e.Params.Rows {
			got = append(got, string(row[2]))
		}
		cursor = e.Params.Cursor
	}
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Fatalf("rows mismatch (-want +got):\n%s", diff)
	}
	return cursor
}

func TestSubscribeLogs(t *testing.T) {
	t.Parallel()
	r := newLiveRig(t, func(*rpc.Limits) {})
	r.write(3)
	c := r.dialManager()
	id, cursor := c.subscribe(`{"where":["actor_id","!=","4"]}`)
	r.write(1)
	text := c.receive()
	got := c.eventOf(id, text)
	want := fmt.Sprintf(`{"jsonrpc":"2.0","method":"LogEvent","params":{"subscription":%q,`+
		`"structure":["timestamp","actor_type","actor_id","action","status","source","detail"],`+
		`"rows":[[%d,"CLIENT","3","Login","SUCCESS","10.0.0.1","\"quoted\""]],"dropped":0,"cursor":%q}}`, id, noon, got.Params.Cursor)
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("event mismatch (-want +got):\n%s", diff)
	}
	r.write(2) // of which one does not match
	next := c.numbers(id, 5, 1)
	if next == cursor || next == got.Params.Cursor {
		t.Errorf("the cursor stays %s", next)
	}
	for _, tt := range []struct{ id, want string }{{id, "true"}, {id, "false"}, {"nobody's", "false"}} {
		answer := c.ask(request("2", "UnsubscribeLogs", fmt.Sprintf(`{"subscription":%q}`, tt.id)))
		if want := result("2", tt.want); answer != want {
			t.Errorf("UnsubscribeLogs(%s) = %s, want %s", tt.id, answer, want)
		}
	}
	r.write(1)
	again, _ := c.subscribe(fmt.Sprintf(`{"after":%q}`, cursor))
	c.numbers(again, 3, 4)
	if again == id {
		t.Errorf("two subscriptions have the id %s", id)
	}
	filled, _ := c.subscribe(`{"backfill":"3"}`)
	c.numbers(filled, 4, 3)
	if st := r.server.Stats(); st.Subscriptions != 2 || st.Events < 4 || st.EventRows != 2+4+3 {
		t.Errorf("Stats() = %+v, want 2 subscriptions and 9 rows", st)
	}
	other := r.dialManager()
	if answer := other.ask(request("2", "UnsubscribeLogs", fmt.Sprintf(`{"subscription":%q}`, again))); answer != result("2", "false") {
		t.Errorf("UnsubscribeLogs of another connection's subscription = %s, want false", answer)
	}
	var seen []string
	for _, x := range r.seen.exchanges() {
		seen = append(seen, x.Method+" "+x.Transport+" "+x.Principal.Name)
	}
	if diff := cmp.Diff([]string{
		"SubscribeLogs ws mia", "SubscribeLogs ws mia", "SubscribeLogs ws mia",
		"UnsubscribeLogs ws mia", "UnsubscribeLogs ws mia", "UnsubscribeLogs ws mia", "UnsubscribeLogs ws mia",
	}, sorted(seen)); diff != "" {
		t.Errorf("observed exchanges mismatch (-want +got):\n%s", diff)
	}
}

// TestSubscribeFaults has requests that begin no subscription.
func TestSubscribeFaults(t *testing.T) {
	t.Parallel()
	r := newLiveRig(t, func(l *rpc.Limits) { l.Subscriptions = 2 })
	const needs = `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"method \"%s\": needs WebSocket or TCP","data":{"reason":"needs WebSocket or TCP"}}}`
	for _, method := range []string{"SubscribeLogs", "UnsubscribeLogs"} {
		for _, header := range []string{"Authorization:", "Authorization: Bearer " + managerToken} {
			if _, got := r.post(request("1", method, `{"x":1}`), header); got != fmt.Sprintf(needs, method) {
				t.Errorf("%s over HTTP = %s", method, got)
			}
		}
	}
	c := r.dialManager()
	c.send(`{"jsonrpc":"2.0","method":"SubscribeLogs","params":{}}`) // a notification: not executed
	_, cursor := c.subscribe(`{}`)
	for _, tt := range []struct {
		params string
		code   int
		data   string
	}{
		{`{"orderBy":["status"]}`, -32602, `"orderBy"`},
		{`{"limit":1}`, -32602, `"limit"`},
		{`{"backfill":10001}`, -32602, `"backfill"`},
		{`{"backfill":1,"after":"` + cursor + `"}`, -32602, `"after"`},
		{`{"after":1}`, -32602, `"after"`},
		{`{"after":""}`, -32602, `"after"`},
		{`{"after":"no cursor"}`, -32602, `"after"`},
		{`{"where":["status","~","x"],"after":1}`, -32602, `"where[1]"`},
	} {
		answer := read(t, c.ask(request("1", "SubscribeLogs", tt.params)))
		if answer.code() != tt.code || !strings.Contains(string(answer.Error.Data), `"param":`+tt.data) {
			t.Errorf("SubscribeLogs(%s) = %+v, want %d about %s", tt.params, answer.Error, tt.code, tt.data)
		}
	}
	id, _ := c.subscribe(`{}`)
	answer := c.ask(request("1", "SubscribeLogs", `{}`))
	if read(t, answer).code() != -32013 || !strings.Contains(answer, `"data":{"limit":2,"actual":3}`) {
		t.Errorf("a third subscription = %s, want -32013", answer)
	}
	c.ask(request("1", "UnsubscribeLogs", fmt.Sprintf(`{"subscription":%q}`, id)))
	c.subscribe(`{}`)

	// What a cursor speaks of is gone.
	r.write(10)
	other := r.dialManager()
	id, _ = other.subscribe(`{"backfill":10}`)
	cursor = other.numbers(id, 0, 10)
	if err := os.Truncate(filepath.Join(r.dir, liveName), 1); err != nil {
		t.Fatal(err)
	}
	answer = r.dialManager().ask(request("1", "SubscribeLogs", fmt.Sprintf(`{"after":%q}`, cursor)))
	if read(t, answer).code() != -32602 || !strings.Contains(answer, `"data":{"param":"after","reason":"cursor no longer valid"}`) {
		t.Errorf("SubscribeLogs after a truncation = %s", answer)
	}
}

// TestSubscribeInBatch has the answer to a batch come before the events of
// subscriptions in it.
func TestSubscribeInBatch(t *testing.T) {
	t.Parallel()
	r := newLiveRig(t, func(*rpc.Limits) {})
	r.write(5)
	c := r.dialManager()
	answers := readAll(t, c.ask("["+request("1", "SubscribeLogs", `{"backfill":5}`)+","+request("2", "SubscribeLogs", `{"backfill":5}`)+"]"))
	want := map[string]int{}
	for _, a := range answers {
		var got struct{ Subscription string }
		if err := json.Unmarshal(a.Result, &got); err != nil {
			t.Fatal(err)
		}
		want[got.Subscription] = 5
	}
	if len(want) != 2 {
		t.Fatalf("answers %v, want two subscriptions", answers)
	}
	for len(want) > 0 {
		var e logEvent
		if err := json.Unmarshal([]byte(c.receive()), &e); err != nil {
			t.Fatal(err)
		}
		if want[e.Params.Subscription] -= len(e.Params.Rows); want[e.Params.Subscription] == 0 {
			delete(want, e.Params.Subscription)
		}
	}
}

// TestSubscriptionEndsWithToken has tokens expire, be revoked, and replaced by
// others.
func TestSubscriptionEndsWithToken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, ended string
		end         func(r *liveRig, c *wsClient)
	}{
		{"expired", "token expired", func(r *liveRig, c *wsClient) { r.tokens.expire(managerToken, time.Now().Add(100*time.Millisecond)) }},
		{"revoked", "token expired", func(r *liveRig, c *wsClient) { r.tokens.revoke(managerToken) }},
		{"replaced", "not permitted", func(r *liveRig, c *wsClient) {
			c.ask(request("1", "Authenticate", fmt.Sprintf(`{"token":%q}`, userToken)))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newLiveRig(t, func(*rpc.Limits) {})
			c := r.dialManager()
			id, _ := c.subscribe(`{}`)
			r.write(2)
			cursor := c.numbers(id, 0, 2)
			tt.end(r, c)
			e := c.event(id)
			if e.Params.Ended != tt.ended || len(e.Params.Rows) != 0 || e.Params.Cursor != cursor {
				t.Errorf("last event %+v, want it ended: %q, at %s", e.Params, tt.ended, cursor)
			}
			r.write(1)
			if answer := read(t, c.ask(request("1", "SubscribeLogs", `{}`))); answer.Error == nil {
				t.Error("SubscribeLogs without a good token succeeds")
			}
			if !settles(func() bool { return r.server.Stats().Subscriptions == 0 && r.store.Stats().Subscribers == 0 }) {
				t.Error("the subscription is left")
			}
		})
	}
}

// TestSubscriptionEndsWithFile takes away what a subscription is still to read of
// the past: a last event says so.
func TestSubscriptionEndsWithFile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		do    func(file string) error
		ended []string // one of these
	}{
		{"truncated", func(file string) error { return os.Truncate(file, 100) },
			[]string{"cursor no longer valid", "cannot read " + liveName + ": truncated under the query"}},
		{"deleted", os.Remove, []string{"cursor no longer valid"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newLiveRig(t, func(*rpc.Limits) {})
			r.write(10_000)
			c := r.dialManager()
			c.conn.(*net.TCPConn).SetReadBuffer(16 << 10) // much of it is not read yet
			id, cursor := c.subscribe(`{"backfill":10000}`)
			if err := tt.do(filepath.Join(r.dir, liveName)); err != nil {
				t.Fatal(err)
			}
			rows := 0
			for e := c.event(id); ; e = c.event(id) {
				if rows += len(e.Params.Rows); e.Params.Ended == "" {
					cursor = e.Params.Cursor
					continue
				}
				if !slices.Contains(tt.ended, e.Params.Ended) || e.Params.Cursor != cursor {
					t.Errorf("last event %+v, want it ended: one of %q, at %s", e.Params, tt.ended, cursor)
				}
				break
			}
			if rows >= 10_000 {
				t.Errorf("%d rows came", rows)
			}
			if !settles(func() bool { return r.server.Stats().Subscriptions == 0 && r.store.Stats().Subscribers == 0 }) {
				t.Error("the subscription is left")
			}
			if got, want := c.ask(request("1", "UnsubscribeLogs", fmt.Sprintf(`{"subscription":%q}`, id))), result("1", "false"); got != want {
				t.Errorf("UnsubscribeLogs after the end: %s, want %s", got, want)
			}
		})
	}
}

// TestSlowSubscriber has a client that does not read for a while lose rows, of
// which it learns the number, and no answers.
func TestSlowSubscriber(t *testing.T) {
	t.Parallel()
	r := newLiveRig(t, func(l *rpc.Limits) { l.EventQueue = 100 << 10 })
	c := r.dialManager()
	c.conn.(*net.TCPConn).SetReadBuffer(16 << 10)
	id, _ := c.subscribe(`{}`)
	for r.store.Stats().LiveDropped == 0 {
		r.write(5000)
	}
	c.send(request("7", "GetLogsByFilter", `{"limit":1,"offset":0}`))
	r.write(1)
	rows, dropped, answered := 0, 0, false
	for rows+dropped < r.written || !answered {
		text := c.receive()
		if strings.HasPrefix(text, `{"jsonrpc":"2.0","id":7,`) {
			answered = true
			continue
		}
		e := c.eventOf(id, text)
		rows += len(e.Params.Rows)
		dropped += e.Params.Dropped
	}
	if rows+dropped != r.written || dropped == 0 {
		t.Errorf("%d rows and %d dropped, want %d together", rows, dropped, r.written)
	}
	c.ask(request("8", "UnsubscribeLogs", fmt.Sprintf(`{"subscription":%q}`, id)))
}

// TestSubscriptionsDrain ends the server while somebody subscribes.
func TestSubscriptionsDrain(t *testing.T) {
	t.Parallel()
	r := newLiveRig(t, func(*rpc.Limits) {})
	c := r.dialManager()
	id, _ := c.subscribe(`{}`)
	r.write(1)
	c.numbers(id, 0, 1)
	drained := make(chan error, 1)
	go func() { drained <- r.server.Drain(context.Background()) }()
	c.closed(1001)
	if err := wait(t, drained, "the drain"); err != nil {
		t.Errorf("Drain: %v", err)
	}
	if n := r.store.Stats().Subscribers; n != 0 {
		t.Errorf("%d subscribers are left", n)
	}
}

// TestSubscribeOverTCP has clients of both dialects on one connection: the
// platform's get a message for each row, in ASCII.
func TestSubscribeOverTCP(t *testing.T) {
	t.Parallel()
	r := newLiveRig(t, func(*rpc.Limits) {})
	c := r.dialTCP()
	answer := c.ask(command(`"s"`, "SubscribeLogs", `{"where":["actor_id","!=","1"]}`, managerToken))
	var got struct {
		Status int
		Data   struct{ Subscription, Cursor string }
	}
	if err := json.Unmarshal([]byte(answer), &got); err != nil || got.Status != 200 || got.Data.Subscription == "" {
		t.Fatalf("SubscribeLogs = %s", answer)
	}
	r.write(1)
	type event struct {
		Event        string
		Type         int
		Subscription string
		Cursor       string
		Dropped      int
		Data         map[string]any
		Ended        string
	}
	read := func() (line string, e event) {
		line = c.line()
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("event %s: %v", line, err)
		}
		return line, e
	}
	line, first := read()
	want := fmt.Sprintf(`{"event":"log:event","type":0,"subscription":%q,"cursor":%q,"dropped":0,"data":{"timestamp":%d,`+
		`"actor_type":"CLIENT","actor_id":"0","action":"Login","status":"SUCCESS","source":"10.0.0.1","detail":"\"quoted\""}}`,
		got.Data.Subscription, first.Cursor, noon)
	if line != want {
		t.Errorf("event %s, want %s", line, want)
	}
	r.append(fmt.Sprintf("%d\tCLIENT\t9\tLogin\tSUCCESS\t10.0.0.1\ta, 'b' \u00e9\n", noon))
	r.append(fmt.Sprintf("%d\tCLIENT\t10\tLogin\tSUCCESS\t10.0.0.1\tlast\n", noon))
	line, _ = read()
	if !strings.Contains(line, `"detail":"a\u002c \u0027b\u0027 \u00e9"`) {
		t.Errorf("event %s is not as SDKs want it", line)
	}
	read()

	// Rows that come together: whoever comes back in the middle misses none.
	r.append(strings.Repeat(fmt.Sprintf("%d\tCLIENT\t11\tLogin\tSUCCESS\t10.0.0.1\tx\n", noon), 3))
	_, a := read()
	_, b := read()
	_, last := read()
	if a.Cursor != b.Cursor || last.Cursor == b.Cursor {
		t.Errorf("cursors %q, %q, %q: want the last alone to be behind the rows", a.Cursor, b.Cursor, last.Cursor)
	}
	r.tokens.revoke(managerToken)
	if line, e := read(); e.Ended != "token expired" || e.Data != nil || e.Cursor != last.Cursor {
		t.Errorf("last event %s", line)
	}
}
