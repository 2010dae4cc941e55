package interop

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/channel"
	"github.com/creachadair/jrpc2/jhttp"
	"github.com/google/go-cmp/cmp"
)

// A recorded is a request with its answer, as far as they are compared.
type recorded struct {
	Note    string
	Request struct {
		Method string
		Params json.RawMessage
	}
	Answer struct {
		Result json.RawMessage
		Error  *jrpc2.Error
	}
}

// recording returns the recorded request with that note.
func recording(t *testing.T, file, note string) recorded {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", "requests", file))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var r recorded
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Note == note {
			return r
		}
	}
	t.Fatalf("%s has no recording %q", file, note)
	return recorded{}
}

// questions are the recordings that clients are asked, the last with a fault.
func questions(t *testing.T) []recorded {
	t.Helper()
	return []recorded{
		recording(t, "examples.jsonl", "errors about margin, of three days"),
		recording(t, "examples.jsonl", "what managers did, but not from one address"),
		recording(t, "params.jsonl", "an unknown field, nested"),
	}
}

// bearer sends a token with every request.
type bearer string

func (b bearer) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultClient.Do(r)
}

// The ways in which jrpc2 reaches the server.
var transports = map[string]func(t *testing.T, s *server) channel.Channel{
	"http": func(_ *testing.T, s *server) channel.Channel {
		return jhttp.NewChannel("http://"+s.http+"/rpc", &jhttp.ChannelOptions{Client: bearer(s.token)})
	},
	"lines": func(t *testing.T, s *server) channel.Channel {
		conn := dial(t, s)
		return channel.Line(conn, conn)
	},
	"headers": func(t *testing.T, s *server) channel.Channel {
		conn := dial(t, s)
		return channel.Header("")(conn, conn)
	},
	"lsp": func(t *testing.T, s *server) channel.Channel {
		conn := dial(t, s)
		return channel.LSP(conn, conn)
	},
}

func dial(t *testing.T, s *server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.tcp)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// TestJRPC2 asks by creachadair/jrpc2.
func TestJRPC2(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for name, open := range transports {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
			defer cancel()
			events := make(chan json.RawMessage, 8)
			client := jrpc2.NewClient(open(t, s), &jrpc2.ClientOptions{
				OnNotify: func(r *jrpc2.Request) {
					var params json.RawMessage
					if r.Method() == "LogEvent" && r.UnmarshalParams(&params) == nil {
						events <- params
					}
				},
				OnCancel: func(c *jrpc2.Client, r *jrpc2.Response) {
					c.Notify(context.Background(), "$/cancelRequest", map[string]any{"id": json.RawMessage(r.ID())})
				},
			})
			defer client.Close()
			authenticate(ctx, t, client, s.token)
			asks(ctx, t, client)
			if _, err := client.Call(ctx, "rpc.discover", nil); err != nil {
				t.Errorf("rpc.discover without params: %v", err)
			}
			batch(ctx, t, client)
			if name == "http" {
				_, err := client.Call(ctx, "SubscribeLogs", map[string]any{})
				if e := asError(t, err); e.Code != -32601 || !strings.Contains(string(e.Data), "needs WebSocket or TCP") {
					t.Errorf("SubscribeLogs over HTTP: %v, data %s", e, e.Data)
				}
				return
			}
			live(ctx, t, client, events, s.live, "jrpc2-"+name)
			cancelled(ctx, t, client, s)
		})
	}
}

// TestJRPC2ThreeLines is what docs/clients.md shows.
func TestJRPC2ThreeLines(t *testing.T) {
	t.Parallel()
	s := serve(t)
	address, token := s.tcp, s.token
	ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
	defer cancel()
	q := questions(t)[0]

	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	client := jrpc2.NewClient(channel.Line(conn, conn), nil)
	defer client.Close()
	if _, err := client.Call(ctx, "Authenticate", map[string]string{"token": token}); err != nil {
		t.Fatal(err)
	}
	answer, err := client.Call(ctx, q.Request.Method, q.Request.Params)
	compare(t, q, answer, err)
}

func asError(t *testing.T, err error) *jrpc2.Error {
	t.Helper()
	var e *jrpc2.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an error of JSON-RPC", err)
	}
	return e
}

func authenticate(ctx context.Context, t *testing.T, client *jrpc2.Client, token string) {
	t.Helper()
	_, err := client.Call(ctx, "Authenticate", map[string]string{"token": "dbk_nobody"})
	if e := asError(t, err); e.Code != -32001 || string(e.Data) != `{"name":"PERMISSION_DENIED","code":401}` {
		t.Errorf("Authenticate with a wrong token: %v, data %s", e, e.Data)
	}
	var answer struct{ Session string }
	if err := client.CallResult(ctx, "Authenticate", map[string]string{"token": token}, &answer); err != nil || answer.Session != "SESSION_MANAGER" {
		t.Errorf("Authenticate = %+v, %v", answer, err)
	}
}

// asks wants the recorded answers.
func asks(ctx context.Context, t *testing.T, client *jrpc2.Client) {
	t.Helper()
	for _, q := range questions(t) {
		answer, err := client.Call(ctx, q.Request.Method, q.Request.Params)
		compare(t, q, answer, err)
	}
}

func compare(t *testing.T, q recorded, answer *jrpc2.Response, err error) {
	t.Helper()
	if q.Answer.Error != nil {
		e := asError(t, err)
		if diff := cmp.Diff(q.Answer.Error, e); diff != "" {
			t.Errorf("%q (-recorded +answered):\n%s", q.Note, diff)
		}
		return
	}
	if err != nil {
		t.Errorf("%q: %v", q.Note, err)
		return
	}
	var got, want any
	if err := answer.UnmarshalResult(&got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(q.Answer.Result, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%q (-recorded +answered):\n%s", q.Note, diff)
	}
}

// batch asks all at once, with a notification between them.
func batch(ctx context.Context, t *testing.T, client *jrpc2.Client) {
	t.Helper()
	all := questions(t)
	specs := []jrpc2.Spec{{Method: all[0].Request.Method, Params: all[0].Request.Params, Notify: true}}
	for _, q := range all {
		specs = append(specs, jrpc2.Spec{Method: q.Request.Method, Params: q.Request.Params})
	}
	answers, err := client.Batch(ctx, specs)
	if err != nil || len(answers) != len(all) {
		t.Fatalf("Batch: %d answers, %v", len(answers), err)
	}
	for i, answer := range answers {
		var err error
		if e := answer.Error(); e != nil {
			err = e
		}
		compare(t, all[i], answer, err)
	}
}

// live subscribes, appends rows, and wants them.
func live(ctx context.Context, t *testing.T, client *jrpc2.Client, events <-chan json.RawMessage, file, source string) {
	t.Helper()
	var answer struct{ Subscription, Cursor string }
	if err := client.CallResult(ctx, "SubscribeLogs", map[string]any{"where": []string{"source", "=", source}}, &answer); err != nil {
		t.Fatal(err)
	}
	journal, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer journal.Close()
	var want [][]any
	for i := range 3 {
		fmt.Fprintf(journal, "%d\tCLIENT\t17\tLogin\tSUCCESS\t%s\trow %d\n", 1795255201+i, source, i)
		want = append(want, []any{float64(1795255201 + i), "CLIENT", "17", "Login", "SUCCESS", source, fmt.Sprint("row ", i)})
	}
	var got [][]any
	for len(got) < len(want) {
		var event struct {
			Subscription string
			Rows         [][]any
		}
		select {
		case text := <-events:
			if err := json.Unmarshal(text, &event); err != nil {
				t.Fatal(err)
			}
		case <-ctx.Done():
			t.Fatalf("%d rows came, want %d", len(got), len(want))
		}
		if event.Subscription != answer.Subscription {
			t.Errorf("an event of %q, want %q", event.Subscription, answer.Subscription)
		}
		got = append(got, event.Rows...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("live rows (-appended +came):\n%s", diff)
	}
	var ended bool
	params := map[string]string{"subscription": answer.Subscription}
	if err := client.CallResult(ctx, "UnsubscribeLogs", params, &ended); err != nil || !ended {
		t.Errorf("UnsubscribeLogs = %t, %v", ended, err)
	}
}

// cancelled gives a call up, and wants the server to have done so: the figures
// say it, since jrpc2 does not wait for the answer.
func cancelled(ctx context.Context, t *testing.T, client *jrpc2.Client, s *server) {
	t.Helper()
	var where [][]string
	for i := range 60 {
		where = append(where, []string{"detail", "not regexp", fmt.Sprintf(`[a-z](?:.?.?){%d}[\x00\x01]{2}`, 900+i)})
	}
	before := cancelledCalls(ctx, t, s)
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	_, err := client.Call(short, "GetLogsByFilter", map[string]any{
		"limit": 0, "offset": 0, "where": where,
		"whereBetween": []any{"timestamp", []any{0, "9999-12-31T23:59:59Z"}},
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a call that is given up: %v, want %v", err, context.DeadlineExceeded)
	}
	for cancelledCalls(ctx, t, s) == before {
		if ctx.Err() != nil {
			t.Fatal("the server did not give the call up")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// cancelledCalls returns the line of /metrics that counts calls answered -32008.
func cancelledCalls(ctx context.Context, t *testing.T, s *server) string {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.http+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), `daybook_requests_total{code="-32008"`) {
			return lines.Text()
		}
	}
	return ""
}
